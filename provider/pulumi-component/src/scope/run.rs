//! One construction, or one call of a method, with everything that is under way in it.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::Scope;
use super::invoke::Memory;
use crate::context::{ConstructRequest, Context};
use crate::error::{ConstructError, Failure};
use crate::monitor::{MonitorError, Reading, Registered, Registration};
use crate::output::{Output, Resolved};
use crate::property::{PropertyMap, Urn};

pub(crate) struct Run {
    pub(super) context: Context,
    pub(super) memory: Memory,
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

/// A registration's answer, cheap to clone.
#[derive(Clone)]
pub(super) struct Answer(pub(super) Arc<Registered>);

impl Output<Answer> {
    pub(super) fn map_urn(&self) -> Output<Urn> {
        self.map(|answer| answer.0.urn.clone())
    }
}

/// What is asked of the engine for one resource.
pub(super) enum Asked {
    Registration(Box<Registration>),
    Reading(Box<Reading>),
}

impl Run {
    pub(crate) fn new(context: Context) -> Arc<Self> {
        Arc::new(Self { context, memory: Memory::default(), state: Mutex::default() })
    }

    /// The scope of the outermost component, which is registered with exactly what the user gave.
    pub(crate) fn outermost(self: &Arc<Self>, request: ConstructRequest) -> Scope {
        let (types, name) = (request.type_token.clone(), request.name.clone());
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

    /// The scope of a component that is there already: a method adds children to it.
    pub(crate) fn adopted(self: &Arc<Self>, urn: &Urn) -> Scope {
        self.context.logger.about(urn);
        let types = urn.as_str().split("::").nth(2).unwrap_or_default().to_owned();
        Scope::new(self.clone(), urn.name().to_owned(), types, Output::known(urn.clone()))
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
                    self.fail(format!("internal error: {error}"));
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.lock().tasks.spawn(task);
    }

    pub(super) fn fail(&self, reason: String) {
        self.lock().failures.push(reason);
    }

    /// Notes a resource; two of one type chain and name cannot be told apart by the engine.
    pub(super) fn claim(&self, types: &str, name: &str) {
        let mut state = self.lock();
        if !state.known.insert((types.to_owned(), name.to_owned())) {
            state.failures.push(format!("two children are called `{name}` ({types}); give one of them another name"));
        }
    }

    /// Takes note of a failure, so that what depends on it is skipped and the user hears of it once.
    pub(super) fn note(&self, failure: Failure) -> Failure {
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

    /// Asks the engine once `asked` is there; the answer is shared by everyone who waits for it.
    pub(super) fn start(
        self: &Arc<Self>,
        asked: impl Future<Output = Result<Asked, Failure>> + Send + 'static,
    ) -> Output<Answer> {
        let (sender, receiver) = oneshot::channel();
        let run = self.clone();
        // Boxed, because thousands of children wait at once: each holds what its present step needs, not the largest.
        let asked = asked.boxed();
        self.spawn(async move {
            let outcome = match asked.await {
                Ok(asked) => run.ask(asked).boxed().await,
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

    /// Nothing more is asked of the engine once something failed.
    pub(super) fn may_ask(&self) -> Result<(), Failure> {
        let state = self.lock();
        if state.cancelled {
            return Err(Failure::Cancelled);
        }
        if state.failures.is_empty() { Ok(()) } else { Err(Failure::Skipped) }
    }

    async fn ask(&self, asked: Asked) -> Result<Registered, Failure> {
        self.may_ask()?;
        let monitor = &self.context.monitor;
        let (what, answer) = match asked {
            Asked::Registration(registration) => {
                let what = format!("registering {} `{}`", registration.type_token, registration.name);
                (what, monitor.register(*registration).await)
            }
            Asked::Reading(reading) => {
                let what = format!("reading {} `{}`", reading.type_token, reading.name);
                (what, monitor.read(*reading).await)
            }
        };
        answer.map_err(|error| match error {
            MonitorError::Refused(reason) => Failure::failed(format!("{what}: {reason}")),
            MonitorError::Cancelled => Failure::Cancelled,
        })
    }
}

/// The resources that each property came from, also where there are none: the engine takes a missing entry for all.
///
/// A reference comes from the resource it names.
pub(super) fn dependencies_of(inputs: &PropertyMap) -> BTreeMap<String, BTreeSet<Urn>> {
    let dependencies = inputs.iter().map(|(name, value)| {
        let mut found = value.marks().dependencies;
        found.extend(value.references());
        (name.clone(), found)
    });
    dependencies.collect()
}

/// The same for a component of another package, which depends on a reference no more than it uses it.
pub(super) fn dependencies_beside_references(inputs: &PropertyMap) -> BTreeMap<String, BTreeSet<Urn>> {
    inputs.iter().map(|(name, value)| (name.clone(), value.marks().dependencies)).collect()
}
