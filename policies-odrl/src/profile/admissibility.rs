//! Admissibility: what data may be used for, which data is meant, how long it is kept, how far it travels, what may be computed from it,
//! where it is kept, and what of that outlives the agreement.
//!
//! A [`Profile`] is the typed form; [`Profile::to_policy`] writes it as ODRL and [`Profile::from_policy`] reads it back.

mod purposes;
mod read;
mod terms;
mod write;

use symbolon_vocab::admissibility as adm;

pub use purposes::Purposes;
pub use terms::{
    Aggregation, Derivation, Disclosure, Localisation, Profile, Retention, Scope, Survival, Terms, Window,
};

use super::meaning::Meaning;
use super::operand::{ANY_OR_NONE, EQ, NAMES, Operand, Place, Shape};
use crate::model::Operator;
use crate::value::Datatype;

const fn row(name: &'static str, label: &'static str, definition: &'static str) -> Operand {
    Operand::new(adm::NAMESPACE, name, label, definition)
}

const ASSET: &str = "a property of the asset that the provider keeps, or the path of the data request";
const ATTESTED: &str = "a credential that the partner presents";
const BINDING: &[Place] = &[Place::Prohibition, Place::Obligation];
const AMOUNT: &[Operator] = &[Operator::Lt, Operator::Lteq, Operator::Gt, Operator::Gteq, Operator::Eq];

/// The left operands.
pub(super) const OPERANDS: &[Operand] = &[
    row("partNumber", "part number", "The part numbers of what the data is about.")
        .by(NAMES)
        .meaning(Meaning::EveryFact)
        .known_from(ASSET),
    row("lot", "lot", "The lots or batches of what the data is about.")
        .by(NAMES)
        .meaning(Meaning::EveryFact)
        .known_from(ASSET),
    row("asset", "asset", "The asset, by an id that both parties know.")
        .by(NAMES)
        .meaning(Meaning::EveryFact)
        .known_from(ASSET),
    row("semanticId", "semantic id", "The semantic ids of the data.")
        .by(NAMES)
        .meaning(Meaning::EveryFact)
        .known_from(ASSET),
    row("recordedAt", "time of recording", "When the data was recorded.").ordered(Datatype::Moment).known_from(ASSET),
    row("site", "site", "The sites that the data comes from.").by(NAMES).meaning(Meaning::EveryFact).known_from(ASSET),
    row("region", "region", "The regions that the data comes from.")
        .by(NAMES)
        .meaning(Meaning::EveryFact)
        .known_from(ASSET),
    row("country", "country", "The countries that the data comes from.")
        .with(Shape::Country)
        .by(NAMES)
        .meaning(Meaning::EveryFact)
        .known_from(ASSET),
    row("hops", "number of hops", "Which passing-on this is: 1 from the receiver of the data to the next party.")
        .of(Datatype::Number)
        .by(AMOUNT)
        .known_from("the record of how far the data has travelled"),
    row("groupSize", "size of the group", "How many parties' data a figure is computed over.")
        .of(Datatype::Number)
        .by(AMOUNT)
        .known_from("the computation that asks"),
    row("retainedFor", "time kept", "How long the data has been kept since it was received.")
        .of(Datatype::Duration)
        .by(AMOUNT)
        .known_from("the time of receipt and the time of the request"),
    row(
        "storageLocation",
        "place of storage",
        "The countries in which the receiver stores the data: all of them count.",
    )
    .with(Shape::Country)
    .by(ANY_OR_NONE)
    .meaning(Meaning::EveryFact)
    .known_from(ATTESTED),
    row(
        "processingLocation",
        "place of processing",
        "The countries in which the receiver processes the data: all of them count.",
    )
    .with(Shape::Country)
    .by(ANY_OR_NONE)
    .meaning(Meaning::EveryFact)
    .known_from(ATTESTED),
    row("survivesFor", "survival", "How long the rule binds after the agreement has ended.")
        .of(Datatype::Duration)
        .by(EQ)
        .within(BINDING)
        .meaning(Meaning::Always)
        .known_from("the end of the agreement; until then the rule binds"),
    row("survivesUntil", "survival", "Until when the rule binds, also after the agreement has ended.")
        .of(Datatype::Moment)
        .by(EQ)
        .within(BINDING)
        .meaning(Meaning::Always)
        .known_from("the time of the request once the agreement has ended; until then the rule binds"),
];
