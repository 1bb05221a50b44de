//! What the codes of known profiles stand for. Their meaning in law is in the documents of those who publish them;
//! these are our words.

/// The code in words; `None` for a value that no known profile has.
pub(crate) fn meaning(code: &str) -> Option<&'static str> {
    if code == ANYTHING_ELSE {
        return Some("anything else");
    }
    CODES.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

/// A value that nobody names.
pub(crate) const ANYTHING_ELSE: &str = "urn:symbolon:anything-else";

/// The right operands of the Catena-X policy profile 2025/9 (CX-0152).
const CODES: &[(&str, &str)] = &[
    ("cx.region.all:1", "the whole world"),
    ("cx.region.europe:1", "Europe"),
    ("cx.region.northAmerica:1", "North America"),
    ("cx.region.southAmerica:1", "South America"),
    ("cx.region.africa:1", "Africa"),
    ("cx.region.asia:1", "Asia"),
    ("cx.region.oceania:1", "Oceania"),
    ("cx.region.antarctica:1", "Antarctica"),
    ("cx.thirdParty.forbidden:1", "passing the data on to third parties"),
    ("cx.manipulation.forbidden:1", "changing the data or parting it from its metadata"),
    ("cx.derivations.forbidden:1", "deriving new works from the data"),
    ("cx.extraordinaryAnalytics.forbidden:1", "analysing the data beyond its normal use"),
    ("cx.dataProviderRemoval.forbidden:1", "removing the provider's name from the data"),
    ("cx.dataFrequency.once:1", "a single exchange"),
    ("cx.dataFrequency.unlimited:1", "repeated exchange"),
    ("cx.dataUsageEnd.unlimited:1", "no end"),
    ("cx.exclusiveUsage.dataConsumer:1", "by the consumer alone, besides the provider"),
    ("cx.location.dataConsumer:1", "where the consumer has its seat"),
    ("cx.location.contractReference:1", "where the referenced contract says"),
    ("cx.grossNegligence:1", "intent and gross negligence only"),
    ("cx.slightNegligence:1", "slight negligence too, up to the limit in the referenced contract"),
    ("cx.precedence.contractReference:1", "the referenced contract before this one"),
    ("cx.precedence.rcAgreement:1", "this contract before the referenced one"),
    ("cx.versionChanges.minor:1", "minor versions only"),
    ("cx.versionChanges.major:1", "minor and major versions"),
    ("cx.warranty.none:1", "none"),
    ("cx.warranty.contractReference:1", "as the referenced contract says"),
    ("cx.warranty.dataQualityIssues:1", "for defects in the quality of the data"),
    ("cx.warranty.contractEndDate:1", "the end of the contract"),
    ("cx.confidentiality.measures:1", "all measures that keep it from third parties"),
    ("cx.sharing.affiliates:1", "an affiliate"),
    ("cx.sharing.managedLegalEntity:1", "a legal entity that the consumer manages"),
    ("cx.data.deletion:1", "deletion of the data"),
    ("cx.data.keeping:1", "the right to keep the data"),
    ("cx.core.legalRequirementForThirdparty:1", "tracking and reporting batteries as the law demands"),
    ("cx.core.industrycore:1", "tracing components along the supply chain"),
    ("cx.core.qualityNotifications:1", "finding affected components and sending quality notifications"),
    ("cx.core.digitalTwinRegistry:1", "finding submodels in the registry of digital twins"),
    ("cx.pcf.base:1", "product carbon footprints"),
    ("cx.quality.base:1", "quality analysis"),
    ("cx.dcm.base:1", "demand and capacity"),
    ("cx.puris.base:1", "preventing shortages of supply"),
    ("cx.circular.dpp:1", "digital product passports"),
    ("cx.circular.smc:1", "use of secondary material"),
    ("cx.circular.marketplace:1", "buying and selling parts and materials"),
    ("cx.circular.materialaccounting:1", "accounting of materials"),
    ("cx.bpdm.gate.upload:1", "curating business partner data"),
    ("cx.bpdm.gate.download:1", "identifying business partners"),
    ("cx.bpdm.pool:1", "identifying business partners"),
    ("cx.bpdm.poolAll:1", "identifying any business partner"),
    ("cx.bpdm.vas.countryrisk:1", "assessing country risks"),
    ("cx.bpdm.vas.dataquality.upload:1", "assessing the quality of others' data"),
    ("cx.bpdm.vas.dataquality.download:1", "assessing the quality of one's own data"),
    ("cx.bpdm.vas.bdv.upload:1", "verifying bank data"),
    ("cx.bpdm.vas.bdv.download:1", "verifying one's own bank data"),
    ("cx.bpdm.vas.fpd.upload:1", "looking for fraud"),
    ("cx.bpdm.vas.fpd.download:1", "assessing the risk of fraud"),
    ("cx.bpdm.vas.swd.upload:1", "assessing trade compliance"),
    ("cx.bpdm.vas.swd.download:1", "assessing the risk of sanctions"),
    ("cx.bpdm.vas.nps.upload:1", "screening natural persons"),
    ("cx.bpdm.vas.nps.download:1", "verifying one's own data by screening natural persons"),
    ("cx.ccm.base:1", "checking certificates"),
    ("cx.logistics.base:1", "tracking transports and load carriers"),
    ("DataExchangeGovernance:1.0", "Data Exchange Governance 1.0"),
];
