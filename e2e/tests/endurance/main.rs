//! What a connector bears: being killed at any moment, and a partner that never answers. The tests take turns, so that
//! none disturbs the other's times.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod crash;
mod isolation;

use tokio::sync::Mutex;

static TURN: Mutex<()> = Mutex::const_new(());
