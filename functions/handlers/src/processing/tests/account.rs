//! An account whose services keep what is written to them ([`services`](crate::tests::services)). It can fail at any call,
//! before or after the call has had its effect.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use functions_core::{
    configuration::{MonitoringConfiguration, RuleEntry},
    sha256,
};
use serde_json::{Value, json};

use super::Processing;
use crate::{
    error::HandlerError,
    tests::{
        services::{State, TOPIC, refusal},
        support::{self, FakeAws, Request, at},
    },
};

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with this code and has no effect.
    Refused(&'static str),
    /// It has its effect, and nobody hears of it.
    Unheard,
}

type Decide = Box<dyn FnMut(usize, &Request) -> Option<Fault> + Send>;

pub struct Account {
    aws: FakeAws,
    pub state: Arc<Mutex<State>>,
    document: String,
    /// Whether the function has an aggregator to read through.
    aggregates: bool,
    faults: Arc<Mutex<Option<Decide>>>,
}

impl Account {
    /// An account that watches these rules.
    pub fn new(rules: &[&str]) -> Self {
        Self::with(MonitoringConfiguration::new(rules.iter().map(|rule| entry(rule))).unwrap())
    }

    pub fn with(configuration: MonitoringConfiguration) -> Self {
        let document = configuration.render().unwrap();
        let state = State { recorded: vec!["AWS::S3::Bucket".to_owned()], ..State::default() };
        let state = Arc::new(Mutex::new(state));
        {
            let mut kept = state.lock().unwrap();
            kept.objects.insert(functions_core::key::CONFIGURATION.to_owned(), document.clone());
            for rule in configuration.rules() {
                kept.results.insert(rule.name.clone(), BTreeMap::new());
            }
        }
        let faults: Arc<Mutex<Option<Decide>>> = Arc::default();
        let (kept, decide) = (Arc::clone(&state), Arc::clone(&faults));
        let aws = FakeAws::start(move |request: &Request| {
            let mut state = kept.lock().unwrap();
            let call = state.calls;
            state.calls += 1;
            match decide.lock().unwrap().as_mut().and_then(|decide| decide(call, request)) {
                Some(Fault::Refused(code)) => refusal(request, code),
                fault => {
                    let answer = state.answer(request);
                    if let Some(mut after) = state.after.take() {
                        after(&mut state, request.operation());
                        state.after = Some(after);
                    }
                    if fault.is_some() { (500, String::new()) } else { answer }
                }
            }
        });
        Self { aws, state, document, aggregates: false, faults }
    }

    /// The same account whose function reads other accounts through an aggregator.
    pub fn aggregating(self) -> Self {
        Self { aggregates: true, ..self }
    }

    /// The same account under another configuration.
    pub fn configured(self, configuration: MonitoringConfiguration) -> Self {
        let document = configuration.render().unwrap();
        self.state.lock().unwrap().objects.insert(functions_core::key::CONFIGURATION.to_owned(), document.clone());
        Self { document, ..self }
    }

    /// From now on calls fail as `decide` says of each number and request.
    pub fn fail(&self, decide: impl FnMut(usize, &Request) -> Option<Fault> + Send + 'static) {
        self.state.lock().unwrap().calls = 0;
        *self.faults.lock().unwrap() = Some(Box::new(decide));
    }

    pub fn heal(&self) {
        *self.faults.lock().unwrap() = None;
    }

    pub fn processing(&self) -> Processing {
        let sha256 = sha256::hex(self.document.as_bytes());
        let more = [
            ("CONFIGURATION_KEY", functions_core::key::CONFIGURATION),
            ("CONFIGURATION_SHA256", sha256.as_str()),
            ("LEDGER_TABLE", "ledger"),
            ("TOPIC_ARN", TOPIC),
            ("DELIVERY_ALARM", "delivery-test"),
            ("DELIVERY_QUEUE_URL", "http://127.0.0.1:9/queue"),
            ("ACCOUNT_ALIAS", "prod"),
            ("EVENTS_QUEUE", "processing-events"),
            ("AGGREGATOR_NAME", "compliance-aggregator"),
        ];
        let more = if self.aggregates { &more[..] } else { &more[..more.len() - 1] };
        Processing::new(support::environment(more), &support::clients(&self.aws)).unwrap()
    }

    /// A run `minutes` after the first.
    pub async fn run(&self, event: &Value, run: &str, minutes: u64) -> Result<Value, HandlerError> {
        self.state.lock().unwrap().minutes = minutes;
        self.processing().handle(event, &at(run, minutes)).await
    }

    pub async fn look(&self, run: &str, minutes: u64) -> Value {
        self.run(&json!({ "detail-type": "Scheduled Event" }), run, minutes).await.unwrap()
    }

    /// Two looks at the first results, after which changes are news.
    pub async fn settle(&self) {
        self.look("run-0", 0).await;
        self.look("run-00", 0).await;
    }

    /// Gives a rule's results: id of a bucket, verdict.
    pub fn judge(&self, rule: &str, results: &[(&str, &str)]) {
        let results = results
            .iter()
            .map(|(id, verdict)| (("AWS::S3::Bucket".to_owned(), (*id).to_owned()), (*verdict).to_owned()));
        self.state.lock().unwrap().results.insert(rule.to_owned(), results.collect());
    }

    /// Every transition that was told, as `kind id`, in the order of messages.
    pub fn told(&self) -> Vec<String> {
        let messages = self.messages();
        let transitions = messages.iter().filter_map(|message| message["transitions"].as_array()).flatten();
        transitions
            .map(|each| format!("{} {}", each["kind"].as_str().unwrap(), each["resourceId"].as_str().unwrap()))
            .collect()
    }

    /// What machines got.
    pub fn messages(&self) -> Vec<Value> {
        let state = self.state.lock().unwrap();
        state
            .published
            .iter()
            .map(|message| serde_json::from_str(message["default"].as_str().unwrap()).unwrap())
            .collect()
    }

    pub fn kinds(&self) -> Vec<String> {
        self.messages().iter().map(|message| message["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// Keys of the table that begin so.
    pub fn entries(&self, partition: &str) -> usize {
        self.state.lock().unwrap().table.keys().filter(|(own, _)| own.starts_with(partition)).count()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.aws.requests()
    }

    pub fn operations(&self) -> Vec<String> {
        self.aws.operations()
    }
}

pub fn entry(rule: &str) -> RuleEntry {
    RuleEntry { identifier: "ENCRYPTED_VOLUMES".to_owned(), name: rule.to_owned(), ..RuleEntry::default() }
}
