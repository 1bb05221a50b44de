//! The shape that the Dataspace Protocol 2025-1 demands of policies in its messages (`contract-schema.json`).
//!
//! Stricter than [`PolicyDocument::parse`](crate::PolicyDocument::parse), which reads many spellings: on the wire there is one. The
//! verdicts are those of the official schema, with one bound on top: constraints within each other go no deeper than 64 levels.

use serde_json::{Map, Value};

use crate::PolicyError;

const OPERATORS: &[&str] = &[
    "eq",
    "gt",
    "gteq",
    "lteq",
    "hasPart",
    "isA",
    "isAllOf",
    "isAnyOf",
    "isNoneOf",
    "isPartOf",
    "lt",
    "term-lteq",
    "neq",
];
const CONNECTIVES: &[&str] = &["and", "andSequence", "or", "xone"];
const MAX_NESTED: usize = 64;

/// Checks the offer of a contract request message (`MessageOffer`). There `target` is optional for the schema.
///
/// # Errors
/// Names the first member that is missing or malformed.
pub fn check_message_offer(offer: &Value) -> Result<(), PolicyError> {
    let members = policy(offer)?;
    required_constant(members, "@type", "Offer")?;
    optional_string(members, "target")
}

/// Checks the offer of a contract offer message: a `MessageOffer` that names its `target`.
///
/// # Errors
/// Names the first member that is missing or malformed.
pub fn check_targeted_offer(offer: &Value) -> Result<(), PolicyError> {
    check_message_offer(offer)?;
    object(offer, "").and_then(|members| required_string(members, "target", ""))
}

/// Checks an offer of a dataset in a catalogue (`Offer`), whose target is the dataset and must not be repeated.
///
/// # Errors
/// Names the first member that is missing or malformed.
pub fn check_catalog_offer(offer: &Value) -> Result<(), PolicyError> {
    let members = policy(offer)?;
    if members.contains_key("@type") {
        required_constant(members, "@type", "Offer")?;
    }
    if members.contains_key("target") {
        return Err(PolicyError::new(
            "target",
            "an offer in a catalogue has the dataset around it as its target, and no `target` of its own",
        ));
    }
    Ok(())
}

/// Checks the agreement of a contract agreement message (`Agreement`).
///
/// # Errors
/// Names the first member that is missing or malformed.
pub fn check_agreement(agreement: &Value) -> Result<(), PolicyError> {
    let members = policy(agreement)?;
    required_constant(members, "@type", "Agreement")?;
    for name in ["target", "assigner", "assignee"] {
        required_string(members, name, "")?;
    }
    match members.get("timestamp") {
        None => Ok(()),
        Some(Value::String(timestamp)) if holds_date_time(timestamp) => Ok(()),
        Some(_) => Err(PolicyError::new("timestamp", "expected an xsd:dateTime such as \"2026-01-31T12:00:00Z\"")),
    }
}

/// What all policies have in common (`PolicyClass`, and at least one permission or prohibition).
fn policy(json: &Value) -> Result<&Map<String, Value>, PolicyError> {
    let members = object(json, "")?;
    required_string(members, "@id", "")?;
    match members.get("profile") {
        None | Some(Value::String(_)) => {}
        Some(Value::Array(profiles)) if profiles.iter().all(Value::is_string) => {}
        Some(_) => return Err(PolicyError::new("profile", "expected a string or an array of strings")),
    }
    for name in ["permission", "prohibition", "obligation"] {
        rules(members, name)?;
    }
    if members.contains_key("permission") || members.contains_key("prohibition") {
        Ok(members)
    } else {
        Err(PolicyError::new("permission", "a policy needs at least one `permission` or `prohibition`"))
    }
}

fn rules(members: &Map<String, Value>, name: &str) -> Result<(), PolicyError> {
    let Some(rules) = members.get(name) else { return Ok(()) };
    match rules.as_array().map(Vec::as_slice) {
        None => Err(PolicyError::new(name, "expected an array of rules")),
        Some([]) => Err(PolicyError::new(name, "must not be an empty array; leave the member out instead")),
        Some(rules) => rules.iter().enumerate().try_for_each(|(index, one)| rule(one, &format!("{name}[{index}]"))),
    }
}

fn rule(json: &Value, path: &str) -> Result<(), PolicyError> {
    let members = object(json, path)?;
    required_string(members, "action", path)?;
    match members.get("constraint") {
        None => Ok(()),
        Some(constraints) => all_constraints(constraints, &format!("{path}.constraint"), 1),
    }
}

fn all_constraints(json: &Value, path: &str, depth: usize) -> Result<(), PolicyError> {
    let Value::Array(constraints) = json else {
        return Err(PolicyError::new(path, "expected an array of constraints"));
    };
    let mut numbered = constraints.iter().enumerate();
    numbered.try_for_each(|(index, one)| constraint(one, &format!("{path}[{index}]"), depth))
}

/// Exactly one of the two shapes, as the schema's `oneOf` has it: what fails one shape may still be the other.
fn constraint(json: &Value, path: &str, depth: usize) -> Result<(), PolicyError> {
    if depth > MAX_NESTED {
        return Err(PolicyError::new(path, format!("constraints may be nested at most {MAX_NESTED} deep")));
    }
    let members = object(json, path)?;
    let is_logical = CONNECTIVES.iter().any(|name| members.contains_key(*name));
    match (logical(members, path, depth), atomic(members, path)) {
        (Ok(()), Err(_)) | (Err(_), Ok(())) => Ok(()),
        (Ok(()), Ok(())) => Err(PolicyError::new(path, "a constraint is either atomic or logical, not both")),
        (Err(logical), Err(_)) if is_logical => Err(logical),
        (Err(_), Err(atomic)) => Err(atomic),
    }
}

fn logical(members: &Map<String, Value>, path: &str, depth: usize) -> Result<(), PolicyError> {
    let present = || CONNECTIVES.iter().filter_map(|name| Some((name, members.get(*name)?)));
    if present().count() != 1 {
        return Err(PolicyError::new(path, "expected exactly one of `and`, `andSequence`, `or`, `xone`"));
    }
    present().try_for_each(|(name, operands)| all_constraints(operands, &format!("{path}.{name}"), depth + 1))
}

fn atomic(members: &Map<String, Value>, path: &str) -> Result<(), PolicyError> {
    required_string(members, "leftOperand", path)?;
    required_string(members, "operator", path)?;
    if !members.get("operator").and_then(Value::as_str).is_some_and(|operator| OPERATORS.contains(&operator)) {
        let reason = "expected an operator of ODRL without prefix, such as \"eq\"";
        return Err(PolicyError::new(format!("{path}.operator"), reason));
    }
    match members.get("rightOperand") {
        None => Err(PolicyError::new(format!("{path}.rightOperand"), "is missing")),
        Some(Value::String(_) | Value::Object(_) | Value::Array(_)) => Ok(()),
        Some(Value::Null | Value::Bool(_) | Value::Number(_)) => {
            let reason =
                "expected a string, an object such as {\"@value\": \"5\", \"@type\": \"xsd:integer\"}, or an array";
            Err(PolicyError::new(format!("{path}.rightOperand"), reason))
        }
    }
}

fn object<'a>(json: &'a Value, path: &str) -> Result<&'a Map<String, Value>, PolicyError> {
    json.as_object().ok_or_else(|| PolicyError::new(path, "expected an object"))
}

fn required_string(members: &Map<String, Value>, name: &str, path: &str) -> Result<(), PolicyError> {
    let path = || if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match members.get(name) {
        Some(Value::String(_)) => Ok(()),
        Some(_) => Err(PolicyError::new(path(), "expected a string")),
        None => Err(PolicyError::new(path(), "is missing")),
    }
}

fn optional_string(members: &Map<String, Value>, name: &str) -> Result<(), PolicyError> {
    if members.contains_key(name) { required_string(members, name, "") } else { Ok(()) }
}

fn required_constant(members: &Map<String, Value>, name: &str, value: &str) -> Result<(), PolicyError> {
    required_string(members, name, "")?;
    if members.get(name).and_then(Value::as_str) == Some(value) {
        Ok(())
    } else {
        Err(PolicyError::new(name, format!("expected \"{value}\"")))
    }
}

/// The schema's pattern for timestamps is not anchored: it is enough that a date and time occurs somewhere.
fn holds_date_time(text: &str) -> bool {
    const LENGTH: usize = "2026-01-31T12:00:00".len();
    text.as_bytes().windows(LENGTH).any(is_date_time)
}

fn is_date_time(text: &[u8]) -> bool {
    let shape = text.iter().zip(b"dddd-dd-ddTdd:dd:dd");
    let shaped =
        shape.into_iter().all(|(byte, class)| if *class == b'd' { byte.is_ascii_digit() } else { byte == class });
    let two = |at: usize| {
        let digit = |at: usize| text.get(at).map_or(0, |byte| byte.wrapping_sub(b'0'));
        digit(at).wrapping_mul(10).wrapping_add(digit(at + 1))
    };
    let (month, day, hour, minute, second) = (two(5), two(8), two(11), two(14), two(17));
    let time = hour < 24 && minute < 60 && second < 60 || (hour, minute, second) == (24, 0, 0);
    shaped && (1..=12).contains(&month) && (1..=31).contains(&day) && time
}
