//! Remediations, budget, leases and the stop switch in the ledger's table.

use compliance_types::{resource::Resource, time::Timestamp};
use functions_core::{
    finding::{self, Finding, Findings, UnreadableEntry},
    ledger::{Entry, Write},
    remediation::{
        begin::lease_sort,
        budget::{self, Budget},
        decision::{self, Switch},
        item::{self, Item},
        settings::{Mode, Settings},
    },
    run::Origin,
};

use super::Remediation;
use crate::{error::HandlerError, table::Committed};

/// Bytes of remediations whose parts before and after the change are held in memory.
const PARTS: usize = 8_000_000;

impl Remediation {
    /// Every remediation of the account and region, and why some do not read. The parts before and after the change are dropped
    /// from those beyond [`PARTS`].
    pub(super) async fn items(&self, origin: &Origin) -> Result<(Vec<Item>, Vec<String>), HandlerError> {
        let (mut items, mut unreadable, mut bytes) = (Vec::new(), Vec::new(), 0);
        let each = |entry: Entry| {
            bytes += entry.body.len();
            match Item::read(&entry) {
                Ok(item) => items.push(if bytes > PARTS { item.without_parts() } else { item }),
                Err(error) => unreadable.push(error.to_string()),
            }
        };
        self.table.each(&item::partition(origin), Some(item::PREFIX), each).await?;
        Ok((items, unreadable))
    }

    /// The same with the parts before and after the change; none where it is gone.
    pub(super) async fn whole(&self, item: &Item) -> Result<Option<Item>, HandlerError> {
        if item.partial { self.item(&item.origin(), &item.id).await } else { Ok(Some(item.clone())) }
    }

    /// One remediation.
    pub(super) async fn item(&self, origin: &Origin, id: &str) -> Result<Option<Item>, HandlerError> {
        let entry = self.table.get(&item::partition(origin), &Item::sort(id)).await?;
        Ok(entry.as_ref().map(Item::read).transpose()?)
    }

    /// Stores a remediation over the one that was read; none where another function was faster.
    pub(super) async fn store(&self, item: Item) -> Result<Option<Item>, HandlerError> {
        if item.partial {
            let (partition, sort) = (item::partition(&item.origin()), Item::sort(&item.id));
            return Err(UnreadableEntry { partition, sort, cause: "only a part of it was read".to_owned() }.into());
        }
        let (stored, write) = item.stored()?;
        Ok(self.commit(&[write]).await?.then_some(stored))
    }

    /// Writes all of it; whether nobody was faster.
    pub(super) async fn commit(&self, writes: &[Write]) -> Result<bool, HandlerError> {
        Ok(self.table.write(writes).await? == Committed::Whole)
    }

    /// What the run has taken of its limits.
    pub(super) async fn budget(&self, origin: &Origin, now: &Timestamp) -> Result<Budget, HandlerError> {
        let entry = self.table.get(&item::partition(origin), budget::SORT).await?;
        Ok(Budget::read(entry.as_ref(), now)?)
    }

    /// The stop switch, as it is right now.
    pub(super) async fn switch(&self, origin: &Origin) -> Result<Option<Switch>, HandlerError> {
        let entry = self.table.get(&decision::control(origin), decision::SWITCH).await?;
        Ok(Switch::read(entry.as_ref()))
    }

    /// The lease of a remediation's resource, as it is right now.
    pub(super) async fn lease(&self, item: &Item) -> Result<Option<Entry>, HandlerError> {
        Ok(self.table.get(&item::partition(&item.origin()), &lease_sort(item)).await?)
    }

    /// The finding of a rule at a resource, as processing stored it.
    pub(super) async fn finding(
        &self,
        rule: &str,
        resource: &Resource,
        origin: &Origin,
    ) -> Result<Option<Finding>, HandlerError> {
        let sort = finding::sort(rule, &origin.region, resource);
        let entry = self.table.get(&finding::partition(&origin.account), &sort).await?;
        let entries: Vec<Entry> = entry.into_iter().collect();
        let found = finding::read(&entries, origin)?.remove(rule);
        Ok(found.and_then(|mut found| found.remove(resource)))
    }

    /// The findings of the rules that are remediated.
    pub(super) async fn findings(&self, settings: &Settings, origin: &Origin) -> Result<Findings, HandlerError> {
        let mut findings = Findings::new();
        for (rule, _) in settings.rules.iter().filter(|(_, settings)| settings.mode != Mode::Off) {
            let entries = self.table.query(&finding::partition(&origin.account), Some(&finding::prefix(rule))).await?;
            findings.extend(finding::read(&entries, origin)?);
        }
        Ok(findings)
    }
}
