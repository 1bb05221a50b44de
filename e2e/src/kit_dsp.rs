//! The official DSP TCK against a fresh connector.
//!
//! The kit plays the partner. What the connector under test has to do in each of its tests is an operator's decision, so this
//! harness is an operator: it seeds the connector through the management API, follows the event stream and answers each event
//! by a public command as [`script`] says. The connector has no code for the kit.

mod operator;
mod properties;
pub mod script;
mod seed;
mod trigger;

use self::operator::Operator;
use self::trigger::Trigger;
use crate::connector::{Config, Connector};
use crate::kit::{Kit, Properties, Verdict};
use crate::{Failure, ports};

/// The participant id of the connector under test.
const UNDER_TEST: &str = "CONNECTOR_UNDER_TEST";
/// The participant id that the kit has in every message; not configurable.
const KIT: &str = "TCK_PARTICIPANT";
/// The transfer format of all tests.
const FORMAT: &str = "HttpData-PULL";

/// Runs the whole suite, or the tests whose display name contains `word`, against a fresh connector. Progress goes to standard
/// output; the last line of the kit is in the verdict.
///
/// # Errors
/// When the connector, the harness or the kit cannot do their work. Failed tests are no error.
pub async fn run(word: Option<&str>) -> Result<Verdict, Failure> {
    let kit_port = ports::free().map_err(Failure::io("free port"))?;
    let kit_address = format!("http://127.0.0.1:{kit_port}");
    let connector = Connector::start(Config::new("under-test").mock(UNDER_TEST)).await?;
    let trigger = Trigger::start(connector.management().clone())?;
    let events = connector.management().events(0).await?;
    seed::seed(connector.management(), &kit_address, &trigger.address()).await?;
    let mut operator = Operator::new(connector.management().clone(), events);

    let properties = properties::against(&connector, &trigger.address(), kit_port);
    let outcome = tokio::select! {
        verdict = judge(&properties, word) => verdict,
        failure = operator.work() => Err(failure),
    };
    trigger.stop().await;
    if !matches!(&outcome, Ok(verdict) if verdict.green) {
        eprintln!("--- what the operator saw and did\n{}", operator.transcript());
        eprintln!("--- log of the connector\n{}", connector.log_tail());
    }
    outcome
}

/// Runs the suite against the kit's own connector: proves the kit's installation, needs no connector.
///
/// # Errors
/// When the kit cannot be built or started.
pub async fn run_locally(word: Option<&str>) -> Result<Verdict, Failure> {
    let kit_port = ports::free().map_err(Failure::io("free port"))?;
    judge(&properties::local(kit_port), word).await
}

/// The kit's main class judges: its last line says how many passed, its status whether that is enough.
async fn judge(properties: &Properties, word: Option<&str>) -> Result<Verdict, Failure> {
    let ended = Kit::build("dsp", "DspKit").await?.run(properties, word).await?;
    if !ended.success {
        eprintln!("--- output of the kit\n{}", ended.output);
    }
    match ended.output.lines().rev().find(|line| line.starts_with("DSP TCK:")) {
        Some(line) => Ok(Verdict { line: line.to_owned(), green: ended.success }),
        None => Err(Failure::Unexpected(format!("the kit ended without a verdict:\n{}", ended.output))),
    }
}
