//! What all functions have in common.

use pulumi_component::Output;

use crate::account::facts::AccountFacts;
use crate::parts::functions::args::FunctionsArgs;

/// What all functions have in common.
pub(super) struct Shared<'a> {
    pub args: &'a FunctionsArgs,
    pub facts: &'a AccountFacts,
    pub bucket_arn: Output<String>,
    /// Whether processing reads accounts and regions through the aggregator.
    pub reads_sources: bool,
}
