"""CONTRIBUTING.md counts the files of each kind of addition: each is made in a copy of the tree, which compiles."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

import pytest

from harness import generate
from harness.artefacts import BUILD, ROOT, tools

PROVIDER = "provider/aws-compliance/src"
HANDLERS = "functions/handlers/src"


@dataclass
class Edit:
    """A change of one file: `text` behind the first `anchor`, or a file of its own where there is no anchor."""

    path: str
    text: str
    anchor: str | None = None


def part(name: str) -> str:
    """The file of a part without children."""
    return f"""//! A part.

use pulumi_component::{{Context, Error, Output, Outputs, PreparedComponent, Scope, TypeToken}};
use schemars::JsonSchema;
use serde::{{Deserialize, Serialize}};

use crate::account::facts::AccountFacts;
use crate::inputs::monitoring::ComplianceMonitoringArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::parts::part::Part;

/// Inputs of [`{name}`].
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct {name}Args {{
    /// Start of every name.
    pub name_prefix: NamePrefix,
}}

/// A part.
#[derive(Debug, Outputs)]
pub struct {name} {{
    /// The prefix.
    pub prefix: Output<String>,
}}

/// The part of the whole.
pub const PART: Part = Part::of::<{name}>("{name.lower()}");

impl ComplianceMonitoringArgs {{
    /// What this part of the whole is given.
    pub(super) fn {name.lower()}(&self) -> {name}Args {{
        {name}Args {{ name_prefix: self.name_prefix.clone() }}
    }}
}}

impl PreparedComponent for {name} {{
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:{name}");
    type Args = {name}Args;
    type Prepared = AccountFacts;

    async fn prepare(context: &Context, _args: &Self::Args) -> Result<AccountFacts, Error> {{
        AccountFacts::look(context).await
    }}

    fn construct(_scope: &Scope, args: Self::Args, _facts: &AccountFacts) -> Result<Self, Error> {{
        Ok(Self {{ prefix: Output::known(args.name_prefix.as_str().to_owned()) }})
    }}
}}
"""


HANDLER = """//! A function.

use functions_core::environment::{MissingVariables, RemediationEnvironment};
use serde_json::{Value, json};

/// The handler.
pub struct Extra {
    bucket: String,
}

impl Extra {
    /// The handler as its environment says.
    pub fn new(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, MissingVariables> {
        Ok(Self { bucket: RemediationEnvironment::read(lookup)?.storage.report_bucket })
    }

    /// Answers with the bucket.
    pub fn handle(&self) -> Value {
        json!({ "bucket": self.bucket })
    }
}
"""

# By the first column of the table in CONTRIBUTING.md.
CHANGES: dict[str, list[Edit]] = {
    "a child": [
        Edit(
            f"{PROVIDER}/parts/alerts.rs",
            """
        sns::Topic::child(scope, "more").tags(tags::owned(&args.tags, facts)).register();""",
            "let key = args.kms_key_arn;",
        )
    ],
    "an AWS type": [
        Edit(
            "provider/aws-resources/selection.toml",
            '\n    "aws:sns/dataProtectionPolicy:DataProtectionPolicy",',
            "resources = [",
        ),
        Edit(
            "tools/deployer/actions.toml",
            """
[types."aws:sns/dataProtectionPolicy:DataProtectionPolicy"]
create.topic = ["sns:PutDataProtectionPolicy"]
read.topic = ["sns:GetDataProtectionPolicy"]
""",
        ),
    ],
    "an input": [
        Edit(
            f"{PROVIDER}/inputs/dashboard.rs",
            """
    /// Whether the dashboard has a title. Default: false.
    #[serde(default)]
    pub titled: bool,""",
            "pub enabled: bool,",
        ),
        Edit(f"{PROVIDER}/inputs/dashboard.rs", ", titled: false", "Self { enabled: true"),
        Edit(
            f"{PROVIDER}/parts/dashboard.rs",
            """
        let enabled_or_titled = whole.args.dashboard.enabled || whole.args.dashboard.titled;
        debug_assert!(enabled_or_titled || request.dashboard.is_none());""",
            "claim: |whole, request| {",
        ),
    ],
    "an output": [
        Edit(
            f"{PROVIDER}/parts/alerts.rs",
            """
    /// Id of the topic.
    pub topic_id: Output<String>,""",
            "pub struct Alerts {",
        ),
        Edit(f"{PROVIDER}/parts/alerts.rs", "\n            topic_id: topic.id(),", "Ok(Self {"),
        Edit(
            f"{PROVIDER}/parts/monitoring.rs",
            """
    /// Id of the topic that carries notices.
    pub sns_topic_id: Output<String>,""",
            "pub struct ComplianceMonitoring {",
        ),
        Edit(f"{PROVIDER}/parts/monitoring.rs", "\n            sns_topic_id: alerts.topic_id,", "Ok(Self {"),
    ],
    "a rule of the baseline": [
        Edit(
            f"{PROVIDER}/plan/baseline.rs",
            """
    BaselineRule {
        name: "s3-bucket-ssl-requests-only",
        identifier: "S3_BUCKET_SSL_REQUESTS_ONLY",
        parameters: &[],
        resource_type: "AWS::S3::Bucket",
        severity: Severity::Medium,
        document: None,
    },""",
            "pub static BASELINE: &[BaselineRule] = &[",
        )
    ],
    "a part": [
        Edit(f"{PROVIDER}/parts/extra.rs", part("Extra")),
        Edit(f"{PROVIDER}/parts/mod.rs", "\npub mod extra;", "pub mod encryption;"),
        Edit(f"{PROVIDER}/parts/mod.rs", "\n    extra::PART,", "    encryption::PART,"),
        Edit(
            f"{PROVIDER}/parts/monitoring.rs",
            """
        scope.component_prepared::<crate::parts::extra::Extra>("extra", args.extra(), facts)?;""",
            "let facts = &prepared.account;",
        ),
    ],
    "an alarm with a runbook": [
        Edit(
            f"{PROVIDER}/plan/alarms.rs",
            """
        row(
            "notices-sent",
            Watch::NotZero(Handler::Processing, metric::NOTICES),
            "notices-sent",
            Severity::Low,
            "Notices were sent.",
        ),""",
            "rows.extend([",
        ),
        Edit("docs/runbooks/notices-sent.md", "# Notices were sent\n"),
    ],
    "a Lambda function": [
        Edit("functions/core/src/contract.rs", "\n    /// More.\n    Extra,", "pub enum Handler {"),
        Edit("functions/core/src/contract.rs", " + 1", "pub const ALL: [Self; 3"),
        Edit(
            "functions/core/src/contract.rs", ", Self::Extra", "[Self::Processing, Self::Aggregation, Self::Remediation"
        ),
        Edit("functions/core/src/contract.rs", '\n            Self::Extra => "extra",', "match self {"),
        Edit(
            "functions/core/src/contract.rs",
            "\n            Self::Extra => &[variable::KMS_KEY_ARN, variable::REPORT_BUCKET],",
            "&'static [&'static str] {\n        match self {",
        ),
        Edit(f"{HANDLERS}/main.rs", "mod extra;\n", "mod error;\n"),
        Edit(f"{HANDLERS}/main.rs", "\n    Extra(extra::Extra),", "enum Function {"),
        Edit(
            f"{HANDLERS}/main.rs",
            "\n            Handler::Extra => Ok(extra::Extra::new(lookup).map(Self::Extra)?),",
            "HandlerError::UnknownHandler(name.to_owned()))? {",
        ),
        Edit(
            f"{HANDLERS}/main.rs",
            "\n            Self::Extra(extra) => Ok(extra.handle()),",
            "Result<Value, HandlerError> {\n        match self {",
        ),
        Edit(f"{HANDLERS}/extra.rs", HANDLER),
        Edit(f"{PROVIDER}/parts/functions/wiring.rs", ", Handler::Extra", "Handler::Processing, Handler::Remediation"),
        Edit(f"{PROVIDER}/parts/functions/wiring.rs", " | Handler::Extra", "        Handler::Aggregation"),
        Edit(
            f"{PROVIDER}/parts/functions/wiring.rs",
            """
            Handler::Extra => Wiring {
                summary: "Answers with the name of the bucket",
                variables: Vec::new(),
                statements: Vec::new(),
            },""",
            "Ok(match handler {",
        ),
    ],
}


def table() -> dict[str, tuple[int, str]]:
    """The rows of CONTRIBUTING.md: the number of files, and where they are."""
    text = (ROOT / "CONTRIBUTING.md").read_text().split("## How to add something")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][2:]
    return {what: (int(count), where) for what, count, where in rows}


@pytest.fixture(scope="module")
def changed():
    """A copy of the tree with every change; it stays, so that the next check compiles little."""
    copy = BUILD / "how-to-add"
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
        "\n"
    )
    wanted = {name: (ROOT / name).read_bytes() for name in listed if name and (ROOT / name).is_file()}
    texts = {name: body.decode() for name, body in wanted.items() if name.endswith((".rs", ".toml", ".md"))}
    for edits in CHANGES.values():
        for edit in edits:
            before = texts.get(edit.path, "")
            if edit.anchor is None:
                texts[edit.path] = before + edit.text
            else:
                assert edit.anchor in before, f"{edit.path} has no `{edit.anchor}`"
                texts[edit.path] = before.replace(edit.anchor, edit.anchor + edit.text, 1)
    wanted |= {name: text.encode() for name, text in texts.items()}
    for old in [path for path in copy.rglob("*") if path.is_file() or path.is_symlink()] if copy.is_dir() else []:
        if str(old.relative_to(copy)) not in wanted:
            old.unlink()
    for name, body in wanted.items():
        target = copy / name
        # An equal file keeps its time, so that cargo takes it for unchanged.
        if not target.is_file() or target.read_bytes() != body:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
            shutil.copymode(ROOT / name if (ROOT / name).is_file() else __file__, target)
    return copy


@pytest.mark.parametrize("what", CHANGES)
def test_an_addition_touches_the_files_that_the_table_names(what):
    count, where = table()[what]
    touched = {edit.path for edit in CHANGES[what]}
    assert len(touched) <= count, sorted(touched)
    for path in touched:
        folder = path.rsplit("/", 1)[0]
        assert path in where or folder in where, f"{path} is not in the row `{what}`"


def test_the_tree_compiles_with_every_addition(changed):
    bundle = changed / "bundle.zip"
    bundle.write_bytes(b"")
    environment = os.environ | {"CARGO_TARGET_DIR": str(tools.cargo_target()), "AWS_COMPLIANCE_BUNDLE": str(bundle)}
    command = ["cargo", "check", "--offline", "--package", "aws-compliance", "--package", "functions-handlers"]
    done = subprocess.run(command, cwd=changed, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-8000:]
    assert not re.search(r"^warning: unused", done.stderr, re.MULTILINE)


def test_a_new_aws_type_is_taken_from_the_package(changed):
    selection = changed / "provider/aws-resources/selection.toml"
    command = ["node", ROOT / "tools/extract/extract.mjs", generate.tools.node_modules(), selection]
    (edit, _) = CHANGES["an AWS type"]
    (token,) = re.findall(r'"(aws:[^"]+)"', edit.text)
    assert token in json.loads(generate.output(command))["resources"]
