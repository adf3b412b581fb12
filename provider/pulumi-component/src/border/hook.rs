//! Closures that the engine runs around the operations on a resource.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::values::error::Outcome;
use crate::values::panic::caught_while;
use crate::values::property::{PropertyMap, Urn};

/// A closure that the engine runs before or after an operation on a resource, or when one failed.
///
/// It runs in updates alone, and what it answers as an error ends the run: [`Hook::also_in_previews`] and
/// [`Hook::warn_on_failure`] say otherwise. The engine calls it while the plugin runs, also after the component is
/// finished. Hooks around a deletion need the program: `pulumi destroy` runs them with `--run-program` and refuses the
/// deletion without it.
///
/// ```
/// # use pulumi_component::{ResourceOptions, options::Hook};
/// let watched = ResourceOptions::default().hook(Hook::after_create(|event| async move {
///     match event.new_outputs.get("endpoint") {
///         Some(_) => Ok(()),
///         None => Err(format!("{} has no endpoint", event.name)),
///     }
/// }));
/// ```
#[derive(Clone)]
pub struct Hook {
    moment: Moment,
    run: Run,
    in_previews: bool,
    warns: bool,
}

/// Names of resource hooks by the moment they run at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hooks {
    /// Before it is created; a failure keeps it from being created.
    pub before_create: Vec<String>,
    /// After it was created; a failure is a warning.
    pub after_create: Vec<String>,
    /// Before it is updated; a failure keeps it as it is.
    pub before_update: Vec<String>,
    /// After it was updated; a failure is a warning.
    pub after_update: Vec<String>,
    /// Before it is deleted; a failure keeps it.
    pub before_delete: Vec<String>,
    /// After it was deleted; a failure is a warning.
    pub after_delete: Vec<String>,
    /// When an operation on it failed; decides whether to try again.
    pub on_error: Vec<String>,
}

/// What an operation is about; of secret values it knows that they are secret.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct HookEvent {
    /// The resource's name in the deployment.
    pub urn: Option<Urn>,
    /// The provider's id; `None` before a creation and for components.
    pub id: Option<String>,
    /// Logical name.
    pub name: String,
    /// Type token.
    pub type_token: String,
    /// Inputs that are to be; empty for a deletion.
    pub new_inputs: PropertyMap,
    /// Inputs that were; empty for a creation.
    pub old_inputs: PropertyMap,
    /// Outputs after a creation or an update.
    pub new_outputs: PropertyMap,
    /// Outputs before an update or a deletion.
    pub old_outputs: PropertyMap,
}

/// An operation that failed.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FailedOperation {
    /// What it was about.
    pub event: HookEvent,
    /// `create`, `update` or `delete`.
    pub operation: String,
    /// Why each attempt failed, the latest first.
    pub errors: Vec<String>,
}

/// What is to be done about an operation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AfterFailure {
    /// It is tried again.
    Retry,
    /// The run fails, as it would without the hook.
    GiveUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    BeforeCreate,
    AfterCreate,
    BeforeUpdate,
    AfterUpdate,
    BeforeDelete,
    AfterDelete,
    OnError,
}

type Closure<Event, Answer> = Arc<dyn Fn(Event) -> BoxFuture<'static, Result<Answer, String>> + Send + Sync>;

#[derive(Clone)]
enum Run {
    Around(Closure<HookEvent, ()>),
    OnError(Closure<FailedOperation, AfterFailure>),
}

macro_rules! around {
    ($($constructor:ident, $moment:ident, $when:literal;)*) => {
        $(
            #[doc = concat!("A hook that runs ", $when, ".")]
            pub fn $constructor<F>(run: impl Fn(HookEvent) -> F + Send + Sync + 'static) -> Self
            where
                F: Future<Output: Outcome<()>> + Send + 'static,
            {
                Self::new(Moment::$moment, Run::Around(Arc::new(move |event| told(run(event)).boxed())))
            }
        )*
    };
}

impl Hook {
    around! {
        before_create, BeforeCreate, "before the resource is created";
        after_create, AfterCreate, "after the resource was created";
        before_update, BeforeUpdate, "before the resource is changed";
        after_update, AfterUpdate, "after the resource was changed";
        before_delete, BeforeDelete, "before the resource is deleted";
        after_delete, AfterDelete, "after the resource was deleted";
    }

    /// A hook that runs when an operation failed, and says whether it is tried again.
    pub fn on_error<F>(run: impl Fn(FailedOperation) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: Outcome<AfterFailure>> + Send + 'static,
    {
        Self::new(Moment::OnError, Run::OnError(Arc::new(move |failed| told(run(failed)).boxed())))
    }

    fn new(moment: Moment, run: Run) -> Self {
        Self { moment, run, in_previews: false, warns: false }
    }

    /// Runs in previews too, where outputs may be unknown. Says nothing of [`Hook::on_error`].
    #[must_use]
    pub fn also_in_previews(self) -> Self {
        Self { in_previews: true, ..self }
    }

    /// What the closure answers as an error is shown as a warning. Says nothing of [`Hook::on_error`].
    #[must_use]
    pub fn warn_on_failure(self) -> Self {
        Self { warns: true, ..self }
    }

    pub(crate) fn runs_in_previews(&self) -> bool {
        self.in_previews
    }

    pub(crate) fn warns(&self) -> bool {
        self.warns
    }

    pub(crate) fn moment(&self) -> Moment {
        self.moment
    }

    /// Runs a hook around an operation; one for failures has nothing to say there.
    pub(crate) async fn around(&self, event: HookEvent) -> Result<(), String> {
        match &self.run {
            Run::Around(run) => guarded(|| run(event)).await,
            Run::OnError(_) => Ok(()),
        }
    }

    /// Asks a hook for failures; any other one gives up.
    pub(crate) async fn failed(&self, failed: FailedOperation) -> Result<AfterFailure, String> {
        match &self.run {
            Run::OnError(run) => guarded(|| run(failed)).await,
            Run::Around(_) => Ok(AfterFailure::GiveUp),
        }
    }
}

/// What a closure answers, with the text of its error.
async fn told<T>(running: impl Future<Output: Outcome<T>>) -> Result<T, String> {
    running.await.outcome().map_err(|error| error.to_string())
}

/// A panic of the author's is an error in the panic's words.
async fn guarded<T>(run: impl FnOnce() -> BoxFuture<'static, Result<T, String>>) -> Result<T, String> {
    let outcome = caught_while(async move { run().await }).await;
    outcome.unwrap_or_else(|panic| Err(format!("internal error: {panic}")))
}

impl Moment {
    /// The moment as programs write it.
    fn word(self) -> &'static str {
        match self {
            Self::BeforeCreate => "beforeCreate",
            Self::AfterCreate => "afterCreate",
            Self::BeforeUpdate => "beforeUpdate",
            Self::AfterUpdate => "afterUpdate",
            Self::BeforeDelete => "beforeDelete",
            Self::AfterDelete => "afterDelete",
            Self::OnError => "onError",
        }
    }

    /// The names of the hooks of this moment.
    pub(crate) fn names(self, hooks: &mut Hooks) -> &mut Vec<String> {
        match self {
            Self::BeforeCreate => &mut hooks.before_create,
            Self::AfterCreate => &mut hooks.after_create,
            Self::BeforeUpdate => &mut hooks.before_update,
            Self::AfterUpdate => &mut hooks.after_update,
            Self::BeforeDelete => &mut hooks.before_delete,
            Self::AfterDelete => &mut hooks.after_delete,
            Self::OnError => &mut hooks.on_error,
        }
    }
}

/// Gives each hook of a resource the name that the engine knows it by.
///
/// The state keeps the names, and a later run that deletes the resource looks for the same ones: they are made of what
/// the URN is made of, which is also why no two resources share one.
pub(crate) fn named(hooks: Vec<Hook>, parent: &str, type_token: &str, name: &str) -> Vec<(String, Hook)> {
    let parents = parent.split("::").nth(2).map(|types| format!("{types}$")).unwrap_or_default();
    let mut counts = BTreeMap::new();
    let named = hooks.into_iter().map(|hook| {
        let moment = hook.moment.word();
        let count: &mut usize = counts.entry(moment).or_default();
        *count += 1;
        let number = if *count == 1 { String::new() } else { format!(" {count}") };
        (format!("{name}: {moment}{number} ({parents}{type_token})"), hook)
    });
    named.collect()
}

impl fmt::Debug for Hook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hook").field("moment", &self.moment).finish_non_exhaustive()
    }
}

impl PartialEq for Hook {
    /// Two hooks are the same where they are the same closure.
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.run, &other.run) {
            (Run::Around(one), Run::Around(two)) => Arc::ptr_eq(one, two),
            (Run::OnError(one), Run::OnError(two)) => Arc::ptr_eq(one, two),
            _ => false,
        };
        same && (self.moment, self.in_previews, self.warns) == (other.moment, other.in_previews, other.warns)
    }
}
