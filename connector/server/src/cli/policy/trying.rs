//! `symbolon policy try`.

use std::collections::BTreeMap;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use symbolon_policies_odrl::World;

use super::source::Source;
use crate::cli::catalog::several;
use crate::cli::client::{Connection, text};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::terms;
use crate::clock;
use crate::operations::facts;
use crate::terms::trying::{Trial, tried};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy try policy.json --claim Membership=active --claim BusinessPartnerNumber=BPNL00000003CRHK
  symbolon policy try policy.json --at 2026-03-31T22:00:00Z --purpose https://oem.example/purpose/quality
  symbolon policy try agreement.json --action distribute
  symbolon policy try stored:brakes --partner did:web:oem.example --dataspace brakes --ask

Ends with 5 if it would be refused.")]
pub(super) struct Try {
    /// A file, stored:ID or agreement:ID
    policy: Source,
    /// Participant id of who would act
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// What is supposed of it: a left operand (IRI or short name) and a value; may be given again
    #[arg(long = "claim", value_name = "OPERAND=VALUE", value_parser = claim)]
    claims: Vec<(String, Value)>,
    /// When it would act (RFC 3339); now if absent
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// What it would do; use if absent
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// With which dataset; the policy's own target if absent
    #[arg(long, value_name = "ID")]
    asset: Option<String>,
    /// What for; the purpose that the policy names if absent
    #[arg(long, value_name = "IRI")]
    purpose: Option<String>,
    /// Have the connector decide, with what it knows of the partner
    #[arg(long, requires = "partner")]
    ask: bool,
    /// The dataspace whose facts count
    #[arg(long, value_name = "ID", requires = "ask")]
    dataspace: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn run(trial: Try, output: &Output) -> Result<(), Failure> {
    let answer = if trial.ask { asked(&trial).await? } else { supposed(&trial).await? };
    output.record(&answer);
    for line in told(&answer) {
        output.say(line);
    }
    match answer.get("permitted").and_then(Value::as_bool) {
        Some(true) => Ok(()),
        Some(false) | None => Err(Failure::No(format!("{} would refuse this", trial.policy))),
    }
}

/// Decided here, on what is supposed alone.
async fn supposed(trial: &Try) -> Result<Value, Failure> {
    let policy = trial.policy.read(&trial.connection).await?;
    let known = World::at(trial.at.unwrap_or_else(clock::now));
    let known = facts::with_purpose(known, trial.purpose.as_deref(), &policy);
    let Try { partner, action, asset, .. } = trial;
    let supposed = Trial {
        partner: partner.clone(),
        claims: gathered(&trial.claims),
        action: action.clone(),
        asset: asset.clone(),
    };
    Ok(serde_json::to_value(tried(policy.policy(), &supposed, &known)).unwrap_or_default())
}

/// Decided by the connector, with the facts that it has.
async fn asked(trial: &Try) -> Result<Value, Failure> {
    let Try { partner, dataspace, at, action, asset, purpose, .. } = trial;
    let body = json!({
        "of": trial.policy.named(&trial.connection).await?,
        "partner": partner,
        "dataspace": dataspace,
        "claims": gathered(&trial.claims),
        "at": at.map(|at| at.to_string()),
        "action": action,
        "asset": asset,
        "purpose": purpose,
    });
    trial.connection.client()?.post("policies/dry-run", &body).await
}

/// An operand that is given again has several values.
pub(super) fn gathered(claims: &[(String, Value)]) -> BTreeMap<String, Value> {
    let mut gathered: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (operand, value) in claims {
        gathered.entry(operand.clone()).or_default().push(value.clone());
    }
    gathered.into_iter().map(|(operand, values)| (operand, Value::Array(values))).collect()
}

/// `operand=value`; a value that is JSON (a number, `true`, `{"@value": …}`) is taken as such, anything else as text.
pub(super) fn claim(argument: &str) -> Result<(String, Value), String> {
    match argument.split_once('=') {
        Some((operand, value)) if !operand.is_empty() => {
            let text = || Value::from(value);
            let parsed = serde_json::from_str(value).ok().filter(|value: &Value| !value.is_null());
            Ok((operand.to_owned(), parsed.unwrap_or_else(text)))
        }
        Some(_) | None => Err("expected OPERAND=VALUE, such as Membership=active".to_owned()),
    }
}

/// The answer, why, until when, and what would change it.
fn told(answer: &Value) -> Vec<String> {
    let permitted = answer.get("permitted").and_then(Value::as_bool) == Some(true);
    let mut lines = vec![if permitted { "Permitted." } else { "Refused." }.to_owned()];
    let until = text(answer, "until");
    if !until.is_empty() {
        lines.push(format!("  Until {until}, all else being equal."));
    }
    for reason in several(answer, "reasons") {
        lines.push(format!("  {}: {} [{}]", text(reason, "path"), text(reason, "sentence"), text(reason, "code")));
    }
    for (member, heading) in [
        ("missing", "What nobody knows:"),
        ("wouldChange", "What would change the answer:"),
        ("contractualOnly", "It rests also on what no connector checks:"),
    ] {
        let listed = terms::list("    ", several(answer, member));
        if !listed.is_empty() {
            lines.push(format!("  {heading}"));
            lines.extend(listed);
        }
    }
    let decisive: Vec<&Value> = several(answer, "facts").filter(|fact| fact["decisive"] == true).collect();
    if !decisive.is_empty() {
        lines.push("  What decided it:".to_owned());
        lines.extend(terms::list("    ", decisive.iter().map(|fact| &fact["sentence"])));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_an_operand_and_a_value() {
        assert_eq!(claim("Membership=active"), Ok(("Membership".to_owned(), json!("active"))));
        assert_eq!(claim("count=3"), Ok(("count".to_owned(), json!(3))));
        assert_eq!(claim("a=b=c"), Ok(("a".to_owned(), json!("b=c"))));
        assert!(claim("Membership").is_err() && claim("=x").is_err());
        let twice = gathered(&[("a".to_owned(), json!(1)), ("a".to_owned(), json!(2))]);
        assert_eq!(json!(twice), json!({"a": [1, 2]}));
    }

    #[test]
    fn a_refusal_is_told_with_what_would_change_it() {
        let answer = json!({
            "permitted": false,
            "reasons": [{"path": "permission[0].constraint[0]", "code": "Expired",
                "sentence": "refused: the window ended 2026-03-31; your request is dated 2026-04-01"}],
            "wouldChange": ["a date before 2026-03-31"],
            "contractualOnly": [],
            "facts": [{"operand": "dateTime", "values": ["2026-04-01T00:00:00Z"], "decisive": true,
                "sentence": "The time of use is 1 April 2026."}],
            "missing": ["Nothing is known about membership."],
            "until": null,
        });
        insta::assert_snapshot!(told(&answer).join("\n"));
    }
}
