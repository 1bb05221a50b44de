//! The person at the connector under test: hears of an event, thinks, gives a command.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::script::{self, Step};
use crate::Failure;
use crate::connector::{Event, Events, Management, segment};

/// The context of policies that stand alone.
pub(super) const ODRL: &str = "https://w3id.org/dspace/2025/1/odrl-profile.jsonld";

/// The kit changes its own state, and registers the handler for our next message, only after its poll (every 100 ms) has seen
/// our last one; a partner that answers at once loses that race. Its documentation asks for 250 to 500 ms.
const THINK_TIME: Duration = Duration::from_millis(400);

/// Follows the event stream and carries out the script.
pub(super) struct Operator {
    management: Management,
    events: Events,
    scripts: HashMap<String, Progress>,
    /// In the order of their times, since all think equally long.
    decided: VecDeque<Decision>,
    transcript: String,
}

/// How far the script of one process has got.
struct Progress {
    steps: &'static [Step],
}

/// A command that is given when the think time after its event is over.
struct Decision {
    at: Instant,
    collection: &'static str,
    pid: String,
    command: &'static str,
}

impl Operator {
    pub(super) fn new(management: Management, events: Events) -> Self {
        Self { management, events, scripts: HashMap::new(), decided: VecDeque::new(), transcript: String::new() }
    }

    /// Works until the event stream ends, and says why. A command that the connector refuses is only noted: the kit's test
    /// will miss its effect and fail.
    pub(super) async fn work(&mut self) -> Failure {
        loop {
            let due = self.decided.front().map(|decision| decision.at);
            let step = tokio::select! {
                event = self.events.next() => match event {
                    Ok(event) => self.hear(&event).await,
                    Err(failure) => return failure,
                },
                () = until(due) => self.act().await,
            };
            if let Err(failure) = step {
                self.note(&format!("  refused: {failure}"));
            }
        }
    }

    /// What was heard, decided and done, with times.
    pub(super) fn transcript(&self) -> &str {
        &self.transcript
    }

    async fn hear(&mut self, event: &Event) -> Result<(), Failure> {
        let now = Instant::now();
        let Some((noun, state)) = event.kind.split_once('.') else { return Ok(()) };
        let collection = match noun {
            "negotiation" => "negotiations",
            "transfer" => "transfers",
            _ => return Ok(()),
        };
        let pid = event.subject();
        self.note(&format!("{} {pid}", event.kind));
        if !self.scripts.contains_key(pid) {
            let process = self.management.get(&path(collection, pid, "")).await?;
            self.scripts.insert(pid.to_owned(), Progress::of(collection, &process));
        }
        if let Some(command) = self.scripts.get_mut(pid).and_then(|progress| progress.next(state)) {
            self.decided.push_back(Decision { at: now + THINK_TIME, collection, pid: pid.to_owned(), command });
        }
        Ok(())
    }

    async fn act(&mut self) -> Result<(), Failure> {
        let Some(Decision { collection, pid, command, .. }) = self.decided.pop_front() else { return Ok(()) };
        self.note(&format!("  {command} {pid}"));
        let body = match command {
            "offer" | "counter" => {
                let negotiation = self.management.get(&path(collection, &pid, "")).await?;
                json!({"offer": negotiation.get("offer")})
            }
            "terminate" | "suspend" => json!({"reason": "the script of the test says so"}),
            _ => json!({}),
        };
        self.management.post(&path(collection, &pid, command), &body).await?;
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "a transcript for people, beside a kit that runs in real time")]
    fn note(&mut self, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.transcript, "{} {line}", Timestamp::now());
    }
}

impl Progress {
    fn of(collection: &str, process: &Value) -> Self {
        let text = |member: &str| process.get(member).and_then(Value::as_str).unwrap_or_default();
        let steps = match collection {
            "negotiations" => script::of_dataset(text("asset")),
            _ => script::of_agreement(text("agreementId")),
        };
        Self { steps }
    }

    /// The next command, if it belongs to this state.
    fn next(&mut self, state: &str) -> Option<&'static str> {
        let ((at, command), rest) = self.steps.split_first()?;
        if !at.eq_ignore_ascii_case(state) {
            return None;
        }
        self.steps = rest;
        Some(command)
    }
}

fn path(collection: &str, pid: &str, command: &str) -> String {
    let pid = segment(pid);
    if command.is_empty() { format!("{collection}/{pid}") } else { format!("{collection}/{pid}/{command}") }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(collection: &str, process: Value, states: &[&str]) -> Vec<&'static str> {
        let mut progress = Progress::of(collection, &process);
        states.iter().filter_map(|state| progress.next(state)).collect()
    }

    #[test]
    fn a_counter_offer_meets_the_second_step() {
        let states = ["requested", "offered", "requested", "terminated"];
        assert_eq!(commands("negotiations", json!({"asset": "ACN0102"}), &states), ["offer", "terminate"]);
        assert_eq!(commands("negotiations", json!({"asset": "ACN0304"}), &states), ["offer"]);
    }

    #[test]
    fn a_transfer_is_suspended_resumed_and_completed() {
        let states = ["requested", "started", "suspended", "started", "completed"];
        let done = commands("transfers", json!({"agreementId": "ATP0104"}), &states);
        assert_eq!(done, ["start", "suspend", "resume", "complete"]);
    }

    #[test]
    fn what_is_not_in_the_script_is_left_alone() {
        assert!(commands("negotiations", json!({"asset": "else"}), &["requested"]).is_empty());
    }
}
