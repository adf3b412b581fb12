//! `cost`: what a deployment costs, on the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use account_look::{LookRequest, RecorderAction, look, recorder_action};
use clap::{Args, Parser, Subcommand};
use compliance_types::recorder::RecorderMode;
use pulumi_component::value::PropertyError;

use crate::cli::{file, table, terminal};
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::plan::cost::CostContext;
use crate::queries::cost::{CostEstimate, estimated};

/// Estimates what a deployment costs in a month. Ends with status 1 where the inputs are invalid or the account cannot be
/// inspected, with 2 where the command is not understood.
#[derive(Parser)]
#[command(name = "pulumi-resource-aws-compliance cost")]
struct Command {
    #[command(subcommand)]
    asked: Asked,
}

#[derive(Subcommand)]
enum Asked {
    /// Estimate the monthly cost of a deployment, with what would save most.
    Estimate(EstimateArgs),
}

#[derive(Args)]
struct EstimateArgs {
    /// YAML or JSON with inputs of `ComplianceMonitoring`, all or some of them; `-` for standard input.
    file: PathBuf,
    /// Code of the region that it is deployed to.
    #[arg(long, value_parser = terminal::region)]
    region: String,
    /// Count the resources of the account with AWS Config, read-only, instead of assuming numbers.
    #[arg(long)]
    account: bool,
    /// Profile of the shared AWS configuration, for `--account`.
    #[arg(long, requires = "account")]
    profile: Option<String>,
    /// ARN of a role to assume, for `--account`.
    #[arg(long, value_name = "ARN", requires = "account")]
    role_arn: Option<String>,
    /// Print JSON, as `getCostEstimate` answers.
    #[arg(long)]
    json: bool,
}

/// Does what the arguments after `cost` say.
pub fn run(arguments: &[String]) -> ExitCode {
    match terminal::parsed::<Command>("pulumi-resource-aws-compliance cost", arguments) {
        Ok(Command { asked: Asked::Estimate(asked) }) => asked.answer(),
        Err(status) => status,
    }
}

impl EstimateArgs {
    fn answer(self) -> ExitCode {
        match self.estimate() {
            Ok(estimate) => {
                let text = match self.json {
                    true => serde_json::to_string_pretty(&estimate).unwrap_or_default() + "\n",
                    false => table::cost(&estimate),
                };
                terminal::print(&text);
                ExitCode::SUCCESS
            }
            Err(problems) => {
                problems.iter().for_each(terminal::error);
                ExitCode::FAILURE
            }
        }
    }

    fn estimate(&self) -> Result<CostEstimate, Vec<String>> {
        let given = file::read(&self.file).map_err(|reason| vec![reason])?;
        // The estimate checks what the inputs say.
        let mut judged = file::deployment(given, |_, _| {});
        let Some(args) = judged.args.take() else { return Err(texts(judged.problems)) };
        let inspects = self.account && judged.problems.is_empty();
        let context = if inspects { self.inspected(&args)? } else { self.assumed(&args) };
        match estimated(&args, context) {
            Ok(estimate) if judged.problems.is_empty() => return Ok(estimate),
            Ok(_) => {}
            Err(more) => judged.add(more),
        }
        Err(texts(judged.problems))
    }

    /// What holds of an account that is not inspected: `auto` may have to create the recorder.
    fn assumed(&self, args: &ComplianceMonitoringArgs) -> CostContext {
        let creates_recorder = args.recorder.mode() != RecorderMode::Reuse;
        CostContext { region: self.region.clone(), creates_recorder, resources: None }
    }

    /// Resources by type, as AWS Config has recorded them, and whether a recorder exists.
    fn inspected(&self, args: &ComplianceMonitoringArgs) -> Result<CostContext, Vec<String>> {
        let request = LookRequest {
            region: Some(self.region.clone()),
            profile: self.profile.clone(),
            role_arn: self.role_arn.clone(),
            count_resources: true,
            recorder: args.recorder.plan(args.recorder.mode(), &args.name_prefix, None),
            ..LookRequest::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let looked = runtime.map_err(|error| vec![format!("cannot start: {error}")])?.block_on(look(&request));
        let creates_recorder = match recorder_action(&looked, &request) {
            RecorderAction::Reuse => false,
            RecorderAction::Create | RecorderAction::Keep => true,
            _ => self.assumed(args).creates_recorder,
        };
        let resources = looked.resources.ok_or_else(|| {
            let skipped = looked.skipped.map(|skipped| skipped.message);
            let reason = "`config:GetDiscoveredResourceCounts` did not answer; allow it, or omit `--account`";
            vec![skipped.unwrap_or_else(|| reason.to_owned())]
        })?;
        Ok(CostContext { region: self.region.clone(), creates_recorder, resources: Some(resources) })
    }
}

fn texts(problems: Vec<PropertyError>) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
