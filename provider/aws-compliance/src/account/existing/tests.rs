//! What is found means: pure, without a provider.

use account_look::{NamesakeKind, OWNER_TAG, Owner, PlannedResource};
use pulumi_component::ResourceOptions;
use pulumi_component::value::PropertyPath;

use super::adoption::Adoption;
use super::found::{Existing, Marked, OwnedKey, Planned, Present, named};
use crate::inputs::on_destroy::OnDestroy;
use crate::plan::target::Target;

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:compliance-processing";
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
        hidden_bucket: None,
        prefix: "compliance-".into(),
        allow_replacement,
        on_destroy: OnDestroy::Retain,
        own_key: true,
        key_alias: "alias/compliance-monitoring".into(),
        account_id: Some("111122223333".into()),
        never_replaced: false,
    }
}

fn marked(arn: &str, owner: &str, on_destroy: Option<&str>) -> Marked {
    Marked { arn: arn.into(), named: named(arn), owner: owner.into(), on_destroy: on_destroy.map(str::to_owned) }
}

fn existing(marked: Vec<Marked>) -> Existing {
    Existing { marked: Some(marked), ..Existing::default() }
}

/// The same where the deployment has a function, so that it was not destroyed.
fn deployed(marked_beside: Vec<Marked>) -> Existing {
    existing(marked_beside.into_iter().chain([marked(FUNCTION, OWNER, None)]).collect())
}

fn enabled(id: &str) -> OwnedKey {
    OwnedKey { id: id.into(), state: Some("Enabled".into()) }
}

/// What a preview says.
fn told(found: &Existing, planned: &Planned, adoption: &Adoption) -> Vec<String> {
    found.continued(planned, &owner(), adoption).into_iter().chain(found.left(planned, &owner())).collect()
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
        ("arn:aws:glue:eu-west-1:111122223333:database/history", Some((NamesakeKind::Database, "history"))),
        ("arn:aws:athena:eu-west-1:111122223333:workgroup/history", Some((NamesakeKind::Workgroup, "history"))),
        ("arn:aws:kms:eu-west-1:111122223333:key/id", None),
        ("arn:aws:glue:eu-west-1:111122223333:table/history/evaluations", None),
        ("nothing", None),
    ] {
        assert_eq!(named(arn), expected.map(|(kind, name)| (kind, name.to_owned())), "{arn}");
    }
}

#[test]
fn journey_4_a_changed_name_of_the_bucket_is_refused_with_the_two_steps() {
    let found = deployed(vec![marked("arn:aws:s3:::old-bucket", OWNER, Some("retain"))]);
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
    let found = deployed(vec![marked("arn:aws:s3:::old-bucket", OWNER, Some("retain"))]);
    assert_eq!(found.refused_replacement(&planned(true), &owner()), None);
    let told = told(&found, &planned(true), &Adoption::default());
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("aws s3 sync s3://old-bucket s3://new-bucket"), "{told:?}");
}

#[test]
fn a_replacement_of_a_bucket_that_the_state_would_delete_is_refused_even_where_it_was_asked_for() {
    let found = deployed(vec![marked("arn:aws:s3:::old-bucket", OWNER, Some("delete"))]);
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
        assert_eq!(deployed(found).replaced(&planned(false), &owner()), []);
    }
    assert_eq!(Existing::default().replaced(&planned(false), &owner()), [], "tags are not known");
}

#[test]
fn a_secret_name_of_the_bucket_is_compared_and_not_printed() {
    let found = deployed(vec![marked("arn:aws:s3:::old-bucket", OWNER, None)]);
    let names = planned(false).names.into_iter().filter(|planned| planned.kind != NamesakeKind::Bucket).collect();
    let hidden = Planned { names, hidden_bucket: Some("hush-hush".into()), ..planned(false) };
    let refused = found.refused_replacement(&hidden, &owner()).expect("the bucket would be replaced");
    assert!(refused.reason.contains("old-bucket") && !refused.reason.contains("hush-hush"), "{refused}");
    let same = Planned { hidden_bucket: Some("old-bucket".into()), ..hidden };
    assert_eq!(found.refused_replacement(&same, &owner()), None);
}

fn present(kind: NamesakeKind, name: &str) -> Present {
    Present { kind, name: name.into(), id: format!("id-of-{name}"), key: None }
}

#[test]
fn journey_3_what_a_destroyed_deployment_retained_is_taken_over() {
    let left =
        vec![marked("arn:aws:s3:::new-bucket", OWNER, Some("retain")), marked("arn:aws:kms:r:a:key/id", OWNER, None)];
    let found = Existing {
        present: vec![present(NamesakeKind::Bucket, "new-bucket")],
        keys: vec![enabled("id")],
        ..existing(left)
    };
    let adoption = found.adoption(&owner());
    assert_eq!(adoption.bucket(ResourceOptions::default()).import_id.unwrap_or_default(), "new-bucket");
    assert_eq!(adoption.key(ResourceOptions::default()).import_id.unwrap_or_default(), "id");
    let told = told(&found, &planned(false), &adoption);
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
    let id = |kind, name| adoption.of(kind, name, ResourceOptions::default()).import_id.unwrap_or_default();
    assert_eq!(id(NamesakeKind::Queue, "compliance-processing-events"), "id-of-compliance-processing-events");
    assert_eq!(id(NamesakeKind::Table, "other"), "", "without a tag it is not known whose it is");
}

#[test]
fn nothing_is_said_of_a_bucket_that_the_deployment_has_and_nothing_taken_from_somebody_else() {
    let function = marked(FUNCTION, OWNER, None);
    let bucket = vec![present(NamesakeKind::Bucket, "new-bucket")];
    let ours = vec![function, marked("arn:aws:s3:::new-bucket", OWNER, None)];
    let deployed = Existing { present: bucket.clone(), ..existing(ours) };
    assert!(deployed.is_deployed(&planned(false), &owner()));
    assert_eq!(told(&deployed, &planned(false), &deployed.adoption(&owner())), Vec::<String>::new());
    let theirs = vec![marked("arn:aws:s3:::new-bucket", "audit/dev/compliance", None)];
    let foreign = Existing { present: bucket, ..existing(theirs) };
    assert_eq!(foreign.adoption(&owner()), Adoption::default());
}

#[test]
fn a_key_is_taken_over_only_where_it_is_the_only_one_and_can_be_used() {
    let key = |state: &str| OwnedKey { id: state.to_lowercase(), state: Some(state.into()) };
    let unread = OwnedKey { id: "unread".into(), state: None };
    for (keys, imported, warning) in [
        (vec![], "", None),
        (vec![key("Enabled")], "enabled", None),
        (vec![enabled("one"), enabled("two")], "", Some("several keys carry the tag of this deployment: `one`, `two`")),
        (vec![enabled("one"), unread.clone()], "", Some("`one`, `unread`")),
        (vec![enabled("one"), key("Disabled")], "", Some("`one`, `disabled`")),
        (vec![unread], "", Some("the state of its key unread could not be read; allow `kms:DescribeKey`")),
        (vec![key("Disabled")], "", Some("`aws kms enable-key --key-id disabled`")),
    ] {
        let found = Existing {
            keys,
            present: vec![present(NamesakeKind::Bucket, "new-bucket")],
            ..existing(vec![marked("arn:aws:s3:::new-bucket", OWNER, Some("retain"))])
        };
        let adoption = found.adoption(&owner());
        assert_eq!(adoption.key(ResourceOptions::default()).import_id.unwrap_or_default(), imported, "{found:?}");
        let warned = found.without_key(&planned(false), &owner(), &adoption);
        match warning {
            Some(part) => assert!(warned.as_ref().is_some_and(|line| line.contains(part)), "{warned:?}"),
            None => assert_eq!(warned, None),
        }
    }
}

#[test]
fn a_key_stays_with_the_bucket_that_is_encrypted_with_it() {
    let found = |bucket: &str| Existing {
        keys: vec![enabled("id")],
        ..existing(vec![marked(&format!("arn:aws:s3:::{bucket}"), OWNER, Some("retain"))])
    };
    let of_another =
        found("old-bucket").adoption(&owner()).key(ResourceOptions::default()).import_id.unwrap_or_default();
    assert_eq!(of_another, "", "deleting it with the new bucket would leave the old one unreadable");
    let alone = Existing { keys: vec![enabled("id")], ..existing(Vec::new()) };
    assert_eq!(
        alone.adoption(&owner()).key(ResourceOptions::default()).import_id.unwrap_or_default(),
        "id",
        "a killed update left it"
    );
}

#[test]
fn an_alias_belongs_to_whom_its_key_belongs_to() {
    let alias = Present { key: Some("id".into()), ..present(NamesakeKind::KeyAlias, "alias/compliance-monitoring") };
    let of = |owner_of_key: &str| Existing {
        present: vec![alias.clone()],
        ..existing(vec![marked("arn:aws:kms:eu-west-1:111122223333:key/id", owner_of_key, None)])
    };
    let import = |found: &Existing| {
        let alias = "alias/compliance-monitoring";
        found
            .adoption(&owner())
            .of(NamesakeKind::KeyAlias, alias, ResourceOptions::default())
            .import_id
            .unwrap_or_default()
    };
    let owner_of = |found: &Existing| {
        let tags = found.namesakes(&owner(), false, &Target::default()).remove(0).tags.expect("they are known");
        tags.get(OWNER_TAG).cloned()
    };
    let (ours, theirs, nobodys) = (of(OWNER), of("audit/dev/compliance"), existing(Vec::new()));
    let nobodys = Existing { present: vec![alias.clone()], ..nobodys };
    assert_eq!(
        (import(&ours).as_str(), owner_of(&ours).as_deref()),
        ("id-of-alias/compliance-monitoring", Some(OWNER))
    );
    assert_eq!((import(&theirs).as_str(), owner_of(&theirs).as_deref()), ("", Some("audit/dev/compliance")));
    assert_eq!((import(&nobodys).as_str(), owner_of(&nobodys)), ("", None));
}

#[test]
fn what_nobody_claims_is_imported_where_that_was_asked_for() {
    let found = Existing { present: vec![present(NamesakeKind::Queue, "events")], ..existing(Vec::new()) };
    let import = |found: &Existing, owner: &Owner| {
        found
            .adoption(owner)
            .of(NamesakeKind::Queue, "events", ResourceOptions::default())
            .import_id
            .unwrap_or_default()
    };
    let asking = Owner { unmarked_is_ours: true, ..owner() };
    assert_eq!((import(&found, &owner()), import(&found, &asking)), (String::new(), "id-of-events".into()));
    let unread = Existing { marked: None, ..found };
    assert_eq!(import(&unread, &asking), "", "it may be somebody else's");
}

#[test]
fn after_a_destroy_that_retained_the_bucket_another_name_is_no_replacement() {
    let bucket = marked("arn:aws:s3:::old-bucket", OWNER, Some("retain"));
    let key = marked("arn:aws:kms:eu-west-1:111122223333:key/id", OWNER, None);
    let destroyed = existing(vec![bucket.clone(), key.clone()]);
    assert_eq!(destroyed.refused_replacement(&planned(false), &owner()), None);
    let told = told(&destroyed, &planned(false), &Adoption::default());
    assert!(told[0].contains("old-bucket") && told[0].contains("set `reports.bucketName: old-bucket`"), "{told:?}");
    for rest in [
        marked(FUNCTION, OWNER, None),
        marked("arn:aws:dynamodb:eu-west-1:111122223333:table/ledger", OWNER, None),
        marked("arn:aws:config:eu-west-1:111122223333:config-rule/id", OWNER, None),
    ] {
        let found = existing(vec![bucket.clone(), key.clone(), rest.clone()]);
        assert!(found.refused_replacement(&planned(false), &owner()).is_some(), "{rest:?} is still there");
    }
    let other = existing(vec![marked("arn:aws:s3:::old-bucket", OWNER, Some("delete")), key]);
    assert!(other.refused_replacement(&planned(false), &owner()).is_some(), "the engine may still delete it");
}

#[test]
fn a_bucket_that_does_not_say_what_becomes_of_it_is_not_replaced() {
    let found = deployed(vec![marked("arn:aws:s3:::old-bucket", OWNER, None)]);
    let refused = found.refused_replacement(&planned(true), &owner()).expect("its state is not known");
    assert!(refused.reason.contains("does not say what it was deployed with"), "{refused}");
}

#[test]
fn without_tags_a_new_bucket_is_refused_unless_it_is_retained() {
    let unread = Existing { tags_are_refused: true, ..Existing::default() };
    let with = |on_destroy| Planned { on_destroy, ..planned(false) };
    for on_destroy in [OnDestroy::Delete, OnDestroy::Refuse] {
        let refused = unread.refused_replacement(&with(on_destroy), &owner()).expect("it may be a replacement");
        assert_eq!(refused.path.to_string(), "reports.onDestroy");
        assert!(refused.reason.contains("allow `tag:GetResources`"), "{refused}");
        let known = Existing { present: vec![present(NamesakeKind::Bucket, "new-bucket")], ..unread.clone() };
        assert_eq!(known.refused_replacement(&with(on_destroy), &owner()), None, "the bucket has the planned name");
        assert_eq!(Existing::default().refused_replacement(&with(on_destroy), &owner()), None, "nothing was refused");
    }
    let retained = with(OnDestroy::Retain);
    assert_eq!(unread.refused_replacement(&retained, &owner()), None);
    assert!(unread.warned_unknown(&retained).is_some_and(|line| line.contains("change it back")));
}

#[test]
fn what_nobody_claims_is_not_ours_because_of_a_function_under_another_name() {
    let other = "arn:aws:lambda:eu-west-1:111122223333:function:former-processing";
    let found = existing(vec![marked(other, OWNER, None)]);
    assert!(!found.is_deployed(&planned(false), &owner()));
    assert!(deployed(Vec::new()).is_deployed(&planned(false), &owner()));
}

#[test]
fn a_key_that_the_reports_are_encrypted_with_is_not_given_up_while_the_state_would_delete_it() {
    let found = |on_destroy| Existing {
        keys: vec![enabled("id")],
        ..existing(vec![marked("arn:aws:s3:::new-bucket", OWNER, Some(on_destroy))])
    };
    let own = Planned { own_key: false, ..planned(false) };
    let refused = found("delete").refused_key(&own, &owner()).expect("it would be deleted");
    assert!(refused.path.to_string() == "kmsKeyArn" && refused.reason.contains("the key id"), "{refused}");
    assert!(found("refuse").refused_key(&own, &owner()).is_some(), "the engine would refuse it late");
    assert_eq!(found("retain").refused_key(&own, &owner()), None);
    assert_eq!(found("delete").refused_key(&planned(false), &owner()), None, "it stays");
    let released = Existing { key_is_released: true, ..found("delete") };
    assert_eq!(released.refused_key(&own, &owner()), None, "the stack has no key any more");
}

#[test]
fn journey_6_what_has_a_planned_name_is_a_namesake_with_the_tag_that_it_carries() {
    let mut found = existing(vec![marked("arn:aws:s3:::new-bucket", "audit/dev/compliance", None)]);
    found.present =
        vec![present(NamesakeKind::Bucket, "new-bucket"), present(NamesakeKind::Table, "compliance-ledger")];
    let tags = |exists| {
        let namesakes = found.namesakes(&owner(), exists, &Target::region("eu-west-1"));
        namesakes.into_iter().map(|one| one.tags.unwrap_or_default().get(OWNER_TAG).cloned()).collect::<Vec<_>>()
    };
    assert_eq!(tags(false), [Some("audit/dev/compliance".to_owned()), None]);
    assert_eq!(tags(true), [Some("audit/dev/compliance".to_owned()), Some(OWNER.to_owned())], "of an older version");
    let arns: Vec<_> =
        found.namesakes(&owner(), false, &Target::region("eu-west-1")).into_iter().map(|one| one.arn).collect();
    assert_eq!(arns[0], "arn:aws:s3:::new-bucket", "the commands that help name it");
    found.marked = None;
    assert_eq!(found.namesakes(&owner(), false, &Target::default()), [], "whose it is is not known");
}
