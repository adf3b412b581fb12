//! What processing has at hand.

use functions_core::environment::ProcessingEnvironment;

use crate::{aws::Clients, config_reads::ConfigReads, error::HandlerError, store::Store, table::Table, topic::Topic};

/// The handler.
pub struct Processing {
    pub(super) client: aws_sdk_config::Client,
    pub(super) config: ConfigReads,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) lambda: aws_sdk_lambda::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    pub(super) store: Store,
    pub(super) table: Table,
    pub(super) topic: Option<Topic>,
    pub(super) environment: ProcessingEnvironment,
    /// The region whose rules are read, where it is not that of the function.
    pub(super) region: Option<String>,
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
            config: ConfigReads::new(clients.config.clone()),
            cloudwatch: clients.cloudwatch.clone(),
            lambda: clients.lambda.clone(),
            sqs: clients.sqs.clone(),
            store: Store::new(clients.s3.clone(), environment.storage.clone()),
            table: Table::new(clients.dynamodb.clone(), environment.ledger_table.clone()),
            topic: environment.topic_arn.clone().map(|arn| Topic::new(clients.sns.clone(), arn)),
            environment,
            region: None,
        })
    }
}
