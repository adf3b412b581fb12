"""The check against ARNs that are read or written by hand (`make lint`) finds them, and finds none in the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import arns


def test_no_arn_of_the_tree_is_read_or_written_by_hand():
    assert arns.found() == []


@pytest.mark.parametrize(
    "line",
    [
        "let account = arn.split(':').nth(4);",
        "let parts: Vec<_> = text.splitn(6, ':').collect();",
        'let name = text\n    .rsplit(":")\n    .next();',
        "let (_, rest) = text.split_once(':')?;",
        'let is_arn = text.starts_with("arn:aws");',
        'let arn = format!("arn:{partition}:s3:::{name}");',
        'let arn = interpolate!("arn:aws:s3:::{}", name);',
    ],
)
def test_an_arn_that_rust_reads_or_writes_by_hand_is_found(line):
    assert len(arns.of_rust(f"fn f() {{}}\n{line}\n")) == 1


def test_comments_strings_without_values_and_tests_of_rust_are_not_read():
    text = """
// text.split(':') would be wrong.
let example = "an ARN, such as arn:aws:s3:::name";
let parts = text.split("::");

#[cfg(test)]
mod tests {
    let arn = format!("arn:aws:s3:::{name}");
}
"""
    assert arns.of_rust(text) == []


def test_files_of_tests_are_those_that_their_module_declares_so():
    declared = "#[cfg(test)]\npub(crate) mod fake;\npub mod real;\n#[cfg(test)]\nmod tests {\n}\n"
    assert list(arns.test_files(Path("src/mod.rs"), declared)) == [Path("src/fake.rs"), Path("src/fake")]
    assert list(arns.test_files(Path("src/look.rs"), declared)) == [Path("src/look/fake.rs"), Path("src/look/fake")]


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ('account = arn.split(":")[4]', [1]),
        ('account = text.split(":")[3:5]', [1]),
        ('rest = text.split(":", 5)[-1]', [1]),
        ('name = state["topicArn"].rsplit(":", 1)[1]', [1]),
        ('_, _, name = principal.partition(":")', [1]),
        ('kind = token.split(":")[-1]', []),
        ('words = arn.split("/")', []),
    ],
)
def test_an_arn_that_python_reads_by_hand_is_found(line, lines):
    assert arns.of_python(line) == lines
