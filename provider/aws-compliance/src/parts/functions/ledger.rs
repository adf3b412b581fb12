//! The table that keeps what processing knows: open findings, what is to be told, and what was.

use account_look::NamesakeKind;
use aws_resources::dynamodb;
use functions_core::ledger::{EXPIRES, PARTITION, SORT};
use pulumi_component::{Input, ResourceOptions, Scope};

use crate::account::facts::AccountFacts;
use crate::parts::functions::args::FunctionsArgs;
use crate::parts::tags;

/// A table on demand, under the key, whose old entries go by themselves and whose last 35 days can be brought back. It goes
/// with the stack: what it holds is made anew by a look at AWS Config.
pub(super) fn table(scope: &Scope, args: &FunctionsArgs, facts: &AccountFacts) -> dynamodb::Table {
    let attribute = |name: &str| Input::from(dynamodb::TableAttribute::new(name, "S"));
    dynamodb::Table::child(scope, "ledger")
        .name(args.name_prefix.ledger())
        .billing_mode("PAY_PER_REQUEST")
        .attributes(vec![attribute(PARTITION), attribute(SORT)])
        .hash_key(PARTITION)
        .range_key(SORT)
        .server_side_encryption(dynamodb::TableServerSideEncryption::new(true).kms_key_arn(&args.kms_key_arn))
        .ttl(dynamodb::TableTtl::new().attribute_name(EXPIRES).enabled(true))
        .point_in_time_recovery(dynamodb::TablePointInTimeRecovery::new(true))
        .tags(tags::owned(&args.tags, facts))
        .options(facts.adoption().of(NamesakeKind::Table, &args.name_prefix.ledger(), ResourceOptions::default()))
        .register()
}
