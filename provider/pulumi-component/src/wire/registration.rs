//! Registrations as the engine's messages.

use std::collections::BTreeSet;

use super::features::Feature;
use super::{Secrets, duration, write, write_value};
use crate::border::hook::Hooks;
use crate::border::hook::Moment;
use crate::border::monitor::{Reading, Registration};
use crate::border::registration_options::{Alias, CustomTimeouts, FormerIdentity, FormerParent};
use crate::protocol::register_resource_request as message;
use crate::protocol::{self, alias};
use crate::values::property::{PropertyValue, Urn, Value};

/// What the engine must be able to do for a registration, each with the word that the user knows it by.
pub(super) fn needed(registration: &Registration) -> Vec<(Feature, &'static str)> {
    let options = &registration.options;
    let mut needed = Vec::new();
    let mut need = |is_so: bool, feature: Feature, what: &'static str| {
        if is_so {
            needed.push((feature, what));
        }
    };
    let has = |wanted: fn(&Value) -> bool| {
        let mut found = false;
        let mut look = |value: &PropertyValue| found |= wanted(&value.value);
        registration.inputs.values().for_each(|value| value.walk(&mut look));
        found
    };
    need(has(|value| matches!(value, Value::Bytes(_))), Feature::ByteString, "strings that are not UTF-8");
    need(
        options.aliases.iter().any(|alias| matches!(alias.0, FormerIdentity::Spec { .. })),
        Feature::AliasSpecs,
        "alias specs",
    );
    need(options.deleted_with.is_some(), Feature::DeletedWith, "option `deletedWith`");
    need(!options.replace_with.is_empty(), Feature::ReplaceWith, "option `replaceWith`");
    need(options.replacement_trigger.is_some(), Feature::ReplacementTrigger, "option `replacementTrigger`");
    let hooks = registration.hooks.iter().map(|(_, hook)| hook.moment());
    let (on_error, around): (Vec<_>, Vec<_>) = hooks.partition(|moment| *moment == Moment::OnError);
    need(options.hooks.is_some() || !around.is_empty(), Feature::ResourceHooks, "resource hooks");
    need(!on_error.is_empty(), Feature::ErrorHooks, "hooks for failed operations");
    need(!registration.transforms.is_empty(), Feature::Transforms, "transforms of resources");
    needed
}

pub(super) fn encode_registration(
    registration: Registration,
    inputs: Secrets,
    package_ref: String,
) -> protocol::RegisterResourceRequest {
    let options = registration.options;
    let mut dependencies = registration.dependencies;
    dependencies.extend(options.replace_with.iter().cloned());
    dependencies.extend(registration.property_dependencies.values().flatten().cloned());
    let property_dependencies = registration.property_dependencies.iter();
    // A parameterized package is named by its reference alone.
    let package = registration.package.filter(|_| package_ref.is_empty());
    protocol::RegisterResourceRequest {
        r#type: registration.type_token,
        name: registration.name,
        parent: registration.parent,
        custom: registration.custom,
        remote: registration.remote,
        object: Some(write(&registration.inputs, inputs)),
        dependencies: urns(&dependencies).collect(),
        property_dependencies: property_dependencies
            .map(|(name, found)| (name.clone(), message::PropertyDependencies { urns: urns(found).collect() }))
            .collect(),
        provider: registration.provider,
        providers: options.providers,
        version: package.map(|package| package.version.to_owned()).unwrap_or_default(),
        plugin_download_url: package.map(|package| package.plugin_download_url.to_owned()).unwrap_or_default(),
        package_ref,
        aliases: options.aliases.into_iter().map(encode_alias).collect(),
        alias_specs: true,
        protect: options.protect,
        retain_on_delete: options.retain_on_delete,
        delete_before_replace: options.delete_before_replace.unwrap_or_default(),
        delete_before_replace_defined: options.delete_before_replace.is_some(),
        additional_secret_outputs: options.additional_secret_outputs,
        custom_timeouts: options.custom_timeouts.map(encode_timeouts),
        deleted_with: text(options.deleted_with),
        replace_with: options.replace_with.iter().map(ToString::to_string).collect(),
        ignore_changes: options.ignore_changes,
        replace_on_changes: options.replace_on_changes,
        hide_diffs: options.hide_diffs,
        replacement_trigger: options.replacement_trigger.map(|value| write_value(&value, Secrets::Wrap)),
        import_id: options.import_id.unwrap_or_default(),
        env_var_mappings: options.env_var_mappings,
        hooks: options.hooks.map(encode_hooks),
        accept_secrets: true,
        accept_resources: true,
        accepts_byte_string: true,
        supports_partial_values: true,
        supports_result_reporting: true,
        parent_stack_trace_handle: registration.stack_trace_handle,
        ..Default::default()
    }
}

pub(super) fn encode_reading(reading: Reading, package_ref: String) -> protocol::ReadResourceRequest {
    let package = reading.package.filter(|_| package_ref.is_empty());
    protocol::ReadResourceRequest {
        id: reading.id,
        r#type: reading.type_token,
        name: reading.name,
        parent: reading.parent,
        properties: Some(write(&reading.inputs, Secrets::Wrap)),
        dependencies: urns(&reading.dependencies).collect(),
        provider: reading.provider,
        version: package.map(|package| package.version.to_owned()).unwrap_or_default(),
        plugin_download_url: package.map(|package| package.plugin_download_url.to_owned()).unwrap_or_default(),
        package_ref,
        additional_secret_outputs: reading.additional_secret_outputs,
        accept_secrets: true,
        accept_resources: true,
        accepts_byte_string: true,
        parent_stack_trace_handle: reading.stack_trace_handle,
        ..Default::default()
    }
}

pub(super) fn encode_timeouts(timeouts: CustomTimeouts) -> message::CustomTimeouts {
    let CustomTimeouts { create, update, delete, read } = timeouts;
    let [create, update, delete, read] = [create, update, delete, read].map(duration::encode);
    message::CustomTimeouts { create, update, delete, read }
}

pub(super) fn encode_hooks(hooks: Hooks) -> message::ResourceHooksBinding {
    message::ResourceHooksBinding {
        before_create: hooks.before_create,
        after_create: hooks.after_create,
        before_update: hooks.before_update,
        after_update: hooks.after_update,
        before_delete: hooks.before_delete,
        after_delete: hooks.after_delete,
        on_error: hooks.on_error,
    }
}

pub(super) fn encode_alias(alias: Alias) -> protocol::Alias {
    let alias = match alias.0 {
        FormerIdentity::Urn(urn) => alias::Alias::Urn(urn),
        FormerIdentity::Spec { name, type_token, stack, project, parent } => alias::Alias::Spec(alias::Spec {
            name: name.unwrap_or_default(),
            r#type: type_token.unwrap_or_default(),
            stack: stack.unwrap_or_default(),
            project: project.unwrap_or_default(),
            parent: match parent {
                FormerParent::Same => None,
                FormerParent::Urn(urn) => Some(alias::spec::Parent::ParentUrn(urn)),
                FormerParent::None(none) => Some(alias::spec::Parent::NoParent(none)),
            },
        }),
    };
    protocol::Alias { alias: Some(alias) }
}

/// A URN as the engine reads it; empty for none.
pub(super) fn text(urn: Option<Urn>) -> String {
    urn.map(|urn| urn.to_string()).unwrap_or_default()
}

pub(super) fn urns(urns: &BTreeSet<Urn>) -> impl Iterator<Item = String> {
    urns.iter().map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::border::hook::{AfterFailure, Hook};
    use crate::border::package::Package;
    use crate::border::registration_options::RegistrationOptions;
    use crate::border::transform::Transform;

    #[test]
    fn closures_need_an_engine_that_runs_them() {
        let none = Registration::default();
        assert_eq!(needed(&none), []);
        let around = Hook::after_create(|_| async {});
        let on_error = Hook::on_error(|_| async { AfterFailure::GiveUp });
        let needs = |hook: Hook| needed(&Registration { hooks: vec![("name".into(), hook)], ..none.clone() });
        assert_eq!(needs(around), [(Feature::ResourceHooks, "resource hooks")]);
        assert_eq!(needs(on_error), [(Feature::ErrorHooks, "hooks for failed operations")]);
        let transforms = vec![Transform::new(|_| ())];
        let transformed = Registration { transforms, ..none };
        assert_eq!(needed(&transformed), [(Feature::Transforms, "transforms of resources")]);
    }

    #[test]
    fn every_option_is_a_field_of_the_request() {
        let names = |name: &str| vec![name.to_owned()];
        let timeout = |minutes: u64| Some(std::time::Duration::from_secs(minutes * 60));
        let options = RegistrationOptions {
            aliases: vec![Alias::urn("urn:old"), Alias::new().type_token("a:b:Old")],
            depends_on: vec![Urn::new("urn:first")],
            protect: Some(false),
            retain_on_delete: Some(true),
            delete_before_replace: Some(true),
            providers: [("aws".to_owned(), "urn:p::id".to_owned())].into(),
            additional_secret_outputs: names("secret"),
            custom_timeouts: Some(CustomTimeouts {
                create: timeout(1),
                update: timeout(2),
                delete: timeout(3),
                read: timeout(4),
            }),
            deleted_with: Some(Urn::new("urn:with")),
            replace_with: vec![Urn::new("urn:replaced")],
            ignore_changes: names("ignored"),
            replace_on_changes: names("replacing"),
            hide_diffs: names("hidden"),
            replacement_trigger: Some(PropertyValue::from("now").into_secret()),
            import_id: Some("i-1".into()),
            env_var_mappings: [("MINE".to_owned(), "ITS".to_owned())].into(),
            hooks: Some(Hooks { before_delete: names("hook"), ..Hooks::default() }),
        };
        let registration = Registration {
            provider: "urn:q::id".into(),
            package: Some(Package { plugin_download_url: "url", ..Package::new("aws", "7.1.0") }),
            options,
            stack_trace_handle: "handle".into(),
            ..Registration::default()
        };
        let request = encode_registration(registration.clone(), Secrets::Wrap, String::new());
        assert_eq!(request.aliases.len(), 2);
        assert_eq!((request.protect, request.retain_on_delete), (Some(false), Some(true)));
        assert!(request.delete_before_replace && request.delete_before_replace_defined);
        assert_eq!(request.providers["aws"], "urn:p::id");
        assert_eq!(request.additional_secret_outputs, ["secret"]);
        let timeouts = request.custom_timeouts.unwrap();
        assert_eq!(
            [timeouts.create, timeouts.update, timeouts.delete, timeouts.read],
            ["1m0s", "2m0s", "3m0s", "4m0s"]
        );
        assert_eq!(
            (request.deleted_with.as_str(), request.replace_with),
            ("urn:with", vec!["urn:replaced".to_owned()])
        );
        assert_eq!(request.dependencies, ["urn:replaced"], "what replaces it must be there first");
        assert_eq!((request.ignore_changes, request.replace_on_changes), (names("ignored"), names("replacing")));
        assert_eq!(request.hide_diffs, ["hidden"]);
        assert_eq!(request.env_var_mappings, [("MINE".to_owned(), "ITS".to_owned())].into());
        assert_eq!(
            request.replacement_trigger,
            Some(write_value(&PropertyValue::from("now").into_secret(), Secrets::Wrap))
        );
        assert_eq!((request.import_id.as_str(), request.hooks.unwrap().before_delete), ("i-1", names("hook")));
        assert_eq!((request.version.as_str(), request.plugin_download_url.as_str()), ("7.1.0", "url"));
        assert_eq!((request.provider.as_str(), request.parent_stack_trace_handle.as_str()), ("urn:q::id", "handle"));

        let referred = encode_registration(registration, Secrets::Wrap, "ref".into());
        assert_eq!(
            (referred.package_ref.as_str(), referred.version.as_str(), referred.plugin_download_url.as_str()),
            ("ref", "", "")
        );
    }

    #[test]
    fn what_is_not_said_stays_unset_and_the_engines_to_inherit() {
        let request = encode_registration(Registration::default(), Secrets::Wrap, String::new());
        assert_eq!((request.protect, request.retain_on_delete, request.hooks), (None, None, None));
        assert!(!request.delete_before_replace_defined && request.custom_timeouts.is_none());
        assert!(request.replacement_trigger.is_none() && request.deleted_with.is_empty());
        assert!(request.accept_secrets && request.accept_resources && request.alias_specs);
        assert!(request.supports_partial_values && request.supports_result_reporting);
    }

    #[test]
    fn a_reading_says_all_that_a_provider_needs() {
        let reading = Reading {
            type_token: "a:b:C".into(),
            name: "read".into(),
            id: "i-1".into(),
            parent: "urn:parent".into(),
            dependencies: [Urn::new("urn:first")].into(),
            provider: "urn:p::id".into(),
            package: Some(Package::new("aws", "7.1.0")),
            additional_secret_outputs: vec!["secret".into()],
            stack_trace_handle: "handle".into(),
            ..Reading::default()
        };
        let request = encode_reading(reading, String::new());
        assert_eq!((request.id.as_str(), request.parent.as_str()), ("i-1", "urn:parent"));
        assert_eq!((request.r#type.as_str(), request.name.as_str()), ("a:b:C", "read"));
        assert_eq!(request.dependencies, ["urn:first"]);
        assert_eq!((request.provider.as_str(), request.version.as_str()), ("urn:p::id", "7.1.0"));
        assert_eq!(request.additional_secret_outputs, ["secret"]);
        assert_eq!(request.parent_stack_trace_handle, "handle");
        assert!(request.accept_secrets && request.accept_resources);
    }
}
