//! Which other regions a deployment had when its rules were read last: what a removed region left unsent is sent once more.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Entry, Write, of_origin},
    run::Origin,
};

const SORT: &str = "watched";

/// The other regions of a deployment, those included that were removed and may still have something to send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedRegions {
    /// Their codes.
    pub regions: BTreeSet<String>,
}

impl WatchedRegions {
    /// Partition and key of the entry. `home`: the account and region of the function.
    #[must_use]
    pub fn place(home: &Origin) -> (String, &'static str) {
        (of_origin("regions", home), SORT)
    }

    /// What the entry says. One that does not read begins anew.
    #[must_use]
    pub fn read(entry: Option<&Entry>) -> Self {
        entry.and_then(|entry| serde_json::from_str(&entry.body).ok()).unwrap_or_default()
    }

    /// The write that replaces `before`; `None` where nothing changed.
    ///
    /// # Errors
    /// Never: it renders.
    pub fn write(&self, before: Option<&Entry>, home: &Origin) -> Result<Option<Write>, serde_json::Error> {
        if Self::read(before) == *self {
            return Ok(None);
        }
        let (partition, sort) = Self::place(home);
        let revision = before.map_or(0, |entry| entry.revision) + 1;
        let body = serde_json::to_string(self)?;
        Ok(Some(Write::Put(Entry { partition, sort: sort.to_owned(), revision, body, expires: None })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::run;

    #[test]
    fn an_entry_is_written_where_the_regions_changed_and_one_that_does_not_read_begins_anew() {
        let home = run().origin;
        let none = WatchedRegions::default();
        assert_eq!(none.write(None, &home).unwrap(), None);
        let one = WatchedRegions { regions: ["us-east-1".to_owned()].into() };
        let Some(Write::Put(entry)) = one.write(None, &home).unwrap() else { panic!("an entry") };
        assert_eq!((entry.partition.as_str(), entry.revision), ("regions/123456789012/eu-central-1", 1));
        assert_eq!(WatchedRegions::read(Some(&entry)), one);
        assert_eq!(one.write(Some(&entry), &home).unwrap(), None);
        assert!(none.write(Some(&entry), &home).unwrap().is_some());
        let broken = Entry { body: "[]".to_owned(), ..entry };
        assert_eq!(WatchedRegions::read(Some(&broken)), none);
    }
}
