//! The pages of `docs/runbooks`, which say what to do when an alarm goes off.

/// Each page by its name, sorted.
pub const RUNBOOKS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/runbooks.rs"));

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::inputs::alarms::AlarmsSettingsArgs;
    use crate::plan::alarms::alarms;

    #[test]
    fn every_alarm_has_a_page_and_every_page_an_alarm() {
        let rows = alarms(&AlarmsSettingsArgs::default());
        let named: BTreeSet<_> = rows.iter().map(|row| row.runbook.name()).collect();
        assert_eq!(named, RUNBOOKS.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>());
    }
}
