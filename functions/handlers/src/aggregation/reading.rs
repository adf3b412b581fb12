//! What the aggregator sees.

use aws_sdk_config::{
    error::ProvideErrorMetadata, operation::select_aggregate_resource_config::SelectAggregateResourceConfigOutput,
};
use compliance_types::resource::ResourceIdentity;
use functions_core::{
    aggregate::{QUERY, ROWS_PER_CALL, read_row},
    sources::Status,
};
use functions_report::input::Arrival;

use super::{
    known::Known,
    state::{Next, State},
};
use crate::{
    aggregator,
    budget::Budget,
    config_reads::ConfigReads,
    error::{AwsError, HandlerError},
};

/// What the aggregator says of each of its sources, as the report has it.
pub(super) async fn sources(config: &ConfigReads, aggregator: &str) -> Result<Vec<Arrival>, AwsError> {
    let sources = aggregator::sources(config, aggregator).await?;
    let arrival = |source: Status| {
        let (succeeded, updated) = (source.is_readable(), source.updated.map(|time| time.as_str().to_owned()));
        Arrival { account: source.origin.account, region: source.origin.region, succeeded, updated }
    };
    Ok(sources.into_iter().map(arrival).collect())
}

/// Whether pages are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// All were read.
    Nothing,
    /// The time was over before.
    Pages,
}

/// Reads on from where `state` stands, at least one page, until all are read or the time is short. After an error it
/// stands where it came to.
pub(super) async fn pages(
    config: &ConfigReads,
    aggregator: &str,
    state: &mut State,
    known: &Known,
    time: &Budget,
) -> Result<Left, HandlerError> {
    let mut began = false;
    while let Next::Page(token) = &state.next {
        if began && time.is_short() {
            return Ok(Left::Pages);
        }
        let token = token.clone();
        let page = match page(config, aggregator, token.clone()).await {
            Ok(page) => page,
            // A token that an earlier invocation left does not last for ever.
            Err((_, true)) if !began && token.is_some() => {
                state.begin_anew();
                continue;
            }
            Err((error, _)) => return Err(error.into()),
        };
        began = true;
        page.results().iter().for_each(|row| add(state, known, row));
        let next = page.next_token.filter(|next| !next.is_empty());
        if next.is_some() && next == token {
            let what = format!("reading through `{aggregator}`");
            return Err(HandlerError::Report { what, cause: "the same page comes again and again".to_owned() });
        }
        state.next = next.map_or(Next::Sources, |next| Next::Page(Some(next)));
    }
    Ok(Left::Nothing)
}

/// A page; or why not, and whether it is because of the token.
async fn page(
    config: &ConfigReads,
    aggregator: &str,
    token: Option<String>,
) -> Result<SelectAggregateResourceConfigOutput, (AwsError, bool)> {
    let page = config.read(|client| {
        let request = client.select_aggregate_resource_config().expression(QUERY).limit(ROWS_PER_CALL);
        request.configuration_aggregator_name(aggregator).set_next_token(token.clone()).send()
    });
    page.await.map_err(|error| {
        let operation = format!("SelectAggregateResourceConfig through `{aggregator}`");
        (AwsError::new(operation, &error), error.code() == Some("InvalidNextTokenException"))
    })
}

fn add(state: &mut State, known: &Known, row: &str) {
    let Some(row) = read_row(row) else {
        state.unreadable = state.unreadable.saturating_add(1);
        return;
    };
    let target = &row.configuration;
    let resource = ResourceIdentity {
        account: &row.account_id,
        region: &row.aws_region,
        resource_type: &target.target_resource_type,
        resource_id: &target.target_resource_id,
    };
    let verdicts = || target.config_rule_list.iter();
    let counted: Vec<_> = verdicts()
        .filter_map(|verdict| Some((known.counted(&verdict.config_rule_name)?, verdict.compliance_type)))
        .collect();
    for (pack, id) in verdicts().filter_map(|verdict| known.pack(&verdict.config_rule_name)) {
        state.packs.add(pack, (&row.account_id, &row.aws_region), id);
    }
    let others = verdicts().count() - counted.len();
    state.others.evaluations = state.others.evaluations.saturating_add(u64::try_from(others).unwrap_or(u64::MAX));
    if counted.is_empty() && others > 0 {
        state.others.resources = state.others.resources.saturating_add(1);
    } else {
        state.gathered.add(resource, counted);
    }
}
