//! What is known about a partner when a policy is decided: the one place that turns identity and registry into facts.

use jiff::Timestamp;
use serde_json::Value;
use symbolon_policies_odrl::{Decision, PolicyDocument, Request, World};
use symbolon_vocab::symbolon;

use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::partners;

/// The state of the world for decisions about `participant`: who it is (verified), and what its entry in the partner
/// registry says.
///
/// # Errors
/// When the registry cannot be read.
pub async fn about(connector: &Connector, participant: &str, now: Timestamp) -> Result<World, StorageError> {
    let mut world = World::at(now).with(symbolon::PARTICIPANT_ID, participant);
    if let Some(partner) = partners::by_id(&connector.db, participant).await? {
        for (operand, values) in partner.claims {
            // Who it is comes from its token alone.
            if operand != symbolon::PARTICIPANT_ID {
                for value in values {
                    world = world.with(&operand, value);
                }
            }
        }
    }
    Ok(world)
}

/// Adds what the data is for: what the consumer said, or else the purposes that the agreed policy itself names. By
/// signing an agreement that permits one purpose, the consumer declares that purpose.
pub fn with_purpose(mut world: World, declared: Option<&str>, agreed: &PolicyDocument) -> World {
    for (operand, purpose) in agreed_purposes(agreed.json()) {
        world = world.with(operand, declared.map_or(purpose, Value::from));
    }
    world
}

/// The purposes that a policy asks for, with the operand it asks by (`purpose`, or the `UsagePurpose` of Catena-X).
fn agreed_purposes(policy: &Value) -> Vec<(&str, Value)> {
    let mut found: Vec<(&str, Value)> = Vec::new();
    let mut open = vec![policy];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                if let Some((operand, purpose)) = purpose_in(members)
                    && !found.iter().any(|(known, _)| *known == operand)
                {
                    found.push((operand, purpose));
                }
                open.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

fn purpose_in(constraint: &serde_json::Map<String, Value>) -> Option<(&str, Value)> {
    let operand = match constraint.get("leftOperand")? {
        Value::String(operand) => operand.as_str(),
        Value::Object(node) => node.get("@id")?.as_str()?,
        _ => return None,
    };
    let local = operand.rsplit(['/', '#', ':']).next().unwrap_or(operand);
    if !matches!(local, "purpose" | "UsagePurpose") {
        return None;
    }
    let purpose = match constraint.get("rightOperand")? {
        // Any of several will do: by signing, the consumer declares the first.
        Value::Array(several) => several.first()?.clone(),
        one => one.clone(),
    };
    Some((operand, purpose))
}

/// What is asked of a usage policy: may this participant use this dataset?
pub fn request_to_use(participant: &str, asset: &str) -> Request {
    Request { action: "use".to_owned(), target: asset.to_owned(), assignee: participant.to_owned(), assigner: None }
}

/// A denial as a problem that names the rule and what was missing.
pub fn denied(decision: &Decision) -> Problem {
    let sentences: Vec<&str> = decision.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
    let detail =
        if sentences.is_empty() { "no rule of the policy permits this".to_owned() } else { sentences.join("; ") };
    let problem = Problem::new(Kind::Forbidden, "policy.denied", detail);
    match decision.reasons.first() {
        Some(reason) => problem.with_rule(format!("{:?} at {}", reason.code, reason.path)),
        None => problem,
    }
}
