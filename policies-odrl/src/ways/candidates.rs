//! Values that a left operand may be given to make constraints hold or not hold.

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::Literal;
use crate::decimal::Decimal;
use crate::model::Operator;
use crate::moment::Moment;
use crate::names::XSD;
use crate::profile::{self, Shape};
use crate::value::{Datatype, Typed, Value};
use crate::words::ANYTHING_ELSE;

/// Right operands of one left operand beyond these are not tried.
const MAX_VALUES: usize = 64;

/// What may be tried for the left operand of some constraints, and whether nothing else could do.
pub(super) struct Candidates {
    pub(super) values: Vec<Json>,
    pub(super) complete: bool,
}

/// Values around all those that the constraints name, each of them alone, none, and several together.
pub(super) fn of(literals: &[&Literal<'_>]) -> Candidates {
    let Some(first) = literals.first() else { return Candidates { values: Vec::new(), complete: true } };
    let operand = profile::operand(&first.constraint.left_operand);
    let datatype = operand.map_or(Datatype::Text, |operand| operand.datatype);
    let unit = first.constraint.unit.as_deref();
    let rights: Vec<&Value> = literals.iter().flat_map(|literal| &literal.constraint.right_operands).collect();
    let write = |value: &Value| written(value, datatype, unit);
    let wanted = literals.iter().filter(|literal| literal.wanted && demands(&literal.constraint.operator));
    let wanted: Vec<&Value> = wanted.flat_map(|literal| &literal.constraint.right_operands).take(MAX_VALUES).collect();
    let mut values: Vec<Json> =
        wanted.iter().copied().chain(rights.iter().copied()).take(MAX_VALUES).filter_map(write).collect();
    values.extend(around(&rights, unit));
    values.extend(operand.and_then(|operand| harmless(operand.shape)).map(Json::from));
    values.push(with_unit(json!({"@value": ANYTHING_ELSE}), unit));
    let together: Vec<Json> = wanted.into_iter().filter_map(write).collect();
    if together.len() > 1 {
        values.push(Json::Array(together));
    }
    values.push(json!([]));
    Candidates {
        values,
        complete: rights.len() <= MAX_VALUES && literals.iter().all(|literal| is_plain(literal)) && is_single(literals),
    }
}

/// A value of that shape that hardly any policy names.
fn harmless(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::Eccn => Some("EAR99"),
        Shape::DualUse => Some("none"),
        Shape::Any
        | Shape::Names(_)
        | Shape::Bpnl
        | Shape::Positive
        | Shape::Instant
        | Shape::Country
        | Shape::Usml => None,
    }
}

/// Whether the values tried are all that matter for this constraint.
fn is_plain(literal: &Literal<'_>) -> bool {
    let constraint = literal.constraint;
    let compares = match constraint.operator {
        Operator::Eq | Operator::Neq | Operator::IsAnyOf | Operator::IsNoneOf => true,
        Operator::Lt | Operator::Lteq | Operator::Gt | Operator::Gteq => true,
        Operator::IsA | Operator::HasPart | Operator::IsPartOf | Operator::IsAllOf | Operator::Unknown(_) => false,
    };
    let typed = constraint.right_operands.iter().all(|value| match value.typed() {
        Typed::Iri | Typed::Text | Typed::Number(_) | Typed::Moment(_) | Typed::Boolean(_) => true,
        Typed::SinceAgreement(_) | Typed::Duration(_) | Typed::Foreign(_) | Typed::Unread => false,
    });
    compares && typed && constraint.references.is_empty()
}

/// One operand with several values can answer to several lists at once in more ways than are tried.
fn is_single(literals: &[&Literal<'_>]) -> bool {
    let lists = literals.iter().filter(|literal| literal.constraint.operator == Operator::IsAnyOf).count();
    let units = literals.windows(2).all(|pair| match pair {
        [one, two] => one.constraint.unit == two.constraint.unit,
        _ => true,
    });
    lists <= 1 && units
}

fn demands(operator: &Operator) -> bool {
    match operator {
        Operator::Eq
        | Operator::IsA
        | Operator::HasPart
        | Operator::IsPartOf
        | Operator::IsAllOf
        | Operator::IsAnyOf => true,
        Operator::Lteq | Operator::Gteq => true,
        Operator::Neq | Operator::Lt | Operator::Gt | Operator::IsNoneOf | Operator::Unknown(_) => false,
    }
}

/// Numbers and moments beside and between those that are named.
fn around(rights: &[&Value], unit: Option<&str>) -> Vec<Json> {
    let mut numbers: Vec<&Decimal> = Vec::new();
    let mut moments: Vec<&Moment> = Vec::new();
    let mut durations = false;
    for value in rights.iter().take(MAX_VALUES) {
        match value.typed() {
            Typed::Number(number) => numbers.push(number),
            Typed::Moment(moment) => moments.push(moment),
            Typed::Duration(_) => durations = true,
            Typed::Iri
            | Typed::Text
            | Typed::SinceAgreement(_)
            | Typed::Boolean(_)
            | Typed::Foreign(_)
            | Typed::Unread => {}
        }
    }
    numbers.sort();
    let between = numbers.windows(2).filter_map(|pair| match pair {
        [low, high] if low < high => Some(Decimal::between(low, high)),
        _ => None,
    });
    let mut found: Vec<Decimal> = between.collect();
    found.extend(numbers.first().map(|least| least.negated().next_whole().negated()));
    found.extend(numbers.last().map(|most| most.next_whole()));
    let written = |number: &Decimal| number.canonical_integer().unwrap_or_else(|| plain(number));
    let mut values: Vec<Json> = found
        .iter()
        .map(|number| with_unit(json!({"@value": written(number), "@type": format!("{XSD}decimal")}), unit))
        .collect();
    let near = moments.iter().flat_map(|moment| {
        let step = SignedDuration::from_nanos(1);
        [moment.start.checked_sub(step).ok(), Some(moment.start), moment.end.checked_sub(step).ok(), Some(moment.end)]
    });
    values.extend(
        near.flatten().map(|at| with_unit(json!({"@value": at.to_string(), "@type": format!("{XSD}dateTime")}), unit)),
    );
    if durations {
        values.extend(
            ["PT0S", "P1000Y"]
                .map(|length| with_unit(json!({"@value": length, "@type": format!("{XSD}duration")}), unit)),
        );
    }
    values
}

/// A number without an exponent, where it is the same.
fn plain(number: &Decimal) -> String {
    let exact = number.canonical_double();
    let plain = exact.parse::<f64>().map(|number| number.to_string()).unwrap_or_default();
    if Decimal::read(&plain).as_ref() == Some(number) { plain } else { exact }
}

/// A value as a fact; `None` for what cannot be one.
fn written(value: &Value, datatype: Datatype, unit: Option<&str>) -> Option<Json> {
    let typed = |name: &str| json!({"@value": value.lexical(), "@type": format!("{XSD}{name}")});
    let plain = || json!(value.lexical());
    let json = match value.typed() {
        Typed::Iri if datatype == Datatype::Text && unit.is_none() => plain(),
        Typed::Text if datatype == Datatype::Text && unit.is_none() => plain(),
        Typed::Number(_) if datatype == Datatype::Number && unit.is_none() => plain(),
        Typed::Duration(_) if datatype == Datatype::Duration && unit.is_none() => plain(),
        Typed::Iri => json!({"@id": value.lexical()}),
        Typed::Text => typed("string"),
        Typed::Number(_) => typed("decimal"),
        Typed::Moment(moment) => json!({"@value": moment.start.to_string(), "@type": format!("{XSD}dateTime")}),
        Typed::Duration(_) => typed("duration"),
        Typed::Boolean(_) => typed("boolean"),
        Typed::Foreign(datatype) => match datatype.strip_prefix('@') {
            Some(language) => json!({"@value": value.lexical(), "@language": language}),
            None => json!({"@value": value.lexical(), "@type": datatype}),
        },
        Typed::SinceAgreement(_) | Typed::Unread => return None,
    };
    Some(with_unit(json, unit))
}

fn with_unit(mut json: Json, unit: Option<&str>) -> Json {
    if let (Some(unit), Some(members)) = (unit, json.as_object_mut()) {
        members.insert("unit".to_owned(), unit.into());
    }
    json
}
