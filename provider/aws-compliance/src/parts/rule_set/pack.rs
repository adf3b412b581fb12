//! Frameworks as conformance packs.

use account_look::{PlannedName, PlannedRule};
use aws_compliance_catalog::{Catalog, ComposedRule, OWNER_PARAMETER, Pack, PackSize, check_packs, framework, packs};
use aws_resources::{cfg, s3};
use functions_core::configuration::{PackEntry, RuleEntry};
use functions_core::sha256;
use pulumi_component::{Checks, ConstructError, Input, Output, PathStep, PropertyPath, Scope, interpolate};

use super::framework::{DeployAs, FrameworkArgs};
use super::{RuleSetArgs, severity, watched};
use crate::account::facts::AccountFacts;
use crate::inputs::tags;
use crate::plan::names::NamePrefix;

/// One of the packs of a deployment.
pub(super) struct Planned<'a> {
    /// Place of its framework in the inputs.
    index: usize,
    framework: &'a FrameworkArgs,
    pack: Pack,
    /// Name in the account.
    name: String,
}

/// The packs of all frameworks that are deployed as such, without rules that the region does not offer.
pub(super) fn planned<'a>(
    frameworks: &'a [FrameworkArgs],
    prefix: &NamePrefix,
    region: Option<&str>,
) -> Vec<Planned<'a>> {
    let catalog = Catalog::get;
    let offered = |identifier: &str| {
        let rule = catalog().rule(identifier);
        rule.and_then(|rule| catalog().offers(rule, region?)) != Some(false)
    };
    let asked = frameworks.iter().enumerate().filter(|(_, one)| one.deploy_as == DeployAs::ConformancePack);
    let planned = asked.flat_map(|(index, framework)| {
        let packs = packs(&framework.request(), prefix.as_str(), offered).into_iter();
        packs.map(move |pack| Planned { index, framework, name: prefix.pack(&framework.id, pack.part), pack })
    });
    planned.collect()
}

/// The entries of the packs, as the functions know them.
pub(super) fn entries(planned: &[Planned<'_>]) -> Vec<PackEntry> {
    let entry = |planned: &Planned<'_>| {
        let rules = planned.pack.rules.iter().map(|(name, rule)| RuleEntry {
            frameworks: rule.frameworks.clone(),
            identifier: rule.identifier.clone(),
            name: name.clone(),
            severity: severity::of_composed(rule),
        });
        PackEntry { name: planned.name.clone(), rules: rules.collect() }
    };
    planned.iter().map(entry).collect()
}

/// What the look at the account is told of them: their names, and the rules that they bring.
pub(super) fn looked_at(planned: &[Planned<'_>]) -> (Vec<PlannedName>, Vec<PlannedRule>) {
    let path = |index: usize| PropertyPath::from(("frameworks", index, "as"));
    let names = planned.iter().map(|one| PlannedName { path: path(one.index), name: one.name.clone() });
    let rules = planned.iter().flat_map(|one| {
        one.pack.rules.iter().map(move |(name, rule)| {
            let (resource_types, change_triggered) = watched(&rule.identifier);
            PlannedRule {
                path: path(one.index),
                name: name.clone(),
                identifier: rule.identifier.clone(),
                resource_types,
                change_triggered,
                pack: Some(one.name.clone()),
            }
        })
    });
    (names.collect(), rules.collect())
}

/// Judges how frameworks are deployed.
pub(super) fn check(frameworks: &[FrameworkArgs], prefix: &NamePrefix, checks: &mut Checks) {
    for (index, _) in frameworks.iter().enumerate().filter(|(_, one)| one.deploy_as == DeployAs::ManagedPack) {
        let reason = "`managedPack` is reserved for AWS's own packs, which are not deployed yet; expected `rules` or \
                      `conformancePack`";
        checks.error(("frameworks", index, "as"), reason);
    }
    let packs = frameworks.iter().any(|one| one.deploy_as == DeployAs::ConformancePack);
    if packs && prefix.as_str().starts_with(|first: char| first.is_ascii_digit()) {
        checks.error("namePrefix", "names of conformance packs begin with it, and AWS Config wants a letter there");
    }
    if packs {
        check_limits(&planned(frameworks, prefix, None), checks);
    }
}

/// Judges how many packs there are, and what is in each, for itself: how many others the account has is the look's to
/// tell, and how a template gets there [`check_sizes`]'.
fn check_limits(planned: &[Planned<'_>], checks: &mut Checks) {
    let size = |one: &Planned<'_>| PackSize {
        rules: one.pack.rules.len(),
        bytes: template(&one.pack).map_or(0, |text| text.len()),
        bucket_region: Some(""),
        // The owner has as many characters as a tag's value.
        parameters: one.pack.template().parameters.keys().map(|_| (OWNER_PARAMETER, None)).collect(),
    };
    for problem in check_packs(&planned.iter().map(size).collect::<Vec<_>>(), None, 0).errors {
        let one = match problem.path.steps() {
            [PathStep::Index(index), ..] => planned.get(*index),
            _ => None,
        };
        match one {
            Some(one) => checks.error(("frameworks", one.index, "as"), format!("`{}`: {}", one.name, problem.reason)),
            None => checks.error("frameworks", problem.reason),
        }
    }
}

/// Judges whether each template can be brought to AWS Config: a request carries `inline` bytes, the rest comes from a
/// bucket.
pub(super) fn check_sizes(args: &RuleSetArgs, inline: usize, checks: &mut Checks) {
    if args.bucket_name.is_some() {
        return;
    }
    for one in planned(&args.frameworks, &args.name_prefix, None) {
        let size = template(&one.pack).map_or(0, |text| text.len());
        if size > inline {
            let reason = format!(
                "the template of `{}` has {size} bytes, and a request carries {inline}: a larger one comes from a \
                 bucket of this region",
                one.name
            );
            checks.error("bucketName", reason);
        }
    }
}

fn template(pack: &Pack) -> Result<String, serde_json::Error> {
    serde_json::to_string(&pack.template())
}

/// Describes the packs, one after the other: AWS Config makes their rules one by one, and the provider waits five minutes
/// for each pack, whoever else makes it wait. A template of more than `inline` bytes goes by the bucket. The names of the
/// packs.
pub(super) fn describe(
    scope: &Scope,
    args: &RuleSetArgs,
    facts: &AccountFacts,
    inline: usize,
) -> Result<Vec<Output<String>>, ConstructError> {
    let mut names: Vec<Output<String>> = Vec::new();
    for one in planned(&args.frameworks, &args.name_prefix, facts.known_region()) {
        let text = template(&one.pack).map_err(|error| ConstructError::Failed(error.to_string()))?;
        let role = one.role();
        let mut options = facts.after_recorder();
        if let Some(before) = names.last() {
            options = options.and_depends_on_origin_of(before);
        }
        let owner = cfg::ConformancePackInputParameter::new(OWNER_PARAMETER, facts.owner());
        let pack = cfg::ConformancePack::child(scope, &role)
            .name(one.name.clone())
            .input_parameters(vec![Input::from(owner)])
            .options(options);
        let pack = match &args.bucket_name {
            Some(bucket) if text.len() > inline => pack.template_s3_uri(uploaded(scope, args, &one, bucket, text)),
            _ => pack.template_body(text),
        };
        names.push(pack.register().name());
    }
    Ok(names)
}

impl Planned<'_> {
    /// The logical name: `pack-hipaa`, then `pack-hipaa-2`.
    fn role(&self) -> String {
        let id = self.framework.id.replace('.', "-");
        if self.pack.part == 1 { format!("pack-{id}") } else { format!("pack-{id}-{}", self.pack.part) }
    }
}

/// Puts a template into the bucket, where AWS Config reads it with the permissions of whoever deploys.
fn uploaded(
    scope: &Scope,
    args: &RuleSetArgs,
    planned: &Planned<'_>,
    bucket: &Input<String>,
    text: String,
) -> Output<String> {
    // Another template has another place: the provider sees no other change of it.
    let key = format!("templates/{}/{}.json", planned.name, sha256::hex(text.as_bytes()));
    let required = s3::bucket_objectv2::Required { bucket: bucket.clone() };
    let object = s3::BucketObjectv2::child(scope, &format!("{}-template", planned.role()), required)
        .key(key)
        .content(text)
        .content_type("application/json")
        .server_side_encryption("aws:kms")
        .set_kms_key_id(args.kms_key_arn.clone())
        .override_provider(tags::without_default_tags())
        .register();
    interpolate!("s3://{}/{}", bucket, object.key())
}

/// The rules that the packs would have and a region does not offer.
pub(super) fn not_offered(frameworks: &[FrameworkArgs], region: &str) -> Vec<ComposedRule> {
    let catalog = Catalog::get;
    let all = planned(frameworks, &NamePrefix::default(), None);
    let rules = all.into_iter().flat_map(|planned| planned.pack.rules.into_values());
    let lacks = |rule: &ComposedRule| catalog().rule(&rule.identifier).and_then(|rule| catalog().offers(rule, region));
    rules.filter(|rule| lacks(rule) == Some(false)).collect()
}

/// What there is to say of a framework that is deployed as packs.
pub(super) fn notes(frameworks: &[FrameworkArgs], alone: &[String], region: Option<&str>) -> Vec<String> {
    let planned = planned(frameworks, &NamePrefix::default(), region);
    let asked = frameworks.iter().filter(|one| one.deploy_as == DeployAs::ConformancePack);
    let told = asked.filter_map(|one| {
        let packs: Vec<_> = planned.iter().filter(|planned| planned.framework.id == one.id).collect();
        let title = framework(&one.id).map(|known| known.title.as_str())?;
        let rules: Vec<_> = packs.iter().flat_map(|planned| planned.pack.rules.values()).collect();
        let twice = rules.iter().filter(|rule| alone.contains(&rule.identifier)).count();
        let twice = match twice {
            0 => String::new(),
            count => format!("; {count} of them are evaluated as rules, too, and paid for twice"),
        };
        let parts = if packs.len() == 1 {
            "a conformance pack".to_owned()
        } else {
            format!("{} conformance packs", packs.len())
        };
        Some(format!("{title}: {} rules in {parts}{twice}", rules.len()))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use pulumi_component::testing::{MockMonitor, construct_with, inputs};
    use pulumi_component::{Component, Context, Outputs, Registration, TypeToken, Value, all};
    use serde_json::json;

    use super::*;

    /// Bytes that the first packs of the framework are above, and its last is not.
    const INLINE: usize = 6_000;

    /// Packs alone, with little room in a request.
    #[derive(Debug, Outputs)]
    struct Packs {
        /// Names of the packs.
        names: Output<Vec<String>>,
    }

    impl Component for Packs {
        const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Packs");
        type Args = RuleSetArgs;
        type Facts = AccountFacts;

        fn check(args: &RuleSetArgs, checks: &mut Checks) {
            check_sizes(args, INLINE, checks);
        }

        async fn prepare(context: &Context, _args: &RuleSetArgs) -> Result<AccountFacts, ConstructError> {
            AccountFacts::look(context).await
        }

        fn construct(scope: &Scope, args: RuleSetArgs, facts: &AccountFacts) -> Result<Self, ConstructError> {
            Ok(Self { names: all(describe(scope, &args, facts, INLINE)?) })
        }
    }

    /// No framework of ours comes to this.
    #[test]
    fn a_pack_beyond_the_limits_is_refused() {
        let framework = FrameworkArgs { id: "hipaa".to_owned(), ..FrameworkArgs::default() };
        let rule = ComposedRule {
            identifier: "ENCRYPTED_VOLUMES".to_owned(),
            parameters: [("kmsId".to_owned(), "k".repeat(3_000))].into(),
            frequency: None,
            severity: None,
            frameworks: std::collections::BTreeMap::new(),
        };
        let told = |count: usize| {
            let rules = (0..count).map(|number| (format!("rule-{number}"), rule.clone())).collect();
            let name = "compliance-hipaa".to_owned();
            let planned = Planned { index: 3, framework: &framework, pack: Pack { part: 1, rules }, name };
            let mut checks = Checks::default();
            check_limits(&[planned], &mut checks);
            checks.errors().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(told(90), Vec::<String>::new());
        let [rules, bytes] = &told(131)[..] else { panic!("{:?}", told(131)) };
        assert_eq!(rules, "frameworks[3].as: `compliance-hipaa`: expected at most 130 rules, got 131; split the pack");
        assert!(
            bytes.starts_with("frameworks[3].as: `compliance-hipaa`: expected at most 307200 bytes, got "),
            "{bytes}"
        );
    }

    fn text<'a>(registration: &'a Registration, input: &str) -> Option<&'a str> {
        match &registration.inputs.get(input)?.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    #[tokio::test]
    async fn a_template_that_is_too_large_for_a_request_comes_from_the_bucket() {
        let monitor = std::sync::Arc::new(MockMonitor::update());
        let given = json!({
            "bucketName": "templates", "frameworks": [{ "id": "hipaa", "as": "conformancePack" }],
        });
        construct_with::<Packs>(&monitor, "it", inputs(given)).await.expect("it constructs");
        let registrations = monitor.recorded().registrations;
        let of = |token: &str| {
            registrations.iter().map(|(_, one)| one).filter(|one| one.type_token == token).collect::<Vec<_>>()
        };
        let (packs, objects) =
            (of("aws:cfg/conformancePack:ConformancePack"), of("aws:s3/bucketObjectv2:BucketObjectv2"));
        assert_eq!((packs.len(), objects.len()), (4, 3), "the last pack is small");
        for (pack, object) in packs.iter().zip(&objects) {
            let (key, content) = (text(object, "key").expect("a key"), text(object, "content").expect("a template"));
            assert!(content.len() > INLINE && text(pack, "templateBody").is_none());
            assert_eq!(text(pack, "templateS3Uri"), Some(format!("s3://templates/{key}").as_str()));
            let name = text(pack, "name").expect("a name");
            assert_eq!(
                key,
                format!("templates/{name}/{}.json", sha256::hex(content.as_bytes())),
                "another has another"
            );
            assert_eq!(text(object, "serverSideEncryption"), Some("aws:kms"));
        }
        assert!(packs.last().is_some_and(|pack| text(pack, "templateBody").is_some()));
    }

    #[tokio::test]
    async fn without_a_bucket_a_large_template_is_refused() {
        let monitor = std::sync::Arc::new(MockMonitor::preview());
        let given = json!({ "frameworks": [{ "id": "hipaa", "as": "conformancePack" }] });
        let Err(ConstructError::InvalidInputs(problems)) = construct_with::<Packs>(&monitor, "it", inputs(given)).await
        else {
            panic!("it is refused")
        };
        assert_eq!(problems.len(), 3);
        assert!(problems.iter().all(|problem| problem.path == "bucketName".into() && problem.reason.contains("6000")));
    }
}
