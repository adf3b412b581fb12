//! One function with everything that is its own: role, policy, log group, dead-letter queue.

use std::collections::BTreeMap;

use account_look::NamesakeKind;
use aws_resources::{PolicyDocument, Statement, cloudwatch, iam, lambda, sqs};
use functions_core::contract::{Handler, variable};
use pulumi_component::{Input, ResourceOptions, Scope};

use crate::parts::functions::permissions;
use crate::parts::functions::shared::Shared;
use crate::parts::tags;

/// Seconds that a dead letter waits for somebody to look: SQS' longest, 14 days.
const DEAD_LETTER_RETENTION_SECONDS: u32 = 14 * 24 * 60 * 60;

/// What a function has beyond what all of them have.
pub(super) struct Wiring {
    /// What it does, for people.
    pub summary: &'static str,
    /// Environment variables, beyond those of every function.
    pub variables: Vec<(&'static str, Input<String>)>,
    /// What it may do, beyond what every function may.
    pub statements: Vec<Statement>,
}

/// A function and its own children.
pub(super) struct Function {
    pub handler: Handler,
    pub lambda: lambda::Function,
    pub role: iam::Role,
    pub policy: iam::RolePolicy,
    pub dead_letters: sqs::Queue,
}

impl Function {
    /// Describes a function and its own children.
    pub(super) fn describe(
        scope: &Scope,
        shared: &Shared<'_>,
        handler: Handler,
        Wiring { summary, variables, statements }: Wiring,
        options: ResourceOptions,
    ) -> Self {
        let (args, settings) = (shared.args, &shared.args.settings);
        let role_name = |part: &str| format!("{}-{part}", handler.name());
        let adopted = |kind, name: &str, options| shared.facts.adoption().of(kind, name, options);

        let log_group = cloudwatch::LogGroup::child(scope, &role_name("logs"))
            .name(args.name_prefix.log_group(handler))
            .kms_key_id(&args.kms_key_arn)
            .retention_in_days(settings.log_retention_days.clone())
            .tags(tags::owned(&args.tags, shared.facts))
            .options(adopted(NamesakeKind::LogGroup, &args.name_prefix.log_group(handler), ResourceOptions::default()))
            .register();
        let dead_letters = sqs::Queue::child(scope, &role_name("dead-letters"))
            .name(args.name_prefix.dead_letters(handler))
            .kms_master_key_id(&args.kms_key_arn)
            .message_retention_seconds(DEAD_LETTER_RETENTION_SECONDS)
            .tags(tags::owned(&args.tags, shared.facts))
            .options(adopted(NamesakeKind::Queue, &args.name_prefix.dead_letters(handler), ResourceOptions::default()))
            .register();

        let description = format!("The {} function of compliance monitoring", handler.name());
        let role = args.iam.role(scope, &role_name("role"), permissions::trust(), description, &args.tags);
        let own = permissions::own(shared, &log_group, &dead_letters);
        let network = args.settings.vpc.iter().flat_map(|_| permissions::network(shared, handler));
        let policy = PolicyDocument::new(own.into_iter().chain(statements).chain(network));
        let policy = iam::RolePolicy::child(scope, &role_name("policy"), policy, role.name()).register();

        let mut environment: BTreeMap<String, Input<String>> = BTreeMap::from([
            (variable::REPORT_BUCKET.to_owned(), args.bucket_name.clone()),
            (variable::KMS_KEY_ARN.to_owned(), args.kms_key_arn.clone()),
        ]);
        environment.extend(variables.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let lambda = lambda::Function::child(scope, handler.name(), role.arn())
            .name(args.name_prefix.function(handler))
            .description(summary)
            .runtime("provided.al2023")
            .architectures(vec![Input::from(settings.architecture.name())])
            .handler(handler.name())
            .code(shared.facts.code(settings.architecture))
            .memory_size(settings.memory_mib.clone())
            .timeout(settings.timeout_seconds.clone())
            .set_reserved_concurrent_executions(settings.reserved_concurrency.clone().map(Into::into))
            .kms_key_arn(&args.kms_key_arn)
            .environment(lambda::FunctionEnvironment::new().variables(environment))
            .dead_letter_config(lambda::FunctionDeadLetterConfig::new(dead_letters.arn()))
            .set_vpc_config(
                args.settings
                    .vpc
                    .clone()
                    .map(|vpc| lambda::FunctionVpcConfig::new(vpc.security_group_ids, vpc.subnet_ids).into()),
            )
            .tags(tags::owned(&args.tags, shared.facts))
            // The log group is there before Lambda would make its own, and goes after the last line was written;
            // the policy is there before Lambda checks that the role may send dead letters.
            .options(adopted(
                NamesakeKind::Function,
                &args.name_prefix.function(handler),
                options.and_depends_on(&log_group).and_depends_on(&policy),
            ))
            .register();
        Self { handler, lambda, role, policy, dead_letters }
    }
}
