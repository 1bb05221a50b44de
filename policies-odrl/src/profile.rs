//! What left operands mean: one table per profile, with what each may be compared with, where its value comes from, and whether it is
//! decided here or binds by contract alone.
//!
//! | Module | Profile |
//! |---|---|
//! | [`odrl`] | the ODRL 2.2 common vocabulary, with EDC's `inForceDate` |
//! | [`catenax`] | CX-0152 in the release 2025/9, and the older policies |
//! | [`ids`] | operands of the International Data Spaces |
//! | [`admissibility`] | purpose, scope, retention, disclosure, derivation, localisation, trade secrets |
//! | [`export_control`] | EAR, ITAR and EU dual-use classifications, licences |

pub mod admissibility;
pub mod catenax;
mod check;
pub mod export_control;
pub mod ids;
mod meaning;
pub mod odrl;
mod operand;
mod survival;
mod values;

use symbolon_vocab::{admissibility as adm, export_control as ec, idsa};

use crate::model::{AtomicConstraint, Operator};
use crate::names::{CATENAX_LEGACY_POLICY, CATENAX_POLICY, EDC, ODRL, SYMBOLON, TRACTUSX};
use crate::value::Value;

pub use crate::action::{added as added_actions, included_in, is_onward, known as actions, written as written_action};
pub use check::{Finding, check};
pub(crate) use meaning::Meaning;
pub use operand::{Enforcement, Operand, Place, Shape};
pub(crate) use survival::lets_keep;
pub use values::KnownValue;

/// The tables, by namespace. Short names are looked up in this order.
const TABLES: &[(&str, &[Operand])] = &[
    (ODRL, odrl::OPERANDS),
    (CATENAX_POLICY, catenax::OPERANDS),
    (EDC, odrl::EDC_OPERANDS),
    (SYMBOLON, odrl::SYMBOLON_OPERANDS),
    (adm::NAMESPACE, admissibility::OPERANDS),
    (ec::NAMESPACE, export_control::OPERANDS),
    (idsa::CODE_NAMESPACE, ids::OPERANDS),
    (CATENAX_LEGACY_POLICY, catenax::LEGACY_OPERANDS),
    (TRACTUSX, catenax::TRACTUSX_OPERANDS),
];

/// How many of the tables have short names: a policy has to write the others in full or with a prefix.
const NAMED: usize = 4;

/// A vocabulary whose left operands are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// Its namespace, and where a policy may name it as its profile, that profile.
    pub iri: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub definition: &'static str,
    /// Whether a policy may name it as its `profile`, and is then checked against its rules.
    pub is_profile: bool,
}

const fn vocabulary(iri: &'static str, name: &'static str, definition: &'static str, is_profile: bool) -> Vocabulary {
    Vocabulary { iri, name, definition, is_profile }
}

/// The vocabularies in the order of [`operands`].
pub const VOCABULARIES: &[Vocabulary] = &[
    vocabulary(ODRL, "ODRL 2.2", "The common vocabulary of ODRL.", true),
    vocabulary(CATENAX_POLICY, "Catena-X 2025/9", "The policies of Catena-X (CX-0152).", true),
    vocabulary(EDC, "EDC", "What Eclipse EDC connectors add.", false),
    vocabulary(SYMBOLON, "Symbolon", "Who asks.", true),
    vocabulary(adm::NAMESPACE, "Admissibility", "What data may be used for, which data, how long and how far.", true),
    vocabulary(
        ec::NAMESPACE,
        "Export control",
        "How data is classified, and who may have it under which licence.",
        true,
    ),
    vocabulary(idsa::CODE_NAMESPACE, "IDS", "The usage policies of the International Data Spaces.", false),
    vocabulary(CATENAX_LEGACY_POLICY, "Catena-X before 2025/9", "The older policies of Catena-X.", false),
    vocabulary(TRACTUSX, "Tractus-X", "What older Tractus-X connectors add.", false),
];

impl Operand {
    /// As policies write it: by its short name where that alone says which operand is meant, else with a prefix that needs no
    /// declaration, else in full.
    pub fn written(&self) -> String {
        let iri = self.iri();
        if operand_iri(self.name).is_some_and(|meant| meant == iri) {
            return self.name.to_owned();
        }
        crate::names::prefixed(&iri)
    }
}

/// The left operand of that IRI; `None` when no known profile has it.
pub fn operand(iri: &str) -> Option<&'static Operand> {
    TABLES.iter().find_map(|(namespace, operands)| {
        let name = iri.strip_prefix(namespace)?;
        operands.iter().find(|operand| operand.name == name)
    })
}

/// Every left operand of every known profile.
pub fn operands() -> impl Iterator<Item = &'static Operand> {
    TABLES.iter().flat_map(|(_, operands)| operands.iter())
}

/// The IRI behind a short name, when a known profile has the name.
pub(crate) fn operand_iri(name: &str) -> Option<String> {
    let tables = TABLES.iter().take(NAMED);
    let (namespace, _) =
        tables.into_iter().find(|(_, operands)| operands.iter().any(|operand| operand.name == name))?;
    Some(format!("{namespace}{name}"))
}

/// Whether values of the left operand lie within each other by their notation ([`is_within`]).
pub(crate) fn has_notation(constraint: &AtomicConstraint) -> bool {
    match constraint.meaning {
        Meaning::EveryFact => constraint.left_operand.starts_with(ec::NAMESPACE),
        Meaning::Recipient => true,
        Meaning::Clock
        | Meaning::EndOfUse
        | Meaning::DaysOfUse
        | Meaning::Participant
        | Meaning::Fact
        | Meaning::Counter
        | Meaning::Quantity
        | Meaning::Interval
        | Meaning::Elapsed
        | Meaning::Contractual
        | Meaning::Always
        | Meaning::Restriction => false,
    }
}

/// Whether an entry of a classification lies within another by its notation: `2E003.a` within `2E003`, `VIII(h)(1)` within `VIII(h)`, and
/// every region of Catena-X within all of them.
pub(crate) fn is_within(entry: &str, outer: &str) -> bool {
    entry.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['.', '(']))
        || (outer == catenax::EVERY_REGION && entry.starts_with("cx.region."))
}

/// The entries that an entry lies within by its notation, other than itself.
pub(crate) fn outer(entry: &str) -> Vec<String> {
    let cuts = entry.match_indices(['.', '(']).filter_map(|(at, _)| entry.get(..at)).filter(|outer| !outer.is_empty());
    let regions = Some(catenax::EVERY_REGION).filter(|every| *every != entry && is_within(entry, every));
    cuts.chain(regions).map(str::to_owned).collect()
}

/// What a constraint means, found once when it is read: the meaning of its operand, where operator and values are such that the operand
/// has one. Otherwise a fact decides that nobody supplies, so that the constraint refuses.
pub(crate) fn meaning(left_operand: &str, operator: &Operator, rights: &[Value]) -> Meaning {
    let Some(operand) = operand(left_operand) else { return Meaning::Fact };
    match operand.meaning {
        Meaning::Always if !operand.accepts(operator, rights) => Meaning::Fact,
        meaning => meaning,
    }
}

/// Whether a policy may name this profile and still be decided.
pub(crate) fn is_known(iri: &str) -> bool {
    matches!(iri, ODRL | CATENAX_POLICY | SYMBOLON | adm::NAMESPACE | ec::NAMESPACE)
        || iri.strip_prefix(ODRL).is_some_and(|name| name == "core")
        || iri.strip_prefix(CATENAX_LEGACY_POLICY).or(iri.strip_prefix(CATENAX_POLICY)) == Some("profile2405")
}
