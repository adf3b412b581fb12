//! What processing has at hand.

use std::sync::Arc;

use functions_core::environment::ProcessingEnvironment;

use super::through::Through;
use crate::{aws::Clients, config_reads::ConfigReads, error::HandlerError, store::Store, table::Table, topic::Topic};

/// The handler.
#[derive(Clone)]
pub struct Processing {
    pub(super) client: aws_sdk_config::Client,
    pub(super) config: Arc<ConfigReads>,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) lambda: aws_sdk_lambda::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    pub(super) store: Store,
    pub(super) table: Table,
    pub(super) topic: Option<Topic>,
    pub(super) environment: ProcessingEnvironment,
    /// The region whose rules are read, where it is not that of the function.
    pub(super) region: Option<String>,
    /// The account and region that are read, where they are read through the aggregator.
    pub(super) through: Option<Through>,
}

impl Processing {
    /// The handler as its environment says.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: &Clients) -> Result<Self, HandlerError> {
        let environment = ProcessingEnvironment::read(lookup)?;
        Ok(Self {
            client: clients.config.clone(),
            config: Arc::new(ConfigReads::new(clients.config.clone())),
            cloudwatch: clients.cloudwatch.clone(),
            lambda: clients.lambda.clone(),
            sqs: clients.sqs.clone(),
            store: Store::new(clients.s3.clone(), environment.storage.clone()),
            table: Table::new(clients.dynamodb.clone(), environment.ledger_table.clone()),
            topic: environment.topic_arn.clone().map(|arn| Topic::new(clients.sns.clone(), arn)),
            environment,
            region: None,
            through: None,
        })
    }
}
