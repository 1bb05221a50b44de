//! Operands of the International Data Spaces (`https://w3id.org/idsa/code/`), as its usage policies write them beside the ODRL terms.

use symbolon_vocab::idsa::CODE_NAMESPACE;

use super::meaning::Meaning;
use super::operand::{ANY_OR_NONE, NAMES, ORDERED, Operand, Shape};
use crate::model::Operator;
use crate::value::Datatype;

const fn row(name: &'static str, label: &'static str, definition: &'static str) -> Operand {
    Operand::new(CODE_NAMESPACE, name, label, definition)
}

/// The security profiles that a connector may be certified for, from the lowest to the highest.
pub const SECURITY_PROFILES: &[&str] = &[
    "https://w3id.org/idsa/code/BASE_SECURITY_PROFILE",
    "https://w3id.org/idsa/code/TRUST_SECURITY_PROFILE",
    "https://w3id.org/idsa/code/TRUST_PLUS_SECURITY_PROFILE",
];

/// The levels that a certificate of `level` covers: it, and those below. Policies name the levels that they accept, so that the facts
/// about a connector are these. Empty for a level that is not known.
pub fn levels_reached(level: &str) -> &'static [&'static str] {
    let place = SECURITY_PROFILES.iter().position(|known| *known == level);
    place.and_then(|place| SECURITY_PROFILES.get(..=place)).unwrap_or_default()
}

const LEVELS: &[Operator] = &[Operator::IsAnyOf, Operator::HasPart, Operator::IsAllOf];

/// The left operands.
pub(super) const OPERANDS: &[Operand] = &[
    row("COUNT", "number of times", "How often the data was used, this time included.")
        .ordered(Datatype::Number)
        .meaning(Meaning::Counter)
        .known_from("the ledger of uses"),
    row("DATE_TIME", "time of use", "The time of use.")
        .ordered(Datatype::Moment)
        .meaning(Meaning::Clock)
        .known_from("the time of the request"),
    row("POLICY_EVALUATION_TIME", "time of use", "The time at which the policy is evaluated.")
        .ordered(Datatype::Moment)
        .meaning(Meaning::Clock)
        .known_from("the time of the request"),
    row("ELAPSED_TIME", "time since the first use", "How long ago the data was first used.")
        .ordered(Datatype::Duration)
        .meaning(Meaning::Elapsed)
        .known_from("the ledger of uses"),
    row("DELAY", "delay", "The time between an event and the action that follows from it.").ordered(Datatype::Duration),
    row("TIME_INTERVAL", "interval", "The time between one use and the next.")
        .ordered(Datatype::Duration)
        .meaning(Meaning::Interval)
        .known_from("the ledger of uses"),
    row("CONNECTOR", "connector", "The connector that the data is used in.")
        .by(NAMES)
        .known_from("the id that the partner's connector proved"),
    row("SECURITY_LEVEL", "security level", "The security profile that the consumer's connector is certified for.")
        .with(Shape::Names(SECURITY_PROFILES))
        .by(LEVELS)
        .known_from("a certificate that the partner presents, with every level that it covers"),
    row("APPLICATION", "application", "The application that the data is used in.")
        .known_from("the application that the other party declares"),
    row("EVENT", "event", "An event during which the data may be used.")
        .by(ORDERED)
        .known_from("an event that the other party declares"),
    row("STATE", "state", "A state of the parties' contract or of the environment of use."),
    row("ROLE", "role", "A role of the person who uses the data.").known_from("a credential that the partner presents"),
    row("USER", "user", "The person who uses the data."),
    row("PURPOSE", "purpose", "What the data is used for.")
        .also_known_as("http://www.w3.org/ns/odrl/2/purpose")
        .known_from("the purpose that the other party declares"),
    row("SYSTEM", "system", "The computing system that the data is used on."),
    row("SYSTEM_DEVICE", "system or device", "The computing system or device that the data is used on."),
    row("ABSOLUTE_SPATIAL_POSITION", "place", "Where the data is used."),
    row("PAY_AMOUNT", "payment", "The amount of a payment.").ordered(Datatype::Number),
    row("RECIPIENT", "recipient", "Who receives the data, or a message about its use.")
        .by(ANY_OR_NONE)
        .known_from("the party that the data would be handed to"),
    row("ENDPOINT", "endpoint", "The endpoint that the data is delivered to."),
];
