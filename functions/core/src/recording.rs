//! Which types of resources are recorded: what is not recorded is not evaluated any more.

use std::collections::BTreeSet;

use compliance_types::resource::ACCOUNT;

/// What one configuration recorder records (AWS Config API Reference, "RecordingGroup").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// Every type but those of `excluded`.
    pub all: bool,
    /// The types it names, where it does not record all.
    pub types: BTreeSet<String>,
    /// The types it leaves out.
    pub excluded: BTreeSet<String>,
}

/// Whether one of these recorders records resources of this type. Global types count as recorded where all are: the region
/// that records them may be another one. The account itself is evaluated without a recorder, and no recorder names it.
#[must_use]
pub fn is_recorded(recordings: &[Recording], resource_type: &str) -> bool {
    resource_type == ACCOUNT
        || recordings.iter().any(|recording| {
            let named = recording.all || recording.types.contains(resource_type);
            named && !recording.excluded.contains(resource_type)
        })
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    fn set(types: &[&str]) -> BTreeSet<String> {
        types.iter().map(|&each| each.to_owned()).collect()
    }

    #[test]
    fn a_type_is_recorded_where_a_recorder_names_it_or_takes_all() {
        let all = Recording { all: true, ..Recording::default() };
        let but = Recording { all: true, excluded: set(&["AWS::S3::Bucket"]), ..Recording::default() };
        let only = Recording { types: set(&["AWS::S3::Bucket"]), ..Recording::default() };
        assert!(is_recorded(&[all], "AWS::S3::Bucket"));
        assert!(
            !is_recorded(slice::from_ref(&but), "AWS::S3::Bucket")
                && is_recorded(slice::from_ref(&but), "AWS::EC2::Volume")
        );
        assert!(
            is_recorded(slice::from_ref(&only), "AWS::S3::Bucket")
                && !is_recorded(slice::from_ref(&only), "AWS::EC2::Volume")
        );
        assert!(is_recorded(&[but, only], "AWS::S3::Bucket"));
        assert!(!is_recorded(&[], "AWS::S3::Bucket"));
    }

    #[test]
    fn case_01_the_account_counts_as_recorded_whatever_a_recorder_names() {
        let only = Recording { types: set(&["AWS::S3::Bucket"]), ..Recording::default() };
        assert!(is_recorded(&[only], ACCOUNT) && is_recorded(&[], ACCOUNT));
    }
}
