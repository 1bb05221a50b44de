//! The admissibility vocabulary: what data may be used for, how far it may travel, and what outlives the agreement.
//!
//! The meaning of every term is in `policies-odrl/vocabulary/admissibility.ttl`.

vocabulary! {
    /// Namespace of every term in this module, and the value of `profile` in a policy that uses them.
    namespace = "https://w3id.org/symbolon/admissibility/1/";

    // Actions.

    /// Action: hand the data, or what shows it, to another party. Included in `odrl:distribute`.
    DISCLOSE = "disclose";
    /// Action: compute new data from the data. Included in `odrl:derive`.
    DERIVE = "derive";
    /// Action: compute a figure over the data of several parties. Included in `odrl:aggregate`.
    AGGREGATE = "aggregate";
    /// Action: keep a copy. Included in `odrl:archive`.
    RETAIN = "retain";
    /// Action: train a model with the data. Included in `adm:derive`.
    TRAIN = "train";
    /// Action: work back from the data to how the thing is made. Included in `odrl:use`.
    REVERSE_ENGINEER = "reverseEngineer";
    /// Action: take away what shows where the data comes from. Included in `odrl:modify`.
    REMOVE_ORIGIN = "removeOrigin";
    /// Action of duties: keep the data secret with appropriate measures.
    KEEP_SECRET = "keepSecret";
    /// Action of duties: show that the data was deleted.
    PROVE_DELETION = "proveDeletion";

    // Left operands: the asset.

    /// Left operand: part number of what the data is about.
    PART_NUMBER = "partNumber";
    /// Left operand: lot or batch of what the data is about.
    LOT = "lot";
    /// Left operand: the asset, as both parties name it.
    ASSET = "asset";
    /// Left operand: semantic id of the data.
    SEMANTIC_ID = "semanticId";
    /// Left operand: when the data was recorded.
    RECORDED_AT = "recordedAt";
    /// Left operand: site that the data comes from.
    SITE = "site";
    /// Left operand: region that the data comes from.
    REGION = "region";
    /// Left operand: country that the data comes from, ISO 3166-1 alpha-2.
    COUNTRY = "country";

    // Left operands: the request.

    /// Left operand: which passing-on this is; 1 is from the receiver of the data to the next party.
    HOPS = "hops";
    /// Left operand: how many parties' data a figure is computed over.
    GROUP_SIZE = "groupSize";
    /// Left operand: how long the data has been kept since it was received.
    RETAINED_FOR = "retainedFor";

    // Left operands: where data is kept.

    /// Left operand: countries in which the receiver stores the data.
    STORAGE_LOCATION = "storageLocation";
    /// Left operand: countries in which the receiver processes the data.
    PROCESSING_LOCATION = "processingLocation";

    // Left operands: survival.

    /// Left operand: how long the rule binds after the agreement has ended.
    SURVIVES_FOR = "survivesFor";
    /// Left operand: until when the rule binds, whether or not the agreement has ended.
    SURVIVES_UNTIL = "survivesUntil";
}
