//! Physical names: what AWS and its users see. They are contracts; each is derived from the prefix alone, and from
//! account and region where AWS makes the name global.

use functions_core::contract::Handler;
use pulumi_component::{Output, interpolate};

use crate::inputs::name_prefix::NamePrefix;

impl NamePrefix {
    fn with(&self, suffix: &str) -> String {
        format!("{}-{suffix}", self.as_str())
    }

    /// The report bucket; bucket names are global, so it carries account and region.
    pub fn bucket(&self, account: &Output<String>, region: &Output<String>) -> Output<String> {
        let prefix = self.clone();
        account.zip(region).map(move |(account, region)| prefix.bucket_in(&account, &region))
    }

    /// The same in an account and region that are known.
    pub fn bucket_in(&self, account: &str, region: &str) -> String {
        format!("{}-{account}-{region}", self.with("reports"))
    }

    /// The alias of the key.
    pub fn key_alias(&self) -> String {
        format!("alias/{}", self.with("monitoring"))
    }

    /// A function.
    pub fn function(&self, handler: Handler) -> String {
        self.with(handler.name())
    }

    /// The log group that Lambda writes to for a function.
    pub fn log_group(&self, handler: Handler) -> String {
        format!("/aws/lambda/{}", self.function(handler))
    }

    /// The queue that takes what a function could not do.
    pub fn dead_letters(&self, handler: Handler) -> String {
        format!("{}-dead-letters", self.function(handler))
    }

    /// The queue that brings compliance changes to a function.
    pub fn events(&self, handler: Handler) -> String {
        format!("{}-events", self.function(handler))
    }

    /// The topic.
    pub fn topic(&self) -> String {
        self.with("alerts")
    }

    /// The alarm and the queue that test the way through the topic.
    pub fn delivery_test(&self) -> String {
        self.with("delivery-test")
    }

    /// The table that is the ledger.
    pub fn ledger(&self) -> String {
        self.with("ledger")
    }

    /// The event rule that lets the digest be told.
    pub fn digest(&self) -> String {
        self.with("digest")
    }

    /// The event rule that starts runs of remediation.
    pub fn remediation_schedule(&self) -> String {
        self.with("remediation-schedule")
    }

    /// The event rule that starts processing.
    pub fn schedule(&self) -> String {
        self.with("schedule")
    }

    /// An event rule that takes compliance changes; `suffix` tells several apart.
    pub fn compliance_change(&self, suffix: &str) -> String {
        format!("{}{suffix}", self.with("compliance-change"))
    }

    /// The configuration aggregator.
    pub fn aggregator(&self) -> String {
        self.with("aggregator")
    }

    /// The configuration recorder and its delivery channel, where they are ours.
    pub fn recorder(&self) -> String {
        self.with("recorder")
    }

    /// An alarm.
    pub fn alarm(&self, role: &str) -> String {
        self.with(role)
    }

    /// The database of the history. Athena's SQL takes a name without quotes where it has no hyphen.
    pub fn history_database(&self) -> String {
        self.with("history").replace('-', "_")
    }

    /// The workgroup that queries the history.
    pub fn history_workgroup(&self) -> String {
        self.with("history")
    }

    /// The dashboard; dashboard names are global, so it carries the region.
    pub fn dashboard(&self, region: &Output<String>) -> Output<String> {
        interpolate!("{}-{}", self.dashboard_start(), region)
    }

    /// The dashboard's name before its region.
    pub fn dashboard_start(&self) -> String {
        if self.is_default() { "ComplianceMonitoring".to_owned() } else { self.with("monitoring") }
    }

    /// A conformance pack: one of those that a framework is deployed as, from 1.
    pub fn pack(&self, framework: &str, part: usize) -> String {
        aws_compliance_catalog::pack_name(framework, part, self.as_str())
    }

    /// What the names of the rules in a framework's packs begin with, and no others.
    pub fn pack_rules(&self, framework: &str) -> String {
        aws_compliance_catalog::rules_start(framework, self.as_str())
    }

    /// A Config rule: its own name, which only another prefix makes another one.
    pub fn rule(&self, name: &str) -> String {
        if self.is_default() { name.to_owned() } else { self.with(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest region code there is (botocore's `endpoints.json`).
    const REGION: &str = "ap-northeast-1";

    /// Each kind with the most that AWS takes, and the page that says so.
    #[test]
    fn the_longest_prefix_leaves_every_name_within_its_length() {
        let prefix: NamePrefix = serde_json::from_value(serde_json::json!("a".repeat(20))).expect("a prefix");
        let global = |name: &str, account: &str| format!("{}{account}-{REGION}", prefix.with(name)).len();
        // S3 User Guide, "General purpose bucket naming rules".
        assert!(global("reports", "-111122223333") <= 63);
        // CloudWatch API Reference, "PutDashboard".
        assert!(global("monitoring", "") <= 255);
        // KMS API Reference, "CreateAlias".
        assert!(prefix.key_alias().len() <= 256);
        for handler in Handler::ALL {
            // Lambda API Reference, "CreateFunction"; CloudWatch Logs, "CreateLogGroup"; SQS, "CreateQueue".
            assert!(prefix.function(handler).len() <= 64);
            assert!(prefix.log_group(handler).len() <= 512);
            assert!(prefix.dead_letters(handler).len() <= 80);
            assert!(prefix.events(handler).len() <= 80);
        }
        // SNS API Reference, "CreateTopic"; EventBridge, "PutRule"; AWS Config, "ConfigurationAggregator" and
        // "ConfigurationRecorder".
        assert!(prefix.topic().len() <= 256);
        assert!(prefix.schedule().len() <= 64 && prefix.compliance_change("-99").len() <= 64);
        // SQS, "CreateQueue"; DynamoDB, "CreateTable"; EventBridge, "PutRule".
        assert!(prefix.delivery_test().len() <= 80 && prefix.ledger().len() <= 255 && prefix.digest().len() <= 64);
        assert!(prefix.aggregator().len() <= 256 && prefix.recorder().len() <= 256);
        // CloudWatch API Reference, "PutMetricAlarm"; Glue, "DatabaseInput"; Athena, "CreateWorkGroup".
        assert!(prefix.alarm("aggregation-dead-letters").len() <= 255);
        assert!(prefix.history_database().len() <= 255 && prefix.history_workgroup().len() <= 128);
        // AWS Config API Reference, "ConfigRule"; a name of one's own has at most 100 characters.
        assert!(prefix.rule(&"r".repeat(100)).len() <= 128);
    }
}
