//! Several connectors together, the official kits against one, foreign peers. Nothing depends on this crate.
//!
//! A connector is always a process of its own ([`connector::Connector`]) and is driven as an operator drives it: through its
//! management API, its event stream and its command line.

pub mod bdrs;
pub mod bench;
pub mod connector;
pub mod dcp_peer;
pub mod failure;
pub mod first_transfer;
pub mod judge;
pub mod kit;
pub mod kit_dcp;
pub mod kit_dsp;
pub mod official;
pub mod partners;
pub mod peer;
pub mod ports;
pub mod random;
pub mod recorder;
pub mod server;
pub mod source;
pub mod tools;
pub mod vault;

use std::time::Duration;

use tokio::time::timeout;

pub use failure::Failure;

/// What follows within a moment without an event that tells of it is asked for until it is there.
const EVENTUALLY_WITHIN: Duration = Duration::from_secs(30);

/// Asks again and again, with nothing but the question between, until there is an answer.
///
/// # Errors
/// `TimedOut` naming `what` after half a minute.
pub async fn eventually<T>(what: &str, mut question: impl AsyncFnMut() -> Option<T>) -> Result<T, Failure> {
    let asking = async {
        loop {
            if let Some(answer) = question().await {
                return answer;
            }
        }
    };
    let seconds = EVENTUALLY_WITHIN.as_secs();
    timeout(EVENTUALLY_WITHIN, asking).await.map_err(|_| Failure::TimedOut { what: what.to_owned(), seconds })
}
