//! The Catena-X policy vocabulary, release 2025/9 (CX-0152), with the two ontology terms that datasets carry.

/// The JSON-LD context that Catena-X policies name next to the ODRL profile.
pub const CONTEXT: &str = "https://w3id.org/catenax/2025/9/policy/context.jsonld";
/// Namespace of the older policies, which are spoken over DSP 0.8 only.
pub const LEGACY_NAMESPACE: &str = "https://w3id.org/catenax/policy/";
/// Namespace of the classes that `dct:type` of a dataset names.
pub const TAXONOMY: &str = "https://w3id.org/catenax/taxonomy#";
/// Property of a dataset: version of the standard that its interface follows.
pub const COMMON_VERSION: &str = "https://w3id.org/catenax/ontology/common#version";
/// Namespace of the credentials' claims.
pub const CREDENTIALS: &str = "https://w3id.org/catenax/credentials/";

vocabulary! {
    /// Namespace of the policy terms, and the value of `profile` in every Catena-X policy.
    namespace = "https://w3id.org/catenax/2025/9/policy/";

    /// Action: see the offer in a catalog. Use itself is `odrl:use`.
    ACCESS = "access";

    /// Left operand: `active` membership.
    MEMBERSHIP = "Membership";
    /// Left operand: the framework that both parties signed, such as `DataExchangeGovernance:1.0`.
    FRAMEWORK_AGREEMENT = "FrameworkAgreement";
    /// Left operand of access policies: business partner numbers (BPNL).
    BUSINESS_PARTNER_NUMBER = "BusinessPartnerNumber";
    /// Left operand of access policies: groups of partners that the provider keeps.
    BUSINESS_PARTNER_GROUP = "BusinessPartnerGroup";
    /// Left operand: what the data may be used for.
    USAGE_PURPOSE = "UsagePurpose";
    /// Left operand: contracts outside the dataspace that apply as well.
    CONTRACT_REFERENCE = "ContractReference";
    /// Left operand: affiliates by business partner number.
    AFFILIATES_BPNL = "AffiliatesBpnl";
    /// Left operand: affiliates by region.
    AFFILIATES_REGION = "AffiliatesRegion";
    /// Left operand: companies that the consumer manages, by business partner number.
    MANAGED_LEGAL_ENTITY_BPNL = "ManagedLegalEntityBpnl";
    /// Left operand: companies that the consumer manages, by region.
    MANAGED_LEGAL_ENTITY_REGION = "ManagedLegalEntityRegion";
    /// Left operand: how often data is provided.
    DATA_FREQUENCY = "DataFrequency";
    /// Left operand: the instant at which use ends.
    DATA_USAGE_END_DATE = "DataUsageEndDate";
    /// Left operand: days after signing at which use ends.
    DATA_USAGE_END_DURATION_DAYS = "DataUsageEndDurationDays";
    /// Left operand: use without an end.
    DATA_USAGE_END_DEFINITION = "DataUsageEndDefinition";
    /// Left operand: the instant at which provision ends.
    DATA_PROVISIONING_END_DATE = "DataProvisioningEndDate";
    /// Left operand: days after signing at which provision ends.
    DATA_PROVISIONING_END_DURATION_DAYS = "DataProvisioningEndDurationDays";
    /// Left operand: who alone may use the data.
    EXCLUSIVE_USAGE = "ExclusiveUsage";
    /// Left operand: place of jurisdiction, in words.
    JURISDICTION_LOCATION = "JurisdictionLocation";
    /// Left operand: place of jurisdiction, by reference.
    JURISDICTION_LOCATION_REFERENCE = "JurisdictionLocationReference";
    /// Left operand: degree of negligence that is answered for.
    LIABILITY = "Liability";
    /// Left operand: which contract takes precedence.
    PRECEDENCE = "Precedence";
    /// Left operand: which changes of version are allowed.
    VERSION_CHANGES = "VersionChanges";
    /// Left operand: what is warranted.
    WARRANTY = "Warranty";
    /// Left operand: until when is warranted.
    WARRANTY_DEFINITION = "WarrantyDefinition";
    /// Left operand: months of warranty.
    WARRANTY_DURATION_MONTHS = "WarrantyDurationMonths";
    /// Left operand: measures that keep information confidential.
    CONFIDENTIAL_INFORMATION_MEASURES = "ConfidentialInformationMeasures";
    /// Left operand: who else may have confidential information.
    CONFIDENTIAL_INFORMATION_SHARING = "ConfidentialInformationSharing";
    /// Left operand: what becomes of the data when the contract ends.
    CONTRACT_TERMINATION = "ContractTermination";
    /// Left operand of prohibitions: uses that are ruled out.
    USAGE_RESTRICTION = "UsageRestriction";
}
