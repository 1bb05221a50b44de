//! The ODRL 2.2 information model.

mod doubts;
mod terms;

use crate::names::Prefixes;
use crate::profile::Meaning;
use crate::value::Value;

/// A policy: what it permits, prohibits and demands.
///
/// Names are full IRIs where a known vocabulary has the name, and as written where none has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// `@id` (ODRL `uid`).
    pub id: Option<String>,
    /// The subclass of Policy.
    pub kind: PolicyKind,
    /// `profile`.
    pub profiles: Vec<String>,
    /// `inheritFrom`: policies whose rules apply as well.
    pub inherit_from: Vec<String>,
    /// `dcterms:isReplacedBy`: policies in whose favour this one is void.
    pub replaced_by: Vec<String>,
    /// `conflict`: what wins when a permission and a prohibition both apply.
    pub conflict: Conflict,
    /// `timestamp` of a DSP agreement, as written.
    pub timestamp: Option<String>,
    /// `target`, `assigner`, `assignee`, `action` and `constraint` given once for all rules (a compact policy).
    pub shared: RuleTerms,
    /// `permission`.
    pub permissions: Vec<Permission>,
    /// `prohibition`.
    pub prohibitions: Vec<Prohibition>,
    /// `obligation`.
    pub obligations: Vec<Duty>,
    /// Members that are not understood.
    pub unknown: Vec<Unknown>,
    /// The prefixes of its `@context`, beside the standard ones.
    pub(crate) prefixes: Prefixes,
    /// What keeps any request from being permitted, found once when the policy was read.
    pub(crate) doubts: Vec<Doubt>,
}

/// The subclasses of Policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyKind {
    /// Rules without an agreement behind them; also what a policy without `@type` is.
    #[default]
    Set,
    /// Rules that an assigner offers.
    Offer,
    /// Rules that assigner and assignee agreed on.
    Agreement,
    /// Rules that an assignee asks for.
    Request,
    /// Rules that a holder of the ticket may use.
    Ticket,
    /// Rules that a party asserts.
    Assertion,
    /// Rules about personal information.
    Privacy,
}

/// What wins when a permission and a prohibition both apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// `invalid`, the default: the policy is void, so nothing is permitted.
    #[default]
    Invalid,
    /// `prohibit`: the prohibition.
    Prohibit,
    /// `perm`: the permission.
    Permit,
    /// A strategy that is not known.
    Unknown(String),
}

/// What every rule has.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleTerms {
    /// `@id` of the rule.
    pub id: Option<String>,
    /// `target`.
    pub targets: Vec<Asset>,
    /// `assigner`.
    pub assigners: Vec<Party>,
    /// `assignee`.
    pub assignees: Vec<Party>,
    /// Other functions of parties (`informedParty`, `compensatedParty`, …), by IRI.
    pub functions: Vec<(String, Party)>,
    /// Other relations to assets (`output`, `relation`), by IRI.
    pub relations: Vec<(String, Asset)>,
    /// `action`.
    pub actions: Vec<Action>,
    /// `constraint`, all of which must hold.
    pub constraints: Vec<Constraint>,
    /// Members that are not understood.
    pub unknown: Vec<Unknown>,
}

/// A rule that allows an action, once its duties are fulfilled.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The rule itself.
    pub terms: RuleTerms,
    /// `duty`: what must have been done before.
    pub duties: Vec<Duty>,
}

/// A rule that forbids an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prohibition {
    /// The rule itself.
    pub terms: RuleTerms,
    /// `remedy`: what must be done after it was infringed.
    pub remedies: Vec<Duty>,
}

/// A rule that demands an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duty {
    /// The rule itself.
    pub terms: RuleTerms,
    /// `consequence`: what must be done besides when it was not fulfilled.
    pub consequences: Vec<Duty>,
}

/// An action, narrowed by its refinements.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Action {
    /// The IRI of the action.
    pub iri: String,
    /// `refinement`.
    pub refinements: Vec<Constraint>,
    /// Members that are not understood.
    pub unknown: Vec<Unknown>,
}

/// An asset of a rule.
pub type Asset = Entity;
/// A party of a rule.
pub type Party = Entity;

/// An asset or a party, alone or as a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity {
    /// `@id` (ODRL `uid`).
    pub id: Option<String>,
    /// Whether it is an `AssetCollection` or a `PartyCollection`.
    pub collection: bool,
    /// `source` of a refined collection.
    pub source: Option<String>,
    /// `partOf`.
    pub part_of: Vec<String>,
    /// `refinement`: which members of the collection are meant.
    pub refinements: Vec<Constraint>,
    /// Members that are not understood.
    pub unknown: Vec<Unknown>,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Constraint {
    /// Two operands and an operator.
    Atomic(Box<AtomicConstraint>),
    /// Several conditions as one.
    Logical(LogicalConstraint),
}

/// Two operands and an operator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AtomicConstraint {
    /// `@id` of the constraint.
    pub id: Option<String>,
    /// The IRI of the left operand.
    pub left_operand: String,
    /// `operator`.
    pub operator: Operator,
    /// `rightOperand`, one or several.
    pub right_operands: Vec<Value>,
    /// `rightOperandReference`: IRIs whose values are to be looked up.
    pub references: Vec<String>,
    /// `dataType` of the right operand.
    pub data_type: Option<String>,
    /// `unit` of the right operand.
    pub unit: Option<String>,
    /// `status`: the value of the left operand when the policy was written.
    pub status: Option<Value>,
    /// Members that are not understood.
    pub unknown: Vec<Unknown>,
    /// How the value of the left operand is found.
    pub(crate) meaning: Meaning,
}

/// Several conditions as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogicalConstraint {
    /// `@id` of the constraint.
    pub id: Option<String>,
    /// How the conditions are joined.
    pub connective: Connective,
    /// The conditions, in order.
    pub operands: Vec<Constraint>,
    /// Members that are not understood.
    pub unknown: Vec<Unknown>,
}

/// How the operands of a logical constraint are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Connective {
    /// All hold.
    And,
    /// At least one holds.
    Or,
    /// Exactly one holds.
    Xone,
    /// All hold, one after the other.
    AndSequence,
}

/// The operators of ODRL 2.2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
    /// Less.
    Lt,
    /// Less or equal.
    Lteq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gteq,
    /// An instance of the right operand.
    IsA,
    /// A whole that the right operand is part of.
    HasPart,
    /// A part of the right operand.
    IsPartOf,
    /// All of the right operands.
    IsAllOf,
    /// Any of the right operands.
    IsAnyOf,
    /// None of the right operands.
    IsNoneOf,
    /// An operator that is not known, as written.
    Unknown(String),
}

/// A member that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// The name of the member.
    pub member: String,
    /// Its value as JSON, object members in order of their names.
    pub value: String,
}

/// Something in a policy that keeps it from being decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) path: String,
    pub(crate) cause: Cause,
    /// The name that is not known.
    pub(crate) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Profile,
    Inheritance,
    Replaced,
    Conflict,
    Action,
    Operator,
    Member,
}

impl PolicyKind {
    /// The local name of the class.
    pub fn name(self) -> &'static str {
        match self {
            Self::Set => "Set",
            Self::Offer => "Offer",
            Self::Agreement => "Agreement",
            Self::Request => "Request",
            Self::Ticket => "Ticket",
            Self::Assertion => "Assertion",
            Self::Privacy => "Privacy",
        }
    }
}

impl Connective {
    pub(crate) const ALL: [Self; 4] = [Self::And, Self::Or, Self::Xone, Self::AndSequence];

    /// The local name of the term.
    pub fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::Xone => "xone",
            Self::AndSequence => "andSequence",
        }
    }
}

impl Operator {
    /// The local name of the term, or what was written where the operator is not known.
    pub fn name(&self) -> &str {
        match self {
            Self::Eq => "eq",
            Self::Neq => "neq",
            Self::Lt => "lt",
            Self::Lteq => "lteq",
            Self::Gt => "gt",
            Self::Gteq => "gteq",
            Self::IsA => "isA",
            Self::HasPart => "hasPart",
            Self::IsPartOf => "isPartOf",
            Self::IsAllOf => "isAllOf",
            Self::IsAnyOf => "isAnyOf",
            Self::IsNoneOf => "isNoneOf",
            Self::Unknown(name) => name,
        }
    }

    /// The operator of that local name.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "eq" => Self::Eq,
            "neq" => Self::Neq,
            "lt" => Self::Lt,
            "lteq" => Self::Lteq,
            "gt" => Self::Gt,
            "gteq" => Self::Gteq,
            "isA" => Self::IsA,
            "hasPart" => Self::HasPart,
            "isPartOf" => Self::IsPartOf,
            "isAllOf" => Self::IsAllOf,
            "isAnyOf" => Self::IsAnyOf,
            "isNoneOf" => Self::IsNoneOf,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

impl Entity {
    pub(crate) fn named(id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..Self::default() }
    }
}

impl Policy {
    /// The same rules in another contract.
    pub(crate) fn restated(&self, kind: PolicyKind, header: &Header<'_>) -> Self {
        let entities = |id: Option<&str>| id.map(Entity::named).into_iter().collect();
        let mut policy = self.clone();
        policy.kind = kind;
        policy.id = header.id.map(str::to_owned);
        policy.shared.targets = entities(header.target);
        policy.shared.assigners = entities(header.assigner);
        policy.shared.assignees = entities(header.assignee);
        policy.timestamp = header.timestamp.map(str::to_owned);
        policy.unknown.retain(|unknown| unknown.member != "@type");
        policy.doubt();
        policy
    }
}

/// What says which contract a policy belongs to.
#[derive(Default)]
pub(crate) struct Header<'a> {
    pub(crate) id: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
    pub(crate) assigner: Option<&'a str>,
    pub(crate) assignee: Option<&'a str>,
    pub(crate) timestamp: Option<&'a str>,
}

impl<'a> Header<'a> {
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        let members = [
            ("@id", self.id),
            ("target", self.target),
            ("assigner", self.assigner),
            ("assignee", self.assignee),
            ("timestamp", self.timestamp),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}
