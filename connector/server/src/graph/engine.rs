//! Whether the storage engine is still at work in this process.
//!
//! RocksDB has threads of its own, which use state that C++ takes apart when the process ends. A process that ends while a
//! graph is open may abort instead: whoever ends it waits until the last graph is closed.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

static OPEN: Mutex<usize> = Mutex::new(0);
static CLOSED: Condvar = Condvar::new();

/// Held with a store, and dropped after it.
pub(super) struct Open(());

impl Open {
    pub(super) fn new() -> Self {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Self(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        CLOSED.notify_all();
    }
}

/// Waits until no graph is open in this process, but no longer than this. Blocks the thread.
pub fn wait_until_closed(within: Duration) {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    drop(CLOSED.wait_timeout_while(open, within, |open| *open > 0));
}
