//! The ODRL 2.2 common vocabulary, and the operands that connectors add to it.

use super::meaning::Meaning;
use super::operand::Operand;
use crate::names::{EDC, ODRL, SYMBOLON};
use crate::value::Datatype;

const fn row(name: &'static str, label: &'static str, definition: &'static str) -> Operand {
    Operand::new(ODRL, name, label, definition)
}

const CLOCK: &str = "the time of the request";
const LEDGER: &str = "the ledger of uses";

/// The left operands of the ODRL 2.2 common vocabulary.
pub(super) const OPERANDS: &[Operand] = &[
    row("absolutePosition", "position", "A place in the asset, counted from its beginning.").ordered(Datatype::Number),
    row("absoluteSize", "size", "A size of the asset.").ordered(Datatype::Number),
    row("absoluteSpatialPosition", "place in space", "A place in the asset, in coordinates of space."),
    row("absoluteTemporalPosition", "place in time", "A place in the asset, in time from its beginning."),
    row("count", "number of times", "How often the action was done, this time included.")
        .ordered(Datatype::Number)
        .meaning(Meaning::Counter)
        .known_from(LEDGER),
    row("dateTime", "time of use", "The date, with or without a time, of the action.")
        .ordered(Datatype::Moment)
        .meaning(Meaning::Clock)
        .known_from(CLOCK),
    row("delayPeriod", "delay", "The time between an action and the one that follows from it.")
        .ordered(Datatype::Duration),
    row("deliveryChannel", "channel", "The channel by which the asset is delivered."),
    row("elapsedTime", "time since the first use", "How long ago the action was first done.")
        .ordered(Datatype::Duration)
        .meaning(Meaning::Elapsed)
        .known_from(LEDGER),
    row("event", "event", "An event before, during or after which the action is done.").by(EVENT),
    row("fileFormat", "file format", "The format that the asset is turned into."),
    row("industry", "industry", "The industry that the action is done in or for."),
    row("language", "language", "The natural language of the asset."),
    row("media", "kind of media", "The kind of media that the asset is turned into."),
    row("meteredTime", "metered time", "How long the action has been done, all times added.")
        .ordered(Datatype::Duration),
    row("payAmount", "payment", "The amount of a payment.").ordered(Datatype::Number),
    row("percentage", "percentage", "A part of the asset, in percent.").ordered(Datatype::Number),
    row("product", "product", "The product or service that the action is done in or for."),
    row("purpose", "purpose", "What the action is done for.")
        .known_from("the purpose that the other party declares; under an agreement that declares none, the agreed one"),
    row("recipient", "recipient", "Who receives the result of the action: all of them count.")
        .meaning(Meaning::EveryFact)
        .known_from("the party that the data would be handed to"),
    row("relativePosition", "position in percent", "A place in the asset, in percent of its length.")
        .ordered(Datatype::Number),
    row("relativeSize", "size in percent", "A size, in percent of that of the asset.").ordered(Datatype::Number),
    row(
        "relativeSpatialPosition",
        "place in space, relative",
        "A place in the asset, relative to its extent in space.",
    ),
    row("relativeTemporalPosition", "place in time, relative", "A place in the asset, relative to its length in time."),
    row("resolution", "resolution", "The resolution in which the asset is rendered.").ordered(Datatype::Number),
    row("spatial", "area", "A named area that the action is done in."),
    row("spatialCoordinates", "area by coordinates", "An area by coordinates that the action is done in."),
    row("systemDevice", "system or device", "A computing system or device that the action is done with."),
    row("timeInterval", "interval", "The time between one action and the next.")
        .ordered(Datatype::Duration)
        .meaning(Meaning::Interval)
        .known_from(LEDGER),
    row("unitOfCount", "what is counted", "The unit in which `count` counts.").ordered(Datatype::Number),
    row("version", "version", "The version of the asset."),
    row("virtualLocation", "place on a network", "A place in a computer network that the action is done in."),
];

/// The operators of the ODRL vocabulary for events compare what happened, not an amount.
const EVENT: &[crate::model::Operator] = super::operand::ORDERED;

/// The operand of Eclipse EDC that Catena-X used before 2025/9. It is decided; the strict profile does not list it.
pub(super) const EDC_OPERANDS: &[Operand] = &[Operand::new(
    EDC,
    "inForceDate",
    "time of use",
    "The time of use, absolute or counted from the signing of the agreement (`contractAgreement+30d`).",
)
.ordered(Datatype::Moment)
.meaning(Meaning::Clock)
.known_from("the time of the request and the time of signing")];

/// What Symbolon adds to every profile.
pub(super) const SYMBOLON_OPERANDS: &[Operand] =
    &[Operand::new(SYMBOLON, "participantId", "participant", "The id of the participant who asks.")
        .meaning(Meaning::Participant)
        .known_from("the identity that the partner proved")];
