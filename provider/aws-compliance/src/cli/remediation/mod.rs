//! `remediation`: what the remediation of a deployed stack plans and did, and decisions on it.

mod account;
mod text;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use functions_core::remediation::decision::Wish;
use serde_json::{Value, json};

use crate::cli::terminal;
use account::{Account, Place};

const NAME: &str = "pulumi-resource-aws-compliance remediation";

/// Shows what the remediation of a deployed stack plans and did, and decides on it. Uses the credentials of the environment or
/// of a profile; the stack's output `approverPolicy` is the IAM policy for it. Ends with status 1 where a decision was not
/// followed, with 2 where the command is not understood or AWS refuses it.
#[derive(Parser)]
#[command(name = NAME)]
struct Command {
    #[command(subcommand)]
    asked: Asked,
}

#[derive(Subcommand)]
enum Asked {
    /// List remediations, those that wait for a decision first.
    List {
        /// Only those in this state, such as `awaiting approval`.
        #[arg(long)]
        state: Option<String>,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Show one: the change, the resource before and after it, and every step.
    Show {
        /// Id of the remediation.
        id: String,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Approve the planned change, as `show` or the notice showed it.
    Approve {
        /// Digest of the plan, which `show` and the notice print.
        #[arg(long, value_name = "DIGEST")]
        plan: String,
        #[command(flatten)]
        decision: DecisionArgs,
    },
    /// Reject the planned change.
    Reject(DecisionArgs),
    /// Undo the change.
    Undo(DecisionArgs),
    /// Stop all changes at once, or let them go on.
    Stop {
        /// Let changes go on.
        #[arg(long)]
        resume: bool,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        place: PlaceArgs,
    },
}

#[derive(Args)]
struct DecisionArgs {
    /// Id of the remediation.
    id: String,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Args, Clone)]
struct PlaceArgs {
    /// Name of the table, the output `ledgerTableName`.
    #[arg(long, required_unless_present_any = ["stack", "outputs"])]
    table: Option<String>,
    /// Region; else as the stack, AWS_REGION or the profile say.
    #[arg(long, value_parser = terminal::region)]
    region: Option<String>,
    /// Pulumi stack whose outputs name table and region; `pulumi` is asked for them.
    #[arg(long, conflicts_with = "table")]
    stack: Option<String>,
    /// File with the outputs of the stack, as `pulumi stack output --json` prints them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["table", "stack"])]
    outputs: Option<PathBuf>,
    /// Profile of the shared AWS configuration; else the environment's credentials.
    #[arg(long)]
    profile: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Does what the arguments after `remediation` say.
pub fn run(arguments: &[String]) -> ExitCode {
    let command = match Command::try_parse_from(std::iter::once(&NAME.to_owned()).chain(arguments)) {
        Ok(command) => command,
        Err(usage) => {
            let _ = usage.print();
            return if usage.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answer = match runtime {
        Ok(runtime) => runtime.block_on(command.asked.answer()),
        Err(error) => Err(format!("cannot start: {error}")),
    };
    match answer {
        Ok((text, followed)) => {
            // A reader that has gone away is no error of ours.
            let _ = std::io::stdout().write_all(text.as_bytes());
            if followed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(2)
        }
    }
}

impl Asked {
    /// What is printed, and whether what was asked for was done.
    async fn answer(self) -> Result<(String, bool), String> {
        match self {
            Self::List { state, place } => {
                let account = Account::of(&place.read()?).await?;
                let mut items = account.items().await?;
                if let Some(state) = &state {
                    let known = text::state(state)?;
                    items.retain(|item| item.state == known);
                }
                let last = account.last_run().await?;
                let switch = account.switch().await?;
                let text = match place.json {
                    true => printed(&json!({ "remediations": items, "lastRun": last, "switch": switch })),
                    false => text::list(&items, last.as_ref(), switch.as_ref()),
                };
                Ok((text, true))
            }
            Self::Show { id, place } => {
                let item = Account::of(&place.read()?).await?.item(&id).await?;
                let text = match place.json {
                    true => {
                        let digest = item.plan.as_ref().map(functions_core::remediation::item::Plan::digest);
                        printed(&json!({ "remediation": item, "digest": digest }))
                    }
                    false => text::item(&item),
                };
                Ok((text, true))
            }
            Self::Approve { plan, decision } => decision.decide(Wish::Approve, Some(plan)).await,
            Self::Reject(asked) => asked.decide(Wish::Reject, None).await,
            Self::Undo(asked) => asked.decide(Wish::Undo, None).await,
            Self::Stop { resume, reason, place } => {
                let switch = Account::of(&place.read()?).await?.turn(!resume, &reason).await?;
                let text = match (place.json, resume) {
                    (true, _) => printed(&serde_json::to_value(&switch).unwrap_or_default()),
                    (false, false) => "All changes are stopped. `stop --resume` lets them go on.\n".to_owned(),
                    (false, true) => "Changes go on.\n".to_owned(),
                };
                Ok((text, true))
            }
        }
    }
}

impl DecisionArgs {
    async fn decide(self, wish: Wish, plan: Option<String>) -> Result<(String, bool), String> {
        let account = Account::of(&self.place.read()?).await?;
        let before = account.item(&self.id).await?;
        let answer = account.decide(&before, wish, plan, &self.reason).await?;
        let after = account.item(&self.id).await?;
        let followed = text::is_followed(wish, &before, &after);
        let note = answer.get("note").and_then(Value::as_str).unwrap_or_default();
        let text = match self.place.json {
            true => printed(&json!({ "followed": followed, "note": note, "remediation": after })),
            false => format!("{}: {}. {note}\n", after.id, after.state.word()),
        };
        Ok((text, followed))
    }
}

impl PlaceArgs {
    fn read(&self) -> Result<Place, String> {
        let outputs = match (&self.stack, &self.outputs) {
            (Some(stack), _) => Some(account::outputs_of(stack)?),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
                Some(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?)
            }
            (None, None) => None,
        };
        Place::new(self.table.clone(), self.region.clone(), self.profile.clone(), outputs.as_ref())
    }
}

fn printed(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
