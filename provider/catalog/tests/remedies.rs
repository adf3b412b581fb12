//! Every remediation of the data, with everything that may be wrong with it.

use std::collections::BTreeMap;

use aws_compliance_catalog::{
    RESOURCE_ID, ROLE_PARAMETER, Remedy, RemedyRequest, Report, check_remedy, remediation, remedied,
};

fn request(identifier: &str) -> RemedyRequest {
    RemedyRequest { identifier: identifier.to_owned(), accept_inferred: true, ..RemedyRequest::default() }
}

/// The same with a value for everything that it was told to lack.
fn whole(mut request: RemedyRequest) -> (Option<Remedy>, Report) {
    for problem in check_remedy(&request).1.errors {
        if let (Some("parameters"), Some(name)) = (problem.path.first_member(), problem.path.last_member()) {
            request.parameters.insert(name.to_owned(), 1);
        }
    }
    check_remedy(&request)
}

fn paths(report: &Report) -> Vec<String> {
    report.errors.iter().map(|problem| problem.path.to_string()).collect()
}

#[test]
fn every_document_of_every_rule_comes_to_a_remedy_with_all_that_it_needs() {
    let mut count = 0;
    for identifier in remedied() {
        let known = remediation(identifier).unwrap();
        let alternatives = known.alternatives.iter().map(|(name, one)| (Some(name.clone()), &one.required_parameters));
        for (document, required) in std::iter::once((None, &known.required_parameters)).chain(alternatives) {
            let asked = RemedyRequest { document, ..request(identifier) };
            let lacking = check_remedy(&asked).1;
            assert!(paths(&lacking).iter().all(|path| path.starts_with("parameters.")), "{identifier}: {lacking:?}");
            let (remedy, report) = whole(asked);
            let remedy = remedy.unwrap_or_else(|| panic!("{identifier}: {report:?}"));
            let told: Vec<_> = lacking.errors.iter().filter_map(|problem| problem.path.last_member()).collect();
            for name in required {
                assert!(remedy.parameters.contains_key(name) || told.contains(&name.as_str()), "{identifier}: {name}");
            }
            assert!(remedy.parameters.values().all(|value| !value.contains('<')), "{identifier}: {remedy:?}");
            assert!(remedy.actions.iter().all(|action| action.contains(':') && !action.contains('*')), "{identifier}");
            count += 1;
        }
    }
    assert!(count > 138, "{count}");
}

#[test]
fn what_is_inferred_must_be_accepted_and_what_is_disruptive_is_told() {
    for identifier in remedied() {
        let known = remediation(identifier).unwrap();
        let report = check_remedy(&RemedyRequest { accept_inferred: false, ..request(identifier) }).1;
        assert_eq!(
            paths(&report).iter().any(|path| path == "acceptInferred"),
            known.confidence == "inferred",
            "{identifier}"
        );
        let told = report.warnings.iter().any(|warning| warning.reason.contains("may be in use"));
        assert_eq!(told, known.disruptive == Some(true), "{identifier}");
        let told = report.warnings.iter().any(|warning| warning.reason.contains("must be deployed here"));
        assert_eq!(told, known.needs_solution_deployed, "{identifier}");
    }
}

#[test]
fn the_resource_and_what_the_rule_says_are_handed_on() {
    let rule_parameters = BTreeMap::from([("maxAccessKeyAge".to_owned(), "45".to_owned())]);
    let (remedy, _) = check_remedy(&RemedyRequest { rule_parameters, ..request("ACCESS_KEYS_ROTATED") });
    let expected = [("IAMResourceId", RESOURCE_ID), ("MaxCredentialUsageAge", "45")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(remedy.unwrap().parameters, BTreeMap::from(expected));
    let report = check_remedy(&request("ACCESS_KEYS_ROTATED")).1;
    assert_eq!(paths(&report), ["parameters.MaxCredentialUsageAge"], "the rule does not say it");
}

#[test]
fn a_value_that_is_given_stands_for_the_suggested_one() {
    let own = || RemedyRequest {
        parameters: [("EncryptionOption".to_owned(), 1)].into(),
        ..request("ATHENA_WORKGROUP_ENCRYPTED_AT_REST")
    };
    let suggested = check_remedy(&request("ATHENA_WORKGROUP_ENCRYPTED_AT_REST")).0.unwrap();
    assert_eq!(suggested.parameters["EncryptionOption"], "SSE_S3");
    assert!(!check_remedy(&own()).0.unwrap().parameters.contains_key("EncryptionOption"));
}

#[test]
fn wrong_documents_and_parameters_are_told_with_the_nearest() {
    let nothing = check_remedy(&request("EIP_ATTACHED_NO")).1;
    assert!(nothing.errors[0].reason.starts_with("no remediation document is known"), "{nothing:?}");
    let document = Some("AWS-DisableIncomingSSHonPort22".to_owned());
    let report = check_remedy(&RemedyRequest { document, ..request("INCOMING_SSH_DISABLED") }).1;
    assert_eq!(paths(&report), ["document"]);
    assert_eq!(report.errors[0].nearest.as_deref(), Some("AWS-DisableIncomingSSHOnPort22"));
    let parameters = [("bucketname", 1), (ROLE_PARAMETER, 1), ("VersioningState", 0), ("Other", 26)];
    let parameters = parameters.map(|(name, count)| (name.to_owned(), count)).into();
    let report = check_remedy(&RemedyRequest { parameters, ..request("S3_BUCKET_VERSIONING_ENABLED") }).1;
    assert_eq!(
        paths(&report),
        ["AutomationAssumeRole", "Other", "VersioningState", "bucketname"].map(|name| format!("parameters.{name}"))
    );
    assert_eq!(report.errors[3].nearest.as_deref(), Some("BucketName"));
}
