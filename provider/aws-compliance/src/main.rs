//! The plugin `pulumi-resource-aws-compliance`.

use std::process::ExitCode;

fn main() -> ExitCode {
    aws_compliance::provider().serve()
}
