//! What each function is beyond what all of them have, a row each: everything of a function in this part is here.

use aws_resources::{dynamodb, lambda, s3};
use functions_core::configuration::MonitoringConfiguration;
use functions_core::contract::{Handler, variable};
use pulumi_component::{Error, Input};

use crate::parts::functions::function::{Function, Wiring};
use crate::parts::functions::permissions;
use crate::parts::functions::remediation;
use crate::parts::functions::shared::Shared;

/// All functions, in an order in which each refers to earlier ones only.
pub(super) const ORDER: [Handler; Handler::ALL.len()] =
    [Handler::Aggregation, Handler::Processing, Handler::Remediation];

/// Whether compliance changes reach a function through a queue of its own.
pub(super) const fn takes_changes(handler: Handler) -> bool {
    match handler {
        Handler::Processing | Handler::Remediation => true,
        Handler::Aggregation => false,
    }
}

/// What the functions refer to.
pub(super) struct Given<'a> {
    pub shared: &'a Shared<'a>,
    pub watched: &'a MonitoringConfiguration,
    /// The configuration document, and the SHA-256 of its bytes.
    pub document: (&'a s3::BucketObjectv2, &'a str),
    pub table: &'a dynamodb::Table,
}

impl Wiring {
    /// The row of a function, of which those before it in [`ORDER`] are `made`.
    pub(super) fn of(handler: Handler, given: &Given<'_>, made: &[Function]) -> Result<Self, Error> {
        let args = given.shared.args;
        Ok(match handler {
            Handler::Aggregation => Self {
                summary: "Reads what the aggregator sees of all accounts and regions and records it",
                variables: [(variable::AGGREGATOR_NAME, args.name_prefix.aggregator().into())]
                    .into_iter()
                    .chain(given.configuration())
                    .chain(given.account_alias())
                    .collect(),
                statements: permissions::aggregation(given.shared),
            },
            Handler::Processing => Self {
                summary: "Reads the results of AWS Config, records them, and sends what changed",
                variables: given
                    .configuration()
                    .into_iter()
                    .chain([
                        (variable::LEDGER_TABLE, given.table.name().into()),
                        (variable::EVENTS_QUEUE, args.name_prefix.events(Handler::Processing).into()),
                    ])
                    .chain(args.topic_arn.clone().map(|arn| (variable::TOPIC_ARN, arn)))
                    .chain(given.account_alias())
                    .chain(
                        given
                            .shared
                            .reads_sources
                            .then(|| (variable::AGGREGATOR_NAME, args.name_prefix.aggregator().into())),
                    )
                    .chain(args.delivery_queue_url.iter().flat_map(|url| {
                        let alarm = args.name_prefix.delivery_test().into();
                        [(variable::DELIVERY_ALARM, alarm), (variable::DELIVERY_QUEUE_URL, url.clone())]
                    }))
                    .collect(),
                statements: permissions::processing(
                    given.shared,
                    lambda_of(made, Handler::Aggregation)?,
                    given.table,
                    given.watched,
                ),
            },
            Handler::Remediation => Self {
                summary: "Plans what would fix findings, and makes approved changes",
                variables: given
                    .configuration()
                    .into_iter()
                    .chain([(variable::LEDGER_TABLE, given.table.name().into())])
                    .chain(args.topic_arn.clone().map(|arn| (variable::TOPIC_ARN, arn)))
                    .collect(),
                statements: permissions::remediation(given.shared)
                    .into_iter()
                    .chain(remediation::statements(given.shared, given.table, given.watched.remediation()))
                    .collect(),
            },
        })
    }
}

impl Given<'_> {
    fn configuration(&self) -> [(&'static str, Input<String>); 2] {
        let (object, digest) = self.document;
        [(variable::CONFIGURATION_KEY, object.key().into()), (variable::CONFIGURATION_SHA256, digest.into())]
    }

    fn account_alias(&self) -> Option<(&'static str, Input<String>)> {
        self.shared.facts.account_alias().map(|alias| (variable::ACCOUNT_ALIAS, alias.into()))
    }
}

fn lambda_of(made: &[Function], handler: Handler) -> Result<&lambda::Function, Error> {
    Ok(&of(made, handler)?.lambda)
}

/// The function of a handler among those that are made.
///
/// # Errors
/// When it is not among them, which is a bug.
pub(super) fn of(made: &[Function], handler: Handler) -> Result<&Function, Error> {
    let found = made.iter().find(|function| function.handler == handler);
    found.ok_or_else(|| Error::Failed(format!("bug: the {} function is not made yet", handler.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_has_every_function_once() {
        let mut sorted = ORDER;
        sorted.sort();
        assert_eq!(sorted, Handler::ALL);
    }
}
