//! What a function can be invoked with.
//!
//! Lambda hands over JSON. The shapes read here: a scheduled event and a compliance-change event of EventBridge (AWS
//! Config Developer Guide, "Monitoring AWS Config with Amazon EventBridge"), a batch of an SQS queue (AWS Lambda
//! Developer Guide, "Using Lambda with Amazon SQS"), and the event of an on-success destination (the same guide,
//! "Capturing records of Lambda asynchronous invocations"). Members that are not read are not asked for.

use compliance_types::{
    arn::is_account_id,
    resource::{Resource, is_resource_type},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use crate::{
    compliance::Compliance,
    contract::{compliance_change, trigger},
    evaluate::Trigger,
    run::Run,
};

/// Why an event cannot be read. A second try would read the same.
#[derive(Debug, Error)]
pub enum EventError {
    /// A message or an event is no compliance change.
    #[error("no compliance change: {0}")]
    NotAComplianceChange(#[source] serde_json::Error),
    /// An EventBridge event of another kind.
    #[error("no compliance change: `source` is `{event_source}` and `detail-type` is `{detail_type}`")]
    OtherEvent {
        /// The event's `source`.
        event_source: String,
        /// The event's `detail-type`.
        detail_type: String,
    },
    /// A member that must hold text is empty or ill-formed.
    #[error("no compliance change: `{0}` is empty or ill-formed")]
    IllFormed(&'static str),
    /// `Records` is there but holds something else than messages of a queue.
    #[error("no batch of a queue: {0}")]
    NotABatch(#[source] serde_json::Error),
    /// The event is of no kind that this handler knows.
    #[error("expected {0}")]
    Unexpected(&'static str),
    /// A compliance change of a rule that is not watched.
    #[error("the rule `{0}` is not watched")]
    UnknownRule(String),
    /// A compliance change of another account or region than the function's own.
    #[error("the change is of account {account} and region {region}, which are not watched from here")]
    Elsewhere {
        /// Its account.
        account: String,
        /// Its region.
        region: String,
    },
}

/// What processing is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A look at all rules.
    Look(Trigger),
    /// A look at all rules some minutes after a deployment.
    FollowUp,
    /// A look at the rules of compliance changes.
    Changes(Vec<QueueMessage>),
    /// The rest of a run whose time ended.
    Continue(Continuation),
    /// A look at all rules of another region of the deployment.
    Region(RegionAsk),
    /// A read of accounts and regions through the aggregator.
    Sources(SourcesAsk),
    /// To tell what was gathered.
    Digest,
}

/// A look at another region, as the function asks itself for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionAsk {
    /// The region.
    pub region: String,
    /// What made the run of home begin.
    pub of: Trigger,
    /// How many invocations have done a part of it already.
    pub number: u32,
}

impl RegionAsk {
    /// The event that asks for it.
    #[must_use]
    pub fn event(&self) -> Value {
        json!({ trigger::MEMBER: trigger::REGION, "region": self.region, "of": self.of, "number": self.number })
    }
}

/// A read of accounts and regions through the aggregator, as the function asks itself for it. Each is `<account>/<region>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcesAsk {
    /// Those that are read, in this order.
    pub sources: Vec<String>,
    /// Those that are not read; what waits to be sent of them is sent.
    pub unread: Vec<String>,
    /// What made the run of home begin.
    pub of: Trigger,
    /// How many invocations have done a part of it already.
    pub number: u32,
    /// Whether an earlier invocation has done a part of the first source.
    pub resumed: bool,
}

impl SourcesAsk {
    /// The event that asks for it.
    #[must_use]
    pub fn event(&self) -> Value {
        let mut event = json!(self);
        if let Some(members) = event.as_object_mut() {
            members.insert(trigger::MEMBER.to_owned(), trigger::SOURCES.into());
        }
        event
    }
}

/// The rest of a run whose time ended, as the function asks itself for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continuation {
    /// What made the run begin.
    pub of: Trigger,
    /// How many invocations have done a part of it already.
    pub number: u32,
    /// The run, where what is left depends on which one it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<AskedRun>,
}

/// A run of this function, as a continuation names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRun {
    /// Its id.
    pub id: String,
    /// When it was asked for.
    pub time: Timestamp,
}

/// How often one run is continued at most. Lambda stops chains of invocations that are longer than about 16 (AWS Lambda
/// Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops").
const CONTINUATIONS: u32 = 12;

impl Continuation {
    /// The one after `continuations` of them; `None` where that is too many.
    #[must_use]
    pub fn after(of: Trigger, continuations: u32) -> Option<Self> {
        (continuations < CONTINUATIONS).then_some(Self { of, number: continuations + 1, run: None })
    }

    /// The same of a certain run.
    #[must_use]
    pub fn of_run(self, run: &Run) -> Self {
        Self { run: Some(AskedRun { id: run.id.clone(), time: run.time.clone() }), ..self }
    }

    /// The event that asks for it.
    #[must_use]
    pub fn event(&self) -> Value {
        let mut event = json!({ trigger::MEMBER: trigger::CONTINUE, "of": self.of, "number": self.number });
        if let (Some(run), Some(members)) = (&self.run, event.as_object_mut()) {
            members.insert("run".to_owned(), json!(run));
        }
        event
    }
}

/// What `event` asks processing for.
///
/// # Errors
/// When it is of no kind that processing knows.
pub fn ask(event: &Value) -> Result<Ask, EventError> {
    const EXPECTED: &str = "a scheduled event, a batch of a queue, or `{}` with at most a `trigger` of `deployment`, `followUp` or `digest`";
    let members = event.as_object().ok_or(EventError::Unexpected(EXPECTED))?;
    if let Some(messages) = queue_messages(event)? {
        return Ok(Ask::Changes(messages));
    }
    if is_schedule(event) {
        return Ok(Ask::Look(Trigger::Schedule));
    }
    match (members.len(), members.get(trigger::MEMBER).and_then(Value::as_str)) {
        (0, _) => Ok(Ask::Look(Trigger::Manual)),
        (1, Some(trigger::DEPLOYMENT)) => Ok(Ask::Look(Trigger::Deployment)),
        (1, Some(trigger::FOLLOW_UP)) => Ok(Ask::FollowUp),
        (1, Some(trigger::DIGEST)) => Ok(Ask::Digest),
        (3, Some(trigger::CONTINUE)) => continuation(event).map(Ask::Continue).ok_or(EventError::Unexpected(EXPECTED)),
        (4, Some(trigger::REGION)) => {
            RegionAsk::deserialize(event).map(Ask::Region).map_err(|_| EventError::Unexpected(EXPECTED))
        }
        (6, Some(trigger::SOURCES)) => {
            SourcesAsk::deserialize(event).map(Ask::Sources).map_err(|_| EventError::Unexpected(EXPECTED))
        }
        _ => Err(EventError::Unexpected(EXPECTED)),
    }
}

/// One message of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueMessage {
    /// What the answer names when the message must come again.
    pub message_id: String,
    /// The message: for our queues, an EventBridge event as text.
    pub body: String,
}

/// The messages, if `event` is a batch of a queue; `None` if it is something else.
///
/// # Errors
/// When there is a list of records that are no messages: no answer could name them.
pub fn queue_messages(event: &Value) -> Result<Option<Vec<QueueMessage>>, EventError> {
    event.get("Records").map(|records| Vec::deserialize(records).map_err(EventError::NotABatch)).transpose()
}

/// The answer to a batch: the messages that must come again, or go to the dead-letter queue after the last try
/// (AWS Lambda Developer Guide, "Handling errors for an SQS event source in Lambda"). Needs the event source mapping's
/// `ReportBatchItemFailures`.
#[must_use]
pub fn batch_answer<'a>(failed_message_ids: impl IntoIterator<Item = &'a str>) -> Value {
    let failures: Vec<Value> = failed_message_ids.into_iter().map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": failures })
}

/// When the event itself says it happened: `time` of EventBridge, `timestamp` of a destination.
#[must_use]
pub fn time_of(event: &Value) -> Option<Timestamp> {
    let text = event.get("time").or_else(|| event.get("timestamp"))?.as_str()?;
    Timestamp::parse(text).ok()
}

/// Whether `event` is EventBridge's scheduled event.
#[must_use]
pub fn is_schedule(event: &Value) -> bool {
    event.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event")
}

/// Key of the record that processing wrote, if `event` is the on-success destination's event of processing.
#[must_use]
pub fn processing_record(event: &Value) -> Option<&str> {
    event.pointer("/responsePayload/record").and_then(Value::as_str)
}

/// Whether `event` asks aggregation for a report. The on-success destination's event of processing does so where its answer
/// names a record: a digest and a batch of changes are no looks at all rules.
///
/// # Errors
/// When it is of no kind that aggregation knows.
pub fn is_report_due(event: &Value) -> Result<bool, EventError> {
    const EXPECTED: &str = "the record of a run of processing, or `{}` with at most a `trigger` of `deployment`";
    let members = event.as_object().ok_or(EventError::Unexpected(EXPECTED))?;
    if members.contains_key("responsePayload") {
        return Ok(processing_record(event).is_some());
    }
    match (members.len(), members.get(trigger::MEMBER).and_then(Value::as_str)) {
        (0, _) | (1, Some(trigger::DEPLOYMENT)) => Ok(true),
        (4, Some(trigger::CONTINUE)) if continuation(event).is_some_and(|one| one.run.is_some()) => Ok(true),
        _ => Err(EventError::Unexpected(EXPECTED)),
    }
}

/// The continuation that `event` asks for, if it is one.
#[must_use]
pub fn continuation(event: &Value) -> Option<Continuation> {
    let is_one = event.get(trigger::MEMBER).and_then(Value::as_str) == Some(trigger::CONTINUE);
    is_one.then(|| Continuation::deserialize(event).ok()).flatten()
}

/// What remediation is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemediationAsk {
    /// To record compliance changes, and to plan what would fix them.
    Changes(Vec<QueueMessage>),
    /// To record one compliance change.
    Change(Box<ComplianceChange>),
    /// A run over all open findings.
    Run,
    /// To do what somebody decided.
    Decision {
        /// Id of the remediation.
        id: String,
        /// Id of the person's IAM identity.
        by: String,
    },
}

/// What `event` asks remediation for.
///
/// # Errors
/// When it is of no kind that remediation knows.
pub fn remediation_ask(event: &Value) -> Result<RemediationAsk, EventError> {
    if let Some(messages) = queue_messages(event)? {
        return Ok(RemediationAsk::Changes(messages));
    }
    let member = |name: &str| event.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    match member(trigger::MEMBER) {
        Some(trigger::REMEDIATION) => Ok(RemediationAsk::Run),
        Some(trigger::DECISION) => match (member("id"), member("by")) {
            (Some(id), Some(by)) => Ok(RemediationAsk::Decision { id: id.to_owned(), by: by.to_owned() }),
            _ => Err(EventError::Unexpected(
                "a decision with the `id` of a remediation and `by`, the id of an IAM identity",
            )),
        },
        _ => ComplianceChange::from_event(event).map(|change| RemediationAsk::Change(Box::new(change))),
    }
}

/// Whether `event` is the one of a deployment.
#[must_use]
pub fn is_deployment(event: &Value) -> bool {
    event.get(trigger::MEMBER).and_then(Value::as_str) == Some(trigger::DEPLOYMENT)
}

/// A verdict that changed, as AWS Config told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ComplianceChange {
    /// Id of the EventBridge event: the same for each delivery of it.
    pub event_id: String,
    /// Time of the EventBridge event.
    pub time: Timestamp,
    /// AWS account id of the resource.
    pub account: String,
    /// AWS region of the resource.
    pub region: String,
    /// Name of the AWS Config rule.
    pub rule: String,
    /// Type of the resource, such as `AWS::S3::Bucket`.
    pub resource_type: String,
    /// Id of the resource, in the form its service uses.
    pub resource_id: String,
    /// The verdict now; absent when the event tells none.
    pub compliance: Option<Compliance>,
    /// The verdict before; absent at the first one.
    pub previous_compliance: Option<Compliance>,
}

impl ComplianceChange {
    /// Reads an EventBridge event, as in the body of a queue's message.
    ///
    /// # Errors
    /// When the text is no compliance-change event, or lacks what names the change.
    pub fn parse(text: &str) -> Result<Self, EventError> {
        let event: Value = serde_json::from_str(text).map_err(EventError::NotAComplianceChange)?;
        Self::from_event(&event)
    }

    /// Reads an EventBridge event.
    ///
    /// # Errors
    /// When it is no compliance-change event, or lacks what names the change.
    pub fn from_event(event: &Value) -> Result<Self, EventError> {
        let Kind { source, detail_type } = Kind::deserialize(event).map_err(EventError::NotAComplianceChange)?;
        if source != compliance_change::SOURCE || detail_type != compliance_change::DETAIL_TYPE {
            return Err(EventError::OtherEvent { event_source: source, detail_type });
        }
        let event = Event::deserialize(event).map_err(EventError::NotAComplianceChange)?;
        let verdict = |result: Option<EvaluationResult>| result.map(|result| result.compliance_type);
        let change = Self {
            event_id: event.id,
            time: event.time,
            account: event.detail.aws_account_id,
            region: event.detail.aws_region,
            rule: event.detail.config_rule_name,
            resource_type: event.detail.resource_type,
            resource_id: event.detail.resource_id,
            compliance: verdict(event.detail.new_evaluation_result),
            previous_compliance: verdict(event.detail.old_evaluation_result),
        };
        change.check()?;
        Ok(change)
    }

    /// The resource.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource { resource_type: self.resource_type.clone(), resource_id: self.resource_id.clone() }
    }

    /// Whether it says that the resource is gone, or that the rule does not apply to it any more.
    #[must_use]
    pub const fn is_end(&self) -> bool {
        matches!(self.compliance, None | Some(Compliance::NotApplicable))
    }

    /// What names the change must be there: the ledger's key is made of it.
    fn check(&self) -> Result<(), EventError> {
        let fields = [
            ("id", !self.event_id.is_empty()),
            ("detail.awsAccountId", is_account_id(&self.account)),
            ("detail.awsRegion", !self.region.is_empty()),
            ("detail.configRuleName", !self.rule.is_empty()),
            ("detail.resourceType", is_resource_type(&self.resource_type)),
            ("detail.resourceId", !self.resource_id.is_empty()),
        ];
        fields.into_iter().try_for_each(|(name, good)| if good { Ok(()) } else { Err(EventError::IllFormed(name)) })
    }
}

#[derive(Deserialize)]
struct Kind {
    source: String,
    // AWS's own spelling.
    #[serde(rename = "detail-type")]
    detail_type: String,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    time: Timestamp,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    aws_account_id: String,
    aws_region: String,
    config_rule_name: String,
    resource_type: String,
    resource_id: String,
    new_evaluation_result: Option<EvaluationResult>,
    old_evaluation_result: Option<EvaluationResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EvaluationResult {
    compliance_type: Compliance,
}

#[cfg(test)]
pub(crate) mod tests;
