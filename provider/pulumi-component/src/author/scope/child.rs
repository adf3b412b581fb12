//! A resource of a package as a child: described, registered, and what it answers.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{join_all, try_join_all};
use serde::de::DeserializeOwned;

use super::asked::{Answer, Asked, beside_references, dependencies_of, origins_of};
use super::{Scope, depends_on_itself};
use crate::author::reference::{Reference, ResourceType};
use crate::author::resource_options::{Resource, ResourceOptions};
use crate::border::hook::{self, Hook};
use crate::border::monitor::{Reading, Registered, Registration};
use crate::border::naming::NameBound;
use crate::border::package::Package;
use crate::border::registration_options::{Alias, RegistrationOptions};
use crate::border::transform::Transform;
use crate::values::decode::from_value;
use crate::values::encode::{Encode, MemberEncoding};
use crate::values::error::Failure;
use crate::values::input::Input;
use crate::values::output::{Output, Resolved};
use crate::values::plain::Plain;
use crate::values::property::{PropertyMap, PropertyValue, ResourceReference, TypeToken, Urn, Value};

/// A child resource that is being described. Typed builders are generated over this; authors rarely see it.
pub struct Child {
    scope: Scope,
    package: &'static Package,
    token: TypeToken,
    role: String,
    remote: bool,
    read: Option<Output<String>>,
    inputs: Vec<(String, MemberEncoding)>,
    options: ResourceOptions,
    secret_outputs: Vec<String>,
    replace_on_changes: Vec<String>,
}

impl Child {
    /// Describes a resource; its logical name is the scope's with `role` appended.
    pub fn new(scope: &Scope, package: &'static Package, token: TypeToken, role: impl Plain<str>) -> Self {
        Self {
            scope: scope.clone(),
            package,
            token,
            role: role.plain().to_owned(),
            remote: false,
            read: None,
            inputs: Vec::new(),
            options: ResourceOptions::default(),
            secret_outputs: Vec::new(),
            replace_on_changes: Vec::new(),
        }
    }

    /// Describes a component that a package's provider constructs: of another package, or of this one again.
    pub fn remote(scope: &Scope, package: &'static Package, token: TypeToken, role: impl Plain<str>) -> Self {
        Self { remote: true, ..Self::new(scope, package, token, role) }
    }

    /// Describes a resource that exists and is managed elsewhere; it is read by its id and never changed.
    pub fn existing(
        scope: &Scope,
        package: &'static Package,
        token: TypeToken,
        role: impl Plain<str>,
        id: impl Into<Input<String>>,
    ) -> Self {
        Self { read: Some(id.into().into_output()), ..Self::new(scope, package, token, role) }
    }

    /// Sets an input by its wire name. One that is `None`, be it now or when it resolves, is not sent.
    pub fn input(&mut self, name: impl Into<String>, value: impl Encode) {
        self.inputs.push((name.into(), value.encode_member()));
    }

    /// Says that an output is secret whatever the options say, because the package's schema does.
    pub fn secret_output(&mut self, name: &str) {
        self.secret_outputs.push(name.to_owned());
    }

    /// Says that a change at this property path replaces the resource whatever the options say, because the package's
    /// schema does.
    pub fn replace_on_changes(&mut self, path: &str) {
        self.replace_on_changes.push(path.to_owned());
    }

    /// Sets the options.
    pub fn options(&mut self, options: ResourceOptions) {
        self.options = options;
    }

    /// Sets an input by its wire name, in a chain. One that is `None`, be it now or when it resolves, is not sent.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Encode) -> Self {
        self.input(name, value);
        self
    }

    /// Sets the options, in a chain.
    #[must_use]
    pub fn with_options(mut self, options: ResourceOptions) -> Self {
        self.options(options);
        self
    }

    /// Starts the registration.
    pub fn register(self) -> ChildHandle {
        let scope = self.scope.clone();
        let name = logical_name(&scope.name, &self.role, self.name_bound());
        let remote = self.remote;
        scope.run.named(&scope.name, &self.role, self.token.as_str());
        scope.run.claim(&format!("{}${}", scope.types, self.token), &name);
        let answer = scope.run.start(self.asked(name));
        let handle = ChildHandle::new(answer, scope.is_preview(), remote);
        scope.joined_by(handle.urn());
        handle
    }

    /// What bounds the logical name, where the provider makes the physical name of it.
    fn name_bound(&self) -> Option<NameBound> {
        let bound = self.package.name_bounds.iter().find(|bound| bound.type_token == self.token.as_str())?;
        let is_named = self.inputs.iter().any(|(input, _)| input == bound.property);
        (!is_named && self.read.is_none()).then_some(*bound)
    }

    /// Waits for the parent, the inputs and what is depended on, all at once.
    async fn asked(self, name: String) -> Result<Asked, Failure> {
        let bound = self.name_bound();
        let described = format!("{} `{name}`", self.token);
        let inputs = self.inputs.into_iter().map(|(name, value)| {
            let described = &described;
            async move {
                let value = value.await.map_err(|failure| failure.within(format!("{described}, input `{name}`")))?;
                Ok::<_, Failure>(value.map(|value| (name, value)))
            }
        });
        let provider = self.options.provider.clone().unwrap_or_else(|| self.scope.provider_of(self.package));
        let providers = if self.remote { self.options.providers.clone() } else { BTreeMap::new() };
        let stated = ResolvedOptions::of(self.options, &self.scope.name, bound);
        let id = async {
            match &self.read {
                Some(id) => id.resolve().await.map(Some),
                None => Ok(None),
            }
        };
        let (parent, inputs, stated, provider, providers, id) = futures::join!(
            self.scope.urn.resolve(),
            try_join_all(inputs),
            stated,
            provider.resolve(),
            resolve_map(&providers),
            id
        );
        let (parent, provider, stated) = (parent?, provider?, stated?);
        let mut inputs: PropertyMap = inputs?.into_iter().flatten().collect();
        if self.remote {
            inputs = beside_references(inputs);
        }
        let property_dependencies = if self.remote { origins_of(&inputs) } else { dependencies_of(&inputs) };
        let mut dependencies = stated.dependencies;
        dependencies.extend(property_dependencies.values().flatten().cloned());
        dependencies.extend(provider.dependencies.iter().filter(|_| self.read.is_some()).cloned());
        let (type_token, package) = (self.token.as_str().to_owned(), Some(*self.package));
        let parent = parent.value.as_ref().map(ToString::to_string).unwrap_or_default();
        let provider = provider.value.clone().unwrap_or_default();
        let stack_trace_handle = self.scope.run.context.deployment.stack_trace_handle.clone();
        let mut options = stated.options;
        options.additional_secret_outputs.extend(self.secret_outputs);
        options.replace_on_changes.extend(self.replace_on_changes);
        if let Some(id) = id? {
            dependencies.extend(id.dependencies.iter().cloned());
            return Ok(Asked::Reading(Box::new(Reading {
                type_token,
                name,
                // What a preview cannot know is read as unknown.
                id: id.value.clone().unwrap_or_else(|| crate::values::property::UNKNOWN.to_owned()),
                parent,
                inputs,
                dependencies,
                provider,
                package,
                additional_secret_outputs: options.additional_secret_outputs,
                stack_trace_handle,
            })));
        }
        options.providers = providers?;
        let hooks = hook::named(stated.hooks, &parent, &type_token, &name);
        Ok(Asked::Registration(Box::new(Registration {
            type_token,
            name,
            parent,
            custom: !self.remote,
            remote: self.remote,
            inputs,
            dependencies,
            property_dependencies,
            provider,
            package,
            options,
            hooks,
            transforms: stated.transforms,
            stack_trace_handle,
        })))
    }
}

/// Options whose eventual parts are there.
pub(super) struct ResolvedOptions {
    pub(super) options: RegistrationOptions,
    pub(super) hooks: Vec<Hook>,
    pub(super) transforms: Vec<Transform>,
    pub(super) dependencies: BTreeSet<Urn>,
}

impl ResolvedOptions {
    /// Waits for everything that the options name. Former roles are those of children of `parent`, under names within
    /// `bound`.
    pub(super) async fn of(options: ResourceOptions, parent: &str, bound: Option<NameBound>) -> Result<Self, Failure> {
        let urns = join_all(options.depends_on.iter().map(Output::resolve));
        let origins = join_all(options.origins.iter().map(Output::resolve));
        let replace_with = join_all(options.replace_with.iter().map(Output::resolve));
        let (urns, origins, replace_with) = futures::join!(urns, origins, replace_with);
        let mut dependencies = BTreeSet::new();
        for urn in urns {
            dependencies.extend(urn?.value.clone());
        }
        for origin in origins {
            dependencies.extend(origin?.dependencies.iter().cloned());
        }
        let mut replaced = Vec::new();
        for urn in replace_with {
            replaced.extend(urn?.value.clone());
        }
        dependencies.extend(replaced.iter().cloned());
        let deleted_with = match &options.deleted_with {
            Some(urn) => urn.resolve().await?.value.clone(),
            None => None,
        };
        let replacement_trigger = match options.replacement_trigger {
            Some(trigger) => Some(trigger.encode().await?),
            None => None,
        };
        let (hooks, transforms) = (options.closures, options.transforms);
        let former = options.former_roles.iter().map(|role| Alias::new().name(logical_name(parent, role, bound)));
        let options = RegistrationOptions {
            aliases: former.chain(options.aliases.iter().cloned()).collect(),
            protect: options.protect,
            retain_on_delete: options.retain_on_delete,
            delete_before_replace: options.delete_before_replace,
            additional_secret_outputs: options.additional_secret_outputs,
            custom_timeouts: options.custom_timeouts,
            deleted_with,
            replace_with: replaced,
            ignore_changes: options.ignore_changes,
            replace_on_changes: options.replace_on_changes,
            hide_diffs: options.hide_diffs,
            replacement_trigger,
            import_id: options.import_id,
            env_var_mappings: options.env_var_mappings,
            hooks: options.hooks,
            ..RegistrationOptions::default()
        };
        Ok(Self { options, hooks, transforms, dependencies })
    }
}

/// The logical name of a child: its parent's with its role appended, within what the cloud takes.
fn logical_name(parent: &str, role: &str, bound: Option<NameBound>) -> String {
    let name = format!("{parent}-{role}");
    bound.map_or_else(|| name.clone(), |bound| bound.logical(&name).into_owned())
}

/// Waits for the values of a map.
pub(super) async fn resolve_map(map: &BTreeMap<String, Output<String>>) -> Result<BTreeMap<String, String>, Failure> {
    let members = map.iter().map(|(name, value)| async move { Ok((name.clone(), value.resolve().await?)) });
    let members = try_join_all(members).await?.into_iter();
    // A reference that is not known is left to the engine: an empty one would be wrong.
    Ok(members.filter_map(|(name, value)| Some((name, value.value.clone()?))).collect())
}

/// A child resource whose registration is under way; its outputs are eventual.
#[derive(Clone)]
pub struct ChildHandle {
    pub(super) answer: Output<Answer>,
    urn: Output<Urn>,
    preview: bool,
    /// A component has no id.
    component: bool,
}

impl Resource for ChildHandle {
    fn urn(&self) -> &Output<Urn> {
        &self.urn
    }
}

impl ChildHandle {
    pub(super) fn new(answer: Output<Answer>, preview: bool, component: bool) -> Self {
        let urn = answer.map_urn();
        Self { answer, urn: depends_on_itself(&urn), preview, component }
    }

    /// The provider's id.
    pub fn id(&self) -> Output<String> {
        self.derive(|registered| Ok(Some(registered.id.clone()).filter(|id| !id.is_empty())))
    }

    /// A reference to the resource, for the inputs of others and for outputs.
    pub fn reference<T: ResourceType>(&self) -> Output<Reference<T>> {
        let component = self.component;
        self.derive(move |registered| {
            let id = if registered.id.is_empty() {
                PropertyValue::unknown()
            } else {
                PropertyValue::from(registered.id.as_str())
            };
            let package_version = T::package().map(|package| package.version.to_owned()).unwrap_or_default();
            let id = (!component).then(|| Box::new(id));
            let reference = ResourceReference { urn: registered.urn.clone(), id, package_version };
            Reference::new(reference).map(Some).map_err(|error| Failure::failed(error.to_string()))
        })
    }

    /// An output by its wire name; unknown in a preview that cannot know it.
    pub fn output<T: DeserializeOwned + Clone + Send + Sync + 'static>(&self, name: impl Into<String>) -> Output<T> {
        let (answer, preview, name) = (self.answer.clone(), self.preview, name.into());
        Output::from_future(async move {
            let answer = answer.resolve().await?;
            let Some(Answer(registered)) = &answer.value else { return Err(Failure::Skipped) };
            let mut resolved = Resolved { value: None, secret: false, dependencies: [registered.urn.clone()].into() };
            if let Some(reason) = registered.unreadable.get(&name) {
                return Err(Failure::failed(format!("output `{name}` of {}: {reason}", registered.urn)));
            }
            let value = match registered.outputs.get(&name) {
                Some(value) => value.clone(),
                None if preview || registered.unknown => return Ok(resolved),
                // Not there after an update is the same as null: an optional output is none.
                None => Value::Null.into(),
            };
            let marks = value.marks();
            resolved.secret = marks.secret;
            resolved.dependencies.extend(marks.dependencies);
            if !marks.unknown && !registered.unknown {
                let absent = value.value == Value::Null;
                let decoded = from_value(value).map_err(|error| {
                    let urn = &registered.urn;
                    let reason = if absent { "it has none".to_owned() } else { error.to_string() };
                    Failure::failed(format!("output `{name}` of {urn}: {reason}"))
                })?;
                resolved.value = Some(decoded);
            }
            Ok(resolved)
        })
    }

    fn derive<T: Clone + Send + Sync + 'static>(
        &self,
        read: impl FnOnce(&Registered) -> Result<Option<T>, Failure> + Send + 'static,
    ) -> Output<T> {
        let answer = self.answer.clone();
        Output::from_future(async move {
            let answer = answer.resolve().await?;
            let Some(Answer(registered)) = &answer.value else { return Err(Failure::Skipped) };
            let value = if registered.unknown { None } else { read(registered)? };
            Ok(Resolved { value, secret: false, dependencies: [registered.urn.clone()].into() })
        })
    }
}
