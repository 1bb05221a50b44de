use super::meaning::Meaning;
use crate::model::Operator;
use crate::value::{Datatype, Typed, Value};

/// A left operand of a known profile.
#[derive(Clone, Copy, Debug)]
pub struct Operand {
    /// Namespace of its IRI.
    pub namespace: &'static str,
    /// Local name of its IRI.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// What it is, in one sentence.
    pub definition: &'static str,
    /// How a plain string is read where the policy gives no datatype.
    pub datatype: Datatype,
    /// What its right operand must look like.
    pub shape: Shape,
    /// The operators that it may be used with.
    pub operators: &'static [Operator],
    /// The rules that it may stand in.
    pub places: &'static [Place],
    /// Whether it is decided here.
    pub enforcement: Enforcement,
    /// The operand of a newer vocabulary whose facts are also facts of this one, by IRI.
    pub same_as: Option<&'static str>,
    pub(crate) meaning: Meaning,
}

/// Whether a term is decided here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// It is decided.
    Decided {
        /// Where the fact comes from, in words.
        fact: &'static str,
    },
    /// It binds the parties by contract. It never blocks a permission and never makes a prohibition apply, and is always reported.
    Contractual,
}

/// Where a constraint may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A permission to see an offer in a catalogue (Catena-X `access`).
    Access,
    /// A permission of anything else, or a duty of it.
    Permission,
    /// A prohibition.
    Prohibition,
    /// An obligation.
    Obligation,
}

/// What a right operand must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any value of the datatype.
    Any,
    /// One of these names.
    Names(&'static [&'static str]),
    /// A business partner number of a legal entity: `BPNL` and 12 digits or capital letters.
    Bpnl,
    /// A whole number from 1.
    Positive,
    /// A date with a time and an offset.
    Instant,
    /// A country: two letters of ISO 3166-1, in capitals.
    Country,
    /// An export control classification number, or `EAR99`.
    Eccn,
    /// A category of the US Munitions List, with paragraphs.
    Usml,
    /// An entry of Annex I to Regulation (EU) 2021/821, or `none`.
    DualUse,
}

pub(super) const ANYWHERE: &[Place] = &[Place::Access, Place::Permission, Place::Prohibition, Place::Obligation];

/// All operators that compare a set of names.
pub(super) const NAMES: &[Operator] = &[
    Operator::Eq,
    Operator::Neq,
    Operator::IsAnyOf,
    Operator::IsNoneOf,
    Operator::IsAllOf,
    Operator::IsA,
    Operator::IsPartOf,
    Operator::HasPart,
];

/// All operators that compare something that has an order.
pub(super) const ORDERED: &[Operator] = &[
    Operator::Eq,
    Operator::Neq,
    Operator::Lt,
    Operator::Lteq,
    Operator::Gt,
    Operator::Gteq,
    Operator::IsAnyOf,
    Operator::IsNoneOf,
];

pub(super) const EQ: &[Operator] = &[Operator::Eq];
pub(super) const ANY_OF: &[Operator] = &[Operator::IsAnyOf];
pub(super) const ALL_OF: &[Operator] = &[Operator::IsAllOf];
pub(super) const ANY_OR_NONE: &[Operator] = &[Operator::IsAnyOf, Operator::IsNoneOf];

impl Operand {
    /// A name, compared with names; a fact that the caller supplies.
    pub(super) const fn new(
        namespace: &'static str,
        name: &'static str,
        label: &'static str,
        definition: &'static str,
    ) -> Self {
        Self {
            namespace,
            name,
            label,
            definition,
            datatype: Datatype::Text,
            shape: Shape::Any,
            operators: NAMES,
            places: ANYWHERE,
            enforcement: Enforcement::Decided { fact: "a fact that the caller of the decision supplies" },
            same_as: None,
            meaning: Meaning::Fact,
        }
    }

    /// Something with an order.
    pub(super) const fn ordered(self, datatype: Datatype) -> Self {
        Self { datatype, operators: ORDERED, ..self }
    }

    pub(super) const fn of(self, datatype: Datatype) -> Self {
        Self { datatype, ..self }
    }

    pub(super) const fn by(self, operators: &'static [Operator]) -> Self {
        Self { operators, ..self }
    }

    pub(super) const fn with(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    pub(super) const fn within(self, places: &'static [Place]) -> Self {
        Self { places, ..self }
    }

    pub(super) const fn known_from(self, fact: &'static str) -> Self {
        Self { enforcement: Enforcement::Decided { fact }, ..self }
    }

    pub(super) const fn meaning(self, meaning: Meaning) -> Self {
        Self { meaning, ..self }
    }

    pub(super) const fn contractual(self) -> Self {
        Self { enforcement: Enforcement::Contractual, meaning: Meaning::Contractual, ..self }
    }

    pub(super) const fn also_known_as(self, newer: &'static str) -> Self {
        Self { same_as: Some(newer), ..self }
    }

    /// Whether each of several known values has to be allowed (all nationalities, all places of storage, all part numbers).
    pub fn every_value_counts(&self) -> bool {
        self.meaning == Meaning::EveryFact
    }

    /// Its IRI.
    pub fn iri(&self) -> String {
        format!("{}{}", self.namespace, self.name)
    }

    /// Whether a constraint with this operator and these right operands is one that the profile defines.
    pub(crate) fn accepts(&self, operator: &Operator, rights: &[Value]) -> bool {
        self.operators.contains(operator) && !rights.is_empty() && rights.iter().all(|right| self.fits(right))
    }

    /// A value as it counts: one that is no entry of the operand's classification (`ir`, `Iran` for a country) cannot be compared,
    /// because it may mean the same as another spelling.
    pub(crate) fn counted(&self, value: Value) -> Value {
        let is_classification = matches!(self.shape, Shape::Country | Shape::Eccn | Shape::Usml | Shape::DualUse);
        if is_classification && !self.fits(&value) { value.not_understood() } else { value }
    }

    /// Whether a right operand has the datatype and the shape that the profile demands.
    pub(crate) fn fits(&self, right: &Value) -> bool {
        has_datatype(right, self.datatype) && self.shape.holds(right)
    }
}

fn has_datatype(value: &Value, datatype: Datatype) -> bool {
    match value.typed() {
        Typed::Text | Typed::Iri => matches!(datatype, Datatype::Text | Datatype::Iri),
        Typed::Number(_) => datatype == Datatype::Number,
        Typed::Moment(_) | Typed::SinceAgreement(_) => datatype == Datatype::Moment,
        Typed::Duration(_) => datatype == Datatype::Duration,
        Typed::Boolean(_) => datatype == Datatype::Boolean,
        // A literal of a datatype of its own may be what the parties agreed on.
        Typed::Foreign(_) => matches!(datatype, Datatype::Text | Datatype::Iri),
        Typed::Unread => false,
    }
}

impl Shape {
    fn holds(self, value: &Value) -> bool {
        let text = value.lexical();
        match self {
            Self::Any => true,
            Self::Names(names) => names.contains(&text),
            Self::Bpnl => is_bpnl(text),
            Self::Positive => matches!(value.typed(), Typed::Number(number) if number.count().is_some_and(|n| n > 0)),
            Self::Instant => is_instant(value),
            Self::Country => text.parse::<super::export_control::Country>().is_ok(),
            Self::Eccn => text.parse::<super::export_control::Eccn>().is_ok(),
            Self::Usml => text.parse::<super::export_control::Usml>().is_ok(),
            Self::DualUse => text.parse::<super::export_control::DualUse>().is_ok(),
        }
    }

    /// What is expected, in words.
    pub fn expected(self) -> String {
        match self {
            Self::Any => "a value of its datatype".to_owned(),
            Self::Names(names) => format!("one of {}", names.join(", ")),
            Self::Bpnl => "a business partner number such as BPNL00000003AYRE".to_owned(),
            Self::Positive => "a whole number from 1, such as 30".to_owned(),
            Self::Instant => "a date with a time and an offset, such as 2027-12-15T12:00:00Z".to_owned(),
            Self::Country => "a country of ISO 3166-1 in two capital letters, such as DE".to_owned(),
            Self::Eccn => "an ECCN such as 2E003.a, or EAR99".to_owned(),
            Self::Usml => "a category of the US Munitions List such as VIII(h)(1)".to_owned(),
            Self::DualUse => "an entry of Annex I to Regulation (EU) 2021/821 such as 2E003, or none".to_owned(),
        }
    }
}

pub(crate) fn is_bpnl(text: &str) -> bool {
    text.strip_prefix("BPNL").is_some_and(|rest| {
        rest.len() == 12 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    })
}

/// A day alone leaves open where on earth it ends.
fn is_instant(value: &Value) -> bool {
    let text = value.lexical();
    let has_offset = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    matches!(value.typed(), Typed::Moment(_)) && text.contains('T') && has_offset
}

impl Operand {
    /// What its right operand must look like, in words.
    pub fn expected(&self) -> String {
        match (self.shape, self.datatype) {
            (Shape::Any, Datatype::Text | Datatype::Iri) => "a name or an IRI".to_owned(),
            (Shape::Any, Datatype::Number) => "a number such as 5".to_owned(),
            (Shape::Any, Datatype::Moment) => "a date such as 2027-12-15T12:00:00Z".to_owned(),
            (Shape::Any, Datatype::Duration) => "a duration such as P30D".to_owned(),
            (Shape::Any, Datatype::Boolean) => "true or false".to_owned(),
            (shape, _) => shape.expected(),
        }
    }
}

impl Place {
    /// The rule in words, with its article.
    pub fn words(self) -> &'static str {
        match self {
            Self::Access => "a permission of access",
            Self::Permission => "a permission of use",
            Self::Prohibition => "a prohibition",
            Self::Obligation => "an obligation",
        }
    }
}
