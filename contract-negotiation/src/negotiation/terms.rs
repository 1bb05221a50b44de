use serde_json::Value;
use symbolon_policies_odrl::PolicyDocument;

use super::{Message, Negotiation};
use crate::{Code, Condition, rejection::Breach};

/// A member of a policy that names one thing, as a string (the protocol's form) or as a node with an `@id`.
pub(super) fn member<'a>(policy: &'a PolicyDocument, name: &str) -> Option<&'a str> {
    match policy.json().get(name)? {
        Value::String(id) => Some(id),
        Value::Object(node) => node.get("@id")?.as_str(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// Checks what the table demands besides state and sender.
pub(super) fn check(condition: Option<Condition>, negotiation: &Negotiation, message: &Message) -> Result<(), Breach> {
    match condition {
        Some(Condition::TargetUnchanged) => {
            message.offer().map_or(Ok(()), |offer| same_target("offer", offer, negotiation))
        }
        Some(Condition::TermsOfLastOffer) => message.agreement().map_or(Ok(()), |agreement| {
            same_target("agreement", agreement, negotiation)?;
            right_parties(agreement, negotiation)?;
            same_rules(agreement, negotiation)
        }),
        Some(
            Condition::TargetNamed
            | Condition::AddressIfPull
            | Condition::AnswerToResume
            | Condition::NoAddressIfPull
            | Condition::Unconfirmed,
        )
        | None => Ok(()),
    }
}

/// Checks that a first offer names its dataset.
pub(super) fn check_target_named(offer: &PolicyDocument) -> Result<(), Breach> {
    match member(offer, "target") {
        Some(_) => Ok(()),
        None => Err(Breach::new(
            Code::TargetMissing,
            "The offer has no `target`; it must name the dataset that is negotiated.",
        )),
    }
}

fn same_target(what: &str, policy: &PolicyDocument, negotiation: &Negotiation) -> Result<(), Breach> {
    let expected = negotiation.dataset().unwrap_or_default();
    match member(policy, "target") {
        Some(target) if target == expected => Ok(()),
        Some(target) => Err(Breach::new(
            Code::TargetDiffers,
            format!("The {what}'s target is `{target}`; this negotiation is about `{expected}`."),
        )),
        None => Err(Breach::new(
            Code::TargetMissing,
            format!("The {what} has no `target`; this negotiation is about `{expected}`."),
        )),
    }
}

/// DSP 2025-1, contract negotiation: the assigner is the provider, the assignee the consumer.
fn right_parties(agreement: &PolicyDocument, negotiation: &Negotiation) -> Result<(), Breach> {
    let parties = [
        ("assigner", "provider", &negotiation.provider, Code::AssignerDiffers),
        ("assignee", "consumer", &negotiation.consumer, Code::AssigneeDiffers),
    ];
    for (name, role, expected, code) in parties {
        let found = member(agreement, name).unwrap_or_default();
        if found != expected {
            let reason = format!("The agreement's {name} is `{found}`; it must be the {role} `{expected}`.");
            return Err(Breach::new(code, reason));
        }
    }
    Ok(())
}

fn same_rules(agreement: &PolicyDocument, negotiation: &Negotiation) -> Result<(), Breach> {
    if agreement.same_terms(&negotiation.last_offer) {
        return Ok(());
    }
    let offer = member(&negotiation.last_offer, "@id").unwrap_or_default();
    let reason = format!(
        "The agreement's rules are not those of the last offer `{offer}`; they must be the same rules, unchanged."
    );
    Err(Breach::new(Code::TermsDiffer, reason))
}
