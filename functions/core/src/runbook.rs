//! The pages that say what to do when something is told: one for each kind of alarm, kept in the report bucket.

/// Prefix of the pages in the bucket.
pub const PREFIX: &str = "runbooks/";

/// A page of `docs/runbooks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runbook {
    /// A function left something undone in its dead-letter queue.
    DeadLetters,
    /// Alarms do not come through the topic.
    DeliveryLost,
    /// A function failed.
    FunctionErrors,
    /// A function has not done its whole work for too long.
    FunctionSilent,
    /// Resources do not comply.
    NonCompliance,
    /// A conformance pack is not whole.
    PackIncomplete,
    /// AWS Config does not record.
    RecorderStopped,
    /// The score fell.
    ScoreFell,
}

impl Runbook {
    /// All pages.
    pub const ALL: [Self; 8] = [
        Self::DeadLetters,
        Self::DeliveryLost,
        Self::FunctionErrors,
        Self::FunctionSilent,
        Self::NonCompliance,
        Self::PackIncomplete,
        Self::RecorderStopped,
        Self::ScoreFell,
    ];

    /// The page's name, without folder and ending.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeadLetters => "dead-letters",
            Self::DeliveryLost => "delivery-lost",
            Self::FunctionErrors => "function-errors",
            Self::FunctionSilent => "function-silent",
            Self::NonCompliance => "non-compliance",
            Self::PackIncomplete => "pack-incomplete",
            Self::RecorderStopped => "recorder-stopped",
            Self::ScoreFell => "score-fell",
        }
    }

    /// Key of the page in the report bucket.
    #[must_use]
    pub fn key(self) -> String {
        format!("{PREFIX}{}.md", self.name())
    }

    /// Where the page opens in the console of a partition, for who may read the bucket.
    #[must_use]
    pub fn link(self, partition: &str, region: &str, bucket: &str) -> String {
        format!("https://{}/s3/object/{bucket}?region={region}&prefix={}", console(partition), self.key())
    }
}

/// Host of the console of a partition (AWS General Reference, "AWS Management Console" of each partition).
const fn console(partition: &str) -> &'static str {
    match partition.as_bytes() {
        b"aws-cn" => "console.amazonaws.cn",
        b"aws-eusc" => "console.amazonaws-eusc.eu",
        b"aws-us-gov" => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_page_has_a_key_of_its_own_below_the_prefix() {
        let keys: BTreeSet<String> = Runbook::ALL.into_iter().map(Runbook::key).collect();
        assert_eq!(keys.len(), Runbook::ALL.len());
        assert!(keys.iter().all(|key| key.starts_with(PREFIX)));
    }

    #[test]
    fn a_page_opens_in_the_console_of_its_partition() {
        let host = |partition| Runbook::ScoreFell.link(partition, "r-1", "b");
        assert_eq!(host("aws"), "https://console.aws.amazon.com/s3/object/b?region=r-1&prefix=runbooks/score-fell.md");
        assert!(host("aws-cn").starts_with("https://console.amazonaws.cn/s3/"));
        assert!(host("aws-us-gov").starts_with("https://console.amazonaws-us-gov.com/s3/"));
    }
}
