use proptest::prelude::*;

use super::grammar::{Problem, check};
use super::*;

/// Policies that `cfn-guard` takes: forms of the user guide and of AWS's own rules, in our words.
const RIGHT: [&str; 26] = [
    "rule own { configuration.encrypted == true }",
    "a exists",
    "configuration exists # must be so {",
    "rule a when resourceType == \"AWS::EC2::Volume\" {\n  configuration.encrypted == true << It's not encrypted, see #3 or wiki/ebs >>\n  tags !empty <<\n    Team's tag is missing: e.g. {team: payments} (page 1)\n  >>\n}",
    "let volumes = configuration[ type == \"AWS::EC2::Volume\" ]\nrule encrypted when %volumes !empty {\n  %volumes.*.encrypted == true\n}",
    "rule r {\n  resourceId == /^vol-[0-9]+\\/'$/\n}",
    "let types := [/^t*/, /^m*/]\nrule r { configuration.instanceType in %types }",
    "rule r { a == 1 or b == 2 OR c |OR| d exists }",
    "rule one { a exists }\nrule two when one { b not exists }\nrule three {\n  one\n  two << message >>\n  not one\n}",
    "AWS::S3::Bucket {\n  Properties.BucketName exists\n}\nAWS::EC2::Instance Properties.InstanceType in ['t3.micro', \"t3.small\"]",
    "AWS::EC2::Instance when Properties.Size >= 10 {\n  Properties.Size in r[10, 200)\n  Properties.Ratio < -1.5\n  Properties.Count <= 1e5\n}",
    "rule r { Resources.*[ Type == 'AWS::S3::Bucket' ] { Properties.BucketName != null } }",
    "rule r { some configuration.rules[*].port == 22 }",
    "rule r { configuration.list[0].name == 'x' configuration.map['a}'] exists }",
    "rule r { configuration[ keys == /aws:.*/ ] !empty }",
    "rule r { configuration[ key | keys in ['a', 'b'] ].* is_string }",
    "rule r { let x = count(configuration.list[*])\n  %x >= 1 }",
    "rule named(first, second) { %first == %second }\nrule r { named(configuration.a, \"b\") << why >> }",
    "rule r { configuration !empty { encrypted == true } }",
    "rule r { this is_struct\n  THIS.name == 'x'\n  'quoted key'.x == {a: [1, 2.5], \"b\": true} }",
    "when a exists { b == null }",
    "rule r { when a !exists or b == \"x\" { c is_list } }",
    "rule r {\n  %v.%other.x == 'y'\n  a\n    .b == 1\n}",
    "rule r { someThing == 1\n  inbound == 2\n  nothing exists\n  orders == 3 }",
    "let m = { 'a': 1,\n  # of the second\n  b: [] }\nrule r { a == %m.b }",
    "rule r { configuration.publicAccessBlockConfiguration.blockPublicAcls == true\n  or supplementaryConfiguration.x == 'it\\'s' }",
];

#[test]
fn policies_of_the_guide_are_taken() {
    for policy in RIGHT {
        assert_eq!(check(policy), Ok(()), "{policy}");
    }
}

#[test]
fn case_02_what_is_wrong_is_reported_with_line_and_column() {
    for (text, line, column, reason) in [
        ("rule encrypted {\n  configuration.encrypted exists # must be so", 1, 16, "this `{` is not closed"),
        ("rule x {", 1, 8, "this `{` is not closed"),
        ("rule x {}", 1, 9, "at least one clause"),
        ("\nrule x }", 2, 8, "expected `{`"),
        ("rule x { a == [1 }", 1, 18, "expected `,` or `]`"),
        ("rule x { a == [1", 1, 15, "this `[` is not closed"),
        ("rule x {\n  a[ b == 1 }", 2, 13, "a property"),
        ("a == \"x", 1, 6, "this quote is not closed"),
        ("a\n== /x", 2, 4, "this regular expression is not closed"),
        ("a exists << never", 1, 10, "this message is not closed"),
        ("rule x { a = 1 }", 1, 12, "a comparison"),
        ("rule x { a == }", 1, 15, "a value"),
        ("rule x { a == 1e }", 1, 15, "a number"),
        ("rule 1x { a exists }", 1, 6, "the name of a rule"),
        ("let = 1", 1, 5, "the name of a variable"),
        ("rule x { a exists ) }", 1, 19, "a property"),
        ("rule x { f(a }", 1, 14, "`,` or `)`"),
        ("if a then b", 1, 4, "a comparison"),
        ("rule x { a equals b }", 1, 12, "a comparison"),
        ("own", 1, 4, "a comparison"),
        ("{\"Version\": \"2012-10-17\"}", 1, 1, "a property"),
    ] {
        match check(text) {
            Err(Problem { line: found_line, column: found_column, reason: found }) => {
                assert_eq!((found_line, found_column), (line, column), "{text}: {found}");
                assert!(found.contains(reason), "{text}: {found}");
            }
            Ok(()) => panic!("{text} is taken"),
        }
    }
    let told = format!("{:?}", policy("rule x {\n a exists"));
    assert!(told.contains("line 1, column 8: this `{` is not closed with `}`"), "{told}");
}

#[test]
fn texts_are_bounded() {
    let long = |length: usize| format!("a exists #{}", "a".repeat(length - 10));
    assert!(policy(&long(10_000)).is_ok() && policy(&long(10_001)).is_err());
    assert!(policy(" \n").is_err());
    assert!(format!("{:?}", runtime("guard-2.0.0")).contains("\"guard-2.x.x\""));
}

#[test]
fn no_depth_ends_the_stack() {
    for open in ["[", "{a:", "a[", "a {", "f(", "when a {"] {
        let _ = policy(&format!("a == {}", open.repeat(9_000 / open.len())));
        let _ = policy(&open.repeat(9_000 / open.len()));
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,60}") {
        let _ = policy(&text);
    }

    #[test]
    fn no_text_of_its_tokens_panics(tokens in prop::collection::vec(prop::sample::select(&[
        "rule", "let", "when", "some", "or", "not", "!", "in", "exists", "a", "%a", ".", "*", "[", "]", "{", "}", "(", ")",
        "==", "<<", ">>", "'", "\"", "/", "#", "\n", " ", "1", "-", "r(", ",", ":", "=", "::", "keys", "|", "ä",
    ][..]), 0..40)) {
        let _ = policy(&tokens.concat());
    }
}
