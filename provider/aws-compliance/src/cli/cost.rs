//! `cost`: what a deployment costs, on the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use account_look::{LookRequest, RecorderAction, look, recorder_action};
use clap::{Args, Parser, Subcommand};
use pulumi_component::value::PropertyError;

use crate::cli::{file, table, terminal};
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::recorder::RecorderSettingsArgs;
use crate::plan::cost::CostContext;
use crate::queries::cost::{CostEstimate, assumed, estimated};

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
    /// Code of the region of the provider; `regions` of the inputs are the others.
    #[arg(long)]
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
        let others = args.regions.iter().filter(|code| **code != self.region);
        let (home, others) = match inspects {
            true => self.inspected(&args, others)?,
            false => (assumed(args.recorder.mode(), &self.region), Vec::new()),
        };
        match estimated(&args, home, others) {
            Ok(estimate) if judged.problems.is_empty() => return Ok(estimate),
            Ok(_) => {}
            Err(more) => judged.add(more),
        }
        Err(texts(judged.problems))
    }

    /// Resources by type, as AWS Config has recorded them, and whether a recorder exists: in home, then in the others.
    fn inspected<'a>(
        &self,
        args: &ComplianceMonitoringArgs,
        others: impl Iterator<Item = &'a String>,
    ) -> Result<(CostContext, Vec<CostContext>), Vec<String>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| vec![format!("cannot start: {error}")])?;
        let home = runtime.block_on(self.inspected_region(&args.recorder, args, &self.region))?;
        let elsewhere = args.recorder.elsewhere();
        let others = others.map(|code| runtime.block_on(self.inspected_region(&elsewhere, args, code)));
        Ok((home, others.collect::<Result<_, _>>()?))
    }

    async fn inspected_region(
        &self,
        recorder: &RecorderSettingsArgs,
        args: &ComplianceMonitoringArgs,
        region: &str,
    ) -> Result<CostContext, Vec<String>> {
        let request = LookRequest {
            region: Some(region.to_owned()),
            profile: self.profile.clone(),
            role_arn: self.role_arn.clone(),
            count_resources: true,
            recorder: recorder.plan(args.recorder.mode(), &args.name_prefix, None),
            ..LookRequest::default()
        };
        let looked = look(&request).await;
        let assumed = assumed(args.recorder.mode(), region);
        let creates_recorder = match recorder_action(&looked, &request) {
            RecorderAction::Reuse => false,
            RecorderAction::Create | RecorderAction::Keep => true,
            _ => assumed.creates_recorder,
        };
        let resources = looked.resources.ok_or_else(|| {
            let skipped = looked.skipped.map(|skipped| skipped.message);
            let reason = format!(
                "`config:GetDiscoveredResourceCounts` did not answer in {region}; allow it, or omit `--account`"
            );
            vec![skipped.unwrap_or(reason)]
        })?;
        Ok(CostContext { creates_recorder, resources: Some(resources), ..assumed })
    }
}

fn texts(problems: Vec<PropertyError>) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
