//! The words that policies are made of here: profiles, left operands with their values, actions. What a person who builds a
//! policy chooses from is what the tables of `policies-odrl` decide by.

use serde::Serialize;
use symbolon_policies_odrl::model::Operator;
use symbolon_policies_odrl::profile::{self, Enforcement, Place, VOCABULARIES};
use symbolon_policies_odrl::{Datatype, words};
use utoipa::ToSchema;

/// Everything that a policy can be made of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PolicyVocabulary {
    /// Left operands, by profile.
    pub items: Vec<PolicyOperand>,
    /// Actions.
    pub actions: Vec<PolicyAction>,
    /// The vocabularies that they are of.
    pub profiles: Vec<PolicyProfile>,
}

/// A left operand.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyOperand {
    /// IRI of its vocabulary.
    pub profile: &'static str,
    /// Name of its vocabulary.
    pub profile_name: &'static str,
    /// Its IRI.
    pub iri: String,
    /// Local name of its IRI.
    pub name: &'static str,
    /// As a policy may write it: short, with a prefix, or in full.
    pub written: String,
    /// Name for people.
    pub label: &'static str,
    /// `decided`: by a fact; `contractual`: by the signature alone.
    pub kind: &'static str,
    /// What it is, as a sentence.
    pub meaning: &'static str,
    /// IRI of the datatype of its values (XML Schema).
    pub datatype: &'static str,
    /// What its right operand must look like, in words.
    pub expected: String,
    /// The operators that it may be used with, by short name.
    pub operators: Vec<&'static str>,
    /// Where it may stand: `access`, `permission`, `prohibition`, `obligation`.
    pub places: Vec<&'static str>,
    /// The values that its profile names; null: none.
    pub values: Option<Vec<OperandValue>>,
    /// Whether no other values are allowed.
    pub closed: bool,
    /// Whether each of several known values has to be allowed, such as all nationalities.
    pub every_value_counts: bool,
    /// Where the fact comes from that decides it; null: nothing decides it here.
    pub fact: Option<&'static str>,
    /// The newer operand that its facts are taken from, by IRI.
    pub same_as: Option<&'static str>,
}

/// A value that a profile names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OperandValue {
    /// As a policy writes it.
    pub value: &'static str,
    /// What it means, as a sentence.
    pub meaning: &'static str,
}

/// An action.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyAction {
    /// Its IRI.
    pub iri: String,
    /// As a policy may write it: short, or with a prefix.
    pub written: String,
    /// What is done, as a verb: `distribute the data to others`.
    pub meaning: String,
    /// The action that includes it, by IRI.
    pub included_in: Option<String>,
    /// Whether somebody else gets the data by it.
    pub onward: bool,
}

/// A vocabulary.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyProfile {
    /// Its IRI.
    pub iri: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// What it is for, as a sentence.
    pub meaning: &'static str,
    /// Whether a policy may name it as its `profile`, and is then checked against its rules.
    pub is_profile: bool,
}

impl PolicyVocabulary {
    /// All that is known here.
    pub fn known() -> Self {
        let profiles = VOCABULARIES.iter().map(|vocabulary| PolicyProfile {
            iri: vocabulary.iri,
            name: vocabulary.name,
            meaning: vocabulary.definition,
            is_profile: vocabulary.is_profile,
        });
        Self {
            items: profile::operands().map(PolicyOperand::from).collect(),
            actions: profile::actions().map(PolicyAction::from).collect(),
            profiles: profiles.collect(),
        }
    }
}

impl From<&'static profile::Operand> for PolicyOperand {
    fn from(operand: &'static profile::Operand) -> Self {
        let (kind, fact) = match operand.enforcement {
            Enforcement::Decided { fact } => ("decided", Some(fact)),
            Enforcement::Contractual => ("contractual", None),
        };
        let values: Vec<OperandValue> = operand
            .values()
            .into_iter()
            .map(|known| OperandValue { value: known.value, meaning: known.meaning })
            .collect();
        let named = VOCABULARIES.iter().find(|vocabulary| vocabulary.iri == operand.namespace);
        Self {
            profile: operand.namespace,
            profile_name: named.map_or("", |vocabulary| vocabulary.name),
            iri: operand.iri(),
            name: operand.name,
            written: operand.written(),
            label: operand.label,
            kind,
            meaning: operand.definition,
            datatype: Datatype::iri(operand.datatype),
            expected: operand.expected(),
            operators: operand.operators.iter().map(Operator::name).collect(),
            places: operand.places.iter().map(|place| name(*place)).collect(),
            values: (!values.is_empty()).then_some(values),
            closed: operand.is_closed(),
            every_value_counts: operand.every_value_counts(),
            fact,
            same_as: operand.same_as,
        }
    }
}

fn name(place: Place) -> &'static str {
    match place {
        Place::Access => "access",
        Place::Permission => "permission",
        Place::Prohibition => "prohibition",
        Place::Obligation => "obligation",
    }
}

impl From<String> for PolicyAction {
    fn from(iri: String) -> Self {
        Self {
            written: profile::written_action(&iri),
            meaning: words::action(&iri),
            included_in: profile::included_in(&iri),
            onward: profile::is_onward(&iri),
            iri,
        }
    }
}
