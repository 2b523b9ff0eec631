//! Work by other crates that may panic on damaged input.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// The result of `work`, or `None` if it panicked; the panic is not printed.
///
/// Decoders of compressed pixels panic on some damaged files. What is printed at a panic is decided by the process's one hook,
/// which a library should leave alone. The first call therefore only wraps the hook that is there: it is called as before for
/// every panic, on every thread, but those within `work`. A hook that the program sets later replaces this one, and then
/// such a panic is printed, and still caught.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    if !std::thread::panicking() {
        HOOK.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if !QUIET.get() {
                    before(info);
                }
            }));
        });
    }
    let was = QUIET.replace(true);
    // What `work` borrowed is thrown away by the caller if it panicked.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(was);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_within_is_none_and_others_go_on() {
        assert_eq!(guarded(|| 7), Some(7));
        assert_eq!(guarded(|| -> u8 { panic!("within") }), None);
        assert!(!QUIET.get());
        assert_eq!(
            guarded(|| guarded(|| -> u8 { panic!("twice") }).is_none()),
            Some(true)
        );
    }
}
