//! Panics of the author's code: each is told, with its place, and ends no more than what it happened in.

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;

/// The stack of each thread that decodes and runs an author's code: values may be nested a thousand levels deep. Only what
/// is used of it takes memory.
pub(crate) const STACK_BYTES: usize = 32 * 1024 * 1024;

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes from now on where a panic happens; what was done at a panic before is still done. For the process that serves:
/// a panic's own value does not say it.
pub(crate) fn remember_places() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        // A thread that ends has no place to note it in.
        let _ = PLACE.try_with(|remembered| remembered.replace(place));
        before(panic);
    }));
}

/// Runs the author's code; its panic is an error in the panic's words.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| message(panic.as_ref()))
}

/// Awaits the author's code; its panic is an error in the panic's words.
pub(crate) async fn caught_while<T>(running: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(running).catch_unwind().await.map_err(|panic| message(panic.as_ref()))
}

/// What a panic of this thread said, and where.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned());
    match PLACE.try_with(RefCell::take).ok().flatten() {
        Some(place) => format!("{text} (at {place})"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_in_its_words() {
        assert_eq!(caught(|| 1), Ok(1));
        assert_eq!(caught(|| panic!("torn")), Err::<(), _>("torn".to_owned()));
        assert_eq!(caught(|| panic!("torn {}", 2)), Err::<(), _>("torn 2".to_owned()));
        assert_eq!(caught(|| std::panic::panic_any(7)), Err::<(), _>("a panic without a message".to_owned()));
    }

    #[test]
    fn a_place_that_was_noted_is_told_once() {
        PLACE.set(Some("src/x.rs:1:2".to_owned()));
        assert_eq!(caught(|| panic!("torn")), Err::<(), _>("torn (at src/x.rs:1:2)".to_owned()));
        assert_eq!(caught(|| panic!("torn")), Err::<(), _>("torn".to_owned()));
    }
}
