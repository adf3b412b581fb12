//! `doctor`: the look at the account from the command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use compliance_types::recorder::RecorderMode;
use pulumi_component::Checks;

use crate::cli::adopt::ImportFile;
use crate::cli::{file, terminal};
use crate::inputs::bounds;
use crate::queries::account_status::AccountStatusArgs;

/// Looks at an AWS account before anything is deployed to it, read-only: what is there, what a deployment would create,
/// and what it would be refused. Ends with status 1 where the account could not be seen or something would be refused.
#[derive(Parser)]
#[command(name = "aws-compliance doctor")]
struct Doctor {
    /// Profile of the shared AWS configuration; else the environment's credentials.
    #[arg(long)]
    profile: Option<String>,
    /// Region; else as AWS_REGION or the profile say.
    #[arg(long, value_parser = terminal::region)]
    region: Option<String>,
    /// ARN of a role to take first.
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// Whose configuration recorder the deployment will use: reuse, auto or create.
    #[arg(long, value_name = "MODE", default_value = "reuse", value_parser = recorder_mode)]
    recorder_mode: RecorderMode,
    /// Your PROJECT/STACK/COMPONENT; without it, doctor cannot tell which resources are yours.
    #[arg(long, value_name = "PROJECT/STACK/COMPONENT")]
    owner: Option<String>,
    /// YAML or JSON with the inputs of the deployment; `-` for standard input. Default: those of a default deployment.
    #[arg(long, value_name = "FILE", conflicts_with = "recorder_mode")]
    inputs: Option<PathBuf>,
    /// Write an import file for `pulumi import --file`, with the rules, aggregator, authorization, conformance packs, event rules,
    /// alarms and dashboard that carry the tag of `--owner`: for a stack that has lost its state.
    #[arg(long, value_name = "FILE", requires = "owner")]
    adopt: Option<PathBuf>,
    /// Print JSON, as `getAccountStatus` answers.
    #[arg(long)]
    json: bool,
}

fn recorder_mode(text: &str) -> Result<RecorderMode, String> {
    let text = serde_json::Value::from(text);
    serde_json::from_value(text).map_err(|_| "expected `reuse`, `auto` or `create`".to_owned())
}

/// Does what the arguments after `doctor` say.
pub fn run(arguments: &[String]) -> ExitCode {
    match terminal::parsed::<Doctor>("aws-compliance doctor", arguments) {
        Ok(asked) => asked.answer(),
        Err(status) => status,
    }
}

impl Doctor {
    fn answer(self) -> ExitCode {
        let mut checks = Checks::default();
        if let Some(region) = &self.region {
            bounds::check_region(&mut checks, "--region", region);
        }
        checks.warnings().iter().for_each(terminal::warning);
        checks.errors().iter().for_each(terminal::error);
        if !checks.errors().is_empty() {
            return ExitCode::from(terminal::USAGE);
        }
        let inputs = match self.inputs.as_deref().map(file::inputs).transpose() {
            Ok(inputs) => inputs,
            Err(problems) => return refused(&problems),
        };
        let args = AccountStatusArgs {
            region: self.region,
            profile: self.profile,
            role_arn: self.role_arn,
            recorder_mode: self.recorder_mode,
            owner: self.owner.clone(),
            ..AccountStatusArgs::default()
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                terminal::error(&format!("cannot start: {error}"));
                return ExitCode::from(terminal::USAGE);
            }
        };
        let looked = runtime.block_on(async {
            match &inputs {
                Some(inputs) => args.look_for(&inputs.args).await,
                None => args.look().await,
            }
        });
        let text = match self.json {
            true => serde_json::to_string_pretty(&looked.status()).unwrap_or_default() + "\n",
            false => looked.table(),
        };
        terminal::print(&text);
        if let (Some(path), Some(owner)) = (&self.adopt, &self.owner) {
            let given = inputs.map(|inputs| inputs.given).unwrap_or_default();
            let (target, owned) = (looked.target(), looked.owned());
            let imports = runtime.block_on(ImportFile::new(owner, given, &target, &owned));
            if let Err(reason) = imports.and_then(|imports| write(path, &imports)) {
                return refused(&[reason]);
            }
        }
        if looked.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Writes an import file, and says what to do with it.
fn write(path: &Path, imports: &ImportFile) -> Result<(), String> {
    let text = serde_json::to_string_pretty(imports).map_err(|error| error.to_string())?;
    std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    terminal::note(&format!(
        "wrote {} resources to {path}; import them into a stack without them with `pulumi import --file {path} --protect=false \
         --generate-code=false`, then run `pulumi up`, which imports bucket, key, table, topic, queues, functions and log groups \
         that carry the tag",
        imports.count(),
        path = path.display()
    ));
    Ok(())
}

fn refused(problems: &[String]) -> ExitCode {
    problems.iter().for_each(terminal::error);
    ExitCode::from(terminal::USAGE)
}
