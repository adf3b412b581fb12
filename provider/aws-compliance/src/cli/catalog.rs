//! `catalog`: rules and frameworks on the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use aws_compliance_catalog::{Template, nearest_of, nearest_rules, search_rules, templates, unknown_framework};
use clap::{Args, Parser, Subcommand};
use pulumi_component::engine::{check, from_properties};
use pulumi_component::value::{PropertyError, PropertyValue, Value};
use pulumi_component::{Checks, PreparedComponent};
use serde::Serialize;
use serde_json::json;

use crate::cli::check::checked;
use crate::cli::{table, terminal};
use crate::parts::rule_set::RuleSet;
use crate::parts::rule_set::args::RuleSetArgs;
use crate::plan::Plan;
use crate::plan::target::Target;
use crate::queries::view;

const NAME: &str = "aws-compliance catalog";

/// Shows what is known of AWS's managed rules and of frameworks, and judges rules before they are deployed. Asks no
/// account. Ends with status 1 where nothing is found or something is wrong, with 2 where the command is not understood.
#[derive(Parser)]
#[command(name = NAME)]
struct Command {
    #[command(subcommand)]
    asked: Asked,
}

#[derive(Subcommand)]
enum Asked {
    /// Find rules that hold every word in their identifier, documented name or resource types.
    Search {
        /// Words, in any case.
        #[arg(required = true)]
        words: Vec<String>,
        /// Print JSON: a list of what `getManagedRule` answers.
        #[arg(long)]
        json: bool,
    },
    /// Show one rule.
    Show {
        /// Identifier or documented name of the rule.
        identifier: String,
        /// Print JSON, as `getManagedRule` answers.
        #[arg(long)]
        json: bool,
    },
    /// List the frameworks, or those that hold every word in id or title.
    Frameworks {
        /// Words, in any case.
        words: Vec<String>,
        /// Print JSON: `[{"id", "rules", "manual", "optional", "custom", "title"}]`, all but id and title being numbers.
        #[arg(long)]
        json: bool,
    },
    /// List the rules of one framework, with the controls that each counts for.
    Framework {
        /// Id of the framework.
        id: String,
        /// Print JSON, as `getFramework` answers.
        #[arg(long)]
        json: bool,
    },
    /// Put frameworks beside one another.
    Compare {
        /// Ids of two frameworks or more.
        #[arg(required = true, num_args = 2..)]
        ids: Vec<String>,
        /// Print JSON: `{"asked": {ID: NUMBER}, "distinct": NUMBER, "shared": [], "only": {ID: []}, "decisions": []}`.
        #[arg(long)]
        json: bool,
    },
    /// Judge the inputs of a deployment as its preview does.
    Check {
        /// YAML or JSON with inputs of `ComplianceMonitoring`, such as `rules` and `frameworks`; or a Pulumi program in YAML,
        /// all of whose components of this type are checked; `-` for standard input.
        file: PathBuf,
        /// The region of the deployment; given more than once, each is checked.
        #[arg(long = "region", value_name = "REGION")]
        regions: Vec<String>,
        /// The stack of the program: its values of the configuration are in `Pulumi.STACK.yaml` beside it. Default: the only
        /// stack that has such a file.
        #[arg(long, value_name = "STACK")]
        stack: Option<String>,
        /// Print JSON, as `checkRules` answers, with `notChecked` beside it: `[{"path", "reason"}]`.
        #[arg(long)]
        json: bool,
    },
    /// Print the conformance pack of one or more frameworks, each rule once; or what a framework is deployed as.
    Render(Render),
}

#[derive(Args)]
struct Render {
    /// Ids of the frameworks.
    #[arg(required = true)]
    ids: Vec<String>,
    /// Print what `deployAs: conformancePack` deploys of one framework: packs of up to 40 rules, under their names there.
    #[arg(long)]
    deployed: bool,
    /// The `namePrefix` of the deployment. Default: `compliance`.
    #[arg(long, requires = "deployed")]
    prefix: Option<String>,
    /// The region of the deployment: rules that it does not offer are left out.
    #[arg(value_parser = terminal::region, long, requires = "deployed")]
    region: Option<String>,
    /// Which of several packs, from 1, where the rules do not fit into one. Default: all of them.
    #[arg(long)]
    part: Option<usize>,
    /// Print JSON, which CloudFormation takes as well.
    #[arg(long)]
    json: bool,
}

/// What is printed where, and the status.
enum Answer {
    Good(String),
    /// Found wrong, on standard output: it is what was asked for.
    Bad(String),
    /// Not found, on standard error.
    Missing(String),
    /// Not understood, on standard error.
    Usage(String),
}

/// Does what the arguments after `check` say: `catalog check` under a name of its own.
pub fn check_inputs(arguments: &[String]) -> ExitCode {
    let arguments: Vec<_> = std::iter::once("check".to_owned()).chain(arguments.iter().cloned()).collect();
    run(&arguments)
}

/// Does what the arguments after `catalog` say.
pub fn run(arguments: &[String]) -> ExitCode {
    match terminal::parsed::<Command>(NAME, arguments) {
        Ok(command) => command.asked.answer().shown(),
        Err(status) => status,
    }
}

impl Answer {
    fn shown(self) -> ExitCode {
        match self {
            Self::Good(text) => {
                terminal::print(&text);
                ExitCode::SUCCESS
            }
            Self::Bad(text) => {
                terminal::print(&text);
                ExitCode::FAILURE
            }
            Self::Missing(text) => {
                terminal::error(&text);
                ExitCode::FAILURE
            }
            Self::Usage(text) => {
                terminal::error(&text);
                ExitCode::from(terminal::USAGE)
            }
        }
    }
}

impl Asked {
    fn answer(self) -> Answer {
        match self {
            Self::Search { words, json } => search(&words, json),
            Self::Show { identifier, json } => show(&identifier, json),
            Self::Frameworks { words, json } => frameworks(&words, json),
            Self::Framework { id, json } => match view::framework(&id) {
                Some(details) => Answer::Good(if json { pretty(&details) } else { table::framework(&details) }),
                None => unknown_frameworks(&[id]),
            },
            Self::Compare { ids, json } => match view::compare(&ids) {
                Ok(compared) => Answer::Good(if json { pretty(&compared) } else { table::comparison(&compared) }),
                Err(_) => unknown_frameworks(&ids),
            },
            Self::Check { file, regions, stack, json } => match checked(&file, &regions, stack.as_deref()) {
                Ok(found) => {
                    let text = if json { pretty(&found) } else { table::checked(&found) };
                    if found.checked.valid { Answer::Good(text) } else { Answer::Bad(text) }
                }
                Err(told) => Answer::Usage(told),
            },
            Self::Render(render) => render.answer(),
        }
    }
}

/// The frameworks that hold every word.
fn frameworks(words: &[String], json: bool) -> Answer {
    let folded = |text: &str| text.to_lowercase().replace(['-', '_', ' ', '.'], "");
    let words: Vec<_> = words.iter().flat_map(|words| words.split_whitespace()).map(folded).collect();
    let mut lines = view::frameworks();
    lines.retain(|line| {
        let text = folded(&format!("{} {}", line.id, line.title));
        words.iter().all(|word| text.contains(word))
    });
    match lines.as_slice() {
        [] if !json => unknown_frameworks(&[words.join(" ")]),
        _ => Answer::Good(if json { pretty(&lines) } else { table::frameworks(&lines) }),
    }
}

fn search(words: &[String], json: bool) -> Answer {
    let found = search_rules(&words.iter().flat_map(|words| words.split_whitespace()).collect::<Vec<_>>());
    let rules: Vec<_> = found.into_iter().filter_map(view::rule).collect();
    match rules.as_slice() {
        [] if !json => {
            let nearest = nearest_rules(&words.join(" "), 5).join(", ");
            Answer::Missing(format!("no rule holds all of these words; nearest: {nearest}"))
        }
        [] => Answer::Bad(pretty(&rules)),
        _ => Answer::Good(if json { pretty(&rules) } else { table::rules(&rules) }),
    }
}

fn show(name: &str, json: bool) -> Answer {
    let nearest = nearest_rules(name, 5);
    let documented = || nearest.first().and_then(|first| view::rule(first)).filter(|rule| rule.documented_name == name);
    match view::rule(name).or_else(documented) {
        Some(rule) => Answer::Good(if json { pretty(&rule) } else { table::rule(&rule) }),
        None if view::framework(name).is_some() => Answer::Missing(format!(
            "`{name}` is a framework and no managed rule; `catalog framework {name}` lists its rules"
        )),
        None => {
            let near = match nearest_of(name, nearest.iter().copied()) {
                Some(_) => format!("nearest: {}", nearest.join(", ")),
                None => "`catalog search WORD ...` finds rules by words".to_owned(),
            };
            Answer::Missing(format!("unknown managed rule `{name}`; {near}"))
        }
    }
}

fn unknown_frameworks(ids: &[String]) -> Answer {
    let unknown = ids.iter().filter(|id| view::framework(id).is_none());
    let told = unknown.map(|id| unknown_framework(id, "").text());
    Answer::Missing(told.collect::<Vec<_>>().join("\nerror: "))
}

impl Render {
    fn answer(&self) -> Answer {
        if self.ids.iter().any(|id| view::framework(id).is_none()) {
            return unknown_frameworks(&self.ids);
        }
        match self.templates() {
            Ok(packs) if packs.is_empty() => Answer::Missing(nothing_to_render(&self.ids)),
            Ok(packs) => self.chosen(&packs),
            Err(told) => Answer::Usage(told),
        }
    }

    /// The packs, each with its name where it has one.
    fn templates(&self) -> Result<Vec<(Option<String>, Template)>, String> {
        let [id] = self.ids.as_slice() else {
            return match self.deployed {
                true => Err("each framework is deployed as packs of its own; give one id".to_owned()),
                false => Ok(self.together()),
            };
        };
        if !self.deployed {
            return Ok(self.together());
        }
        let target = self.region.as_deref().map(Target::region).unwrap_or_default();
        let packs = deployment(id, self.prefix.as_deref(), &target)?.packs.into_iter();
        Ok(packs.map(|pack| (Some(pack.name), pack.pack.template())).collect())
    }

    fn together(&self) -> Vec<(Option<String>, Template)> {
        templates(&view::composed(&self.ids).0.rules).into_iter().map(|template| (None, template)).collect()
    }

    /// All packs: a list in JSON, documents one after the other in YAML.
    fn all(&self, packs: &[(Option<String>, Template)]) -> Answer {
        if self.json {
            return Answer::Good(pretty(&packs.iter().map(|(_, template)| template).collect::<Vec<_>>()));
        }
        let mut text = String::new();
        for (place, (name, template)) in packs.iter().enumerate() {
            let head = name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
            match serde_saphyr::to_string(template) {
                Ok(body) => text.push_str(&format!("---\n# {head}{} of {}\n{body}", place + 1, packs.len())),
                Err(error) => return Answer::Usage(format!("the template does not render: {error}")),
            }
        }
        Answer::Good(text)
    }

    fn chosen(&self, packs: &[(Option<String>, Template)]) -> Answer {
        let count = packs.len();
        let place = match self.part {
            None if count > 1 => return self.all(packs),
            None => 0,
            Some(part) => part.wrapping_sub(1),
        };
        let Some((name, template)) = packs.get(place) else {
            return Answer::Usage(format!("expected `--part` from 1 to {count}"));
        };
        if self.json {
            return Answer::Good(pretty(template));
        }
        let head = name.as_ref().map(|name| format!("# {name}, {} of {count}\n", place + 1)).unwrap_or_default();
        match serde_saphyr::to_string(template) {
            Ok(text) => Answer::Good(head + &text),
            Err(error) => Answer::Usage(format!("the template does not render: {error}")),
        }
    }
}

/// A deployment of one framework as packs, checked as every deployment is.
fn deployment(id: &str, prefix: Option<&str>, target: &Target) -> Result<Plan, String> {
    let mut given = json!({ "frameworks": [{ "id": id, "deployAs": "conformancePack" }] });
    if let (Some(prefix), Some(members)) = (prefix, given.as_object_mut()) {
        members.insert("namePrefix".to_owned(), prefix.into());
    }
    let Value::Object(given) = PropertyValue::from_json(given).value else { return Err("no inputs".to_owned()) };
    let told = |problem: &PropertyError| format!("{}: {}", problem.place(), problem.reason);
    if let Some(problem) = check::<RuleSetArgs>(&given).first() {
        return Err(told(problem));
    }
    let args = from_properties::<RuleSetArgs>(given).map_err(|problem| told(&problem))?;
    let mut checks = Checks::default();
    RuleSet::check(&args, &mut checks);
    let plan = Plan::new(args.plan_inputs(), target);
    match checks.errors().iter().chain(&plan.errors).next() {
        Some(problem) => Err(told(problem)),
        None => Ok(plan),
    }
}

/// Why frameworks have no rules.
fn nothing_to_render(ids: &[String]) -> String {
    let known: Vec<_> = ids.iter().filter_map(|id| view::framework(id)).collect();
    let count = |of: fn(&view::FrameworkDetails) -> usize| known.iter().map(of).sum::<usize>();
    let others = [
        (count(|known| known.optional.len()), "optional (`rules.managed` takes them)"),
        (count(|known| known.custom.len()), "in need of a function of yours"),
        (count(|known| known.manual.len()), "for people to answer"),
    ];
    let others = others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    format!("{} has no rules to deploy: {}", ids.join(" + "), others.collect::<Vec<_>>().join(", "))
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
