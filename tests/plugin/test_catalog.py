"""`catalog` on the command line: tables, the documented JSON, and the status."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from harness import artefacts

TWO_PROBLEMS = """
rules:
  managed:
    - identifier: S3_BUCKET_SSE_ENABLED
    - { identifier: ENCRYPTED_VOLUMES, frequency: Six_Hours }
"""


def catalog(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess:
    """What the command prints; it needs no environment and asks no account."""
    command = [artefacts.plugin() / "pulumi-resource-aws-compliance", "catalog", *arguments]
    return subprocess.run(command, env={}, input=given, capture_output=True, text=True)


def data(*arguments: str, given: str | None = None):
    return json.loads(catalog(*arguments, "--json", given=given).stdout)


def test_search_finds_by_identifier_and_type():
    done = catalog("search", "Encryption", "s3")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "IDENTIFIER",
        "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
        "S3_DEFAULT_ENCRYPTION_KMS",
    ]
    assert len(data("search", "s3")) > 10
    assert catalog("search", "nothing-like-this").returncode == 1
    assert data("search", "nothing-like-this") == []


def test_search_finds_by_documented_name():
    assert data("search", "restricted-ssh")[0]["identifier"] == "INCOMING_SSH_DISABLED"


def test_show_knows_identifier_and_documented_name():
    rule = data("show", "restricted-ssh")
    assert rule["identifier"] == "INCOMING_SSH_DISABLED"
    assert {"trigger", "parameters", "resourceTypes", "regions", "frameworks", "severity", "taken"} <= rule.keys()
    shown = catalog("show", "ACCESS_KEYS_ROTATED").stdout
    assert "periodic" in shown
    assert "maxAccessKeyAge  int   no        90" in shown


def test_show_tells_what_is_known_of_a_remediation():
    known = data("show", "CLOUD_TRAIL_ENCRYPTION_ENABLED")["remediation"]
    assert {"document", "confidence", "needsSolutionDeployed", "suggestedParameters", "alternatives"} <= known.keys()
    rows = [line.split("  ", 1) for line in catalog("show", "CLOUD_TRAIL_ENCRYPTION_ENABLED").stdout.splitlines()]
    told = {row[0]: row[-1].strip() for row in rows}
    assert told["remediation"].startswith(f"{known['document']} ({known['confidence']}")
    assert (told["- reversible"], told["- disruptive"]) == ("yes", "no")
    assert told["- facts of"] == known["taken"] != data("show", "CLOUD_TRAIL_ENCRYPTION_ENABLED")["taken"]
    others = [name for rule in data("search", "e") for name in (rule.get("remediation") or {}).get("alternatives", ())]
    assert {each["confidence"] for each in others} == {"documented", "inferred"}


def test_a_rule_that_is_optional_in_a_framework_does_not_count_there():
    asked = data("show", "SNS_ENCRYPTED_KMS")["frameworks"]
    assert (len(asked), "nzism-extension" in asked) == (45, False)
    page = (artefacts.ROOT / "docs/rules.md").read_text().splitlines()
    row = next(line for line in page if line.startswith("| `SNS_ENCRYPTED_KMS` "))
    assert row.split(" | ")[5] == "45"


def test_show_tells_the_nearest():
    done = catalog("show", "ENCRYPTED_VOLUME")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nearest: ENCRYPTED_VOLUMES, " in done.stderr


def test_frameworks_are_listed_with_their_size():
    lines = {line["id"]: line for line in data("frameworks")}
    assert len(lines) == 116
    hipaa = {"id": "hipaa", "manual": 1, "optional": 0, "custom": 0, "rules": 129, "title": "HIPAA Security"}
    assert lines["hipaa"] == hipaa
    shown = catalog("frameworks").stdout
    assert "pci-dss-4.0 " in shown
    assert {name: line["optional"] for name, line in lines.items() if line["optional"]} == {
        "nzism-extension": 12,
        "nzism-foundation": 4,
        "nzism-nztransition": 4,
    }
    assert "Operational Best Practices for NZISM Extension (12 optional, not deployed)" in shown
    assert "custom conformance pack (1 custom, not deployed)" in shown


def test_compare_says_what_is_shared():
    assert (
        "129 + 129 rules asked for, 163 distinct, 95 asked for by all"
        in catalog("compare", "hipaa", "pci-dss-3.2.1").stdout
    )
    compared = data("compare", "hipaa", "pci-dss-4.0")
    assert (compared["asked"], compared["distinct"]) == ({"hipaa": 129, "pci-dss-4.0": 127}, 231)
    assert len(compared["shared"]) == 25
    assert {name: len(only) for name, only in compared["only"].items()} == {"hipaa": 104, "pci-dss-4.0": 102}
    done = catalog("compare", "hippa", "pci-dss-4.0")
    assert (done.returncode, done.stderr) == (1, "error: unknown framework `hippa`; nearest: `hipaa`\n")
    done = catalog("compare", "fedramp", "soc2")
    assert done.returncode == 1
    assert "unknown framework `fedramp`; nearest: `fedramp-moderate`, `fedramp-high`, `fedramp-low`\n" in done.stderr
    assert "AWS has no sample pack for `soc2`" in done.stderr


def test_check_finds_every_problem_of_yaml_and_json(tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(TWO_PROBLEMS)
    done = catalog("check", str(file))
    assert done.returncode == 1
    paths = [line.split()[1] for line in done.stdout.splitlines()]
    assert paths == ["rules.managed[0].identifier", "rules.managed[1].frequency"]
    found = data("check", "-", given=json.dumps(yaml.safe_load(TWO_PROBLEMS)))
    assert found["valid"] is False
    assert [each["path"] for each in found["errors"]] == paths
    assert found["errors"][0]["reason"].endswith("nearest: `S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED`")


@pytest.mark.parametrize("command", ["check", "cost"])
def test_case_19_an_invalid_shape_and_an_invalid_value_are_reported_together(command):
    given = (
        "{ reports: { retentionDays: [90] }, rules: { managed: [{ identifier: S3_BUCKET_SSE }] }, "
        "namePrefix: A_B, regions: 7 }"
    )
    if command == "check":
        lines = catalog("check", "-", given=given).stdout.splitlines()
    else:
        plugin = artefacts.plugin() / "pulumi-resource-aws-compliance"
        asked = [plugin, "cost", "estimate", "-", "--region", "eu-west-1"]
        lines = subprocess.run(asked, env={}, input=given, capture_output=True, text=True).stderr.splitlines()
    paths = ("reports.retentionDays", "rules.managed[0].identifier", "namePrefix", "regions")
    assert [path for path in paths if not any(path in line for line in lines)] == [], lines


def test_check_reports_a_name_that_is_not_known():
    found = data("check", "-", given="rules: { managed: [{ identifer: ENCRYPTED_VOLUMES }] }")
    assert {each["path"] for each in found["errors"]} >= {"rules.managed[0].identifer"}


def test_check_judges_regions():
    given = "rules: { managed: [{ identifier: ACCESS_KEYS_ROTATED }] }"
    assert catalog("check", "-", "--region", "eu-west-1", given=given).returncode == 0
    done = catalog("check", "-", "--region", "eu-west-1", "--region", "ca-west-1", given=given)
    assert done.returncode == 1
    assert "not offered in ca-west-1" in done.stdout
    done = catalog("check", "-", "--region", "EU West", given=given)
    assert done.returncode == 1
    assert "regions[0]" in done.stdout and "nearest: `eu-west" not in done.stdout
    found = data("check", "-", "--region", "eu-west-9", given=given)
    assert (found["valid"], [each["path"] for each in found["warnings"]]) == (True, ["regions[0]"])
    assert (
        f"known on {data('show', 'ACCESS_KEYS_ROTATED')['taken']}; nearest: `eu-west-1`"
        in found["warnings"][0]["reason"]
    )


INPUTS = artefacts.ROOT / "provider/aws-compliance/tests/inputs"
# What a preview knows of the account and its region, and a file does not say.
OF_THE_ACCOUNT = ("has to see the account", "only that account")


def test_case_19_check_refuses_each_program_that_a_preview_refuses_at_the_same_path():
    """The programs of `provider/aws-compliance/tests/construct/programs.rs`."""
    missed = []
    programs = json.loads((INPUTS / "bad.json").read_text())
    for one in programs:
        expected = [(path, part) for path, part in one["told"] if part not in OF_THE_ACCOUNT]
        found = data("check", "-", "--region", "eu-west-1", given=json.dumps(one["inputs"]))["errors"]
        met = [any(e["path"] == path and part in e["reason"] for e in found) for path, part in expected]
        if not all(met):
            missed.append((one["inputs"], expected, found))
    assert missed == []
    assert len(programs) > 200


def test_case_19_check_accepts_each_program_that_a_preview_accepts():
    for given in json.loads((INPUTS / "good.json").read_text()):
        found = data("check", "-", "--region", "eu-west-1", given=json.dumps(given))
        assert (found["valid"], found["errors"]) == (True, []), given


@pytest.mark.parametrize(
    ("region", "given", "path", "part"),
    [
        ("cn-north-1", {}, "", "advanced queries"),
        ("eu-west-1", {"kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/a"}, "kmsKeyArn", "a key of eu-west-1"),
        ("eu-west-1", {"aggregation": {"regions": ["cn-north-1"]}}, "aggregation.regions[0]", "none sees another"),
        (
            "us-gov-west-1",
            {"iam": {"permissionsBoundary": "arn:aws:iam::111122223333:policy/b"}},
            "iam.permissionsBoundary",
            "nearest: `arn:aws-us-gov:iam::111122223333:policy/b`",
        ),
    ],
)
def test_finding_16_check_refuses_what_cannot_be_in_the_region(region, given, path, part):
    found = data("check", "-", "--region", region, given=json.dumps(given))["errors"]
    assert [one["path"] for one in found if part in one["reason"]] == [path], found


def test_finding_16_what_aws_manages_is_of_the_partition_of_the_region():
    asked = ("render", "--deployed", "cis-aws-1.4-level1", "--region")
    assert "arn:aws-us-gov:iam::aws:policy/AWSSupportAccess" in catalog(*asked, "us-gov-west-1").stdout
    assert "arn:aws:iam::aws:policy/AWSSupportAccess" in catalog(*asked, "eu-west-1").stdout


def test_case_19_check_refuses_scopes_of_custom_rules():
    guard = {"policy": "rule a { configuration exists }"}
    scopes = [
        ({"resourceTypes": ["EC2 Volume"]}, "scope.resourceTypes[0]"),
        ({"resourceTypes": ["AWS::EC2::Volume"], "resourceId": ""}, "scope.resourceId"),
        ({"resourceTypes": ["AWS::EC2::Volume", "AWS::S3::Bucket"], "resourceId": "vol-1"}, "scope.resourceId"),
        ({"resourceTypes": ["AWS::EC2::Volume"] * 101}, "scope.resourceTypes"),
        ({"tagKey": "k" * 200}, "scope.tagKey"),
    ]
    custom = [{"name": f"own-{index}", "guard": guard, "scope": scope} for index, (scope, _path) in enumerate(scopes)]
    found = data("check", "-", given=json.dumps({"rules": {"custom": custom}}))["errors"]
    paths = [each["path"] for each in found]
    for index, (scope, path) in enumerate(scopes):
        assert any(one.startswith(f"rules.custom[{index}].{path}") for one in paths), (scope, found)


def test_check_tells_values_and_frameworks_where_they_differ():
    given = "frameworks: [{ id: hipaa }, { id: pci-dss-3.2.1 }]"
    notes = data("check", "-", given=given)["notes"]
    told = "`daysToExpiration`; the stricter value is taken: 90 (pci-dss-3.2.1) over 14 (hipaa by default)"
    assert any(told in note for note in notes), notes


@pytest.mark.parametrize("arguments", [["check", "no-such-file"], ["check"], ["sohw", "X"], ["compare", "hipaa"], []])
def test_wrong_arguments_end_with_2(arguments):
    done = catalog(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_a_pack_renders_as_yaml_and_as_json():
    template = yaml.safe_load(catalog("render", "hipaa").stdout)
    assert template == data("render", "hipaa")
    assert len(template["Resources"]) == 129
    assert template["Resources"]["AccessKeysRotated"] == {
        "Type": "AWS::Config::ConfigRule",
        "Properties": {
            "ConfigRuleName": "access-keys-rotated",
            "InputParameters": {"maxAccessKeyAge": "90"},
            "Source": {"Owner": "AWS", "SourceIdentifier": "ACCESS_KEYS_ROTATED"},
        },
    }


def test_what_does_not_fit_into_one_pack_is_split():
    packs = list(yaml.safe_load_all(catalog("render", "fedramp-high").stdout))
    assert [set(pack["Resources"]) for pack in packs] == [
        set(pack["Resources"]) for pack in data("render", "fedramp-high")
    ]
    parts = [data("render", "fedramp-high", "--part", part)["Resources"] for part in ("1", "2")]
    assert not parts[0].keys() & parts[1].keys()
    assert sum(map(len, parts)) == 145
    assert catalog("render", "fedramp-high", "--part", "3").returncode == 2


def test_a_framework_without_rules_says_why():
    done = catalog("render", "nzism-extension")
    told = "error: nzism-extension has no rules to deploy: 12 optional (`rules.managed` takes them)\n"
    assert (done.returncode, done.stderr) == (1, told)


def test_journey_11_all_packs_of_a_framework_render_without_a_part():
    done = catalog("render", "hipaa", "--deployed", "--prefix", "audit")
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if line.startswith("# ")] == [
        f"# audit-hipaa{'' if part == 1 else f'-{part}'}, {part} of 4" for part in (1, 2, 3, 4)
    ]
    assert sum(len(pack["Resources"]) for pack in yaml.safe_load_all(done.stdout)) == 129


def test_journey_25_a_framework_lists_its_rules_with_their_controls():
    shown = catalog("framework", "hipaa").stdout
    assert "ACCESS_KEYS_ROTATED" in shown and "164.308(a)(4)(ii)(B)" in shown
    assert "controls from AWS conformance pack documentation" in shown
    assert "manual checks, not evaluated (1):" in shown
    assert "control mapping not published" in catalog("framework", "acsc-essential8").stdout
    assert data("framework", "hipaa")["id"] == "hipaa"


def test_journey_25_frameworks_and_rules_are_found_by_words_however_they_are_written():
    assert {line["id"] for line in data("frameworks", "pci")} == {
        "pci-dss-3.2.1",
        "pci-dss-4.0",
        "pci-dss-4.0-regional",
    }
    assert "S3_BUCKET_PUBLIC_READ_PROHIBITED" in catalog("search", "S3 public").stdout
    assert catalog("frameworks", "nothing of this kind").returncode == 1


def test_journey_13_a_framework_that_is_asked_for_as_a_rule_is_named():
    told = catalog("show", "hipaa").stderr
    assert "`hipaa` is a framework" in told and "catalog framework hipaa" in told
    assert "nearest" not in catalog("show", "nothing-of-this-kind").stderr


def test_what_is_deployed_renders_under_its_names():
    text = catalog("render", "hipaa", "--deployed", "--prefix", "audit", "--part", "2").stdout
    assert text.startswith("# audit-hipaa-2, 2 of 4\n")
    template = yaml.safe_load(text)
    assert list(template["Parameters"]) == ["ComplianceOwner"]
    rules = [each["Properties"] for each in template["Resources"].values()]
    assert len(rules) <= 40
    assert all(rule["ConfigRuleName"].startswith("audit-hipaa-") for rule in rules)
    assert all(rule["Description"] == {"Ref": "ComplianceOwner"} for rule in rules)
    parts = [data("render", "hipaa", "--deployed", "--part", part)["Resources"] for part in "1234"]
    assert sum(map(len, parts)) == 129
    left = [data("render", "hipaa", "--deployed", "--part", part, "--region", "ca-west-1") for part in "1234"]
    assert 0 < sum(len(part["Resources"]) for part in left) < 129


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["hipaa", "ffiec", "--deployed"], "give one id"),
        (["hipaa", "--deployed", "--prefix", "Audit"], "namePrefix: expected a-z, 0-9 and hyphen"),
        (["hipaa", "--deployed", "--region", "EU West"], "expected a region code"),
        (["hipaa", "--deployed", "--region", "us-east1"], "nearest: `us-east-1`"),
        (["hipaa", "--prefix", "audit"], "--deployed"),
    ],
)
def test_what_cannot_be_deployed_does_not_render(arguments, told):
    done = catalog("render", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def rendered(framework: str, *options: str) -> list[str]:
    """The packs of a framework as texts."""
    text = catalog("render", framework, *options).stdout
    return [part for part in text.split("---\n") if part]


def templates(framework: str, *options: str) -> list[dict]:
    """The packs of a framework as they are read."""
    found = data("render", framework, *options)
    return found if isinstance(found, list) else [found]


def lint(files: list[Path]) -> tuple[str, int]:
    """What cfn-lint says of files, and its status."""
    done = subprocess.run([Path(sys.executable).parent / "cfn-lint", *files], capture_output=True, text=True)
    return done.stdout + done.stderr, done.returncode


def test_cfn_lint_finds_nothing_in_the_largest_packs(tmp_path):
    texts = [*rendered("fedramp-high"), *rendered("fedramp-high", "--deployed")]
    files = [tmp_path / f"{number}.yaml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    assert lint(files) == ("", 0)


def test_cfn_lint_finds_nothing_in_any_resource_of_the_pack_of_any_framework(tmp_path):
    """Most packs share most of their resources: each that is different is linted once, under its longest name.

    What else a template holds is compared here.
    """
    ids = [framework["id"] for framework in data("frameworks") if framework["rules"]]
    owner = {"ComplianceOwner": {"Type": "String", "Description": "The deployment that this pack belongs to"}}
    numbers = {}
    for options, frame in (((), {}), (("--deployed",), {"Parameters": owner})):
        different: dict[str, tuple[str, dict]] = {}
        assert max(len(text.encode()) for name in ids for text in rendered(name, *options)) <= 51_200
        packs = [template for name in ids for template in templates(name, *options)]
        numbers[options] = len(packs)
        for template in packs:
            names = [each["Properties"]["ConfigRuleName"] for each in template["Resources"].values()]
            assert len(names) == len(set(names))
            assert template.keys() == {"Resources", *frame}
            assert template.get("Parameters") == frame.get("Parameters")
            for logical, resource in template["Resources"].items():
                name = resource["Properties"]["ConfigRuleName"]
                assert re.fullmatch("[A-Za-z0-9]{1,255}", logical)
                assert re.fullmatch(r"[\w-]{1,128}", name)
                rest = {**resource, "Properties": {**resource["Properties"], "ConfigRuleName": ""}}
                longest = different.get(json.dumps(rest))
                if longest is None or len(longest[0]) < len(logical):
                    different[json.dumps(rest)] = logical, resource
        assert len(different) > 400
        # A pack has each name once: resources of one name, which differ in their parameters, go into different files.
        of_a_name: dict[str, int] = defaultdict(int)
        groups: dict[tuple[int, int], dict] = defaultdict(dict)
        for count, (logical, resource) in enumerate(different.values()):
            name = resource["Properties"]["ConfigRuleName"]
            groups[of_a_name[name], count // 100][logical] = resource
            of_a_name[name] += 1
        files = [tmp_path / f"{len(frame)}-{number}.json" for number in range(len(groups))]
        for file, resources in zip(files, groups.values(), strict=True):
            file.write_text(json.dumps({**frame, "Resources": resources}))
        assert lint(files) == ("", 0)
    # One framework takes two packs.
    assert (len(ids), numbers[()]) == (115, 116)
    assert numbers[("--deployed",)] > 200
