//! The beginning of a change: every condition is asked about again, and undo data, lease and budget are written in one
//! transaction before AWS is asked to change anything.

use compliance_types::time::Timestamp;

use super::{
    budget::Budget,
    decision::{Switch, is_expired},
    guard::Fact,
    item::{Item, Lease, partition},
    settings::Settings,
    state::Event,
    window,
};
use crate::{
    ledger::{Entry, Write},
    sha256,
};

/// What is asked about before a change begins.
#[derive(Debug)]
pub struct Conditions<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// What the run has taken of its limits, and what failed within a day.
    pub budget: &'a Budget,
    /// The stop switch, read just now.
    pub switch: Option<&'a Switch>,
    /// The entry of the resource's lease, read just now.
    pub lease: Option<&'a Entry>,
    /// How many resources of the type there are.
    pub resources: &'a Fact<u64>,
    /// Now.
    pub now: &'a Timestamp,
    /// Who begins, and when that run has ended for certain.
    pub holder: Lease,
}

/// A change that has begun once the writes are made.
#[derive(Debug)]
pub struct Begun {
    /// The remediation.
    pub item: Item,
    /// The budget.
    pub budget: Budget,
    /// What is written in one transaction.
    pub writes: Vec<Write>,
}

/// The key of the lease of a resource: one for all its remediations.
#[must_use]
pub fn lease_sort(item: &Item) -> String {
    let text = format!("{}\n{}", item.resource.resource_type, item.resource.resource_id);
    format!("lease/{}", sha256::hex(text.as_bytes()).chars().take(32).collect::<String>())
}

/// Begins an approved change, or the undo of a change.
///
/// # Errors
/// Why it does not begin.
pub fn begin(item: &Item, event: Event, by: &str, conditions: &Conditions<'_>) -> Result<Begun, String> {
    let Conditions { settings, budget, now, .. } = conditions;
    let render = |error: serde_json::Error| format!("an entry does not render: {error}");
    if let Some(reason) = Switch::stops(conditions.switch) {
        return Err(reason);
    }
    let open = window::is_open(&settings.windows, now.unix_seconds()).map_err(|error| error.to_string())?;
    if !open {
        return Err(format!("no change window is open: {}", settings.windows.join(", ")));
    }
    if !settings.makes(&item.rule, &item.action) {
        return Err(format!("the mode of rule `{}` makes no changes by action `{}`", item.rule, item.action));
    }
    // After failures a person may still undo.
    if event == Event::Begin {
        if is_expired(item, settings, now) {
            return Err("the plan has expired".to_owned());
        }
        if let Some(reason) = budget.broken(&item.rule, conditions.switch.map(|switch| &switch.at), now) {
            return Err(reason);
        }
    }
    budget.allows(&item.resource, settings.limits, conditions.resources)?;
    let lease = lease(item, conditions)?;
    let next = item.after(event, now, by, "").ok_or_else(|| format!("the remediation is {}", item.state.word()))?;
    if !next.state.is_under_way() {
        return Err("no change begins by this".to_owned());
    }
    let (next, put) = Item { lease: Some(conditions.holder.clone()), ..next }.stored().map_err(render)?;
    let taken = (*budget).clone().taken(&item.resource);
    let (budget, limits) = taken.stored(&item.origin()).map_err(render)?;
    Ok(Begun { item: next, budget, writes: vec![put, lease, limits] })
}

/// The write that takes the lease of the resource.
fn lease(item: &Item, conditions: &Conditions<'_>) -> Result<Write, String> {
    let now = conditions.now.unix_millis();
    let revision = match conditions.lease {
        None => 1,
        Some(entry) => {
            let held: Lease = serde_json::from_str(&entry.body)
                .map_err(|error| format!("whether the resource is being changed cannot be determined: {error}"))?;
            if held.until_unix_millis > now {
                return Err(format!("run {} is changing the resource", held.run_id));
            }
            entry.revision + 1
        }
    };
    Ok(Write::Put(Entry {
        partition: partition(&item.origin()),
        sort: lease_sort(item),
        revision,
        body: serde_json::to_string(&conditions.holder).map_err(|error| error.to_string())?,
        expires: Some(conditions.holder.until_unix_millis / 1_000 + 86_400),
    }))
}

/// The writes that end a change, which `item` has gone through already, and give the lease back where it is still held.
///
/// # Errors
/// Never: the body renders.
pub fn end(item: Item, lease: Option<&Entry>, holder: &Lease) -> Result<(Item, Vec<Write>), serde_json::Error> {
    let (item, put) = item.stored()?;
    let mut writes = vec![put];
    let own = lease.filter(|entry| serde_json::from_str::<Lease>(&entry.body).is_ok_and(|held| held == *holder));
    writes.extend(own.map(Write::delete));
    Ok((item, writes))
}
