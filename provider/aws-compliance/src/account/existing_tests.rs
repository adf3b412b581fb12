//! What is found means: pure, without a provider.

use super::*;

const OWNER: &str = "audit/prod/compliance";

fn owner() -> Owner {
    Owner::new("audit", "prod", "compliance")
}

fn planned(allow_replacement: bool) -> Planned {
    let names = [
        (NamesakeKind::Bucket, "new-bucket", "reports.bucketName"),
        (NamesakeKind::Table, "compliance-ledger", "namePrefix"),
        (NamesakeKind::Function, "compliance-processing", "namePrefix"),
    ];
    Planned {
        names: names
            .into_iter()
            .map(|(kind, name, path)| PlannedResource {
                kind,
                path: path.split('.').fold(PropertyPath::root(), |path, name| path.member(name)),
                name: name.into(),
            })
            .collect(),
        prefix: "compliance-".into(),
        allow_replacement,
        own_key: true,
    }
}

fn marked(arn: &str, owner: &str, on_destroy: Option<&str>) -> Marked {
    Marked { arn: arn.into(), named: named(arn), owner: owner.into(), on_destroy: on_destroy.map(str::to_owned) }
}

fn existing(marked: Vec<Marked>) -> Existing {
    Existing { marked: Some(marked), ..Existing::default() }
}

#[test]
fn arns_name_kind_and_name() {
    for (arn, expected) in [
        ("arn:aws:s3:::reports", Some((NamesakeKind::Bucket, "reports"))),
        ("arn:aws:sns:eu-west-1:111122223333:alerts", Some((NamesakeKind::Topic, "alerts"))),
        ("arn:aws:sqs:eu-west-1:111122223333:events", Some((NamesakeKind::Queue, "events"))),
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/ledger", Some((NamesakeKind::Table, "ledger"))),
        ("arn:aws:lambda:eu-west-1:111122223333:function:processing", Some((NamesakeKind::Function, "processing"))),
        (
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/x",
            Some((NamesakeKind::LogGroup, "/aws/lambda/x")),
        ),
        ("arn:aws:kms:eu-west-1:111122223333:key/id", None),
        ("nothing", None),
    ] {
        assert_eq!(named(arn), expected.map(|(kind, name)| (kind, name.to_owned())), "{arn}");
    }
}

#[test]
fn journey_4_a_changed_name_of_the_bucket_is_refused_with_the_two_steps() {
    let found = existing(vec![marked("arn:aws:s3:::old-bucket", OWNER, Some("retain"))]);
    let refused = found.refused_replacement(&planned(false), &owner()).expect("it would be replaced");
    assert_eq!(refused.path.to_string(), "reports.bucketName");
    for part in [
        "the report bucket `old-bucket` by `new-bucket`",
        "keep the bucket with `reports.bucketName: old-bucket`",
        "1. run `pulumi up` with `reports.onDestroy: retain`",
        "2. set `reports.allowReplacement: true`",
    ] {
        assert!(refused.reason.contains(part), "{refused}");
    }
}

#[test]
fn a_replacement_that_was_asked_for_retains_the_bucket_and_says_so() {
    let found = existing(vec![marked("arn:aws:s3:::old-bucket", OWNER, Some("retain"))]);
    assert_eq!(found.refused_replacement(&planned(true), &owner()), None);
    let told = found.told(&planned(true), &owner(), &Adoption::default());
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("aws s3 sync s3://old-bucket s3://new-bucket"), "{told:?}");
}

#[test]
fn a_replacement_of_a_bucket_that_the_state_would_delete_is_refused_even_where_it_was_asked_for() {
    let found = existing(vec![marked("arn:aws:s3:::old-bucket", OWNER, Some("delete"))]);
    let refused = found.refused_replacement(&planned(true), &owner()).expect("it would be deleted");
    assert_eq!(refused.path.to_string(), "reports.allowReplacement");
    assert!(refused.reason.contains("`reports.onDestroy: delete`"), "{refused}");
}

#[test]
fn nothing_is_replaced_where_the_planned_name_is_ours_or_the_old_one_is_somebody_elses() {
    for found in [
        vec![marked("arn:aws:s3:::old-bucket", OWNER, None), marked("arn:aws:s3:::new-bucket", OWNER, None)],
        vec![marked("arn:aws:s3:::old-bucket", "audit/dev/compliance", None)],
        vec![marked("arn:aws:lambda:eu-west-1:111122223333:function:audit-processing", OWNER, None)],
        Vec::new(),
    ] {
        assert_eq!(existing(found).replaced(&planned(false), &owner()), []);
    }
    assert_eq!(Existing::default().replaced(&planned(false), &owner()), [], "tags are not known");
}

fn present(kind: NamesakeKind, name: &str) -> Present {
    Present { kind, name: name.into(), id: format!("id-of-{name}") }
}

#[test]
fn journey_3_what_a_destroyed_deployment_retained_is_taken_over() {
    let left =
        vec![marked("arn:aws:s3:::new-bucket", OWNER, Some("retain")), marked("arn:aws:kms:r:a:key/id", OWNER, None)];
    let found = Existing {
        present: vec![present(NamesakeKind::Bucket, "new-bucket")],
        usable_keys: vec!["id".into()],
        ..existing(left)
    };
    let adoption = found.adoption(&owner());
    assert_eq!(adoption.bucket(ResourceOptions::default()).import_id, "new-bucket");
    assert_eq!(adoption.key(ResourceOptions::default()).import_id, "id");
    let told = found.told(&planned(false), &owner(), &adoption);
    assert!(told[0].contains("new-bucket and the key id of an earlier deployment"), "{told:?}");
}

#[test]
fn what_a_killed_update_created_is_imported_by_the_id_of_its_kind() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:compliance-processing-events";
    let found = Existing {
        present: vec![
            present(NamesakeKind::Queue, "compliance-processing-events"),
            present(NamesakeKind::Table, "other"),
        ],
        ..existing(vec![marked(queue, OWNER, None)])
    };
    let adoption = found.adoption(&owner());
    let id = |kind, name| adoption.of(kind, name, ResourceOptions::default()).import_id;
    assert_eq!(id(NamesakeKind::Queue, "compliance-processing-events"), "id-of-compliance-processing-events");
    assert_eq!(id(NamesakeKind::Table, "other"), "", "without a tag it is not known whose it is");
}

#[test]
fn nothing_is_said_of_a_bucket_that_the_deployment_has_and_nothing_taken_from_somebody_else() {
    let function = marked("arn:aws:lambda:eu-west-1:111122223333:function:compliance-processing", OWNER, None);
    let bucket = vec![present(NamesakeKind::Bucket, "new-bucket")];
    let ours = vec![function, marked("arn:aws:s3:::new-bucket", OWNER, None)];
    let deployed = Existing { present: bucket.clone(), ..existing(ours) };
    assert!(deployed.is_deployed(&owner()));
    assert_eq!(deployed.told(&planned(false), &owner(), &deployed.adoption(&owner())), Vec::<String>::new());
    let theirs = vec![marked("arn:aws:s3:::new-bucket", "audit/dev/compliance", None)];
    let foreign = Existing { present: bucket, ..existing(theirs) };
    assert_eq!(foreign.adoption(&owner()), Adoption::default());
}

#[test]
fn of_several_keys_none_is_taken_over() {
    let of = |keys: &[&str]| {
        let found =
            Existing { usable_keys: keys.iter().map(|key| (*key).to_owned()).collect(), ..existing(Vec::new()) };
        found.adoption(&owner()).key(ResourceOptions::default()).import_id
    };
    assert_eq!((of(&["one", "two"]), of(&["one"]), of(&[])), (String::new(), "one".into(), String::new()));
}

#[test]
fn a_key_that_the_reports_are_encrypted_with_is_not_given_up_while_the_state_would_delete_it() {
    let found = |on_destroy| Existing {
        usable_keys: vec!["id".into()],
        ..existing(vec![marked("arn:aws:s3:::new-bucket", OWNER, Some(on_destroy))])
    };
    let own = Planned { own_key: false, ..planned(false) };
    let refused = found("delete").refused_key(&own, &owner()).expect("it would be deleted");
    assert!(refused.path.to_string() == "kmsKeyArn" && refused.reason.contains("the key id"), "{refused}");
    assert!(found("refuse").refused_key(&own, &owner()).is_some(), "the engine would refuse it late");
    assert_eq!(found("retain").refused_key(&own, &owner()), None);
    assert_eq!(found("delete").refused_key(&planned(false), &owner()), None, "it stays");
}

#[test]
fn journey_6_what_has_a_planned_name_is_a_namesake_with_the_tag_that_it_carries() {
    let mut found = existing(vec![marked("arn:aws:s3:::new-bucket", "audit/dev/compliance", None)]);
    found.present =
        vec![present(NamesakeKind::Bucket, "new-bucket"), present(NamesakeKind::Table, "compliance-ledger")];
    let tags = |exists| {
        let namesakes = found.namesakes(&owner(), exists);
        namesakes.into_iter().map(|one| one.tags.unwrap_or_default().get(OWNER_TAG).cloned()).collect::<Vec<_>>()
    };
    assert_eq!(tags(false), [Some("audit/dev/compliance".to_owned()), None]);
    assert_eq!(tags(true), [Some("audit/dev/compliance".to_owned()), Some(OWNER.to_owned())], "of an older version");
    found.marked = None;
    assert_eq!(found.namesakes(&owner(), false), [], "whose it is is not known");
}
