//! What each handler needs of its environment.
//!
//! Read once at the start; every variable that is missing or ill-formed is named in one error.

use compliance_types::arn::Arn;
use thiserror::Error;

use crate::contract::variable;

/// What processing needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessingEnvironment {
    /// Where records go.
    pub storage: StorageEnvironment,
    /// Key of the configuration document in the same bucket.
    pub configuration_key: String,
    /// SHA-256 that the document's bytes must have.
    pub configuration_sha256: String,
    /// Name of the table that is the ledger.
    pub ledger_table: String,
    /// ARN of the topic, where there is one.
    pub topic_arn: Option<String>,
    /// How the way through the topic is tested, where it is.
    pub delivery: Option<DeliveryEnvironment>,
    /// Alias of the account, where it has one.
    pub account_alias: Option<String>,
    /// Name of the configuration aggregator, where it lists accounts and regions that are not read directly.
    pub aggregator_name: Option<String>,
    /// Name of the queue that brings events to the function, where it sends follow-ups.
    pub events_queue: Option<String>,
}

/// How the way through the topic is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryEnvironment {
    /// Name of the alarm.
    pub alarm: String,
    /// URL of the queue.
    pub queue_url: String,
}

/// What aggregation needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AggregationEnvironment {
    /// Where reports and history go.
    pub storage: StorageEnvironment,
    /// Name of the configuration aggregator.
    pub aggregator_name: String,
    /// Key of the configuration document in the same bucket.
    pub configuration_key: String,
    /// SHA-256 that the document's bytes must have.
    pub configuration_sha256: String,
    /// Alias of the account, where it has one.
    pub account_alias: Option<String>,
}

/// What remediation needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemediationEnvironment {
    /// Where records go.
    pub storage: StorageEnvironment,
    /// Key of the configuration document in the same bucket.
    pub configuration_key: String,
    /// SHA-256 that the document's bytes must have.
    pub configuration_sha256: String,
    /// Name of the table that is the ledger.
    pub ledger_table: String,
    /// ARN of the topic, where there is one.
    pub topic_arn: Option<String>,
}

/// The bucket, and the key that encrypts what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageEnvironment {
    /// Name of the report bucket.
    pub report_bucket: String,
    /// ARN of the KMS key.
    pub kms_key_arn: String,
}

/// Every variable that keeps a handler from starting.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("environment variables: {}", problems(.0))]
pub struct MissingVariables(pub Vec<VariableProblem>);

/// One variable that is missing or ill-formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableProblem {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with it: `missing`, or what was expected.
    pub reason: &'static str,
}

impl ProcessingEnvironment {
    /// Reads it through `lookup`, which gives the value of a variable, if it is set.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, MissingVariables> {
        let mut reader = Reader::new(lookup);
        let environment = Self {
            storage: reader.storage(),
            configuration_key: reader.configuration_key(),
            configuration_sha256: reader.configuration_sha256(),
            ledger_table: reader.take(variable::LEDGER_TABLE, "expected the name of a table", |text| !text.is_empty()),
            topic_arn: reader.optional(variable::TOPIC_ARN, "expected the arn of a topic", is_topic_arn),
            delivery: reader.delivery(),
            account_alias: reader.account_alias(),
            aggregator_name: reader.optional(variable::AGGREGATOR_NAME, "expected a name", |text| !text.is_empty()),
            events_queue: reader
                .optional(variable::EVENTS_QUEUE, "expected the name of a queue", |text| !text.is_empty()),
        };
        reader.finish(environment)
    }
}

impl AggregationEnvironment {
    /// Reads it through `lookup`, which gives the value of a variable, if it is set.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, MissingVariables> {
        let mut reader = Reader::new(lookup);
        let environment = Self {
            storage: reader.storage(),
            aggregator_name: reader.take(variable::AGGREGATOR_NAME, "expected a name", |text| !text.is_empty()),
            configuration_key: reader.configuration_key(),
            configuration_sha256: reader.configuration_sha256(),
            account_alias: reader.account_alias(),
        };
        reader.finish(environment)
    }
}

impl RemediationEnvironment {
    /// Reads it through `lookup`, which gives the value of a variable, if it is set.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, MissingVariables> {
        let mut reader = Reader::new(lookup);
        let environment = Self {
            storage: reader.storage(),
            configuration_key: reader.configuration_key(),
            configuration_sha256: reader.configuration_sha256(),
            ledger_table: reader.take(variable::LEDGER_TABLE, "expected the name of a table", |text| !text.is_empty()),
            topic_arn: reader.optional(variable::TOPIC_ARN, "expected the arn of a topic", is_topic_arn),
        };
        reader.finish(environment)
    }
}

/// Takes variables and keeps what is wrong with them.
struct Reader<L> {
    lookup: L,
    problems: Vec<VariableProblem>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    const fn new(lookup: L) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    fn storage(&mut self) -> StorageEnvironment {
        StorageEnvironment {
            report_bucket: self.take(variable::REPORT_BUCKET, "expected a bucket name", |text| !text.is_empty()),
            kms_key_arn: self.take(variable::KMS_KEY_ARN, "expected the arn of a kms key", is_kms_key_arn),
        }
    }

    fn account_alias(&mut self) -> Option<String> {
        self.optional(variable::ACCOUNT_ALIAS, "expected an alias", |text| !text.is_empty())
    }

    fn configuration_key(&mut self) -> String {
        self.take(variable::CONFIGURATION_KEY, "expected an object key", |text| !text.is_empty())
    }

    fn configuration_sha256(&mut self) -> String {
        self.take(variable::CONFIGURATION_SHA256, "expected 64 hexadecimal digits in lower case", |text| {
            text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
    }

    /// The value, or an empty text that [`Self::finish`] never lets out.
    fn take(&mut self, name: &'static str, expected: &'static str, is_well_formed: impl Fn(&str) -> bool) -> String {
        let reason = match (self.lookup)(name) {
            Some(text) if is_well_formed(&text) => return text,
            Some(_) => expected,
            None => "missing",
        };
        self.problems.push(VariableProblem { name, reason });
        String::new()
    }

    /// The value of a variable that need not be there.
    fn optional(
        &mut self,
        name: &'static str,
        expected: &'static str,
        is_well_formed: impl Fn(&str) -> bool,
    ) -> Option<String> {
        (self.lookup)(name).filter(|text| {
            let good = is_well_formed(text);
            if !good {
                self.problems.push(VariableProblem { name, reason: expected });
            }
            good
        })
    }

    /// Alarm and queue go together.
    fn delivery(&mut self) -> Option<DeliveryEnvironment> {
        let alarm = self.optional(variable::DELIVERY_ALARM, "expected the name of an alarm", |text| !text.is_empty());
        let is_url = |text: &str| text.starts_with("http://") || text.starts_with("https://");
        let queue_url = self.optional(variable::DELIVERY_QUEUE_URL, "expected the url of a queue", is_url);
        Some(DeliveryEnvironment { alarm: alarm?, queue_url: queue_url? })
    }

    fn finish<T>(self, environment: T) -> Result<T, MissingVariables> {
        if self.problems.is_empty() { Ok(environment) } else { Err(MissingVariables(self.problems)) }
    }
}

/// An alias is refused: the function's role is granted the key.
fn is_kms_key_arn(text: &str) -> bool {
    Arn::parse(text).is_ok_and(|arn| arn.is_kms_key())
}

fn is_topic_arn(text: &str) -> bool {
    Arn::parse(text).is_ok_and(|arn| arn.is_sns_topic())
}

fn problems(list: &[VariableProblem]) -> String {
    let texts: Vec<String> = list.iter().map(|problem| format!("`{}` {}", problem.name, problem.reason)).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::BTreeSet};

    use super::*;
    use crate::contract::Handler;

    const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn lookup(name: &str) -> Option<String> {
        let text = match name {
            variable::REPORT_BUCKET => "reports",
            variable::KMS_KEY_ARN => "arn:aws:kms:eu-central-1:123456789012:key/1",
            variable::CONFIGURATION_KEY => crate::key::CONFIGURATION,
            variable::CONFIGURATION_SHA256 => SHA256,
            variable::AGGREGATOR_NAME => "compliance-aggregator",
            variable::LEDGER_TABLE => "compliance-ledger",
            variable::TOPIC_ARN => "arn:aws:sns:eu-central-1:123456789012:compliance-alerts",
            variable::DELIVERY_ALARM => "compliance-delivery-test",
            variable::DELIVERY_QUEUE_URL => {
                "https://sqs.eu-central-1.amazonaws.com/123456789012/compliance-delivery-test"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }

    #[test]
    fn a_whole_environment_is_read() {
        let environment = ProcessingEnvironment::read(lookup).unwrap();
        assert_eq!(environment.storage.report_bucket, "reports");
        assert_eq!(environment.configuration_sha256, SHA256);
        assert_eq!(AggregationEnvironment::read(lookup).unwrap().aggregator_name, "compliance-aggregator");
        assert_eq!(RemediationEnvironment::read(lookup).unwrap().storage, environment.storage);
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let broken = |name: &str| match name {
            variable::KMS_KEY_ARN => Some("arn:aws:kms:eu-central-1:123456789012:alias/x".to_owned()),
            variable::CONFIGURATION_SHA256 => Some("ABC".to_owned()),
            _ => None,
        };
        assert_eq!(
            ProcessingEnvironment::read(broken).unwrap_err().to_string(),
            "environment variables: `REPORT_BUCKET` missing, `KMS_KEY_ARN` expected the arn of a kms key, \
             `CONFIGURATION_KEY` missing, `CONFIGURATION_SHA256` expected 64 hexadecimal digits in lower case, \
             `LEDGER_TABLE` missing"
        );
    }

    #[test]
    fn what_need_not_be_there_must_be_right_where_it_is() {
        let without =
            |name: &str| (!matches!(name, variable::TOPIC_ARN | variable::DELIVERY_ALARM)).then(|| lookup(name))?;
        let environment = ProcessingEnvironment::read(without).unwrap();
        assert_eq!((environment.topic_arn, environment.delivery, environment.account_alias), (None, None, None));
        let broken =
            |name: &str| if name == variable::TOPIC_ARN { Some("compliance-alerts".to_owned()) } else { lookup(name) };
        let error = ProcessingEnvironment::read(broken).unwrap_err().to_string();
        assert_eq!(error, "environment variables: `TOPIC_ARN` expected the arn of a topic");
    }

    #[test]
    fn each_handler_reads_the_variables_its_contract_lists_and_no_others() {
        type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;
        let asked = |read: fn(Lookup<'_>)| {
            let asked = RefCell::new(BTreeSet::new());
            read(&|name| {
                asked.borrow_mut().insert(name.to_owned());
                lookup(name)
            });
            asked.into_inner()
        };
        for (handler, asked) in [
            (Handler::Processing, asked(|of| drop(ProcessingEnvironment::read(of).unwrap()))),
            (Handler::Aggregation, asked(|of| drop(AggregationEnvironment::read(of).unwrap()))),
            (Handler::Remediation, asked(|of| drop(RemediationEnvironment::read(of).unwrap()))),
        ] {
            let listed: BTreeSet<String> = handler.variables().iter().map(|&name| name.to_owned()).collect();
            assert_eq!(asked, listed, "{handler:?}");
        }
    }
}
