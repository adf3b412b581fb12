//! What an aggregator lists beside the deployment's own account and regions: each has to authorize it by a deployment of its own.

use account_look::PlannedSource;
use pulumi_component::value::PropertyPath;

use crate::inputs::aggregation::AggregationSettingsArgs;
use crate::plan::target::Target;

impl AggregationSettingsArgs {
    /// Each account that is listed, and each region of this account, beside those that are `monitored`; nothing while the target is
    /// not known. `settings`: path of these settings. With all regions, an account is expected in that of the aggregator.
    pub fn sources(&self, settings: &str, target: &Target, monitored: &[String]) -> Vec<PlannedSource> {
        let Some((own, home)) = target.account_id.as_deref().zip(target.region.as_deref()) else { return Vec::new() };
        let regions = self.regions_with(home, monitored);
        let accounts = self.accounts.iter().enumerate().filter(|(_, account)| *account != own);
        let accounts = accounts.map(|(index, account)| PlannedSource {
            path: PropertyPath::from([settings, "accounts"]).index(index),
            account: account.clone(),
            regions: regions.clone(),
        });
        let is_seen = self.accounts.is_empty() || self.accounts.iter().any(|account| account == own);
        let others = self.regions.iter().enumerate();
        let others = others.filter(|(_, code)| is_seen && *code != home && !monitored.contains(code));
        let others = others.map(|(index, code)| PlannedSource {
            path: PropertyPath::from([settings, "regions"]).index(index),
            account: own.to_owned(),
            regions: vec![code.clone()],
        });
        accounts.chain(others).collect()
    }

    /// Whether more is listed than this account in the region of the target and those that are `monitored`. While the target is not
    /// known, any account may be another one.
    pub fn has_others(&self, target: &Target, monitored: &[String]) -> bool {
        match target.account_id.as_deref().zip(target.region.as_deref()) {
            Some(_) => self.all_regions || !self.sources("aggregation", target, monitored).is_empty(),
            None => self.all_regions || !self.accounts.is_empty() || !self.regions.is_empty(),
        }
    }

    /// The regions in which accounts are expected.
    fn regions_with(&self, home: &str, monitored: &[String]) -> Vec<String> {
        if self.all_regions {
            return vec![home.to_owned()];
        }
        let others: Vec<_> = monitored.iter().filter(|code| *code != home).cloned().collect();
        let home = Some(home.to_owned()).filter(|_| self.regions.is_empty() || !others.is_empty());
        let mut regions = self.regions.clone();
        for code in home.into_iter().chain(others) {
            if !regions.contains(&code) {
                regions.push(code);
            }
        }
        regions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_listed_where_an_account_or_a_region_is_not_of_the_deployment() {
        let target = Target { account_id: Some("111122223333".to_owned()), ..Target::region("eu-west-1") };
        let settings = |accounts: &[&str], regions: &[&str]| AggregationSettingsArgs {
            accounts: accounts.iter().map(|&one| one.to_owned()).collect(),
            regions: regions.iter().map(|&one| one.to_owned()).collect(),
            all_regions: false,
        };
        let monitored = ["us-east-1".to_owned()];
        for (accounts, regions, expected) in [
            (&[][..], &[][..], false),
            (&["111122223333"], &["eu-west-1", "us-east-1"], false),
            (&["111122223333", "444455556666"], &[], true),
            (&["444455556666"], &["eu-west-1"], true),
            (&[], &["eu-west-1", "eu-central-1"], true),
        ] {
            assert_eq!(
                settings(accounts, regions).has_others(&target, &monitored),
                expected,
                "{accounts:?} {regions:?}"
            );
        }
        let all = AggregationSettingsArgs { all_regions: true, ..AggregationSettingsArgs::default() };
        assert!(all.has_others(&target, &monitored) && all.has_others(&Target::default(), &[]));
        assert!(!settings(&[], &[]).has_others(&Target::default(), &[]));
        assert!(settings(&["111122223333"], &[]).has_others(&Target::default(), &[]));
    }
}
