//! Follows a negotiation, a transfer or a request for credentials through the event stream.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::client::{Client, text};
use super::events::{Event, Events};
use super::failure::Failure;
use crate::http_client::path_segment;

/// After this long without an event the process itself is asked.
const QUIET: Duration = Duration::from_secs(2);
/// A stream that broke is opened again this often in a row.
const REOPENED: u32 = 5;

/// What is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    Negotiation,
    Transfer,
    CredentialRequest,
}

impl Process {
    /// Its collection in the management API.
    pub(super) fn collection(self) -> &'static str {
        match self {
            Self::Negotiation => "negotiations",
            Self::Transfer => "transfers",
            Self::CredentialRequest => "credential-requests",
        }
    }

    fn has_ended(self, state: &str) -> bool {
        match self {
            Self::Negotiation => matches!(state, "FINALIZED" | "TERMINATED"),
            Self::Transfer => matches!(state, "COMPLETED" | "TERMINATED"),
            Self::CredentialRequest => matches!(state, "ISSUED" | "REJECTED"),
        }
    }
}

/// A process that is followed until it reaches a state.
pub(super) struct Following<'a> {
    pub(super) client: &'a Client,
    /// Opened before the process began, so that nothing is missed.
    pub(super) events: Events,
    pub(super) process: Process,
    pub(super) pid: &'a str,
    /// The state to reach.
    pub(super) wanted: &'static str,
    pub(super) within: Duration,
}

impl Following<'_> {
    /// Tells each event of the process until the state is reached, and returns the process as it is then.
    ///
    /// # Errors
    /// `No` when it ends in another state or takes too long; otherwise what the connector answers.
    pub(super) async fn until(mut self, mut tell: impl FnMut(&Event)) -> Result<Value, Failure> {
        let begun = Instant::now();
        let mut seen = None;
        loop {
            let left = self.within.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(self.too_late().await);
            }
            let state = match timeout(left.min(QUIET), self.next(&mut seen)).await {
                Ok(event) => {
                    let event = event?;
                    if event.subject() != self.pid {
                        continue;
                    }
                    tell(&event);
                    text(&event.data, "state").to_owned()
                }
                Err(_) => text(&self.document().await?, "state").to_owned(),
            };
            if state == self.wanted {
                return self.document().await;
            }
            if self.process.has_ended(&state) {
                return Err(self.ended_otherwise().await);
            }
        }
    }

    /// The next event; a broken stream is opened again where it broke.
    async fn next(&mut self, seen: &mut Option<u64>) -> Result<Event, Failure> {
        let mut opened = 0;
        loop {
            match self.events.next().await {
                Ok(event) => {
                    *seen = event.seq().or(*seen);
                    return Ok(event);
                }
                Err(failure) if opened == REOPENED => return Err(failure),
                Err(_) => {
                    opened += 1;
                    self.events = self.client.events(*seen).await?;
                }
            }
        }
    }

    async fn document(&self) -> Result<Value, Failure> {
        self.client.get(&format!("{}/{}", self.process.collection(), path_segment(self.pid))).await
    }

    async fn ended_otherwise(&self) -> Failure {
        match self.document().await {
            Ok(document) => {
                let state = text(&document, "state");
                Failure::No(format!("{} ended as {state} instead of {}{}", self.pid, self.wanted, ending(&document)))
            }
            Err(failure) => failure,
        }
    }

    async fn too_late(&self) -> Failure {
        let state = self.document().await.map(|document| text(&document, "state").to_owned());
        let state = state.map(|state| format!(", it is {state}")).unwrap_or_default();
        let seconds = self.within.as_secs();
        Failure::No(format!("{} did not become {} within {seconds} s{state}; it goes on", self.pid, self.wanted))
    }
}

/// Who ended it and why, as a clause.
fn ending(document: &Value) -> String {
    let ending = document.get("termination").unwrap_or(&Value::Null);
    let by = match text(ending, "by") {
        "" => String::new(),
        by => format!(", ended by {by}"),
    };
    let reasons: Vec<&str> =
        ending.get("reason").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    format!("{by}{reasons}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_ending_names_who_and_why() {
        let document = json!({"termination": {"by": "partner", "code": "x", "reason": ["too late", "try again"]}});
        assert_eq!(ending(&document), ", ended by partner: too late; try again");
        assert_eq!(ending(&json!({"termination": null})), "");
    }
}
