//! Values of right operands that a profile names, and what each means: what people choose from.

use symbolon_vocab::catenax as cx;

use super::operand::{Operand, Shape};

/// A value that a profile names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownValue {
    /// As a policy writes it.
    pub value: &'static str,
    /// What it means, as a sentence.
    pub meaning: &'static str,
}

impl Operand {
    /// The values that its profile names, in the order of the profile; empty where any value of its shape will do and none is named.
    pub fn values(&self) -> Vec<KnownValue> {
        let names = match self.shape {
            Shape::Names(names) => names,
            Shape::Any
            | Shape::Bpnl
            | Shape::Positive
            | Shape::Instant
            | Shape::Country
            | Shape::Eccn
            | Shape::Usml
            | Shape::DualUse => {
                NAMED_BESIDE.iter().find(|(iri, _)| *iri == self.iri()).map_or(&[][..], |(_, names)| names)
            }
        };
        names.iter().map(|value| KnownValue { value, meaning: meaning_of(value) }).collect()
    }

    /// Whether it takes no other values than [`values`](Self::values).
    pub fn is_closed(&self) -> bool {
        matches!(self.shape, Shape::Names(_))
    }
}

fn meaning_of(value: &str) -> &'static str {
    MEANINGS.iter().find(|(known, _)| *known == value).map_or("", |(_, meaning)| meaning)
}

/// Operands that take any value, of which their profile names some.
const NAMED_BESIDE: &[(&str, &[&str])] = &[(cx::USAGE_PURPOSE, PURPOSES)];

/// CX-0152, release 2025/9. Partners may agree on others.
const PURPOSES: &[&str] = &[
    "cx.core.industrycore:1",
    "cx.core.digitalTwinRegistry:1",
    "cx.core.qualityNotifications:1",
    "cx.core.legalRequirementForThirdparty:1",
    "cx.quality.base:1",
    "cx.pcf.base:1",
    "cx.dcm.base:1",
    "cx.puris.base:1",
    "cx.ccm.base:1",
    "cx.logistics.base:1",
    "cx.circular.dpp:1",
    "cx.circular.smc:1",
    "cx.circular.marketplace:1",
    "cx.circular.materialaccounting:1",
    "cx.bpdm.pool:1",
    "cx.bpdm.poolAll:1",
    "cx.bpdm.gate.upload:1",
    "cx.bpdm.gate.download:1",
    "cx.bpdm.vas.dataquality.upload:1",
    "cx.bpdm.vas.dataquality.download:1",
    "cx.bpdm.vas.countryrisk:1",
    "cx.bpdm.vas.bdv.upload:1",
    "cx.bpdm.vas.bdv.download:1",
    "cx.bpdm.vas.fpd.upload:1",
    "cx.bpdm.vas.fpd.download:1",
    "cx.bpdm.vas.swd.upload:1",
    "cx.bpdm.vas.swd.download:1",
    "cx.bpdm.vas.nps.upload:1",
    "cx.bpdm.vas.nps.download:1",
];

const MEANINGS: &[(&str, &str)] = &[
    ("active", "It holds now."),
    ("DataExchangeGovernance:1.0", "The framework agreement of Catena-X, version 1.0."),
    ("cx.region.all:1", "Every region."),
    ("cx.region.europe:1", "Europe."),
    ("cx.region.northAmerica:1", "North America."),
    ("cx.region.southAmerica:1", "South America."),
    ("cx.region.africa:1", "Africa."),
    ("cx.region.asia:1", "Asia."),
    ("cx.region.oceania:1", "Oceania."),
    ("cx.region.antarctica:1", "Antarctica."),
    ("cx.dataFrequency.once:1", "The data is provided once."),
    ("cx.dataFrequency.unlimited:1", "The data is provided as often as it is asked for."),
    ("cx.dataUsageEnd.unlimited:1", "Use has no end."),
    ("cx.exclusiveUsage.dataConsumer:1", "The consumer alone may use the data for the agreed purposes."),
    ("cx.location.dataConsumer:1", "The place of the consumer."),
    ("cx.location.contractReference:1", "The place that the referenced contract names."),
    ("cx.grossNegligence:1", "The provider is liable for gross negligence and intent."),
    ("cx.slightNegligence:1", "The provider is liable for slight negligence as well."),
    ("cx.precedence.contractReference:1", "The referenced contract goes first."),
    ("cx.precedence.rcAgreement:1", "The agreement that is concluded here goes first."),
    ("cx.versionChanges.minor:1", "Minor changes of version are covered."),
    ("cx.versionChanges.major:1", "Major changes of version are covered."),
    ("cx.warranty.none:1", "Nothing is warranted."),
    ("cx.warranty.contractReference:1", "What the referenced contract warrants."),
    ("cx.warranty.dataQualityIssues:1", "Faults in the quality of the data are made good."),
    ("cx.warranty.contractEndDate:1", "The warranty lasts until the end of the contract."),
    ("cx.confidentiality.measures:1", "Measures protect confidential information."),
    ("cx.sharing.affiliates:1", "Affiliated companies."),
    ("cx.sharing.managedLegalEntity:1", "Companies that the consumer manages."),
    ("cx.data.deletion:1", "The data is deleted."),
    ("cx.data.keeping:1", "The data may be kept."),
    ("cx.thirdParty.forbidden:1", "Making the data available to third parties."),
    ("cx.manipulation.forbidden:1", "Changing the data."),
    ("cx.derivations.forbidden:1", "Deriving other data from it."),
    (
        "cx.extraordinaryAnalytics.forbidden:1",
        "Extraordinary analytics, such as extracting, indexing or reverse engineering.",
    ),
    ("cx.dataProviderRemoval.forbidden:1", "Removing who provided the data."),
    ("https://w3id.org/idsa/code/BASE_SECURITY_PROFILE", "The base security profile."),
    ("https://w3id.org/idsa/code/TRUST_SECURITY_PROFILE", "The trust security profile."),
    ("https://w3id.org/idsa/code/TRUST_PLUS_SECURITY_PROFILE", "The trust+ security profile."),
    ("cx.core.industrycore:1", "A digital picture of the supply chain, part by part."),
    ("cx.core.digitalTwinRegistry:1", "Finding digital twins and their submodels."),
    ("cx.core.qualityNotifications:1", "Notifications about the quality of parts."),
    ("cx.core.legalRequirementForThirdparty:1", "Legal obligations towards third parties, such as authorities."),
    ("cx.quality.base:1", "Finding and mending faults of quality."),
    ("cx.pcf.base:1", "Product carbon footprints."),
    ("cx.dcm.base:1", "Demand and capacity management."),
    ("cx.puris.base:1", "Production planning with short-term stocks and deliveries."),
    ("cx.ccm.base:1", "Certificates of companies."),
    ("cx.logistics.base:1", "Logistics of shipments."),
    ("cx.circular.dpp:1", "Digital product passports."),
    ("cx.circular.smc:1", "Content of secondary materials."),
    ("cx.circular.marketplace:1", "Markets for used parts and materials."),
    ("cx.circular.materialaccounting:1", "Accounts of materials for recycling."),
    ("cx.bpdm.pool:1", "Records of business partners from the pool."),
    ("cx.bpdm.poolAll:1", "All records of business partners from the pool."),
    ("cx.bpdm.gate.upload:1", "Handing own records of business partners in."),
    ("cx.bpdm.gate.download:1", "Taking own records of business partners back."),
    ("cx.bpdm.vas.dataquality.upload:1", "Data quality of business partners: handing in."),
    ("cx.bpdm.vas.dataquality.download:1", "Data quality of business partners: results."),
    ("cx.bpdm.vas.countryrisk:1", "Country risks of business partners."),
    ("cx.bpdm.vas.bdv.upload:1", "Validation of bank data: handing in."),
    ("cx.bpdm.vas.bdv.download:1", "Validation of bank data: results."),
    ("cx.bpdm.vas.fpd.upload:1", "Screening own records for fraud."),
    ("cx.bpdm.vas.fpd.download:1", "Assessing risks of fraud with business partners."),
    ("cx.bpdm.vas.swd.upload:1", "Screening own beneficial ownership for trade compliance."),
    ("cx.bpdm.vas.swd.download:1", "Assessing risks of trade sanctions with business partners."),
    ("cx.bpdm.vas.nps.upload:1", "Comparing own records with entries of natural persons."),
    ("cx.bpdm.vas.nps.download:1", "Verifying own records of business partners."),
];
