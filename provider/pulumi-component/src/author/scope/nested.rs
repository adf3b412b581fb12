//! A component inside another one.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, PoisonError};

use super::asked::{Asked, dependencies_of};
use super::child::{ResolvedOptions, resolve_map};
use super::{Members, Run, Scope, depends_on_itself, resolve_outputs};
use crate::author::component::{Component, PreparedComponent};
use crate::author::context::ConstructRequest;
use crate::author::reference::Reference;
use crate::author::resource_options::{Resource, ResourceOptions};
use crate::border::hook;
use crate::border::monitor::{MonitorError, Registration};
use crate::border::registration_options::Alias;
use crate::schema::checks::Checks;
use crate::values::error::Error;
use crate::values::output::Output;
use crate::values::plain::Plain;
use crate::values::property::{ResourceReference, Urn};
use crate::values::serialize::known_members;

/// A component of this package that is a child: its outputs, and what to wait for.
pub struct Nested<T> {
    outputs: T,
    urn: Output<Urn>,
    members: Members,
}

impl<T> Nested<T> {
    /// Its outputs alone.
    pub fn into_outputs(self) -> T {
        self.outputs
    }
}

impl<T> Deref for Nested<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.outputs
    }
}

impl<T> Resource for Nested<T> {
    fn urn(&self) -> &Output<Urn> {
        &self.urn
    }

    /// The component is there when everything in it is; an empty one when it is registered.
    fn members(&self) -> Vec<Output<Urn>> {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if members.is_empty() { vec![self.urn.clone()] } else { members }
    }
}

impl Run {
    /// The scope of the outermost component, which is registered with exactly what the user gave.
    pub(crate) fn outermost<T: PreparedComponent>(self: &Arc<Self>, mut request: ConstructRequest) -> Scope {
        let (types, name) = (request.type_token.clone(), request.name.clone());
        add_former_tokens::<T>(&mut request.options.aliases);
        let registration = Registration {
            type_token: request.type_token,
            name: request.name,
            parent: request.parent,
            dependencies: request.options.depends_on.iter().cloned().collect(),
            property_dependencies: dependencies_of(&request.inputs),
            inputs: request.inputs,
            options: request.options,
            stack_trace_handle: self.context.deployment.stack_trace_handle.clone(),
            ..Registration::default()
        };
        self.claim(&types, &name);
        let answer = self.start(async move { Ok(Asked::Registration(Box::new(registration))) });
        let logger = self.context.logger.clone();
        let urn = answer.map(move |answer| {
            logger.about(&answer.0.urn);
            answer.0.urn.clone()
        });
        Scope::new(self.clone(), name, types, urn)
    }
}

impl Scope {
    /// A reference to the component itself, for its outputs.
    pub fn reference<T: PreparedComponent>(&self) -> Output<Reference<T>> {
        self.urn.try_map(|urn| {
            let reference = ResourceReference { urn, id: None, package_version: String::new() };
            Reference::new(reference).map_err(|error| error.to_string())
        })
    }

    /// Adds a component of this package as a child, runs it and finishes it; gives its outputs.
    ///
    /// # Errors
    /// When its inputs are invalid, or it cannot be described from them.
    pub fn component<T: Component>(&self, role: impl Plain<str>, args: <T as Component>::Args) -> Result<T, Error> {
        self.nest(role, args, ResourceOptions::default()).map(Nested::into_outputs)
    }

    /// Adds a component of this package as a child with options, runs it and finishes it.
    ///
    /// # Errors
    /// When its inputs are invalid, or it cannot be described from them.
    pub fn nest<T: Component>(
        &self,
        role: impl Plain<str>,
        args: <T as Component>::Args,
        options: ResourceOptions,
    ) -> Result<Nested<T>, Error> {
        let mut checks = Checks::default();
        <T as Component>::check(&args, &mut checks);
        let (errors, warnings) = checks.into_parts();
        let child = format!("{} `{}-{}`", <T as Component>::TOKEN, self.name, role.plain());
        for warning in warnings {
            self.context().warn(format!("{child}: {warning}"));
        }
        if !errors.is_empty() {
            let errors = errors.iter().map(|error| format!("{child}: {error}")).collect::<Vec<_>>();
            return Err(Error::Failed(errors.join("\n")));
        }
        self.nest_prepared(role, args, &(), options)
    }

    /// Adds a component that is prepared already, as [`Self::component`]. Neither its check nor its preparation runs: the
    /// component around it has done both, and gives what it learned.
    ///
    /// # Errors
    /// When the component cannot be described from these inputs.
    pub fn component_prepared<T: PreparedComponent>(
        &self,
        role: impl Plain<str>,
        args: T::Args,
        prepared: &T::Prepared,
    ) -> Result<T, Error> {
        self.nest_prepared(role, args, prepared, ResourceOptions::default()).map(Nested::into_outputs)
    }

    /// Adds a component that is prepared already, as [`Self::component_prepared`], with options.
    ///
    /// # Errors
    /// When the component cannot be described from these inputs.
    pub fn nest_prepared<T: PreparedComponent>(
        &self,
        role: impl Plain<str>,
        args: T::Args,
        prepared: &T::Prepared,
        options: ResourceOptions,
    ) -> Result<Nested<T>, Error> {
        let name = format!("{}-{}", self.name, role.plain());
        let types = format!("{}${}", self.types, T::TOKEN);
        self.run.named(&self.name, role.plain(), T::TOKEN.as_str());
        self.run.claim(&types, &name);
        let mut providers = self.providers.clone();
        providers.extend(options.providers.clone());
        let chosen = options.providers.clone();
        // What comes from another resource is not waited for: it would hold up every child of the component.
        let inputs = known_members(&args);
        let (parent, child_name, former_parent_name) = (self.urn.clone(), name.clone(), self.name.clone());
        let handle = self.run.context.deployment.stack_trace_handle.clone();
        let urn = self.run.start(async move {
            let stated = ResolvedOptions::of(options, &former_parent_name, None);
            let (parent, stated, providers) = futures::join!(parent.resolve(), stated, resolve_map(&chosen));
            let stated = stated?;
            let property_dependencies = dependencies_of(&inputs);
            let mut dependencies: BTreeSet<_> = property_dependencies.values().flatten().cloned().collect();
            dependencies.extend(stated.dependencies);
            let mut options = stated.options;
            options.providers = providers?;
            add_former_tokens::<T>(&mut options.aliases);
            let parent = parent?.value.as_ref().map(ToString::to_string).unwrap_or_default();
            let hooks = hook::named(stated.hooks, &parent, T::TOKEN.as_str(), &child_name);
            Ok(Asked::Registration(Box::new(Registration {
                type_token: T::TOKEN.as_str().to_owned(),
                name: child_name,
                parent,
                inputs,
                dependencies,
                property_dependencies,
                options,
                hooks,
                transforms: stated.transforms,
                stack_trace_handle: handle,
                ..Registration::default()
            })))
        });
        let urn = urn.map_urn();
        let own = Members::default();
        let mut members = self.members.clone();
        members.push(own.clone());
        let scope = Self { run: self.run.clone(), name, types, urn: urn.clone(), providers, members };
        let component = T::construct(&scope, args, prepared)?;
        let (outputs, run, to_finish) = (component.encode(), self.run.clone(), urn.clone());
        self.run.spawn(async move {
            // What failed has been noted where it failed; a component with failed children is never finished.
            let Ok(urn) = to_finish.resolve().await else { return };
            let outputs = match resolve_outputs(outputs).await {
                Ok(outputs) => outputs,
                // A closure between the children and the outputs, which nobody else waits for.
                Err(failure) => return drop(run.note(failure)),
            };
            let Some(urn) = &urn.value else { return };
            if let Err(MonitorError::Refused(reason)) = run.context.monitor.register_outputs(urn.clone(), outputs).await
            {
                run.fail(format!("recording the outputs of {urn}: {reason}"));
            }
        });
        Ok(Nested { outputs: component, urn: depends_on_itself(&urn), members: Arc::clone(&own) })
    }
}

/// Adds the types that a component had before to what else it was called.
fn add_former_tokens<T: PreparedComponent>(aliases: &mut Vec<Alias>) {
    for former in T::FORMER_TOKENS {
        let alias = Alias::new().type_token(former.as_str());
        // The SDKs send what the schema says of it, too.
        if !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
}
