//! Construct requests and responses between protobuf and our own types.

use std::collections::{BTreeMap, BTreeSet};

use super::raw::Raw;
use super::{DecodeError, Secrets, contains_output, decode_map, duration, read_value, write};
use crate::author::construct::Constructed;
use crate::author::context::{ConstructRequest, Deployment};
use crate::author::method::CallRequest;
use crate::border::hook::Hooks;
use crate::border::registration_options::{Alias, CustomTimeouts, FormerIdentity, FormerParent, RegistrationOptions};
use crate::protocol::{self, alias, call_response, construct_request, construct_response};
use crate::values::property::{PropertyMap, PropertyValue, Urn, Value};

/// Decodes a request; the monitor's address is the caller's to read.
pub(crate) fn decode_construct(request: protocol::ConstructRequest) -> Result<ConstructRequest, DecodeError> {
    let dependencies = request.input_dependencies.into_iter().map(|(name, found)| (name, found.urns)).collect();
    let inputs = decode_inputs(request.inputs.unwrap_or_default(), dependencies)?;
    let timeouts = request.custom_timeouts.as_ref();
    let timeouts = timeouts.map(|of| decode_timeouts([&of.create, &of.update, &of.delete, &of.read])).transpose()?;
    let options = RegistrationOptions {
        aliases: request.aliases.into_iter().filter_map(decode_alias).collect(),
        depends_on: request.dependencies.into_iter().map(Urn::new).collect(),
        protect: request.protect,
        retain_on_delete: request.retain_on_delete,
        delete_before_replace: request.delete_before_replace,
        providers: request.providers,
        additional_secret_outputs: request.additional_secret_outputs,
        custom_timeouts: timeouts.filter(|timeouts| *timeouts != CustomTimeouts::default()),
        deleted_with: given(&request.deleted_with).map(Urn::new),
        replace_with: request.replace_with.into_iter().map(Urn::new).collect(),
        ignore_changes: request.ignore_changes,
        replace_on_changes: request.replace_on_changes,
        replacement_trigger: request.replacement_trigger.as_ref().map(read_value).transpose()?.filter(is_set),
        hooks: request.resource_hooks.map(decode_hooks),
        ..RegistrationOptions::default()
    };
    let deployment = Deployment {
        project: request.project,
        stack: request.stack,
        organization: organization(request.organization),
        config: request.config,
        config_secret_keys: request.config_secret_keys.into_iter().collect(),
        dry_run: request.dry_run,
        parallel: request.parallel,
        stack_trace_handle: request.stack_trace_handle,
        run: request.monitor_endpoint,
    };
    Ok(ConstructRequest {
        deployment,
        type_token: request.r#type,
        name: request.name,
        parent: request.parent,
        inputs,
        options,
    })
}

/// Decodes a call of a method; the monitor's address is the caller's to read.
pub(crate) fn decode_call(request: protocol::CallRequest) -> Result<CallRequest, DecodeError> {
    let dependencies = request.arg_dependencies.into_iter().map(|(name, found)| (name, found.urns)).collect();
    let arguments = decode_inputs(request.args.unwrap_or_default(), dependencies)?;
    let deployment = Deployment {
        project: request.project,
        stack: request.stack,
        organization: organization(request.organization),
        config: request.config,
        config_secret_keys: request.config_secret_keys.into_iter().collect(),
        dry_run: request.dry_run,
        parallel: request.parallel,
        stack_trace_handle: request.stack_trace_handle,
        run: request.monitor_endpoint,
    };
    Ok(CallRequest { deployment, arguments })
}

/// Encodes what a method gives back, with the dependencies of each member beside it.
pub(crate) fn encode_returned(returned: &PropertyMap) -> protocol::CallResponse {
    let dependencies = |value: BTreeSet<Urn>| call_response::ReturnDependencies {
        urns: value.iter().map(ToString::to_string).collect(),
    };
    protocol::CallResponse {
        r#return: Some(write(returned, Secrets::Wrap)),
        return_dependencies: returned
            .iter()
            .map(|(name, value)| (name.clone(), dependencies(value.marks().dependencies)))
            .collect(),
        failures: Vec::new(),
    }
}

/// A null trigger is none.
fn is_set(value: &PropertyValue) -> bool {
    value.value != Value::Null
}

/// Backends without organizations leave it empty.
pub(crate) fn organization(given: String) -> String {
    if given.is_empty() { "organization".to_owned() } else { given }
}

/// Decodes properties with the dependencies that the request names beside them.
///
/// A property that is, or holds, an output value keeps the dependencies of each leaf: what is named beside it is their
/// union. A reference that depends on nothing but its own resource stays as it is. Any other property gets all of them.
fn decode_inputs(properties: Raw, mut dependencies: BTreeMap<String, Vec<String>>) -> Result<PropertyMap, DecodeError> {
    let properties = properties.structure()?;
    let own: BTreeSet<_> =
        properties.fields.iter().filter(|(_, value)| contains_output(value)).map(|(name, _)| name.clone()).collect();
    let mut inputs = decode_map(properties)?;
    for (name, value) in &mut inputs {
        let named: BTreeSet<_> = dependencies.remove(name).unwrap_or_default().into_iter().map(Urn::new).collect();
        let itself = matches!(&value.value, Value::Resource(reference) if named.iter().eq([&reference.urn]));
        if !own.contains(name) && !itself {
            value.dependencies.extend(named);
        }
    }
    Ok(inputs)
}

/// Timeouts as the engine writes them: of a creation, an update, a deletion and a read.
pub(super) fn decode_timeouts(texts: [&str; 4]) -> Result<CustomTimeouts, DecodeError> {
    let [create, update, delete, read] = texts.map(duration::decode);
    Ok(CustomTimeouts { create: create?, update: update?, delete: delete?, read: read? })
}

/// A text that is empty where nothing is given.
pub(super) fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
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

pub(super) fn decode_alias(alias: protocol::Alias) -> Option<Alias> {
    Some(match alias.alias? {
        alias::Alias::Urn(urn) => Alias::urn(urn),
        alias::Alias::Spec(spec) => Alias(FormerIdentity::Spec {
            name: given(&spec.name),
            type_token: given(&spec.r#type),
            stack: given(&spec.stack),
            project: given(&spec.project),
            parent: match spec.parent {
                None => FormerParent::Same,
                Some(alias::spec::Parent::ParentUrn(urn)) => FormerParent::Urn(urn),
                Some(alias::spec::Parent::NoParent(none)) => FormerParent::None(none),
            },
        }),
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
        state: Some(write(&constructed.outputs, Secrets::Wrap)),
        state_dependencies: outputs
            .map(|(name, value)| (name.clone(), dependencies(value.marks().dependencies)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use prost_types::value::Kind;
    use prost_types::{ListValue, Struct, Value as Wire};

    use super::*;
    use crate::wire::signatures::{OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWN};

    fn text(text: &str) -> Wire {
        Wire { kind: Some(Kind::StringValue(text.to_owned())) }
    }

    fn list(values: impl IntoIterator<Item = Wire>) -> Wire {
        Wire { kind: Some(Kind::ListValue(ListValue { values: values.into_iter().collect() })) }
    }

    fn object<const N: usize>(members: [(&str, Wire); N]) -> Wire {
        let fields: BTreeMap<_, _> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Wire { kind: Some(Kind::StructValue(Struct { fields })) }
    }

    fn output(value: &str, dependency: &str) -> Wire {
        object([(SIGNATURE, text(OUTPUT)), ("value", text(value)), ("dependencies", list([text(dependency)]))])
    }

    fn secret(value: Wire) -> Wire {
        object([(SIGNATURE, text(SECRET)), ("value", value)])
    }

    fn reference(urn: &str) -> Wire {
        object([(SIGNATURE, text(RESOURCE)), ("urn", text(urn)), ("id", text("i-1"))])
    }

    /// One property as it is decoded with these dependencies beside it.
    fn decoded(value: Wire, beside: &[&str]) -> PropertyValue {
        let properties = Struct { fields: [("key".to_owned(), value)].into() };
        let dependencies = [("key".to_owned(), beside.iter().map(|urn| (*urn).to_owned()).collect())].into();
        decode_inputs(properties.into(), dependencies).unwrap().remove("key").unwrap()
    }

    fn urns(value: &PropertyValue) -> Vec<&str> {
        value.dependencies.iter().map(Urn::as_str).collect()
    }

    fn items(value: &PropertyValue) -> Vec<&PropertyValue> {
        match &value.value {
            Value::List(items) => items.iter().collect(),
            Value::Object(members) => members.values().collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn rule_1_a_property_with_an_output_value_anywhere_keeps_what_each_leaf_came_from() {
        let beside = ["urn:a", "urn:b", "urn:c"];
        let whole = decoded(output("x", "urn:a"), &beside);
        assert_eq!(urns(&whole), ["urn:a"]);

        let nested = decoded(list([output("x", "urn:a"), object([("m", output("y", "urn:b"))]), text("z")]), &beside);
        assert!(urns(&nested).is_empty(), "the list itself came from nowhere");
        let [first, second, third] = items(&nested)[..] else { unreachable!("three items") };
        assert_eq!((urns(first), urns(second), urns(third)), (vec!["urn:a"], vec![], vec![]));
        assert_eq!(urns(items(second)[0]), ["urn:b"]);

        let in_secret = decoded(secret(list([output("x", "urn:a"), text("y")])), &beside);
        assert!(in_secret.secret && urns(&in_secret).is_empty());
        assert_eq!(urns(items(&in_secret)[0]), ["urn:a"]);
    }

    #[test]
    fn rule_2_a_lone_reference_that_came_from_its_own_resource_stays_as_it_is() {
        assert!(urns(&decoded(reference("urn:a"), &["urn:a"])).is_empty());
        assert_eq!(urns(&decoded(reference("urn:a"), &["urn:a", "urn:b"])), ["urn:a", "urn:b"]);
        assert_eq!(urns(&decoded(reference("urn:a"), &["urn:b"])), ["urn:b"]);
        let listed = decoded(list([reference("urn:a")]), &["urn:a"]);
        assert_eq!(urns(&listed), ["urn:a"], "it is not alone in a list");
    }

    #[test]
    fn an_output_value_inside_a_reference_does_not_count() {
        let id = object([(SIGNATURE, text(OUTPUT))]);
        let unknown = object([(SIGNATURE, text(RESOURCE)), ("urn", text("urn:a")), ("id", id)]);
        assert_eq!(urns(&decoded(list([unknown]), &["urn:b"])), ["urn:b"]);
    }

    #[test]
    fn rule_3_any_other_property_came_from_everything_beside_it_as_a_whole() {
        for value in [text("x"), text(UNKNOWN), list([text("x"), object([("m", text("y"))])]), secret(text("x"))] {
            let property = decoded(value, &["urn:a", "urn:b"]);
            assert_eq!(urns(&property), ["urn:a", "urn:b"]);
            assert!(items(&property).iter().all(|item| urns(item).is_empty()));
        }
        assert!(decoded(secret(text("x")), &[]).secret);
    }

    #[test]
    fn rule_4_what_came_from_nowhere_is_plain() {
        let property = decoded(list([text("x")]), &[]);
        assert_eq!((property.marks().dependencies.len(), property.marks().secret), (0, false));
    }
}
