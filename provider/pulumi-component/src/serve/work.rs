//! The threads that run the code of components, apart from those that answer the engine.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::AbortHandle;

use crate::values::error::Error;
use crate::values::panic::{STACK_BYTES, caught_while};

/// The threads that run the code of components, started with the first component.
///
/// An author's code may block a thread, by reading a file or by writing to a pipe that nobody reads. The threads that
/// accept calls, cancel and end the process are others, so the engine always gets an answer.
#[derive(Clone, Default)]
pub(super) struct Work(Arc<Mutex<Threads>>);

/// Where the threads are.
#[derive(Default)]
enum Threads {
    /// No component came yet.
    #[default]
    NotStarted,
    /// They run.
    Running(Runtime),
    /// The plugin ends: none is started any more.
    Ended,
}

/// How many components can block at the same time, at least.
const THREADS: usize = 4;

impl Work {
    /// Runs the author's code on its own threads; its panic is an error. Dropping the future ends it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        running: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let started = self.handle();
        let started = started.map_err(|error| Error::Failed(format!("cannot start a thread: {error}")))?;
        let Some(handle) = started else { return Err(Error::Cancelled) };
        let task = handle.spawn(caught_while(running));
        let _ended = Ended(task.abort_handle());
        match task.await {
            Ok(outcome) => outcome.unwrap_or_else(|panic| Err(Error::Internal(panic))),
            Err(_) => Err(Error::Cancelled),
        }
    }

    /// Ends without waiting for what is under way.
    pub(super) fn end(&self) {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Threads::Running(runtime) = std::mem::replace(&mut *threads, Threads::Ended) {
            runtime.shutdown_background();
        }
    }

    /// The threads, started by the first who asks; `None` where they have ended.
    fn handle(&self) -> std::io::Result<Option<Handle>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            Threads::Running(runtime) => return Ok(Some(runtime.handle().clone())),
            Threads::Ended => return Ok(None),
            Threads::NotStarted => {}
        }
        let threads = std::thread::available_parallelism().map_or(THREADS, usize::from).max(THREADS);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_stack_size(STACK_BYTES)
            .thread_name("components")
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        *state = Threads::Running(runtime);
        Ok(Some(handle))
    }
}

/// Ends a task that nobody waits for any more.
struct Ended(AbortHandle);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    /// What the author of a component may do.
    #[test]
    fn fault_6_code_that_blocks_leaves_the_other_threads_free() {
        let control = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let work = Work::default();
        let (go, wait) = channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        control.block_on(async {
            let mut blocked = tokio::task::JoinSet::new();
            for _ in 0..32 {
                let (work, wait) = (work.clone(), wait.clone());
                blocked.spawn(async move {
                    let block = async move {
                        let _ = wait.lock().expect("a lock").recv();
                        Ok(())
                    };
                    work.run(block).await
                });
            }
            let answer = tokio::time::timeout(Duration::from_secs(20), tokio::time::sleep(Duration::from_millis(5)));
            answer.await.expect("the threads that answer the engine are free");
            drop(go);
            while let Some(outcome) = blocked.join_next().await {
                outcome.expect("no panic").expect("it ends");
            }
        });
        work.end();
    }

    #[test]
    fn what_comes_after_the_end_is_cancelled_and_starts_no_thread() {
        let control = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (early, late) = (Work::default(), Work::default());
        early.end();
        control.block_on(async { late.run(async { Ok(()) }).await }).expect("it runs");
        late.end();
        for work in [early, late] {
            let outcome = control.block_on(work.run(async { Ok(()) }));
            assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
            assert!(matches!(*work.0.lock().expect("a lock"), Threads::Ended));
        }
    }

    #[test]
    fn a_panic_is_an_error_and_a_run_that_nobody_waits_for_is_ended() {
        let control = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let work = Work::default();
        control.block_on(async {
            let torn = work.run(async { panic!("torn") });
            let Err::<(), _>(Error::Internal(text)) = torn.await else { panic!("it is an internal error") };
            assert!(text.starts_with("torn"), "{text}");
            let (alive, ended) = tokio::sync::oneshot::channel::<()>();
            let endless = async move {
                let _alive = alive;
                std::future::pending::<Result<(), Error>>().await
            };
            assert!(tokio::time::timeout(Duration::from_millis(50), work.run(endless)).await.is_err());
            assert!(ended.await.is_err(), "its sender was dropped");
        });
        work.end();
    }
}
