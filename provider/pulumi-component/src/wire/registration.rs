//! Registrations as the engine's messages.

use super::features::Feature;
use super::monitor::urns;
use super::{Secrets, encode_map, encode_value};
use crate::hook::Moment;
use crate::monitor::{Reading, Registration};
use crate::options::{Alias, AliasParent, CustomTimeouts, Hooks};
use crate::property::{PropertyValue, Value};
use crate::protocol::register_resource_request as message;
use crate::protocol::{self, alias};

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
    need(has(|value| matches!(value, Value::Resource(_))), Feature::ResourceReferences, "resource references");
    need(has(|value| matches!(value, Value::Bytes(_))), Feature::ByteString, "strings that are not UTF-8");
    need(options.aliases.iter().any(|alias| matches!(alias, Alias::Spec { .. })), Feature::AliasSpecs, "alias specs");
    need(!options.deleted_with.is_empty(), Feature::DeletedWith, "option `deletedWith`");
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
        object: Some(encode_map(&registration.inputs, inputs)),
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
        deleted_with: options.deleted_with,
        replace_with: options.replace_with.iter().map(ToString::to_string).collect(),
        ignore_changes: options.ignore_changes,
        replace_on_changes: options.replace_on_changes,
        hide_diffs: options.hide_diffs,
        replacement_trigger: options.replacement_trigger.map(|value| encode_value(&value, Secrets::Wrap)),
        import_id: options.import_id,
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
        properties: Some(encode_map(&reading.inputs, Secrets::Wrap)),
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
    let alias = match alias {
        Alias::Urn(urn) => alias::Alias::Urn(urn),
        Alias::Spec { name, type_token, stack, project, parent } => alias::Alias::Spec(alias::Spec {
            name,
            r#type: type_token,
            stack,
            project,
            parent: match parent {
                AliasParent::Same => None,
                AliasParent::Urn(urn) => Some(alias::spec::Parent::ParentUrn(urn)),
                AliasParent::None(none) => Some(alias::spec::Parent::NoParent(none)),
            },
        }),
    };
    protocol::Alias { alias: Some(alias) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::{AfterFailure, Hook};
    use crate::transform::Transform;

    #[test]
    fn closures_need_an_engine_that_runs_them() {
        let none = Registration::default();
        assert_eq!(needed(&none), []);
        let around = Hook::after_create(|_| async { Ok(()) });
        let on_error = Hook::on_error(|_| async { Ok(AfterFailure::GiveUp) });
        let needs = |hook: Hook| needed(&Registration { hooks: vec![("name".into(), hook)], ..none.clone() });
        assert_eq!(needs(around), [(Feature::ResourceHooks, "resource hooks")]);
        assert_eq!(needs(on_error), [(Feature::ErrorHooks, "hooks for failed operations")]);
        let transforms = vec![Transform::new(|_| Ok(()))];
        let transformed = Registration { transforms, ..none };
        assert_eq!(needed(&transformed), [(Feature::Transforms, "transforms of resources")]);
    }
}
