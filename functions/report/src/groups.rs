//! Verdicts and changes by rule, account and region.

use std::{collections::BTreeMap, sync::Arc};

use functions_core::compliance::Counts;

use crate::{
    findings::FindingRow,
    input::Context,
    model::{Breakdown, Cell},
    score::Score,
};

#[derive(Debug, Default, Clone, Copy)]
struct Group {
    counts: Counts,
    new: u64,
    fixed: u64,
}

type Named = BTreeMap<Arc<str>, Group>;

/// Sums of everything, three ways.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    rules: Named,
    accounts: Named,
    regions: Named,
}

impl Groups {
    /// Nothing of these rules.
    pub(crate) fn of_rules<'a>(rules: impl Iterator<Item = &'a String>) -> Self {
        let rules = rules.map(|rule| (rule.as_str().into(), Group::default())).collect();
        Self { rules, ..Self::default() }
    }

    pub(crate) fn add(&mut self, cell: &Cell) {
        self.rules.entry(Arc::clone(&cell.rule)).or_default().counts += cell.counts;
        self.accounts.entry(Arc::clone(&cell.account)).or_default().counts += cell.counts;
        self.regions.entry(Arc::clone(&cell.region)).or_default().counts += cell.counts;
    }

    /// Counts a new finding.
    pub(crate) fn count_new(&mut self, finding: &FindingRow<'_>) {
        self.of(finding, |group| group.new += 1);
    }

    /// Counts a fixed finding.
    pub(crate) fn count_fixed(&mut self, finding: &FindingRow<'_>) {
        self.of(finding, |group| group.fixed += 1);
    }

    fn of(&mut self, finding: &FindingRow<'_>, count: impl Fn(&mut Group)) {
        let names = [
            (&mut self.rules, finding.rule),
            (&mut self.accounts, finding.account),
            (&mut self.regions, finding.region),
        ];
        for (groups, name) in names {
            match groups.get_mut(name) {
                Some(group) => count(group),
                None => count(groups.entry(name.into()).or_default()),
            }
        }
    }

    /// Each rule and its verdicts.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (&str, Counts)> {
        self.rules.iter().map(|(rule, group)| (&**rule, group.counts))
    }

    /// Rules, the dearest first; accounts and regions, those with the most findings first.
    pub(crate) fn breakdowns(
        self,
        context: &Context,
        score: &Score,
    ) -> (Vec<Breakdown>, Vec<Breakdown>, Vec<Breakdown>) {
        let mut rules = sorted(self.rules);
        for rule in &mut rules {
            let facts = context.rules.get(&*rule.name);
            rule.severity = Some(facts.map(|facts| facts.severity).unwrap_or_default());
            rule.controls = facts.map(crate::input::RuleFacts::controls).unwrap_or_default();
            rule.page = facts.and_then(|facts| facts.page.clone());
            rule.remediation = facts.and_then(|facts| facts.remediation.clone());
        }
        let cost: BTreeMap<&str, u64> = score.costs.iter().map(|cost| (&*cost.rule, cost.millipoints)).collect();
        rules.sort_by(|one, other| {
            cost.get(&*other.name).cmp(&cost.get(&*one.name)).then_with(|| one.name.cmp(&other.name))
        });
        let mut accounts = sorted(self.accounts);
        for account in &mut accounts {
            account.alias = context.aliases.get(&*account.name).cloned();
        }
        (rules, accounts, sorted(self.regions))
    }
}

/// The most findings first, then by name.
fn sorted(groups: Named) -> Vec<Breakdown> {
    let breakdown = |(name, Group { counts, new, fixed })| Breakdown {
        name,
        alias: None,
        severity: None,
        controls: Vec::new(),
        page: None,
        remediation: None,
        counts,
        new,
        fixed,
    };
    let mut all: Vec<Breakdown> = groups.into_iter().map(breakdown).collect();
    all.sort_by(|one, other| {
        other.counts.non_compliant.cmp(&one.counts.non_compliant).then_with(|| one.name.cmp(&other.name))
    });
    all
}
