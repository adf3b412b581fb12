//! Plans what would fix findings, and where the settings say so and every guard allows it, makes the change.
//!
//! Invoked by the queue of compliance changes, whose changes it records and plans; by the schedule, for a run over all open
//! findings; and by whoever decided on a change. A compliance change alone never leads to a change of a resource.
//!
//! | module | does |
//! | --- | --- |
//! | `ledger` | reads and writes remediations, budget, leases |
//! | `facts` | finds out tags, waivers, owners, numbers of resources |
//! | `planning` | plans what would fix a finding |
//! | `acting` | makes a change, or undoes it |
//! | `verifying` | asks AWS Config about changed resources, and recovers interrupted changes |
//! | `sweep` | one run over all findings and remediations |
//! | `deciding` | does what somebody decided |
//! | `asking` | sends the notice that asks for approvals |

mod acting;
mod asking;
mod deciding;
mod facts;
mod ledger;
mod planning;
mod sweep;
mod verifying;

use functions_core::{
    compliance::Compliance,
    configuration::MonitoringConfiguration,
    environment::RemediationEnvironment,
    event::{self, ComplianceChange, RemediationAsk},
    key, record,
    remediate::remediate,
    remediation::settings::{Mode, Settings},
};
use serde_json::{Value, json};

use crate::{
    aws::Clients,
    config_reads::ConfigReads,
    configured,
    error::HandlerError,
    invocation::Invocation,
    log,
    queue::Batch,
    signed::Signed,
    store::{JSON, Store},
    table::Table,
    topic::Topic,
};

/// The handler.
pub struct Remediation {
    store: Store,
    table: Table,
    config: ConfigReads,
    signed: Signed,
    topic: Option<Topic>,
    environment: RemediationEnvironment,
}

impl Remediation {
    /// The handler as its environment says.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: &Clients) -> Result<Self, HandlerError> {
        let environment = RemediationEnvironment::read(lookup)?;
        Ok(Self {
            store: Store::new(clients.s3.clone(), environment.storage.clone()),
            table: Table::new(clients.dynamodb.clone(), environment.ledger_table.clone()),
            config: ConfigReads::new(clients.config.clone()),
            signed: clients.signed.clone(),
            topic: environment.topic_arn.clone().map(|arn| Topic::new(clients.sns.clone(), arn)),
            environment,
        })
    }

    /// Answers the failed messages where a queue asks, the result of a run or a decision, or `{"record", "note"}`.
    ///
    /// # Errors
    /// When the event is of no kind that remediation knows, or what it asks for cannot be done.
    pub async fn handle(&self, event: &Value, invocation: &Invocation) -> Result<Value, HandlerError> {
        match event::remediation_ask(event)? {
            RemediationAsk::Changes(messages) => {
                let Batch { changes, mut failed } = Batch::read(messages, invocation);
                let mut open = Vec::new();
                for (message_id, change) in changes {
                    match self.record(change.clone(), invocation).await {
                        Ok(_) => open.push(change),
                        Err(error) => {
                            log::error(&invocation.run.id, &format!("message {message_id} is not recorded"), &error);
                            failed.push(message_id);
                        }
                    }
                }
                self.plan_changes(&open, invocation).await;
                Ok(event::batch_answer(failed.iter().map(String::as_str)))
            }
            RemediationAsk::Change(change) => self.record(*change, invocation).await,
            RemediationAsk::Run => self.sweep(invocation).await,
            RemediationAsk::Decision { id, by } => self.decide(&id, &by, invocation).await,
        }
    }

    async fn record(&self, change: ComplianceChange, invocation: &Invocation) -> Result<Value, HandlerError> {
        let key = key::ledger(&change);
        let record = remediate(&invocation.run, change);
        let written = self.store.write_once(&key, JSON, record::render(&record)?.into_bytes()).await?;
        let answer = json!({ "record": key, "note": record.note });
        log::info(&invocation.run.id, "recorded", &json!({ "written": format!("{written:?}"), "answer": answer }));
        Ok(answer)
    }

    /// Plans what would fix the findings of changes. What cannot be planned now is planned by the next run, so that no message
    /// comes again for it.
    async fn plan_changes(&self, changes: &[ComplianceChange], invocation: &Invocation) {
        let origin = &invocation.run.origin;
        let own = changes.iter().filter(|change| change.account == origin.account && change.region == origin.region);
        let open = own.filter(|change| change.compliance == Some(Compliance::NonCompliant));
        let open: Vec<&ComplianceChange> = open.collect();
        if open.is_empty() {
            return;
        }
        let planned = async {
            let configuration = self.configuration().await?;
            match configuration.remediation() {
                Some(settings) => self.plan_findings_of(&open, &configuration, settings, invocation).await,
                None => Ok(()),
            }
        };
        if let Err(error) = planned.await {
            log::error(&invocation.run.id, "changes are not planned now; the next run plans them", &error);
        }
    }

    async fn configuration(&self) -> Result<MonitoringConfiguration, HandlerError> {
        let environment = &self.environment;
        configured::read(&self.store, &environment.configuration_key, &environment.configuration_sha256).await
    }
}

/// The mode of a rule.
fn mode(settings: &Settings, rule: &str) -> Mode {
    settings.rules.get(rule).map_or(Mode::Off, |rule| rule.mode)
}

#[cfg(test)]
mod asked;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod interrupted;
#[cfg(test)]
mod reported;
#[cfg(test)]
mod safety;
#[cfg(test)]
mod tests;
