//! The export-control vocabulary. Names of attributes follow the OASIS XACML Export Compliance-US profile where it has one.
//!
//! The meaning of every term is in `policies-odrl/vocabulary/export-control.ttl`. It helps to keep rules; it is no legal advice.

vocabulary! {
    /// Namespace of every term in this module, and the value of `profile` in a policy that uses them.
    namespace = "https://w3id.org/symbolon/export-control/1/";

    // Left operands: the asset.

    /// Left operand: export control classification number of the US Commerce Control List, or `EAR99`.
    ECCN = "eccn";
    /// Left operand: category and paragraph of the US Munitions List, such as `VIII(h)(1)`.
    USML = "usml";
    /// Left operand: entry of Annex I to Regulation (EU) 2021/821, such as `2E003`, or `none`.
    EU_DUAL_USE = "euDualUse";

    // Left operands: the subject.

    /// Left operand: every nationality of the persons who get to see the data, ISO 3166-1 alpha-2.
    NATIONALITY = "nationality";
    /// Left operand: countries in which the data is received, ISO 3166-1 alpha-2.
    LOCATION = "location";
    /// Left operand: organisation of the subject.
    ORGANIZATION = "organization";
    /// Left operand: whether the subject is a US person.
    US_PERSON = "usPerson";
    /// Left operand: what the subject will use the data for in the end.
    END_USE = "endUse";

    // Left operands: licences.

    /// Left operand: licence under which the data may go.
    LICENCE = "licence";
    /// Left operand: how much of a licence has been used, this time included; counted.
    LICENCE_QUANTITY = "licenceQuantity";

    /// Action of duties: keep a record of the export. Included in `odrl:use`.
    RECORD_EXPORT = "recordExport";
}
