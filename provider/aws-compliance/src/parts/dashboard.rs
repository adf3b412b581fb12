//! The dashboard: how the functions do, and what they found.

use account_look::Owner;
use aws_resources::{DashboardBody, Graph, cloudwatch};
use compliance_types::severity::Severity;
use functions_core::contract::{Handler, metric};
use pulumi_component::{Checks, Context, Error, Input, Output, Outputs, PreparedComponent, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::facts::AccountFacts;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::parts::part::Part;

/// Inputs of [`Dashboard`].
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DashboardArgs {
    /// Start of the functions' names, and of the dashboard's where it is not `compliance`: a-z, 0-9 and hyphen.
    pub name_prefix: NamePrefix,
}

/// A CloudWatch dashboard of the functions and of what they found.
#[derive(Debug, Outputs)]
pub struct Dashboard {
    /// Name of the dashboard.
    pub dashboard_name: Output<String>,
}

/// The dashboard as a part of the whole.
pub const PART: Part = Part {
    claim: |whole, request| {
        let name = whole.args.dashboard.enabled.then(|| whole.args.name_prefix.dashboard_start());
        request.dashboard = name.map(|name| whole.named(name));
    },
    ..Part::of::<Dashboard>("dashboard")
};

impl ComplianceMonitoringArgs {
    /// What this part of the whole is given.
    pub(super) fn dashboard(&self) -> DashboardArgs {
        DashboardArgs { name_prefix: self.name_prefix.clone() }
    }
}

impl PreparedComponent for Dashboard {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Dashboard");
    type Args = DashboardArgs;
    type Prepared = AccountFacts;

    fn check(args: &Self::Args, checks: &mut Checks) {
        args.name_prefix.check(checks);
    }

    async fn prepare(context: &Context, _args: &Self::Args) -> Result<AccountFacts, Error> {
        AccountFacts::look(context).await
    }

    fn construct(scope: &Scope, args: Self::Args, facts: &AccountFacts) -> Result<Self, Error> {
        let dashboard = cloudwatch::Dashboard::child(
            scope,
            "dashboard",
            body(&args.name_prefix, facts),
            args.name_prefix.dashboard(&facts.region()),
        )
        .register();
        Ok(Self { dashboard_name: dashboard.id() })
    }
}

fn body(prefix: &NamePrefix, facts: &AccountFacts) -> DashboardBody {
    let of = |handler: Handler| [("FunctionName", Input::from(prefix.function(handler)))];
    let functions = |title, statistic, name: &str| {
        Handler::ALL.into_iter().fold(Graph::new(title, facts.region(), statistic), |graph, handler| {
            graph.metric("AWS/Lambda", name, of(handler))
        })
    };
    let found = |title, handler: Handler, names: &[&'static str]| {
        names.iter().fold(Graph::new(title, facts.region(), "Maximum").period_seconds(3600), |graph, name| {
            graph.metric(metric::NAMESPACE, name, [(metric::DIMENSION, prefix.function(handler).into())])
        })
    };
    let open = |title| Graph::new(title, facts.region(), "Maximum").period_seconds(3600);
    let by_severity = Severity::ALL.into_iter().fold(open("Open findings by severity"), |graph, severity| {
        let function = prefix.function(Handler::Aggregation).into();
        let dimensions = [(metric::DIMENSION, function), (metric::SEVERITY, severity.word().into())];
        graph.metric(metric::NAMESPACE, metric::OPEN_FINDINGS, dimensions)
    });
    // The rules are those that were worst, each for as long as it was.
    let by_rule = open("Open findings by rule, the worst").search(&format!(
        "{{{},{},{}}} MetricName=\"{}\" {}=\"{}\"",
        metric::NAMESPACE,
        metric::DIMENSION,
        metric::RULE,
        metric::OPEN_FINDINGS,
        metric::DIMENSION,
        prefix.function(Handler::Aggregation),
    ));
    let wrong = found(
        "Zero if all is well",
        Handler::Processing,
        &[
            metric::DELIVERY_LOST,
            metric::INCOMPLETE_PACKS,
            metric::SOURCES_SILENT,
            metric::UNCONFIRMED_SUBSCRIPTIONS,
            metric::UNREADABLE_RULES,
        ],
    );
    let aggregation = [(metric::DIMENSION, prefix.function(Handler::Aggregation).into())];
    let wrong = wrong.metric(metric::NAMESPACE, metric::RECORDER_STOPPED, aggregation.clone());
    let wrong = wrong.metric(metric::NAMESPACE, metric::UNREADABLE_RESOURCES, aggregation);
    let change = Graph::new("Change of the score in a day", facts.region(), "Minimum").period_seconds(3600);
    let of_aggregation = [(metric::DIMENSION, prefix.function(Handler::Aggregation).into())];
    let change = change.metric(metric::NAMESPACE, metric::SCORE_CHANGE, of_aggregation);
    DashboardBody::default()
        .row([
            found("Score, all accounts and regions", Handler::Aggregation, &[metric::SCORE]),
            change,
            found("Rules", Handler::Processing, &[metric::COMPLIANT_RULES, metric::NON_COMPLIANT_RULES]),
            found(
                "Evaluations, all accounts and regions",
                Handler::Aggregation,
                &[metric::COMPLIANT_EVALUATIONS, metric::NON_COMPLIANT_EVALUATIONS],
            ),
        ])
        .row([
            by_severity,
            by_rule,
            wrong,
            found("Looks and notices", Handler::Processing, &[metric::LOOKS, metric::NOTICES]),
        ])
        .row([
            functions("Invocations", "Sum", "Invocations"),
            functions("Errors", "Sum", "Errors"),
            functions("Duration (ms)", "Maximum", "Duration"),
        ])
        // A dashboard takes no tags; the look at the account reads whose it is here.
        .note(format!("Deployed by Pulumi: `{}`", Owner::mark(facts.owner())))
}
