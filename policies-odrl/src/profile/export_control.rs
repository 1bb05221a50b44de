//! Export control: what an asset is classified as, who the subject is, and under which licence data may go.
//!
//! Every nationality of a person counts, because showing controlled technology to a foreign person is an export to each of that person's
//! countries (a *deemed* export). An asset that is not classified is treated as controlled: a rule about classes has no fact to compare
//! and refuses. None of this is legal advice: classification is an act of a person, and the node keeps what that person said.

mod classification;
mod country;
mod rule;

use symbolon_vocab::export_control as ec;

pub use classification::{DualUse, Eccn, Unreadable, Usml};
pub use country::Country;
pub use rule::{ExportRule, Licence};

use super::meaning::Meaning;
use super::operand::{ANY_OR_NONE, EQ, Operand, Place, Shape};
use crate::model::Operator;
use crate::value::Datatype;

const fn row(name: &'static str, label: &'static str, definition: &'static str) -> Operand {
    Operand::new(ec::NAMESPACE, name, label, definition).within(RULES)
}

const RULES: &[Place] = &[Place::Access, Place::Permission, Place::Prohibition];
const COUNTED: &[Operator] = &[Operator::Lt, Operator::Lteq];
const CLASSIFIED: &str =
    "the classification that the provider keeps with the asset; an asset without one is treated as controlled";
const ATTESTED: &str = "a credential that the partner presents";

/// The left operands.
pub(super) const OPERANDS: &[Operand] = &[
    row(
        "eccn",
        "ECCN",
        "The export control classification number of the asset on the US Commerce Control List, or EAR99.",
    )
    .with(Shape::Eccn)
    .by(ANY_OR_NONE)
    .meaning(Meaning::EveryFact)
    .known_from(CLASSIFIED),
    row("usml", "USML category", "The category and paragraph of the asset on the US Munitions List.")
        .with(Shape::Usml)
        .by(ANY_OR_NONE)
        .meaning(Meaning::EveryFact)
        .known_from(CLASSIFIED),
    row("euDualUse", "EU dual-use entry", "The entry of the asset in Annex I to Regulation (EU) 2021/821, or none.")
        .with(Shape::DualUse)
        .by(ANY_OR_NONE)
        .meaning(Meaning::EveryFact)
        .known_from(CLASSIFIED),
    row("nationality", "nationality", "Every nationality of the persons who get to see the data: all of them count.")
        .with(Shape::Country)
        .by(ANY_OR_NONE)
        .meaning(Meaning::EveryFact)
        .known_from(ATTESTED),
    row("location", "location", "The countries in which the data is received: all of them count.")
        .with(Shape::Country)
        .by(ANY_OR_NONE)
        .meaning(Meaning::EveryFact)
        .known_from(ATTESTED),
    row("organization", "organisation", "The organisation that the persons belong to.")
        .by(ANY_OR_NONE)
        .known_from("the identity that the partner proved, or a credential that it presents"),
    row("usPerson", "US person", "Whether all who get to see the data are US persons.")
        .of(Datatype::Boolean)
        .by(EQ)
        .known_from(ATTESTED),
    row("endUse", "end use", "What the data is used for in the end.")
        .by(ANY_OR_NONE)
        .known_from("the end use that the other party declares"),
    row("licence", "licence", "The licence under which the data goes.")
        .by(EQ)
        .known_from("the licence that the provider keeps with the asset, or that the other party names"),
    row("licenceQuantity", "quantity used", "How much of the licence has been used, this time included.")
        .of(Datatype::Number)
        .by(COUNTED)
        .meaning(Meaning::Quantity)
        .known_from("the ledger of uses, and the quantity that the other party declares for this time"),
];
