//! Constraints as half sentences: the purpose is this or that.

use serde_json::Value as Json;
use symbolon_vocab::{admissibility, catenax, export_control, odrl};

use super::text::{self, capital, counted, list, quoted, spaced};
use crate::model::{AtomicConstraint, Operator};
use crate::names::{Prefixes, odrl_name};
use crate::profile::{self, Enforcement, Meaning};
use crate::value::{Datatype, Typed, Value};

/// Left operands whose label makes no sentence.
const NAMES: &[(&str, &str)] = &[
    (catenax::CONTRACT_TERMINATION, "what follows the end of the agreement"),
    (catenax::CONFIDENTIAL_INFORMATION_SHARING, "the recipient of confidential information"),
    (catenax::AFFILIATES_BPNL, "the affiliated company"),
    (catenax::MANAGED_LEGAL_ENTITY_BPNL, "the managed company"),
    (odrl::UNIT_OF_COUNT, "the unit of count"),
    (odrl::RELATIVE_SPATIAL_POSITION, "the relative place in space"),
    (odrl::RELATIVE_TEMPORAL_POSITION, "the relative place in time"),
    (admissibility::RETAINED_FOR, "the time that the data was kept"),
];

const SURVIVES_FOR: &str = admissibility::SURVIVES_FOR;
const SURVIVES_UNTIL: &str = admissibility::SURVIVES_UNTIL;

/// The condition in words, without a full stop.
pub(crate) fn condition(constraint: &AtomicConstraint) -> String {
    let mut words = plain(constraint);
    if let Some(status) = &constraint.status {
        words = format!("{words} (it was {} when this was written)", text::value(status));
    }
    words
}

fn plain(constraint: &AtomicConstraint) -> String {
    match (constraint.meaning, &constraint.operator, constraint.right_operands.as_slice()) {
        (Meaning::Clock, _, _) => format!("the time of use {}", predicate(constraint)),
        (Meaning::EndOfUse, Operator::Eq, [end]) => {
            format!("the time of {} is no later than {}", what_ends(constraint), text::value(end))
        }
        (Meaning::DaysOfUse, Operator::Eq, [days]) => {
            let count = if let Typed::Number(number) = days.typed() { number.count() } else { None };
            let length = count.map(|days| counted(days.into(), "day"));
            let length = length.unwrap_or_else(|| format!("{} days", text::value(days)));
            format!("the time of {} is within {length}, counted from the day of signing", what_ends(constraint))
        }
        (Meaning::Restriction, Operator::IsAllOf | Operator::IsAnyOf | Operator::Eq, [_, ..]) => {
            format!("the manner of use is {}", list(values(constraint), "or"))
        }
        (Meaning::Recipient, _, _) => {
            format!("{} {} (where the data is passed on)", operand(&constraint.left_operand), predicate(constraint))
        }
        (_, Operator::Eq, [person]) if constraint.left_operand == export_control::US_PERSON => match person.typed() {
            Typed::Boolean(true) => "the party is a US person".to_owned(),
            Typed::Boolean(false) => "the party is not a US person".to_owned(),
            Typed::Iri
            | Typed::Text
            | Typed::Number(_)
            | Typed::Moment(_)
            | Typed::SinceAgreement(_)
            | Typed::Duration(_)
            | Typed::Foreign(_)
            | Typed::Unread => format!("{} {}", operand(&constraint.left_operand), predicate(constraint)),
        },
        (Meaning::Always, Operator::Eq, [end]) if constraint.left_operand == SURVIVES_FOR => {
            format!("it binds for {} after the agreement has ended", text::value(end))
        }
        (Meaning::Always, Operator::Eq, [end]) if constraint.left_operand == SURVIVES_UNTIL => {
            format!("it binds until {}, also after the agreement has ended", text::value(end))
        }
        (_, _, _) => format!("{} {}", operand(&constraint.left_operand), predicate(constraint)),
    }
}

fn what_ends(constraint: &AtomicConstraint) -> &'static str {
    if constraint.left_operand.contains("DataProvisioning") { "provision" } else { "use" }
}

/// A left operand with its article; a name that nobody knows as it is.
pub(crate) fn operand(iri: &str) -> String {
    match profile::operand(iri) {
        Some(operand) => match NAMES.iter().find(|(known, _)| *known == iri) {
            Some((_, name)) => (*name).to_owned(),
            None => format!("the {}", lowered(operand.label)),
        },
        None => match odrl_name(iri) {
            Some(name) => format!("the {} ({})", spaced(&text::cut(name, 80)), quoted(iri)),
            None => quoted(iri),
        },
    }
}

/// `Usage purpose` as `usage purpose`, but `US person` as it is.
fn lowered(label: &str) -> String {
    let mut characters = label.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(characters).collect(),
        (_, _) => label.to_owned(),
    }
}

/// What is said of the left operand: `is at most 5`.
fn predicate(constraint: &AtomicConstraint) -> String {
    let several = constraint.right_operands.len() + constraint.references.len() > 1;
    let values = values(constraint);
    if values.is_empty() {
        return "is compared with nothing".to_owned();
    }
    let Some(relation) = relation(&constraint.operator, Order::of(constraint), several) else {
        let name = if let Operator::Unknown(name) = &constraint.operator { name } else { "" };
        return format!("stands in the relation {} to {}", quoted(name), list(values, "and"));
    };
    let last = if constraint.operator == Operator::IsAnyOf { "or" } else { "and" };
    let in_unit = if constraint.references.is_empty() { " " } else { ", in the unit " };
    let unit = constraint.unit.as_deref().map(|unit| format!("{in_unit}{}", quoted(unit))).unwrap_or_default();
    let relation =
        if is_plural(&constraint.left_operand) { relation.replacen("is", "are", 1) } else { relation.to_owned() };
    format!("{relation} {}{unit}", list(values, last))
}

/// An operator as a verb; `None` for one that is not known.
fn relation(operator: &Operator, order: Order, several: bool) -> Option<&'static str> {
    let relation = match (operator, order) {
        (Operator::Eq, _) if several => "is at once",
        (Operator::Eq, _) => "is",
        (Operator::Neq, _) if several => "is not at once",
        (Operator::Neq, _) => "is not",
        (Operator::Lt, Order::Time) => "is before",
        (Operator::Lteq, Order::Time) => "is no later than",
        (Operator::Gt, Order::Time) => "is after",
        (Operator::Gteq, Order::Time) => "is no earlier than",
        (Operator::Lt, Order::Length) => "is shorter than",
        (Operator::Gt, Order::Length) => "is longer than",
        (Operator::Lt, Order::Other) => "is less than",
        (Operator::Gt, Order::Other) => "is more than",
        (Operator::Lteq, Order::Length | Order::Other) => "is at most",
        (Operator::Gteq, Order::Length | Order::Other) => "is at least",
        (Operator::IsA, _) => "is of the kind",
        (Operator::HasPart, _) => "has the part",
        (Operator::IsPartOf, _) => "is within",
        (Operator::IsAllOf, _) if several => "includes all of",
        (Operator::IsAllOf, _) => "includes",
        (Operator::IsAnyOf, _) => "is",
        (Operator::IsNoneOf, _) if several => "is none of",
        (Operator::IsNoneOf, _) => "is not",
        (Operator::Unknown(_), _) => return None,
    };
    Some(relation)
}

/// Whether the name of an operand stands for several: `months of warranty`.
fn is_plural(iri: &str) -> bool {
    let Some(operand) = profile::operand(iri) else { return false };
    if NAMES.iter().any(|(known, _)| *known == iri) {
        return false;
    }
    let head = operand.label.split(" of ").next().and_then(|head| head.split(" by ").next()).unwrap_or_default();
    head.ends_with('s') && !head.ends_with("us") && !head.ends_with("ss")
}

/// How the values of a constraint are ordered.
#[derive(Clone, Copy)]
enum Order {
    Time,
    Length,
    Other,
}

impl Order {
    fn of(constraint: &AtomicConstraint) -> Self {
        let clock = constraint.meaning == Meaning::Clock;
        match constraint.right_operands.first().map(Value::typed) {
            Some(Typed::Moment(_) | Typed::SinceAgreement(_)) => Self::Time,
            Some(Typed::Duration(_)) => Self::Length,
            Some(
                Typed::Iri | Typed::Text | Typed::Number(_) | Typed::Boolean(_) | Typed::Foreign(_) | Typed::Unread,
            )
            | None => {
                if clock {
                    Self::Time
                } else {
                    Self::Other
                }
            }
        }
    }
}

fn values(constraint: &AtomicConstraint) -> Vec<String> {
    let written =
        constraint.right_operands.iter().map(|value| match (constraint.data_type.as_deref(), value.typed()) {
            (Some(datatype), Typed::Text) if crate::value::xsd_datatype(datatype).is_none() => {
                format!("{} (of the type {})", text::value(value), quoted(datatype))
            }
            (_, _) => text::value(value),
        });
    let looked_up = constraint.references.iter().map(|reference| format!("whatever {} stands for", quoted(reference)));
    written.chain(looked_up).collect()
}

/// Where the fact about a left operand comes from; `None` where no known profile says so.
pub(crate) fn fact_of(iri: &str) -> Option<&'static str> {
    match profile::operand(iri)?.enforcement {
        Enforcement::Decided { fact } => Some(fact),
        Enforcement::Contractual => None,
    }
}

/// The values that a left operand would have, in words.
pub(crate) fn fact(iri: &str, json: &Json) -> String {
    let datatype = profile::operand(iri).map_or(Datatype::Text, |operand| operand.datatype);
    let written = |json: &Json| {
        let mut json = json.clone();
        let unit = json.as_object_mut().and_then(|members| members.remove("unit"));
        let unit = unit.and_then(|unit| unit.as_str().map(|unit| format!(" {}", quoted(unit)))).unwrap_or_default();
        format!("{}{unit}", text::value(&Value::read(&json, &Prefixes::default(), datatype)))
    };
    match json {
        Json::Array(values) if values.is_empty() => "known to have no value".to_owned(),
        Json::Array(values) => list(values.iter().map(written), "and"),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => written(json),
    }
}

/// A half sentence as a sentence.
pub(crate) fn sentence(half: &str) -> String {
    format!("{}.", capital(half))
}
