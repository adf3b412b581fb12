//! What the commands share of a terminal: arguments, output and errors. A reader that has gone away ends nothing: the status
//! says what was found.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use pulumi_component::Checks;

use crate::inputs::bounds;

/// Status where a command is not understood or cannot be done.
pub(super) const USAGE: u8 = 2;

/// The arguments of a command; else the status, after its help or what is invalid was printed.
pub(super) fn parsed<C: Parser>(name: &str, arguments: &[String]) -> Result<C, ExitCode> {
    C::try_parse_from(std::iter::once(&name.to_owned()).chain(arguments)).map_err(|usage| {
        let _ = usage.print();
        if usage.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
    })
}

/// The code of a region, as an option takes it.
pub(super) fn region(code: &str) -> Result<String, String> {
    let mut checks = Checks::default();
    checks.plain("", code, bounds::region);
    match checks.errors().first() {
        Some(wrong) => Err(wrong.reason.clone()),
        None => Ok(code.to_owned()),
    }
}

/// Writes to standard output.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes an error to standard error.
pub(super) fn error(text: &impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "error: {text}");
}

/// Writes a warning to standard error.
pub(super) fn warning(text: &impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "warning: {text}");
}

/// Writes a line beside the answer to standard error.
pub(super) fn note(text: &impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::region;

    #[test]
    fn a_region_that_is_misspelled_is_refused_with_the_nearest() {
        assert_eq!(region("eu-west-1").as_deref(), Ok("eu-west-1"));
        let wrong = region("us-east1").expect_err("it is no code");
        assert!(wrong.contains("nearest: `us-east-1`"), "{wrong}");
    }
}
