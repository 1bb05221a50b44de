//! Values of operands, typed once when they are read so that a decision only compares.

use std::cmp::Ordering;

use serde_json::Value as Json;

use crate::decimal::Decimal;
use crate::duration::Duration;
use crate::moment::Moment;
use crate::names::{Prefixes, XSD};

/// The types that are compared by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Datatype {
    /// Text, without an order.
    Text,
    /// An IRI, without an order; equal to the same text.
    Iri,
    /// A decimal number.
    Number,
    /// A date, or a date with a time.
    Moment,
    /// A duration; those in months and those in days have no order among each other.
    Duration,
    /// True or false.
    Boolean,
}

impl Datatype {
    /// The datatype of XML Schema that stands for it.
    pub fn iri(self) -> &'static str {
        match self {
            Self::Text => symbolon_vocab::xsd::STRING,
            Self::Iri => symbolon_vocab::xsd::ANY_URI,
            Self::Number => symbolon_vocab::xsd::DECIMAL,
            Self::Moment => symbolon_vocab::xsd::DATE_TIME,
            Self::Duration => symbolon_vocab::xsd::DURATION,
            Self::Boolean => symbolon_vocab::xsd::BOOLEAN,
        }
    }
}

/// One value of an operand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    /// As it was written.
    lexical: String,
    typed: Typed,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Typed {
    Iri,
    Text,
    Number(Decimal),
    Moment(Moment),
    /// A time relative to the signing of the agreement, in seconds (EDC `contractAgreement+30d`).
    SinceAgreement(i64),
    Duration(Duration),
    Boolean(bool),
    /// A literal whose datatype (or `@language`) is not known: equal to the same literal, and no more is certain.
    Foreign(String),
    /// Not a value, or not one of its datatype.
    Unread,
}

/// How two values stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Ordered(Ordering),
    /// Equal, of a type without order.
    Same,
    /// Not equal, of a type without order.
    Different,
    /// Of different types, or one of them was not understood.
    Incomparable,
}

impl Value {
    /// Reads a JSON-LD value; `datatype` is how a plain string is meant.
    pub(crate) fn read(json: &Json, prefixes: &Prefixes, datatype: Datatype) -> Self {
        match json {
            Json::String(text) => Self::plain(text, datatype),
            Json::Number(number) => Self::of(&number.to_string(), Datatype::Number),
            Json::Bool(boolean) => Self::of(&boolean.to_string(), Datatype::Boolean),
            Json::Object(members) => {
                let at = |name: &str| members.get(name).and_then(Json::as_str);
                match (members.get("@value"), at("@id"), members.len()) {
                    (None, Some(id), 1) => Self { lexical: prefixes.expand(id), typed: Typed::Iri },
                    (Some(Json::String(text)), None, 1) => Self::plain(text, datatype),
                    (Some(Json::String(text)), None, 2) => match (at("@type"), at("@language")) {
                        (Some(kind), None) => Self::literal(text, &prefixes.expand(kind)),
                        (None, Some(language)) => Self::foreign(text, &format!("@{}", language.to_ascii_lowercase())),
                        (None, None) | (Some(_), Some(_)) => Self::unread(json),
                    },
                    (Some(Json::Number(number)), None, 2) if at("@type").is_some() => {
                        Self::literal(&number.to_string(), &prefixes.expand(at("@type").unwrap_or_default()))
                    }
                    (Some(scalar @ (Json::Number(_) | Json::Bool(_))), None, 1) => {
                        Self::read(scalar, prefixes, datatype)
                    }
                    (Some(_) | None, _, _) => Self::unread(json),
                }
            }
            Json::Null | Json::Array(_) => Self::unread(json),
        }
    }

    /// The same text, which is compared with nothing.
    pub(crate) fn not_understood(self) -> Self {
        Self { typed: Typed::Unread, ..self }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self { lexical: text.to_owned(), typed: Typed::Text }
    }

    pub(crate) fn moment(at: jiff::Timestamp) -> Self {
        Self { lexical: at.to_string(), typed: Typed::Moment(Moment::instant(at)) }
    }

    pub(crate) fn of_moment(moment: Moment) -> Self {
        Self { lexical: String::new(), typed: Typed::Moment(moment) }
    }

    /// As it was written.
    pub fn lexical(&self) -> &str {
        &self.lexical
    }

    pub(crate) fn typed(&self) -> &Typed {
        &self.typed
    }

    /// What the policy wrote for a value, where `relative` times are allowed.
    fn plain(text: &str, datatype: Datatype) -> Self {
        match (datatype, since_agreement(text)) {
            (Datatype::Moment, Some(seconds)) => {
                Self { lexical: text.to_owned(), typed: Typed::SinceAgreement(seconds) }
            }
            (_, _) => Self::of(text, datatype),
        }
    }

    fn literal(text: &str, datatype: &str) -> Self {
        match xsd_datatype(datatype) {
            Some(known) => Self::of(text, known),
            None => Self::foreign(text, datatype),
        }
    }

    fn of(text: &str, datatype: Datatype) -> Self {
        let typed = match datatype {
            Datatype::Text => Some(Typed::Text),
            Datatype::Iri => Some(Typed::Iri),
            Datatype::Number => Decimal::read(text).map(Typed::Number),
            Datatype::Moment => Moment::read(text).map(Typed::Moment),
            Datatype::Duration => Duration::read(text).map(Typed::Duration),
            Datatype::Boolean => match text {
                "true" | "1" => Some(Typed::Boolean(true)),
                "false" | "0" => Some(Typed::Boolean(false)),
                _ => None,
            },
        };
        Self { lexical: text.to_owned(), typed: typed.unwrap_or(Typed::Unread) }
    }

    fn foreign(text: &str, datatype: &str) -> Self {
        Self { lexical: text.to_owned(), typed: Typed::Foreign(datatype.to_owned()) }
    }

    fn unread(json: &Json) -> Self {
        Self { lexical: json.to_string(), typed: Typed::Unread }
    }

    /// Compares by value. Numbers, dates and durations have an order; text and IRIs are equal or different, because the order of
    /// their characters means nothing (`"10"` is not less than `"9"`).
    pub(crate) fn compare(&self, other: &Self) -> Relation {
        match (&self.typed, &other.typed) {
            (Typed::Iri | Typed::Text, Typed::Iri | Typed::Text) => equal_or_different(self.lexical == other.lexical),
            (Typed::Number(one), Typed::Number(two)) => Relation::Ordered(one.cmp(two)),
            (Typed::Moment(one), Typed::Moment(two)) => one.compare(*two),
            (Typed::Duration(one), Typed::Duration(two)) => {
                one.compare(*two).map_or(Relation::Incomparable, Relation::Ordered)
            }
            (Typed::Boolean(one), Typed::Boolean(two)) => equal_or_different(one == two),
            (Typed::Foreign(one), Typed::Foreign(two)) if one == two && self.lexical == other.lexical => Relation::Same,
            (_, _) => Relation::Incomparable,
        }
    }
}

impl Moment {
    /// Where this moment lies; an instant within a day is equal to the day.
    pub(crate) fn compare(self, other: Self) -> Relation {
        if self.end <= other.start {
            Relation::Ordered(Ordering::Less)
        } else if self.start >= other.end {
            Relation::Ordered(Ordering::Greater)
        } else if other.start <= self.start && self.end <= other.end {
            Relation::Ordered(Ordering::Equal)
        } else {
            Relation::Incomparable
        }
    }
}

fn equal_or_different(equal: bool) -> Relation {
    if equal { Relation::Same } else { Relation::Different }
}

/// The type of a datatype IRI of XML Schema; `None` for any other.
pub(crate) fn xsd_datatype(iri: &str) -> Option<Datatype> {
    match iri.strip_prefix(XSD)? {
        "string" | "normalizedString" | "token" => Some(Datatype::Text),
        "anyURI" => Some(Datatype::Iri),
        "date" | "dateTime" | "dateTimeStamp" => Some(Datatype::Moment),
        "duration" | "dayTimeDuration" | "yearMonthDuration" => Some(Datatype::Duration),
        "boolean" => Some(Datatype::Boolean),
        "decimal" | "integer" | "double" | "float" | "int" | "long" | "short" | "byte" | "nonNegativeInteger"
        | "positiveInteger" | "nonPositiveInteger" | "negativeInteger" | "unsignedInt" | "unsignedLong"
        | "unsignedShort" | "unsignedByte" => Some(Datatype::Number),
        _ => None,
    }
}

/// Seconds in `contractAgreement+30d`, with `s`, `m`, `h` or `d`.
fn since_agreement(text: &str) -> Option<i64> {
    let amount = text.strip_prefix("contractAgreement+").or_else(|| text.strip_prefix("contractagreement+"))?;
    let unit = match amount.chars().next_back()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let digits = amount.get(..amount.len() - 1)?;
    digits.parse::<i32>().ok().map(|count| i64::from(count) * unit)
}
