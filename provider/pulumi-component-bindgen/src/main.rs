//! The command `pulumi-component-bindgen`.

use std::io::Write;
use std::process::ExitCode;

use pulumi_component_bindgen::{Bindings, Error};

const USAGE: &str = "usage: pulumi-component-bindgen SCHEMA OUT TOKEN...\n\n\
    SCHEMA  package schema, as `pulumi package get-schema PACKAGE` prints it\n\
    OUT     file to write\n\
    TOKEN   resource such as aws:sqs/queue:Queue, or function such as aws:sqs/getQueue:getQueue";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Error> {
    let [schema, out, tokens @ ..] = arguments else { return Err(Error::usage(USAGE)) };
    if tokens.is_empty() {
        return Err(Error::usage(USAGE));
    }
    let bindings = tokens.iter().fold(Bindings::from_file(schema)?, |bindings, token| {
        // The names of functions begin with a lower-case letter, those of resources do not.
        let name = token.rsplit(':').next().unwrap_or_default();
        match name.starts_with(char::is_lowercase) {
            true => bindings.function(token),
            false => bindings.resource(token),
        }
    });
    bindings.write(out)
}
