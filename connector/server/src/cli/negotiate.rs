//! `symbolon negotiate`.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::catalog::{self, Partner};
use super::client::{Client, Connection, required, text};
use super::events::Event;
use super::failure::Failure;
use super::follow::{Following, Process};
use super::output::Output;
use super::terms;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon negotiate --partner did:key:z6Mk… --dataset spindle-telemetry
  symbolon negotiate --partner did:key:z6Mk… --dataset spindle-telemetry --offer 'O:A' --within 600
  symbolon negotiate --partner did:key:z6Mk… --dataset spindle-telemetry --json | jq -r '.negotiation.agreementId // empty'")]
pub(super) struct Negotiate {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    partner: Partner,
    /// What we want to use
    #[arg(long, value_name = "ID")]
    dataset: String,
    /// Which of the dataset's offers; needed only if there are several
    #[arg(long, value_name = "ID")]
    offer: Option<String>,
    /// How long to follow, in seconds; the negotiation goes on after that
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    within: u64,
    /// Start it and do not wait
    #[arg(long)]
    no_follow: bool,
}

pub(super) async fn run(negotiate: Negotiate, output: &Output) -> Result<(), Failure> {
    let client = negotiate.connection.client()?;
    let partner = negotiate.partner.body();
    let dataset = catalog::dataset(&client, partner.clone(), &negotiate.dataset).await?;
    let offer = chosen(&dataset, negotiate.offer.as_deref())?;
    let id = text(&offer, "@id");
    output.say(format!("We ask for {} under the offer {id}:", negotiate.dataset));
    terms::show(&catalog::terms_of(&dataset, id), output);
    let asked = Asked { partner, offer, within: Duration::from_secs(negotiate.within) };
    if negotiate.no_follow {
        let started = client.post("negotiations", &asked.body()).await?;
        output.say(format!("Negotiation {} is {}.", text(&started, "pid"), text(&started, "state")));
        output.record(&json!({"negotiation": started}));
        return Ok(());
    }
    let begun = Instant::now();
    let negotiation = asked.follow(&client, |event| tell(event, begun, output)).await?;
    output.say(format!("Agreement {}", text(&negotiation, "agreementId")));
    output.say(format!("Ask for the data: symbolon transfer --agreement {}", text(&negotiation, "agreementId")));
    output.record(&json!({"negotiation": negotiation}));
    Ok(())
}

/// A contract request.
#[derive(Debug)]
pub(super) struct Asked {
    /// `{partner}`, or id and address.
    pub(super) partner: Value,
    /// With its `target`.
    pub(super) offer: Value,
    pub(super) within: Duration,
}

impl Asked {
    fn body(&self) -> Value {
        let mut body = self.partner.clone();
        body["offer"] = self.offer.clone();
        body
    }

    /// Asks, and follows to FINALIZED. Returns the negotiation.
    pub(super) async fn follow(&self, client: &Client, tell: impl FnMut(&Event)) -> Result<Value, Failure> {
        let events = client.events(None).await?;
        let started = client.post("negotiations", &self.body()).await?;
        let pid = required(&started, "pid", "POST negotiations")?;
        let process = Process::Negotiation;
        Following { client, events, process, pid, wanted: "FINALIZED", within: self.within }.until(tell).await
    }
}

/// Tells a change of state with the time since the request.
pub(super) fn tell(event: &Event, begun: Instant, output: &Output) {
    let elapsed = begun.elapsed();
    let state = text(&event.data, "state");
    if !state.is_empty() {
        output.say(format!("{:>9.3} s  {state}", elapsed.as_secs_f64()));
    }
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    output.record(&json!({"event": event.data, "elapsedMs": elapsed_ms}));
}

/// The offer with this id, or the only one.
pub(super) fn chosen(dataset: &Value, id: Option<&str>) -> Result<Value, Failure> {
    let offers = catalog::offers(dataset);
    let ids = || offers.iter().map(|offer| text(offer, "@id")).collect::<Vec<_>>().join(", ");
    let found = match (id, offers.as_slice()) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(id), offers) => offers.iter().find(|offer| text(offer, "@id") == id),
    };
    found.cloned().ok_or_else(|| match (id, offers.is_empty()) {
        (_, true) => Failure::No(format!("the dataset {:?} has no offer", text(dataset, "@id"))),
        (Some(id), false) => Failure::No(format!("the dataset has no offer {id:?}, but {}", ids())),
        (None, false) => Failure::No(format!("the dataset has several offers; name one with --offer: {}", ids())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(offers: &Value, id: Option<&str>, expected: Result<&str, &str>) {
        let dataset = json!({"@id": "d", "hasPolicy": offers});
        match (chosen(&dataset, id), expected) {
            (Ok(offer), Ok(id)) => assert_eq!(text(&offer, "@id"), id),
            (Err(failure), Err(part)) => assert!(failure.to_string().contains(part), "{failure}"),
            (outcome, _) => panic!("{outcome:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn the_only_offer_need_not_be_named() {
        check(&json!([{"@id": "a"}]), None, Ok("a"));
        check(&json!([{"@id": "a"}, {"@id": "b"}]), Some("b"), Ok("b"));
        check(&json!([{"@id": "a"}, {"@id": "b"}]), None, Err("--offer: a, b"));
        check(&json!([{"@id": "a"}]), Some("c"), Err("no offer \"c\", but a"));
        check(&json!([]), None, Err("has no offer"));
    }
}
