//! Construct requests and responses between protobuf and our own types.

use std::collections::{BTreeMap, BTreeSet};

use super::{DecodeError, Secrets, decode_map, decode_value, encode_map};
use crate::construct::Constructed;
use crate::context::ConstructRequest;
use crate::options::{Alias, AliasParent, ComponentOptions, CustomTimeouts, Hooks};
use crate::property::{PropertyMap, Urn};
use crate::protocol::{self, alias, construct_request, construct_response};

/// Decodes a request; the monitor's address is the caller's to read.
pub(crate) fn decode_construct(request: protocol::ConstructRequest) -> Result<ConstructRequest, DecodeError> {
    let mut inputs = decode_map(request.inputs.unwrap_or_default())?;
    attach_dependencies(&mut inputs, request.input_dependencies);
    let options = ComponentOptions {
        aliases: request.aliases.into_iter().filter_map(decode_alias).collect(),
        depends_on: request.dependencies.into_iter().map(Urn::new).collect(),
        protect: request.protect,
        retain_on_delete: request.retain_on_delete,
        delete_before_replace: request.delete_before_replace,
        providers: request.providers,
        additional_secret_outputs: request.additional_secret_outputs,
        custom_timeouts: request.custom_timeouts.and_then(decode_timeouts),
        deleted_with: request.deleted_with,
        replace_with: request.replace_with.into_iter().map(Urn::new).collect(),
        ignore_changes: request.ignore_changes,
        replace_on_changes: request.replace_on_changes,
        replacement_trigger: request.replacement_trigger.map(decode_value).transpose()?,
        hooks: request.resource_hooks.map(decode_hooks),
    };
    let organization = if request.organization.is_empty() { "organization".to_owned() } else { request.organization };
    Ok(ConstructRequest {
        project: request.project,
        stack: request.stack,
        organization,
        dry_run: request.dry_run,
        type_token: request.r#type,
        name: request.name,
        parent: request.parent,
        inputs,
        options,
        stack_trace_handle: request.stack_trace_handle,
    })
}

/// Puts the dependencies that the request names for a whole property onto it, unless its members carry their own.
fn attach_dependencies(
    inputs: &mut PropertyMap,
    dependencies: BTreeMap<String, construct_request::PropertyDependencies>,
) {
    for (name, dependencies) in dependencies {
        if let Some(value) = inputs.get_mut(&name)
            && value.marks().dependencies.is_empty()
        {
            value.dependencies.extend(dependencies.urns.into_iter().map(Urn::new));
        }
    }
}

fn decode_timeouts(timeouts: construct_request::CustomTimeouts) -> Option<CustomTimeouts> {
    let construct_request::CustomTimeouts { create, update, delete, read } = timeouts;
    let timeouts = CustomTimeouts { create, update, delete, read };
    // The message comes even where nothing is set.
    (timeouts != CustomTimeouts::default()).then_some(timeouts)
}

fn decode_hooks(hooks: construct_request::ResourceHooksBinding) -> Hooks {
    Hooks {
        before_create: hooks.before_create,
        after_create: hooks.after_create,
        before_update: hooks.before_update,
        after_update: hooks.after_update,
        before_delete: hooks.before_delete,
        after_delete: hooks.after_delete,
        on_error: hooks.on_error,
    }
}

fn decode_alias(alias: protocol::Alias) -> Option<Alias> {
    Some(match alias.alias? {
        alias::Alias::Urn(urn) => Alias::Urn(urn),
        alias::Alias::Spec(spec) => Alias::Spec {
            name: spec.name,
            type_token: spec.r#type,
            stack: spec.stack,
            project: spec.project,
            parent: match spec.parent {
                None => AliasParent::Same,
                Some(alias::spec::Parent::ParentUrn(urn)) => AliasParent::Urn(urn),
                Some(alias::spec::Parent::NoParent(none)) => AliasParent::None(none),
            },
        },
    })
}

/// Encodes what was constructed, with the dependencies of each output beside it.
pub(crate) fn encode_constructed(constructed: &Constructed) -> protocol::ConstructResponse {
    let dependencies = |value: BTreeSet<Urn>| construct_response::PropertyDependencies {
        urns: value.iter().map(ToString::to_string).collect(),
    };
    let outputs = constructed.outputs.iter();
    protocol::ConstructResponse {
        urn: constructed.urn.to_string(),
        state: Some(encode_map(&constructed.outputs, Secrets::Wrap)),
        state_dependencies: outputs
            .map(|(name, value)| (name.clone(), dependencies(value.marks().dependencies)))
            .collect(),
    }
}
