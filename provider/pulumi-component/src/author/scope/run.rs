//! One construction, or one call of a method, with everything that is under way in it.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::Scope;
use super::asked::{Answer, Asked};
use super::invoke::Memory;
use crate::author::context::Context;
use crate::border::monitor::{MonitorError, Registered};
use crate::values::error::{Error, Failure, Reason, TEXT_BYTES};
use crate::values::output::{Output, Resolved};
use crate::values::panic::caught_while;
use crate::values::property::Urn;

/// How long the message of several failures gets, in bytes, with room for how many there are more.
const MESSAGE_BYTES: usize = TEXT_BYTES - 256;

pub(crate) struct Run {
    pub(super) context: Context,
    pub(super) memory: Memory,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tasks: JoinSet<Result<(), String>>,
    /// Type chain and name of every resource: a second one would have the same URN.
    known: BTreeSet<(String, String)>,
    /// What a preview has not made yet, or was left out of the run: who depends on it cannot be answered.
    pending: BTreeSet<Urn>,
    /// What failed by its reason, with the place where that was noticed.
    failures: BTreeMap<String, String>,
    skipped: bool,
    cancelled: bool,
}

impl State {
    fn fail(&mut self, reason: String) {
        self.failures.insert(reason.clone(), reason);
    }

    /// Of several places that need the same value, the first by name is said: which one waited first varies.
    fn note(&mut self, reason: &Reason) {
        let noticed = reason.to_string();
        let told = self.failures.entry(reason.text().to_owned()).or_insert_with(|| noticed.clone());
        if noticed < *told {
            *told = noticed;
        }
    }
}

impl Run {
    pub(crate) fn new(context: Context) -> Arc<Self> {
        Arc::new(Self { context, memory: Memory::default(), state: Mutex::default() })
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
    pub(crate) async fn finish(&self) -> Result<(), Error> {
        loop {
            let mut tasks = std::mem::take(&mut self.lock().tasks);
            if tasks.is_empty() {
                break;
            }
            while let Some(outcome) = tasks.join_next().await {
                match outcome {
                    Ok(Ok(())) => {}
                    Ok(Err(panic)) => self.fail(format!("internal error: {panic}")),
                    Err(error) => self.fail(format!("internal error: {error}")),
                }
            }
        }
        let mut state = self.lock();
        if state.failures.is_empty() {
            return if state.cancelled { Err(Error::Cancelled) } else { Ok(()) };
        }
        let failures: BTreeSet<_> = std::mem::take(&mut state.failures).into_values().collect();
        Err(Error::Failed(told(&failures, state.skipped)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.lock().tasks.spawn(caught_while(task));
    }

    pub(super) fn fail(&self, reason: String) {
        self.lock().fail(reason);
    }

    /// Refuses a child without a name of its own.
    pub(super) fn named(&self, parent: &str, role: &str, type_token: &str) {
        if role.is_empty() {
            self.fail(format!("a {type_token} of `{parent}` has an empty name; give each child a name of its own"));
        }
    }

    /// Notes a resource; two of one type chain and name cannot be told apart by the engine.
    pub(super) fn claim(&self, types: &str, name: &str) {
        let mut state = self.lock();
        if !state.known.insert((types.to_owned(), name.to_owned())) {
            state.fail(format!("two children are called `{name}` ({types}); give one of them another name"));
        }
    }

    /// Takes note of a failure, so that what depends on it is skipped and the user hears of it once.
    pub(super) fn note(&self, failure: Failure) -> Failure {
        let mut state = self.lock();
        match &failure {
            Failure::Failed(reason) => state.note(reason),
            Failure::Skipped => state.skipped = true,
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

    /// Whether one of these resources is not there yet, as far as this run has registered them.
    pub(super) fn awaits(&self, urns: &BTreeSet<Urn>) -> bool {
        !self.lock().pending.is_disjoint(urns)
    }

    async fn ask(&self, asked: Asked) -> Result<Registered, Failure> {
        self.may_ask()?;
        let monitor = &self.context.monitor;
        let (what, answer) = match asked {
            Asked::Registration(registration) => {
                let what = format!("registering {} `{}`", registration.type_token, registration.name);
                let has_id = registration.custom;
                let answer = monitor.register(*registration).await;
                if let Ok(registered) = &answer
                    && (registered.unknown || (has_id && self.context.is_preview() && registered.id.is_empty()))
                {
                    self.lock().pending.insert(registered.urn.clone());
                }
                (what, answer)
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

/// The failures as one message, each once and whole as long as there is room; of a first one that is too long by itself
/// the border leaves out the middle.
fn told(failures: &BTreeSet<String>, skipped: bool) -> String {
    let mut message = String::new();
    let mut told = 0;
    for failure in failures {
        if told > 0 && message.len() + failure.len() > MESSAGE_BYTES {
            break;
        }
        if told > 0 {
            message.push('\n');
        }
        message.push_str(failure);
        told += 1;
    }
    match failures.len() - told {
        0 => {}
        1 => message.push_str("\n1 more failure"),
        more => message = format!("{message}\n{more} more failures"),
    }
    // How many there are depends on what was registered before the failure, so a number would differ from run to run.
    if skipped {
        message.push_str("\nthe remaining resources were skipped");
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(count: usize, length: usize) -> BTreeSet<String> {
        (0..count).map(|index| format!("{index:03} {}", "x".repeat(length - 4))).collect()
    }

    #[test]
    fn few_failures_are_told_whole() {
        assert_eq!(told(&["b".to_owned(), "a".to_owned()].into(), false), "a\nb");
        assert_eq!(told(&["a".to_owned()].into(), true), "a\nthe remaining resources were skipped");
    }

    #[test]
    fn many_failures_are_told_as_far_as_there_is_room_and_counted() {
        let text = told(&failures(500, 100), true);
        assert!(text.len() < MESSAGE_BYTES + 100, "{}", text.len());
        let lines: Vec<_> = text.lines().collect();
        let whole = lines.iter().filter(|line| line.ends_with('x')).count();
        assert!(whole >= 35, "{whole}");
        assert_eq!(
            lines[whole..],
            [format!("{} more failures", 500 - whole), "the remaining resources were skipped".to_owned()]
        );
    }

    #[test]
    fn one_failure_is_told_whole_however_long() {
        let long = failures(2, 2 * MESSAGE_BYTES);
        let text = told(&long, false);
        assert_eq!(text, format!("{}\n1 more failure", long.first().unwrap()));
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_in_counting(count in 1..300_usize, length in 4..3000_usize) {
            let text = told(&failures(count, length), false);
            let (whole, rest) = match text.rsplit_once('\n') {
                Some((before, last)) if last.contains(" more failure") => {
                    (before.lines().count(), last.split(' ').next().unwrap().parse().unwrap())
                }
                _ => (text.lines().count(), 0),
            };
            proptest::prop_assert_eq!(whole + rest, count);
        }
    }
}
