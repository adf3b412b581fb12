//! `doctor`: the look at the account from the command line.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use compliance_types::recorder::RecorderMode;
use pulumi_component::Checks;

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
    #[arg(long)]
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
    let name = "aws-compliance doctor".to_owned();
    match Doctor::try_parse_from(std::iter::once(&name).chain(arguments)) {
        Ok(asked) => asked.answer(),
        Err(told) => {
            let _ = told.print();
            if told.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
        }
    }
}

impl Doctor {
    fn answer(self) -> ExitCode {
        let mut checks = Checks::default();
        if let Some(region) = &self.region {
            bounds::check_region(&mut checks, "--region", region);
        }
        checks.warnings().iter().for_each(|warning| eprintln!("warning: {warning}"));
        checks.errors().iter().for_each(|error| eprintln!("error: {error}"));
        if !checks.errors().is_empty() {
            return ExitCode::from(2);
        }
        let args = AccountStatusArgs {
            region: self.region,
            profile: self.profile,
            role_arn: self.role_arn,
            recorder_mode: self.recorder_mode,
            owner: self.owner,
            ..AccountStatusArgs::default()
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                eprintln!("error: cannot start: {error}");
                return ExitCode::from(2);
            }
        };
        let looked = runtime.block_on(args.look());
        let text = match self.json {
            true => serde_json::to_string_pretty(&looked.status()).unwrap_or_default() + "\n",
            false => looked.table(),
        };
        // A reader that has gone away is no error of ours.
        let _ = std::io::stdout().write_all(text.as_bytes());
        if looked.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
