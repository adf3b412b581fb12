//! The names that the provider writes and the functions read. Declared once, here.
//!
//! Object keys are in [`crate::key`], the configuration document in [`crate::configuration`].

/// The handlers of the one binary. The function's handler setting (`_HANDLER` at run time) chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Handler {
    /// Reads the compliance of the component's rules and writes one evaluation record.
    Processing,
    /// Reads every account and region through the aggregator, writes the report and the history.
    Aggregation,
    /// Records compliance changes, plans what would fix them, and makes approved changes.
    Remediation,
}

impl Handler {
    /// All handlers, in the order in which a change passes through them.
    pub const ALL: [Self; 3] = [Self::Processing, Self::Aggregation, Self::Remediation];

    /// The handler setting of the function, and the middle of its record keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Aggregation => "aggregation",
            Self::Remediation => "remediation",
        }
    }

    /// The handler of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|handler| handler.name() == name)
    }

    /// The environment variables it reads, all of them, sorted. Each is read by the struct of the same name in
    /// [`crate::environment`], which knows those that need not be there.
    #[must_use]
    pub const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Processing => &[
                variable::ACCOUNT_ALIAS,
                variable::AGGREGATOR_NAME,
                variable::CONFIGURATION_KEY,
                variable::CONFIGURATION_SHA256,
                variable::DELIVERY_ALARM,
                variable::DELIVERY_QUEUE_URL,
                variable::EVENTS_QUEUE,
                variable::KMS_KEY_ARN,
                variable::LEDGER_TABLE,
                variable::REPORT_BUCKET,
                variable::TOPIC_ARN,
            ],
            Self::Aggregation => &[
                variable::ACCOUNT_ALIAS,
                variable::AGGREGATOR_NAME,
                variable::CONFIGURATION_KEY,
                variable::CONFIGURATION_SHA256,
                variable::KMS_KEY_ARN,
                variable::REPORT_BUCKET,
            ],
            Self::Remediation => &[
                variable::CONFIGURATION_KEY,
                variable::CONFIGURATION_SHA256,
                variable::KMS_KEY_ARN,
                variable::LEDGER_TABLE,
                variable::REPORT_BUCKET,
                variable::TOPIC_ARN,
            ],
        }
    }
}

/// Names of the environment variables.
pub mod variable {
    /// Name of the bucket that holds configuration, reports and ledger.
    pub const REPORT_BUCKET: &str = "REPORT_BUCKET";
    /// ARN of the KMS key that encrypts what a function writes.
    pub const KMS_KEY_ARN: &str = "KMS_KEY_ARN";
    /// Key of the configuration document in the report bucket.
    pub const CONFIGURATION_KEY: &str = "CONFIGURATION_KEY";
    /// SHA-256 of the configuration document's bytes, 64 hexadecimal digits, lower case.
    pub const CONFIGURATION_SHA256: &str = "CONFIGURATION_SHA256";
    /// Name of the table that is the ledger.
    pub const LEDGER_TABLE: &str = "LEDGER_TABLE";
    /// ARN of the topic that carries notices. Absent: nothing is told.
    pub const TOPIC_ARN: &str = "TOPIC_ARN";
    /// Name of the alarm whose message tests the way through the topic. Absent: it is not tested.
    pub const DELIVERY_ALARM: &str = "DELIVERY_ALARM";
    /// URL of the queue that takes that message.
    pub const DELIVERY_QUEUE_URL: &str = "DELIVERY_QUEUE_URL";
    /// Name of the queue that brings events to the function, which it sends its follow-ups to. Absent: there are none.
    pub const EVENTS_QUEUE: &str = "EVENTS_QUEUE";
    /// Alias of the account, for people. Absent where it has none.
    pub const ACCOUNT_ALIAS: &str = "ACCOUNT_ALIAS";
    /// Name of the configuration aggregator to read through. Processing has it where the aggregator lists accounts and regions
    /// that it does not read directly.
    pub const AGGREGATOR_NAME: &str = "AGGREGATOR_NAME";
}

/// The compliance-change event as AWS Config puts it on the default bus
/// (AWS Config Developer Guide, "Monitoring AWS Config with Amazon EventBridge").
pub mod compliance_change {
    /// `source` of the event.
    pub const SOURCE: &str = "aws.config";
    /// `detail-type` of the event.
    pub const DETAIL_TYPE: &str = "Config Rules Compliance Change";
    /// `detail.messageType` of the event.
    pub const MESSAGE_TYPE: &str = "ComplianceChangeNotification";
}

/// What processing is invoked with where neither a schedule nor a queue does so: `{"trigger": ...}`, or `{}`.
pub mod trigger {
    /// The member.
    pub const MEMBER: &str = "trigger";
    /// Once, right after the deployment.
    pub const DEPLOYMENT: &str = "deployment";
    /// Some minutes after the deployment, by the function itself ([`crate::follow_up`]).
    pub const FOLLOW_UP: &str = "followUp";
    /// The rest of a run whose time ended, by the function itself ([`crate::event::Continuation`]).
    pub const CONTINUE: &str = "continue";
    /// A look at another region of the deployment, by the function itself; `region` says which.
    pub const REGION: &str = "region";
    /// A read of accounts and regions through the aggregator, by the function itself ([`crate::event::SourcesAsk`]).
    pub const SOURCES: &str = "sources";
    /// To tell what was gathered for the digest.
    pub const DIGEST: &str = "digest";
    /// A run of remediation.
    pub const REMEDIATION: &str = "remediation";
    /// A decision on a remediation; `id` and `by` say which.
    pub const DECISION: &str = "decision";
}

/// The metrics that the functions publish through their logs.
pub mod metric {
    /// Namespace of every metric.
    pub const NAMESPACE: &str = "ComplianceMonitoring";
    /// A dimension of each: the name of the function, which keeps two deployments of one region apart.
    pub const DIMENSION: &str = "FunctionName";
    /// Rules of this deployment that are compliant, at each processing run. Unit: count.
    pub const COMPLIANT_RULES: &str = "CompliantRules";
    /// Rules of this deployment that are not compliant, at each processing run. Unit: count.
    pub const NON_COMPLIANT_RULES: &str = "NonCompliantRules";
    /// Notices that were sent, at each processing run. Unit: count.
    pub const NOTICES: &str = "Notices";
    /// Looks of processing at all rules: 1 at the end of each. Runs for compliance changes and for the digest are none. Unit:
    /// count.
    pub const LOOKS: &str = "Looks";
    /// Subscriptions of the topic that nobody confirmed, at each whole processing run. Unit: count.
    pub const UNCONFIRMED_SUBSCRIPTIONS: &str = "UnconfirmedSubscriptions";
    /// Whether a test of the way through the topic failed: 1, else 0, where a run looked. Unit: count.
    pub const DELIVERY_LOST: &str = "DeliveryLost";
    /// Compliant verdicts (one rule on one resource) that the aggregator sees, at each aggregation run. Unit: count.
    pub const COMPLIANT_EVALUATIONS: &str = "CompliantEvaluations";
    /// Non-compliant verdicts (one rule on one resource) that the aggregator sees, at each aggregation run. Unit: count.
    pub const NON_COMPLIANT_EVALUATIONS: &str = "NonCompliantEvaluations";
    /// Rules of this deployment whose results could not be read, at each processing run that reads all rules of a region, zero
    /// included.
    /// Unit: count.
    pub const UNREADABLE_RULES: &str = "UnreadableRules";
    /// Resources that the aggregator gave in a form that is not read, at each aggregation run. Unit: count.
    pub const UNREADABLE_RESOURCES: &str = "UnreadableResources";
    /// The score of an aggregation run, 0 to 100; absent where nothing was judged. Unit: none.
    pub const SCORE: &str = "Score";
    /// Points by which the score of an aggregation run is above (positive) or below (negative) that of the run about a day
    /// earlier; absent where there is no score to compare with. Unit: none. Dimension: [`DIMENSION`] alone.
    pub const SCORE_CHANGE: &str = "ScoreChange";
    /// 1 where the recorder of a region of this deployment does not record at an aggregation run, 0 where each does; absent
    /// where the function may not read it. Unit: count.
    pub const RECORDER_STOPPED: &str = "RecorderStopped";
    /// Conformance packs of this deployment that are not whole, at each processing run that looks at everything in a region. Unit: count.
    pub const INCOMPLETE_PACKS: &str = "IncompletePacks";
    /// Accounts and regions that the aggregator lists and from which nothing arrives, at each processing run where it lists more than
    /// this deployment. Unit: count.
    pub const SOURCES_SILENT: &str = "SourcesSilent";
    /// Open findings at each aggregation run: one metric for each severity, with the dimensions [`DIMENSION`] and
    /// [`SEVERITY`] and always a value, zero included; and one for each of the worst rules, with [`DIMENSION`] and [`RULE`].
    /// An alarm on severities adds the first kind up. Unit: count.
    pub const OPEN_FINDINGS: &str = "OpenFindings";
    /// All of them but [`OPEN_FINDINGS`], which has more than one dimension.
    pub const SINGLE: [&str; 15] = [
        COMPLIANT_RULES,
        NON_COMPLIANT_RULES,
        NOTICES,
        LOOKS,
        UNCONFIRMED_SUBSCRIPTIONS,
        DELIVERY_LOST,
        COMPLIANT_EVALUATIONS,
        NON_COMPLIANT_EVALUATIONS,
        UNREADABLE_RULES,
        UNREADABLE_RESOURCES,
        SCORE,
        SCORE_CHANGE,
        RECORDER_STOPPED,
        INCOMPLETE_PACKS,
        SOURCES_SILENT,
    ];
    /// Dimension: severity of the rule, in the word of [`compliance_types::severity::Severity::word`].
    pub const SEVERITY: &str = "Severity";
    /// Dimension: name of the rule.
    pub const RULE: &str = "Rule";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handler_is_found_by_its_name_and_nothing_else_is() {
        for handler in Handler::ALL {
            assert_eq!(Handler::from_name(handler.name()), Some(handler));
        }
        assert_eq!(Handler::from_name("Processing"), None);
        assert_eq!(Handler::from_name(""), None);
    }

    #[test]
    fn variables_are_sorted() {
        for handler in Handler::ALL {
            assert!(handler.variables().is_sorted(), "{handler:?}");
        }
    }
}
