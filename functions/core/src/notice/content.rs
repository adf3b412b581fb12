//! What a notice tells, and what it needs to know for that.

use std::collections::BTreeMap;

use compliance_types::{severity::Severity, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    configuration::{MonitoringConfiguration, Route},
    run::Origin,
    sources::Silence,
    transition::Transition,
    waived::Ending,
};

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Content {
    /// What changed.
    Transitions {
        /// Each change.
        transitions: Vec<Transition>,
    },
    /// What there was when rules were judged for the first time.
    Summary(Summary),
    /// Waivers that end soon.
    WaiversEnd {
        /// Each of them.
        waivers: Vec<Ending>,
    },
    /// Messages of services do not come through the topic.
    DeliveryLost {
        /// When the message was sent that did not come.
        sent: Timestamp,
    },
    /// Accounts and regions from which nothing arrives any more, or arrives again.
    Sources {
        /// Those from which nothing arrives.
        silent: Vec<Silence>,
        /// Those that report again.
        back: Vec<Silence>,
    },
}

/// What there was when rules were judged for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Whether it is the first run of all.
    pub first: bool,
    /// Rules that are judged.
    pub judged: usize,
    /// Those of them whose first evaluation may not be over: their changes are not told one by one yet.
    pub unsettled: usize,
    /// Rules that wait for their first verdict.
    pub waiting: usize,
    /// Open findings of those of these rules that have some.
    pub open: BTreeMap<String, usize>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The same for the same content, whoever tries to tell it and how often.
    pub id: String,
    /// When it was made.
    pub at: Timestamp,
    /// Whose resources it is about.
    #[serde(flatten)]
    pub origin: Origin,
    /// Names of the routes that take it.
    pub routes: Vec<String>,
    /// What it tells.
    pub content: Content,
}

/// What is known of rules and places beside the transitions.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Severity, frameworks and routes.
    pub configuration: &'a MonitoringConfiguration,
    /// Bucket of the report and the runbooks.
    pub bucket: &'a str,
    /// Region of that bucket, which is that of the function.
    pub home: &'a str,
    /// Alias of the account.
    pub alias: Option<&'a str>,
}

impl Facts<'_> {
    /// Severity of a rule.
    #[must_use]
    pub fn severity(&self, rule: &str) -> Severity {
        self.configuration.rule(rule).map(|rule| rule.severity).unwrap_or_default()
    }

    /// Names of the routes that take a transition, sorted.
    #[must_use]
    pub fn routes(&self, transition: &Transition) -> Vec<String> {
        let routes = &self.configuration.notices().routes;
        routes.iter().filter(|(_, route)| self.takes(route, transition)).map(|(name, _)| name.clone()).collect()
    }

    fn takes(&self, route: &Route, transition: &Transition) -> bool {
        let fits = |wanted: &[String], given: &str| wanted.is_empty() || wanted.iter().any(|one| one == given);
        let frameworks = self.configuration.rule(&transition.rule).map(|rule| &rule.frameworks);
        let served = |id: &String| frameworks.is_some_and(|frameworks| frameworks.contains_key(id));
        fits(&route.accounts, &transition.account)
            && fits(&route.rules, &transition.rule)
            && (route.severities.is_empty() || route.severities.contains(&self.severity(&transition.rule)))
            && (route.frameworks.is_empty() || route.frameworks.iter().any(served))
    }
}
