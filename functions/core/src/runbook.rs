//! The pages that say what to do when something is told: one for each kind of alarm, kept in the report bucket.

use crate::{console, key::REPORT_PAGE};

/// Prefix of the pages in the bucket.
pub const PREFIX: &str = "runbooks/";

/// A page of `docs/runbooks`, by its name without folder and ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Runbook(&'static str);

impl Runbook {
    /// Alarms do not come through the topic.
    pub const DELIVERY_LOST: Self = Self("delivery-lost");

    /// Nothing arrives from accounts or regions.
    pub const SOURCES_SILENT: Self = Self("sources-silent");

    /// The page of a name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The page's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Key of the page in the report bucket.
    #[must_use]
    pub fn key(self) -> String {
        format!("{PREFIX}{}.md", self.name())
    }

    /// Where the page opens in the console of a partition, for who may read the bucket; its URI where no console is known.
    #[must_use]
    pub fn link(self, partition: &str, region: &str, bucket: &str) -> String {
        object(partition, region, bucket, &self.key())
    }
}

/// Where the page of the last report opens in the console of a partition; its URI where no console is known.
#[must_use]
pub fn latest_report(partition: &str, region: &str, bucket: &str) -> String {
    object(partition, region, bucket, REPORT_PAGE)
}

fn object(partition: &str, region: &str, bucket: &str, key: &str) -> String {
    match console::host(partition) {
        Some(host) => format!("https://{host}/s3/object/{bucket}?region={region}&prefix={key}"),
        None => console::object_uri(bucket, key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_key_below_the_prefix() {
        assert_eq!(Runbook::DELIVERY_LOST.key(), "runbooks/delivery-lost.md");
    }

    #[test]
    fn a_page_opens_in_the_console_of_its_partition() {
        let host = |partition| Runbook::new("score-fell").link(partition, "r-1", "b");
        assert_eq!(host("aws"), "https://console.aws.amazon.com/s3/object/b?region=r-1&prefix=runbooks/score-fell.md");
        assert!(host("aws-cn").starts_with("https://console.amazonaws.cn/s3/"));
        assert!(host("aws-us-gov").starts_with("https://console.amazonaws-us-gov.com/s3/"));
        assert_eq!(host("aws-iso-b"), "s3://b/runbooks/score-fell.md");
    }
}
