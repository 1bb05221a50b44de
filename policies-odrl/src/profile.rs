//! What left operands mean: one table per profile, and one short list of meanings that code gives to them.

use crate::names::{CATENAX_LEGACY_POLICY, CATENAX_POLICY, EDC, ODRL, SYMBOLON};
use crate::value::Datatype;

/// How the value of a left operand is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meaning {
    /// The time of the request.
    Clock,
    /// `eq` names the last moment of use (Catena-X `DataUsageEndDate`).
    EndOfUse,
    /// `eq` counts the days of use from the day of signing (Catena-X `DataUsageEndDurationDays`).
    DaysOfUse,
    /// The party that asks.
    Participant,
    /// A fact that the caller supplies.
    Fact,
}

/// A left operand of a known profile.
pub(crate) struct Operand {
    name: &'static str,
    pub(crate) meaning: Meaning,
    /// How a plain string is read where the policy gives no datatype.
    pub(crate) datatype: Datatype,
}

struct Profile {
    namespace: &'static str,
    operands: &'static [Operand],
}

const fn fact(name: &'static str) -> Operand {
    Operand { name, meaning: Meaning::Fact, datatype: Datatype::Text }
}

const fn fact_of(name: &'static str, datatype: Datatype) -> Operand {
    Operand { name, meaning: Meaning::Fact, datatype }
}

const fn meant(name: &'static str, meaning: Meaning, datatype: Datatype) -> Operand {
    Operand { name, meaning, datatype }
}

const PROFILES: &[Profile] = &[
    Profile { namespace: ODRL, operands: ODRL_CORE },
    Profile { namespace: CATENAX_POLICY, operands: CATENAX },
    Profile { namespace: EDC, operands: &[meant("inForceDate", Meaning::Clock, Datatype::Moment)] },
    Profile { namespace: SYMBOLON, operands: &[meant("participantId", Meaning::Participant, Datatype::Text)] },
];

/// The left operands of the ODRL 2.2 common vocabulary.
const ODRL_CORE: &[Operand] = &[
    fact_of("absolutePosition", Datatype::Number),
    fact_of("absoluteSize", Datatype::Number),
    fact("absoluteSpatialPosition"),
    fact("absoluteTemporalPosition"),
    fact_of("count", Datatype::Number),
    meant("dateTime", Meaning::Clock, Datatype::Moment),
    fact_of("delayPeriod", Datatype::Duration),
    fact("deliveryChannel"),
    fact_of("elapsedTime", Datatype::Duration),
    fact("event"),
    fact("fileFormat"),
    fact("industry"),
    fact("language"),
    fact("media"),
    fact_of("meteredTime", Datatype::Duration),
    fact_of("payAmount", Datatype::Number),
    fact_of("percentage", Datatype::Number),
    fact("product"),
    fact("purpose"),
    fact("recipient"),
    fact_of("relativePosition", Datatype::Number),
    fact_of("relativeSize", Datatype::Number),
    fact("relativeSpatialPosition"),
    fact("relativeTemporalPosition"),
    fact_of("resolution", Datatype::Number),
    fact("spatial"),
    fact("spatialCoordinates"),
    fact("systemDevice"),
    fact_of("timeInterval", Datatype::Duration),
    fact_of("unitOfCount", Datatype::Number),
    fact("version"),
    fact("virtualLocation"),
];

/// The left operands of the Catena-X policy profile 2025/9 (CX-0152).
const CATENAX: &[Operand] = &[
    fact("Membership"),
    fact("FrameworkAgreement"),
    fact("BusinessPartnerNumber"),
    fact("BusinessPartnerGroup"),
    fact("UsagePurpose"),
    fact("ContractReference"),
    fact("AffiliatesBpnl"),
    fact("AffiliatesRegion"),
    fact("DataFrequency"),
    meant("DataUsageEndDate", Meaning::EndOfUse, Datatype::Moment),
    meant("DataUsageEndDurationDays", Meaning::DaysOfUse, Datatype::Number),
    fact("DataUsageEndDefinition"),
    fact_of("DataProvisioningEndDate", Datatype::Moment),
    fact_of("DataProvisioningEndDurationDays", Datatype::Number),
    fact("ExclusiveUsage"),
    fact("JurisdictionLocation"),
    fact("JurisdictionLocationReference"),
    fact("Liability"),
    fact("ManagedLegalEntityBpnl"),
    fact("ManagedLegalEntityRegion"),
    fact("Precedence"),
    fact("VersionChanges"),
    fact("Warranty"),
    fact("WarrantyDefinition"),
    fact_of("WarrantyDurationMonths", Datatype::Number),
    fact("ConfidentialInformationMeasures"),
    fact("ConfidentialInformationSharing"),
    fact("ContractTermination"),
    fact("UsageRestriction"),
];

/// The IRI behind a short name, when a known profile has the name.
pub(crate) fn operand_iri(name: &str) -> Option<String> {
    let profile = PROFILES.iter().find(|profile| profile.operands.iter().any(|operand| operand.name == name))?;
    Some(format!("{}{name}", profile.namespace))
}

/// What a left operand means; `None` when no known profile has it.
pub(crate) fn operand(iri: &str) -> Option<&'static Operand> {
    PROFILES.iter().find_map(|profile| {
        let name = iri.strip_prefix(profile.namespace)?;
        profile.operands.iter().find(|operand| operand.name == name)
    })
}

/// Whether a policy may name this profile and still be decided.
pub(crate) fn is_known(iri: &str) -> bool {
    matches!(iri, ODRL | CATENAX_POLICY | SYMBOLON)
        || iri.strip_prefix(ODRL).is_some_and(|name| name == "core")
        || iri.strip_prefix(CATENAX_LEGACY_POLICY).or(iri.strip_prefix(CATENAX_POLICY)) == Some("profile2405")
}
