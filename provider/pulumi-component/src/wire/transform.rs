//! Resources that are about to be registered, to an author's closure and back.

use tonic::Status;

use super::registration::{encode_alias, encode_hooks, encode_timeouts, text};
use super::request::{decode_alias, decode_timeouts, given};
use super::{DecodeError, Secrets, read, read_value, write, write_value};
use crate::border::hook::Hooks;
use crate::border::registration_options::RegistrationOptions;
use crate::border::transform::{Transform, Transformed};
use crate::protocol::{self, TransformRequest, TransformResourceOptions, TransformResponse};
use crate::values::property::{PropertyValue, Urn};

/// Runs a transform on what the engine asks about. What the closure left alone goes back as it came.
pub(super) fn run(transform: &Transform, request: TransformRequest) -> Result<TransformResponse, Status> {
    let unreadable = |error: DecodeError| Status::invalid_argument(error.to_string());
    let asked = request.options.unwrap_or_default();
    let mut resource = Transformed {
        type_token: request.r#type,
        name: request.name,
        custom: request.custom,
        parent: given(&request.parent).map(Urn::new),
        inputs: read(request.properties).map_err(unreadable)?,
        options: decode(&asked).map_err(unreadable)?,
        provider: given(&asked.provider),
    };
    let before = resource.clone();
    transform.run(&mut resource).map_err(|reason| {
        Status::unknown(format!("the transform of {} `{}` failed: {reason}", before.type_token, before.name))
    })?;
    let properties = (resource.inputs != before.inputs).then(|| write(&resource.inputs, Secrets::Outputs));
    let untouched = resource.options == before.options && resource.provider == before.provider;
    let options = (!untouched).then(|| encode(resource.options, resource.provider.unwrap_or_default(), asked));
    Ok(TransformResponse { properties, options })
}

fn decode(options: &TransformResourceOptions) -> Result<RegistrationOptions, DecodeError> {
    let urns = |urns: &[String]| urns.iter().cloned().map(Urn::new).collect();
    let trigger = options.replacement_trigger.as_ref().map(read_value).transpose()?;
    Ok(RegistrationOptions {
        aliases: options.aliases.iter().cloned().filter_map(decode_alias).collect(),
        depends_on: urns(&options.depends_on),
        protect: options.protect,
        retain_on_delete: options.retain_on_delete,
        delete_before_replace: options.delete_before_replace,
        providers: options.providers.clone(),
        additional_secret_outputs: options.additional_secret_outputs.clone(),
        custom_timeouts: options
            .custom_timeouts
            .as_ref()
            .map(|timeouts| decode_timeouts([&timeouts.create, &timeouts.update, &timeouts.delete, &timeouts.read]))
            .transpose()?,
        deleted_with: given(&options.deleted_with).map(Urn::new),
        replace_with: urns(&options.replace_with),
        ignore_changes: options.ignore_changes.clone(),
        replace_on_changes: options.replace_on_changes.clone(),
        hide_diffs: options.hide_diff.clone(),
        replacement_trigger: trigger,
        import_id: given(&options.import),
        // Not shown to transforms, and not theirs to change.
        env_var_mappings: Default::default(),
        hooks: options.hooks.clone().map(|hooks| Hooks {
            before_create: hooks.before_create,
            after_create: hooks.after_create,
            before_update: hooks.before_update,
            after_update: hooks.after_update,
            before_delete: hooks.before_delete,
            after_delete: hooks.after_delete,
            on_error: hooks.on_error,
        }),
    })
}

/// What a closure cannot see stays as it was asked.
fn encode(
    options: RegistrationOptions,
    provider: String,
    asked: TransformResourceOptions,
) -> protocol::TransformResourceOptions {
    let urns = |urns: &[Urn]| urns.iter().map(ToString::to_string).collect();
    let trigger = |value: PropertyValue| write_value(&value, Secrets::Wrap);
    TransformResourceOptions {
        depends_on: urns(&options.depends_on),
        replace_with: urns(&options.replace_with),
        aliases: options.aliases.into_iter().map(encode_alias).collect(),
        protect: options.protect,
        retain_on_delete: options.retain_on_delete,
        delete_before_replace: options.delete_before_replace,
        providers: options.providers,
        additional_secret_outputs: options.additional_secret_outputs,
        custom_timeouts: options.custom_timeouts.map(encode_timeouts),
        deleted_with: text(options.deleted_with),
        ignore_changes: options.ignore_changes,
        replace_on_changes: options.replace_on_changes,
        hide_diff: options.hide_diffs,
        replacement_trigger: options.replacement_trigger.map(trigger),
        import: options.import_id.unwrap_or_default(),
        hooks: options.hooks.map(encode_hooks),
        provider,
        ..asked
    }
}
