//! The process of a plugin: its arguments, its port, its end.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use super::orphan::engine_gone;
use super::provider::Provider;
use super::service::Service;
use super::signals::Signals;
use super::work::Work;
use crate::protocol::resource_provider_server::ResourceProviderServer;
use crate::schema::SchemaError;
use crate::values::panic::{STACK_BYTES, caught, remember_places};
use crate::wire::MESSAGE_LIMIT;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Help,
    Version,
    Schema,
    /// Serve; the engine's address, where it gave one.
    Serve(Option<String>),
}

/// Flags of the engine's that take their value as an argument of its own.
const FLAGS_WITH_VALUE: [&str; 2] = ["tracing", "v"];

/// Reads the arguments as the engine has written them since 3.0: one or two dashes, `=` or a space; unknown flags and words
/// are ignored. Without an address the plugin waits until an engine attaches.
fn parse(arguments: impl IntoIterator<Item = String>) -> Command {
    let mut positionals = Vec::new();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--").or_else(|| argument.strip_prefix('-')) {
            Some("help" | "h") => return Command::Help,
            Some("version") => return Command::Version,
            Some(flag) if FLAGS_WITH_VALUE.contains(&flag) => {
                arguments.next();
            }
            Some(_) => {}
            None => positionals.push(argument),
        }
    }
    // Hosts add arguments of their own, so the last one that is an address counts.
    let address = positionals.iter().rev().find(|word| word.contains(':')).cloned();
    match positionals.first().map(String::as_str) {
        Some("schema") => Command::Schema,
        Some("help") => Command::Help,
        _ => Command::Serve(address),
    }
}

impl Provider {
    /// Serves the package as the engine expects of a plugin, or answers `schema`, `--help` and `--version`.
    pub fn serve(self) -> ExitCode {
        run(self)
    }
}

/// Does what the command line asks for.
fn run(provider: Provider) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((word, rest)) = arguments.split_first()
        && let Some(command) = provider.commands.iter().find(|command| command.name == word)
    {
        return (command.run)(rest);
    }
    // What a host adds is ignored; what a person types is a mistake.
    let typed = std::io::stdin().is_terminal().then(|| arguments.iter().find(|word| !word.starts_with('-')).cloned());
    let outcome = match (parse(arguments), typed.flatten()) {
        (Command::Serve(None), Some(word)) => {
            Err(format!("expected `schema` or the engine's address as HOST:PORT, got `{word}`\n\n{}", help(&provider)))
        }
        (command, _) => done(command, provider),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(std::io::stderr().lock(), "error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn done(command: Command, provider: Provider) -> Result<(), String> {
    match command {
        Command::Help => print(&help(&provider)),
        Command::Version => print(provider.identity.version),
        Command::Schema => described(&provider)
            .and_then(|schema| serde_json::to_string_pretty(&schema).map_err(|error| error.to_string()))
            .and_then(|schema| print(&schema)),
        Command::Serve(engine) => serve(provider, engine),
    }
}

/// Prints a line; a reader that has gone away is no error of ours.
fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    Ok(())
}

fn help(provider: &Provider) -> String {
    let identity = &provider.identity;
    let binary = format!("pulumi-resource-{}", identity.name);
    let components = provider.parts.components.iter().map(|component| format!("  {}\n", component.token));
    let components = components.collect::<String>();
    let commands = provider.commands.iter();
    let commands = commands.map(|command| format!("\n  {binary} {}   {}", command.name, command.about));
    let commands = commands.collect::<String>();
    format!(
        "{name} {version}: {description}\n\n\
         This is a Pulumi plugin. The Pulumi engine starts it; you do not have to.\n\n\
         usage:\n  \
           {binary} ADDRESS   serve the engine at ADDRESS (HOST:PORT)\n  \
           {binary}           serve, and wait for an engine to attach (PULUMI_DEBUG_PROVIDERS={id}:PORT)\n  \
           {binary} schema    print the package schema as JSON\n  \
           {binary} --version print the version{commands}\n\n\
         components:\n{components}",
        name = identity.display_name,
        version = identity.version,
        description = identity.description,
        id = identity.name,
    )
}

/// The schema of the package.
fn described(provider: &Provider) -> Result<serde_json::Value, String> {
    told(caught(|| provider.schema()))
}

/// What the author wrote or derived may panic, or be nothing that a schema expresses.
fn told<T>(outcome: Result<Result<T, SchemaError>, String>) -> Result<T, String> {
    let described = outcome.map_err(|panic| format!("internal error: {panic}"))?;
    described.map_err(|error| format!("the package cannot be described: {error}"))
}

/// Serves until a signal comes. The engine ends a plugin with SIGINT.
fn serve(provider: Provider, engine: Option<String>) -> Result<(), String> {
    // What the schema cannot express shows at the start and not in the middle of a deployment.
    told(caught(|| provider.check()))?;
    remember_places();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let work = Work::default();
    let background = work.clone();
    let outcome = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| format!("cannot listen: {error}"))?;
        let port = listener.local_addr().map_err(|error| format!("cannot listen: {error}"))?.port();
        if std::io::stderr().is_terminal() {
            let _ = writeln!(
                std::io::stderr().lock(),
                "{} {} is a Pulumi plugin and waits for an engine; see --help. Ctrl-C ends it.",
                provider.identity.display_name,
                provider.identity.version
            );
        }
        let orphaned = orphaned(engine.clone(), provider.orphan_check);
        let service = ResourceProviderServer::new(Service::new(provider, engine, work))
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT);
        // Small answers must not wait until what was sent before is acknowledged, which takes Linux 40 ms.
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let server = Server::builder().add_service(service).serve_with_incoming(incoming);
        // The listener queues what comes before the first poll, so the port may be told now.
        print(&port.to_string())?;
        tokio::select! {
            outcome = server => outcome.map_err(|error| format!("serving ended: {error}")),
            () = signals.received() => Ok(()),
            () = orphaned => Ok(()),
        }
    });
    // Nothing that is still under way may delay the end.
    runtime.shutdown_background();
    background.end();
    outcome
}

/// Resolves when the engine that started this process is gone. Who waits to be attached waits for any engine.
async fn orphaned(engine: Option<String>, every: std::time::Duration) {
    match engine {
        Some(engine) => engine_gone(&engine, every).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn command(arguments: &[&str]) -> Command {
        parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn the_engines_flags_are_read_in_every_form() {
        let address = Command::Serve(Some("127.0.0.1:4711".into()));
        assert_eq!(command(&["127.0.0.1:4711"]), address);
        assert_eq!(command(&["--logtostderr", "-v=9", "--tracing", "tcp://x:1", "127.0.0.1:4711"]), address);
        assert_eq!(command(&["-logflow", "--v", "9", "-tracing=x", "--of-tomorrow", "127.0.0.1:4711"]), address);
    }

    #[test]
    fn fault_15_words_that_a_host_adds_do_not_end_the_plugin() {
        let address = Command::Serve(Some("127.0.0.1:4711".into()));
        assert_eq!(command(&["ignored", "127.0.0.1:4711"]), address);
        assert_eq!(command(&["10.0.0.1:1", "127.0.0.1:4711", "ignored"]), address);
        assert_eq!(command(&["ignored"]), Command::Serve(None));
        assert_eq!((command(&["schema"]), command(&["help"])), (Command::Schema, Command::Help));
    }

    proptest! {
        #[test]
        fn any_arguments_are_read(words in vec(".*", 0..6)) {
            let _ = parse(words);
        }

        #[test]
        fn flags_of_tomorrow_do_not_hide_the_address(flags in vec("--?of-[a-z]{0,6}(=.*)?", 0..4), at in 0..4_usize) {
            let mut arguments = flags;
            arguments.insert(at.min(arguments.len()), "127.0.0.1:4711".into());
            prop_assert_eq!(parse(arguments), Command::Serve(Some("127.0.0.1:4711".into())));
        }
    }

    /// A configuration that no schema can express.
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Pair(u8, String);

    #[test]
    fn a_package_that_cannot_be_described_does_not_start() {
        let told = serve(Provider::new(crate::package!("shop")).config::<Pair>(), None).unwrap_err();
        assert!(told.starts_with("the package cannot be described: `config`: expected a struct"), "{told}");
    }

    #[test]
    fn no_positional_waits_for_an_engine_to_attach() {
        assert_eq!(command(&[]), Command::Serve(None));
    }
}
