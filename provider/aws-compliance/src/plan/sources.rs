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
