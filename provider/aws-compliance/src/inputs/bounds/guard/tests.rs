use proptest::prelude::*;

use super::grammar::{Problem, check};
use super::*;

/// Policies that `cfn-guard` takes: forms of the user guide and of AWS's own rules, in our words.
const RIGHT: [&str; 38] = [
    "rule own { configuration.encrypted == true }",
    "a exists",
    "configuration exists # must be so {",
    "rule a when resourceType == \"AWS::EC2::Volume\" {\n  configuration.encrypted == true << It's not encrypted, see #3 or wiki/ebs >>\n  tags !empty <<\n    Team's tag is missing: e.g. {team: payments} (page 1)\n  >>\n}",
    "let volumes = configuration[ type == \"AWS::EC2::Volume\" ]\nrule encrypted when %volumes !empty {\n  %volumes.*.encrypted == true\n}",
    "rule r {\n  resourceId == /^vol-[0-9]+\\/'$/\n}",
    "let types := [/^t*/, /^m*/]\nrule r { configuration.instanceType in %types }",
    "rule r { a == 1 or b == 2 OR c |OR| d exists }\nrule c { e exists }",
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
    "let v = a\nlet other = 'x'\nrule r {\n  %v.%other.x == 'y'\n  a\n    .b == 1\n}",
    "rule r { someThing == 1\n  inbound == 2\n  nothing exists\n  orders == 3 }",
    "let m = { 'a': 1,\n  # of the second\n  b: [] }\nrule r { a == %m.b }",
    "rule r { a[ b { c exists } ] exists }",
    "rule r { configuration[ name ] exists\n  %name == /^a/ }",
    "rule r { configuration[ name | keys == 'x' ].*[ value | this == 1 ] exists\n  %name exists or %value exists }",
    "rule r { a[ keys == 'b' or c exists ] !empty }",
    "rule r { a == r[0].size\n  b in r(a, z]\n  c in r[ -1.5 , 2.5 ] }",
    "rule r when a exists { when b exists {\n  r2\n  not r2 or c exists\n } }\nrule r2 { a !exists }",
    "when a exists { r2\n }\nrule r2 { a exists }\nrule r3 { default\n }",
    "rule p(a, b) { %a == %b }\nrule r { not p(x, some y[*]) or p(1, count(z)) }",
    "rule r { a == join(%x, ',')\n  b == substring(to_upper(c), 0, 3)\n  d < now() }\nlet x = regex_replace(e, 'a', \"b\")",
    "rule r { 'whenCreated' exists\n  letter == 1\n  notes !empty\n  a.when exists }",
    "rule r { AWS::EC2::Instance::MODULE { a exists } or\n  Custom::Thing when b exists { c exists } }",
    "rule r { a not empty { b exists }\n  a !empty\n  c { let d = e\n  %d exists } }",
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
            Err(Problem { line: found_line, column: found_column, reason: found, .. }) => {
                assert_eq!((found_line, found_column), (line, column), "{text}: {found}");
                assert!(found.contains(reason), "{text}: {found}");
            }
            Ok(()) => panic!("{text} is taken"),
        }
    }
    let told = format!("{:?}", policy("rule x {\n a exists"));
    assert!(told.contains("line 1, column 8: this `{` is not closed with `}`"), "{told}");
}

/// What `cfn-guard` rejects when it reads a policy, and its message names no reason for.
#[test]
fn policies_that_guard_does_not_parse_are_rejected_at_their_place() {
    for (text, line, column, reason) in [
        ("rule one { a exists }\nrule two { one }", 2, 16, "after the name of a rule the end of the line"),
        ("rule one { a exists }\nrule x { b { one\n } }", 3, 2, "a comparison"),
        ("rule one { a exists }\nrule x { when b exists { when c exists { one\n } } }", 3, 2, "a comparison"),
        ("rule x { whenCreated exists }", 1, 10, "write the property as 'whenCreated' in quotes"),
        ("rule x { when%a exists { b exists } }", 1, 10, "Guard reads `when`"),
        ("rule r(a) when b exists { c exists }", 1, 11, "`{`"),
        ("rule x {\u{a0}a exists }", 1, 9, "U+00A0, which Guard does not take for a space"),
        ("\u{feff}rule x { a exists }", 1, 1, "U+FEFF"),
        ("AWS::S3::Bucket{ a exists }", 1, 16, "a space after a resource type"),
        ("AWS::A::B::C { a exists }", 1, 1, "two or three parts"),
        ("rule x { when a exists { AWS::S3::Bucket { b exists } } }", 1, 26, "directly in a rule"),
        ("rule x { a in r(1, 2.5) }", 1, 17, "both ends of a range"),
        ("rule x { a in r(1,\n2) }", 1, 19, "the end of a range"),
        ("rule x { some == 1 }", 1, 15, "a property"),
        ("rule x { a[ 0 ] == 1 }", 1, 12, "no space"),
        ("rule x { a[1.5] exists }", 1, 13, "`]` after an index"),
        ("rule x { a[ 'b' ] == 1 }", 1, 17, "a comparison"),
        ("rule x { a[ keys >= 'b' ] exists }", 1, 18, "after `keys`"),
        ("rule x { a == // }", 1, 15, "is empty"),
        ("rule x { a == 99999999999999999999 }", 1, 15, "a whole number"),
        ("rule x { a not\nexists }", 1, 12, "a comparison"),
        ("rule x { f( ) }", 1, 13, "a value"),
        ("rule x { a exists or(b exists) }", 1, 21, "a space after `or`"),
        ("A::B { a exists } or b exists", 1, 22, "outside of rules"),
        ("when a exists { b exists } or c exists", 1, 31, "outside of rules"),
        ("rule one { a exists }\nrule x { one\n  inbound == 1 }", 3, 11, "a property"),
        ("# nothing\nlet a = 1", 1, 1, "at least one rule"),
        ("rule p(a) { %a exists }", 1, 1, "at least one rule"),
    ] {
        let Problem { line: found_line, column: found_column, reason: found, .. } = check(text).expect_err(text);
        assert_eq!((found_line, found_column), (line, column), "{text}: {found}");
        assert!(found.contains(reason), "{text}: {found}");
    }
}

/// What `cfn-guard` takes when it reads a policy, and ends each evaluation at.
#[test]
fn names_that_a_policy_does_not_define_are_rejected_with_the_nearest() {
    for (text, line, column, reason, nearest) in [
        ("rule x { let y = cuont(a)\n %y == 1 }", 1, 18, "not a function of Guard", Some("count")),
        ("rule x { a == to_uper(b) }", 1, 15, "not a function of Guard", Some("to_upper")),
        ("rule x { let y = join(a)\n %y == 1 }", 1, 18, "expected 2 arguments of function `join`, got 1", None),
        ("rule x { a < now(b) }", 1, 14, "expected no argument of function `now`, got 1", None),
        ("let volumes = a\nrule x {\n %volume == 1 }", 3, 2, "`%volume` is not defined", Some("%volumes")),
        ("rule x { a.%b exists }", 1, 12, "`%b` is not defined", None),
        (
            "rule encrypted { a exists }\nrule x when encryptd { b exists }",
            2,
            13,
            "no rule of this policy",
            Some("encrypted"),
        ),
        ("rule x { nope(a) }", 1, 10, "no rule with parameters", None),
        ("rule p(a) { %a exists }\nrule x { p(a, b) }", 2, 10, "expected 1 argument of rule `p`, got 2", None),
        ("rule p(a) { %a exists }\nrule x { p\n }", 2, 10, "expected 1 argument of rule `p`, got none", None),
        ("rule p { a exists }\nrule x { p(a) }", 2, 10, "has no parameters", Some("p")),
        ("rule x { default\n }", 1, 10, "no rule of this policy", None),
    ] {
        let found = check(text).expect_err(text);
        assert_eq!((found.line, found.column), (line, column), "{text}: {found:?}");
        assert!(found.reason.contains(reason), "{text}: {found:?}");
        assert_eq!(found.nearest.as_deref(), nearest, "{text}");
    }
}

#[test]
fn case_02_a_regular_expression_that_does_not_parse_is_rejected_at_its_place() {
    for (pattern, reason) in [
        ("(", "unclosed group"),
        ("a)", "unopened group"),
        ("[", "unclosed character class"),
        ("a{2,1}", "invalid repetition count range"),
        ("*a", "repetition operator missing expression"),
        ("[z-a]", "invalid character class range"),
    ] {
        let told = format!("{:?}", policy(&format!("rule x {{\n a == /{pattern}/\n}}")));
        assert!(told.contains("line 2, column 7: this regular expression does not parse"), "{told}");
        assert!(told.contains(reason), "{pattern}: {told}");
    }
    for pattern in [r"^arn:aws:s3:::[a-z]+\/.*$", "(?=a)b", r"(a)\1", "(?i)a|b", "a{2,}", r"\d{12}"] {
        assert!(policy(&format!("rule x {{\n a == /{pattern}/\n}}")).is_ok(), "{pattern}");
    }
}

#[test]
fn what_refers_to_itself_is_rejected_at_its_place() {
    for (text, line, column, name) in [
        ("rule a when b { c exists }\nrule b when a { c exists }", 2, 13, "the rule `a`"),
        ("rule a when a { c exists }", 1, 13, "the rule `a`"),
        ("rule x { one exists }\nrule a { b\n }\nrule b { not c\n }\nrule c { b\n }", 6, 10, "the rule `b`"),
        ("rule p(a) { %a exists\n p(%a) }\nrule x { p(b) }", 2, 2, "the rule `p`"),
        ("r\n  exists\nwhen b exists { r\n }\nrule r { default\n }", 5, 10, "the rule `default`"),
        ("let x = %y\nlet y = %x\nrule r { %x exists }", 2, 9, "the variable `%x`"),
        ("rule r { let x = count(%x)\n %x == 1 }", 1, 24, "the variable `%x`"),
        ("let x = a[ b == %x ]\nrule r { %x exists }", 1, 17, "the variable `%x`"),
    ] {
        let found = check(text).expect_err(text);
        assert_eq!((found.line, found.column), (line, column), "{text}: {found:?}");
        assert!(found.reason.starts_with(&format!("{name} refers to itself")), "{text}: {found:?}");
    }
    for right in [
        "rule a { c exists }\nrule b when a { a\n }\nrule c { a\n b\n }",
        "let y = a\nrule one { let x = %y\n %x exists }\nrule two { let x = b\n let z = %x\n %z exists }",
        "let y = %x\nlet x = a\nrule r { let x = %y\n %x exists }",
        "let x = a[ b { let x = c\n %x exists } ]\nrule r { %x exists }",
    ] {
        assert_eq!(check(right), Ok(()), "{right}");
    }
}

#[test]
fn a_range_without_values_is_rejected_at_its_place() {
    for (range, reason) in [
        ("r[5,1]", "`5` comes after `1`"),
        ("r( 10 , -2.5e0)", "both ends"),
        ("r[2.5, -1.5]", "`2.5` comes after"),
        ("r[z,a]", "`z` comes after `a`"),
        ("r(5,5]", "excludes `5`"),
        ("r[5,5)", "excludes `5`"),
    ] {
        let text = format!("rule x {{\n a in {range} }}");
        let found = check(&text).expect_err(&text);
        assert_eq!((found.line, found.column), (2, 9), "{text}: {found:?}");
        assert!(found.reason.contains(reason), "{text}: {found:?}");
    }
    for range in ["r[5,5]", "r[-2,1]", "r(1.5, 2.5)", "r[9,10]"] {
        assert_eq!(check(&format!("rule x {{ a in {range} }}")), Ok(()), "{range}");
    }
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
