//! Frameworks as conformance packs.

use aws_compliance_catalog::OWNER_PARAMETER;
use aws_resources::{cfg, s3};
use functions_core::sha256;
use pulumi_component::{Error, Input, Output, Scope, interpolate};

use crate::account::facts::AccountFacts;
use crate::parts::rule_set::args::RuleSetArgs;
use crate::parts::tags;
use crate::plan::packs::PackPlan;

/// Describes the packs, one after the other: AWS Config makes their rules one by one, and the provider waits five minutes
/// for each pack, whoever else makes it wait. A template of more than `inline` bytes goes by the bucket. The names of the
/// packs.
pub(super) fn describe(
    scope: &Scope,
    packs: &[PackPlan],
    args: &RuleSetArgs,
    facts: &AccountFacts,
    inline: usize,
) -> Result<Vec<Output<String>>, Error> {
    let mut names: Vec<Output<String>> = Vec::new();
    for one in packs {
        let text = one.template().map_err(|error| Error::Failed(error.to_string()))?;
        let role = one.role();
        let mut options = facts.after_recorder();
        if let Some(before) = names.last() {
            options = options.and_depends_on_origin_of(before);
        }
        let owner = cfg::ConformancePackInputParameter::new(OWNER_PARAMETER, facts.owner());
        let pack = cfg::ConformancePack::child(scope, &role)
            .name(one.name.clone())
            .input_parameters(vec![Input::from(owner)])
            .set_region(facts.other_region())
            .options(options);
        let pack = match &args.bucket_name {
            Some(bucket) if text.len() > inline => pack.template_s3_uri(uploaded(scope, args, one, bucket, text)),
            _ => pack.template_body(text),
        };
        names.push(pack.register().name());
    }
    Ok(names)
}

/// Puts a template into the bucket, where AWS Config reads it with the permissions of whoever deploys.
fn uploaded(
    scope: &Scope,
    args: &RuleSetArgs,
    planned: &PackPlan,
    bucket: &Input<String>,
    text: String,
) -> Output<String> {
    // Another template has another place: the provider sees no other change of it.
    let key = format!("templates/{}/{}.json", planned.name, sha256::hex(text.as_bytes()));
    let object = s3::BucketObjectv2::child(scope, &format!("{}-template", planned.role()), bucket.clone())
        .key(key)
        .content(text)
        .content_type("application/json")
        .server_side_encryption("aws:kms")
        .set_kms_key_id(args.kms_key_arn.clone())
        .override_provider(tags::without_default_tags())
        .register();
    interpolate!("s3://{}/{}", bucket, object.key())
}

#[cfg(test)]
mod tests {
    use pulumi_component::engine::Registration;
    use pulumi_component::testing::{MockMonitor, construct_with, inputs};
    use pulumi_component::value::Value;
    use pulumi_component::{Checks, Context, Outputs, PreparedComponent, TypeToken, all};
    use serde_json::json;

    use super::*;
    use crate::account::prepared::Prepared;
    use crate::plan::packs::check_sizes;

    /// Bytes that the first packs of the framework are above, and its last is not.
    const INLINE: usize = 6_000;

    /// Packs alone, with little room in a request.
    #[derive(Debug, Outputs)]
    struct Packs {
        /// Names of the packs.
        names: Output<Vec<String>>,
    }

    impl PreparedComponent for Packs {
        const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:Packs");
        type Args = RuleSetArgs;
        type Prepared = Prepared;

        async fn prepare(context: &Context, args: &RuleSetArgs) -> Result<Prepared, Error> {
            let prepared = Prepared::new(context, args.plan_inputs()).await?;
            let mut checks = Checks::default();
            if args.bucket_name.is_none() {
                check_sizes(&prepared.plan.packs, INLINE, &mut checks);
            }
            match checks.errors() {
                [] => Ok(prepared),
                problems => Err(Error::InvalidInputs(problems.to_vec())),
            }
        }

        fn construct(scope: &Scope, args: RuleSetArgs, facts: &Prepared) -> Result<Self, Error> {
            Ok(Self { names: all(describe(scope, &facts.plan.packs, &args, &facts.account, INLINE)?) })
        }
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
            "bucketName": "templates", "frameworks": [{ "id": "hipaa", "deployAs": "conformancePack" }],
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
        let given = json!({ "frameworks": [{ "id": "hipaa", "deployAs": "conformancePack" }] });
        let Err(Error::InvalidInputs(problems)) = construct_with::<Packs>(&monitor, "it", inputs(given)).await else {
            panic!("it is refused")
        };
        assert_eq!(problems.len(), 3);
        assert!(problems.iter().all(|problem| problem.path == "bucketName".into() && problem.reason.contains("6000")));
    }
}
