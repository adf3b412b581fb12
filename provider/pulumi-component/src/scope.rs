//! Where children are described: each one is registered as soon as its inputs, its parent and what it depends on are
//! there, all of them at once.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{BoxFuture, join_all, try_join_all};
use futures::{FutureExt, TryFutureExt};
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::component::Component;
use crate::context::{Context, Package, provider_of};
use crate::decode::from_value;
use crate::encode::{Encode, Encoding};
use crate::error::{ConstructError, Failure};
use crate::monitor::{MonitorError, Registered, Registration};
use crate::options::{Alias, AliasParent, Resource, ResourceOptions};
use crate::output::{Output, Resolved};
use crate::property::{PropertyMap, TypeToken, Urn, Value};

/// A component under construction, to which children are added.
#[derive(Clone)]
pub struct Scope {
    run: Arc<Run>,
    name: String,
    /// The types from the outermost component to this one: what a child's URN says of its parents.
    types: String,
    urn: Output<Urn>,
}

/// One construction, with everything that is under way in it.
pub(crate) struct Run {
    context: Context,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tasks: JoinSet<()>,
    /// Type chain and name of every resource: a second one would have the same URN.
    known: BTreeSet<(String, String)>,
    failures: Vec<String>,
    skipped: usize,
    cancelled: bool,
}

impl Run {
    pub(crate) fn new(context: Context) -> Arc<Self> {
        Arc::new(Self { context, state: Mutex::default() })
    }

    /// The scope of the outermost component, which is registered with exactly what the user gave.
    pub(crate) fn outermost(self: &Arc<Self>) -> Scope {
        let request = &self.context.request;
        let inputs = request.inputs.clone();
        let registration = Registration {
            type_token: request.type_token.clone(),
            name: request.name.clone(),
            parent: request.parent.clone(),
            dependencies: request.options.depends_on.iter().cloned().collect(),
            property_dependencies: dependencies_of(&inputs),
            inputs,
            component: Some(Box::new(request.options.clone())),
            ..Registration::default()
        };
        let types = request.type_token.clone();
        let name = request.name.clone();
        self.claim(&types, &name);
        let urn = self.start(async move { Ok(registration) }).map_urn();
        Scope { run: self.clone(), name, types, urn }
    }

    /// Waits for everything that was started, also for what nothing else waits for.
    ///
    /// # Errors
    /// With the failures, and with how much was skipped because of them.
    pub(crate) async fn finish(&self) -> Result<(), ConstructError> {
        loop {
            let mut tasks = std::mem::take(&mut self.lock().tasks);
            if tasks.is_empty() {
                break;
            }
            while let Some(outcome) = tasks.join_next().await {
                if let Err(error) = outcome {
                    self.lock().failures.push(format!("internal error: {error}"));
                }
            }
        }
        let mut state = self.lock();
        if state.failures.is_empty() {
            return if state.cancelled { Err(ConstructError::Cancelled) } else { Ok(()) };
        }
        let mut failures = std::mem::take(&mut state.failures);
        failures.sort();
        failures.dedup();
        let mut message = failures.join("\n");
        match state.skipped {
            0 => {}
            1 => message.push_str("\n1 more resource was skipped"),
            skipped => message = format!("{message}\n{skipped} more resources were skipped"),
        }
        Err(ConstructError::Failed(message))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.lock().tasks.spawn(task);
    }

    /// Notes a resource; two of one type chain and name cannot be told apart by the engine.
    fn claim(&self, types: &str, name: &str) {
        let mut state = self.lock();
        if !state.known.insert((types.to_owned(), name.to_owned())) {
            state.failures.push(format!("two children are called `{name}` ({types}); give one of them another name"));
        }
    }

    fn note(&self, failure: Failure) -> Failure {
        let mut state = self.lock();
        match &failure {
            Failure::Failed(reason) => state.failures.push(reason.to_string()),
            Failure::Skipped => state.skipped += 1,
            Failure::Cancelled => state.cancelled = true,
        }
        match failure {
            Failure::Failed(_) => Failure::Skipped,
            other => other,
        }
    }

    /// Registers a resource once `registration` is there; the answer is shared by everyone who waits for it.
    fn start(
        self: &Arc<Self>,
        registration: impl Future<Output = Result<Registration, Failure>> + Send + 'static,
    ) -> Output<Answer> {
        let (sender, receiver) = oneshot::channel();
        let run = self.clone();
        // Boxed, because thousands of children wait at once: each holds what its present step needs, not the largest.
        let registration = registration.boxed();
        self.spawn(async move {
            let outcome = match registration.await {
                Ok(registration) => run.register(registration).await,
                Err(failure) => Err(failure),
            };
            let outcome = outcome.map_err(|failure| run.note(failure));
            // Nobody may be waiting.
            let _ = sender.send(outcome);
        });
        Output::from_future(async move {
            let registered = receiver.await.map_err(|_| Failure::Cancelled)??;
            Ok(Resolved::known(Answer(Arc::new(registered))))
        })
    }

    fn register(&self, registration: Registration) -> BoxFuture<'_, Result<Registered, Failure>> {
        {
            let state = self.lock();
            if state.cancelled {
                return ready(Err(Failure::Cancelled)).boxed();
            }
            if !state.failures.is_empty() {
                return ready(Err(Failure::Skipped)).boxed();
            }
        }
        let what = format!("registering {} `{}`", registration.type_token, registration.name);
        let answer = self.context.monitor.register(registration);
        let answer = answer.map_err(move |error| match error {
            MonitorError::Refused(reason) => Failure::failed(format!("{what}: {reason}")),
            MonitorError::Cancelled => Failure::Cancelled,
        });
        answer.boxed()
    }
}

/// A registration's answer, cheap to clone.
#[derive(Clone)]
struct Answer(Arc<Registered>);

impl Output<Answer> {
    fn map_urn(&self) -> Output<Urn> {
        self.map(|answer| answer.0.urn.clone())
    }
}

impl Scope {
    /// Logical name of the component.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is a preview.
    pub fn is_preview(&self) -> bool {
        self.run.context.is_preview()
    }

    pub(crate) fn urn(&self) -> &Output<Urn> {
        &self.urn
    }

    /// Adds a component of this package as a child, runs it and finishes it.
    ///
    /// # Errors
    /// When the component cannot be described from these inputs.
    pub fn component<T: Component>(&self, role: &str, args: T::Args, facts: &T::Facts) -> Result<T, ConstructError> {
        let name = format!("{}-{role}", self.name);
        let types = format!("{}${}", self.types, T::TOKEN);
        self.run.claim(&types, &name);
        let (parent, child_name) = (self.urn.clone(), name.clone());
        let handle = self.run.context.request.stack_trace_handle.clone();
        let urn = self
            .run
            .start(async move {
                let parent = parent.resolve().await?;
                Ok(Registration {
                    type_token: T::TOKEN.as_str().to_owned(),
                    name: child_name,
                    parent: parent.value.as_ref().map(ToString::to_string).unwrap_or_default(),
                    stack_trace_handle: handle,
                    ..Registration::default()
                })
            })
            .map_urn();
        let scope = Self { run: self.run.clone(), name, types, urn };
        let component = T::construct(&scope, args, facts)?;
        let (outputs, run, urn) = (component.encode(), self.run.clone(), scope.urn.clone());
        self.run.spawn(async move {
            // What failed has been noted where it failed; a component with failed children is never finished.
            let Ok(urn) = urn.resolve().await else { return };
            let (Ok(outputs), Some(urn)) = (resolve_outputs(outputs).await, &urn.value) else { return };
            if let Err(MonitorError::Refused(reason)) = run.context.monitor.register_outputs(urn.clone(), outputs).await
            {
                run.lock().failures.push(format!("recording the outputs of {urn}: {reason}"));
            }
        });
        Ok(component)
    }
}

/// Waits for all outputs of a component.
pub(crate) async fn resolve_outputs(outputs: Vec<(&'static str, Encoding)>) -> Result<PropertyMap, Failure> {
    let outputs = outputs.into_iter().map(|(name, value)| async move { Ok((name.to_owned(), value.await?)) });
    let mut outputs = try_join_all(outputs).await?;
    outputs.retain(|(_, value)| value.value != Value::Null);
    Ok(outputs.into_iter().collect())
}

/// A child resource that is being described. Typed builders are generated over this; authors rarely see it.
pub struct Child {
    scope: Scope,
    package: &'static Package,
    token: TypeToken,
    role: String,
    inputs: Vec<(&'static str, Encoding)>,
    options: ResourceOptions,
}

impl Child {
    /// Describes a child; its logical name is the scope's with `role` appended.
    pub fn new(scope: &Scope, package: &'static Package, token: TypeToken, role: &str) -> Self {
        let options = ResourceOptions::default();
        Self { scope: scope.clone(), package, token, role: role.to_owned(), inputs: Vec::new(), options }
    }

    /// Sets an input by its wire name.
    pub fn input(&mut self, name: &'static str, value: impl Encode) {
        self.inputs.push((name, value.encode()));
    }

    /// Sets the options.
    pub fn options(&mut self, options: ResourceOptions) {
        self.options = options;
    }

    /// Starts the registration.
    pub fn register(self) -> ChildHandle {
        let run = self.scope.run.clone();
        let name = format!("{}-{}", self.scope.name, self.role);
        run.claim(&format!("{}${}", self.scope.types, self.token), &name);
        let preview = run.context.is_preview();
        let answer = run.start(self.registration(name));
        ChildHandle::new(answer, preview)
    }

    /// Waits for the parent, the inputs and what is depended on, all at once.
    async fn registration(self, name: String) -> Result<Registration, Failure> {
        let request = &self.scope.run.context.request;
        let inputs = self.inputs.into_iter().map(|(name, value)| async move { Ok((name.to_owned(), value.await?)) });
        let stated = join_all(self.options.depends_on.iter().map(Output::resolve));
        let origins = join_all(self.options.origins.iter().map(Output::resolve));
        let (parent, inputs, stated, origins) =
            futures::join!(self.scope.urn.resolve(), try_join_all(inputs), stated, origins);
        let inputs: PropertyMap = inputs?.into_iter().collect();
        let mut dependencies = BTreeSet::new();
        for urn in stated {
            dependencies.extend(urn?.value.clone());
        }
        for origin in origins {
            dependencies.extend(origin?.dependencies.iter().cloned());
        }
        let property_dependencies = dependencies_of(&inputs);
        dependencies.extend(property_dependencies.values().flatten().cloned());
        let aliases = self.options.former_roles.iter().map(|role| Alias::Spec {
            name: format!("{}-{role}", self.scope.name),
            type_token: String::new(),
            stack: String::new(),
            project: String::new(),
            parent: AliasParent::Same,
        });
        Ok(Registration {
            type_token: self.token.as_str().to_owned(),
            name,
            parent: parent?.value.as_ref().map(ToString::to_string).unwrap_or_default(),
            custom: true,
            inputs,
            dependencies,
            property_dependencies,
            provider: provider_of(&request.options.providers, self.package.name),
            version: self.package.version.to_owned(),
            plugin_download_url: self.package.plugin_download_url.to_owned(),
            aliases: aliases.collect(),
            ignore_changes: self.options.ignore_changes,
            delete_before_replace: self.options.delete_before_replace,
            custom_timeouts: self.options.custom_timeouts,
            component: None,
            stack_trace_handle: request.stack_trace_handle.clone(),
        })
    }
}

/// The resources that each property came from, also where there are none: the engine takes a missing entry for all.
fn dependencies_of(inputs: &PropertyMap) -> BTreeMap<String, BTreeSet<Urn>> {
    inputs.iter().map(|(name, value)| (name.clone(), value.marks().dependencies)).collect()
}

/// A resource depends on itself in the eyes of everyone who uses its outputs.
fn depends_on_itself(urn: &Output<Urn>) -> Output<Urn> {
    let urn = urn.clone();
    Output::from_future(async move {
        let resolved = urn.resolve().await?;
        Ok(Resolved {
            value: resolved.value.clone(),
            secret: false,
            dependencies: resolved.value.iter().cloned().collect(),
        })
    })
}

/// A child resource whose registration is under way; its outputs are eventual.
#[derive(Clone)]
pub struct ChildHandle {
    answer: Output<Answer>,
    urn: Output<Urn>,
    preview: bool,
}

impl Resource for ChildHandle {
    fn urn(&self) -> &Output<Urn> {
        &self.urn
    }
}

impl ChildHandle {
    fn new(answer: Output<Answer>, preview: bool) -> Self {
        let urn = answer.map_urn();
        Self { answer, urn: depends_on_itself(&urn), preview }
    }

    /// The provider's id.
    pub fn id(&self) -> Output<String> {
        self.derive(|registered| Ok(Some(registered.id.clone()).filter(|id| !id.is_empty())))
    }

    /// An output by its wire name; unknown in a preview that cannot know it.
    pub fn output<T: DeserializeOwned + Clone + Send + Sync + 'static>(&self, name: &'static str) -> Output<T> {
        let (answer, preview) = (self.answer.clone(), self.preview);
        Output::from_future(async move {
            let answer = answer.resolve().await?;
            let Some(Answer(registered)) = &answer.value else { return Err(Failure::Skipped) };
            let mut resolved = Resolved { value: None, secret: false, dependencies: [registered.urn.clone()].into() };
            let Some(value) = registered.outputs.get(name) else {
                if preview || registered.unknown {
                    return Ok(resolved);
                }
                return Err(Failure::failed(format!("{} has no output `{name}`", registered.urn)));
            };
            let marks = value.marks();
            resolved.secret = marks.secret;
            resolved.dependencies.extend(marks.dependencies);
            if !marks.unknown && !registered.unknown {
                let decoded = from_value(value.clone())
                    .map_err(|error| Failure::failed(format!("output `{name}` of {}: {error}", registered.urn)))?;
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
