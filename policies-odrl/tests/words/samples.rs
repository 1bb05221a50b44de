//! Policies for golden texts. All of our own making; the parties are fictional.

use serde_json::{Value, json};
use symbolon_policies_odrl::PolicyBuilder;
use symbolon_policies_odrl::model::Operator;
use symbolon_policies_odrl::profile::admissibility::{Profile, Terms};

/// Every sample under its name.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("offer", offer()),
        ("agreement", agreement()),
        ("catenax_access", catenax_access()),
        ("catenax_usage", catenax_usage()),
        ("catenax_prohibition", catenax_prohibition()),
        ("composed", composed()),
        ("collections", collections()),
        ("compact", compact()),
        ("duties", duties()),
        ("time", time()),
        ("counts", counts()),
        ("admissibility", admissibility()),
        ("whole_profile", whole_profile()),
        ("built", built()),
        ("foreign", foreign()),
        ("empty", json!({"@id": "urn:policy:empty", "permission": []})),
    ]
}

fn atomic(left: &str, operator: &str, right: impl Into<Value>) -> Value {
    json!({"leftOperand": left, "operator": operator, "rightOperand": right.into()})
}

pub(crate) fn offer() -> Value {
    json!({"@type": "Offer", "@id": "urn:offer:spindle", "target": "urn:asset:spindle", "permission": [{
    "action": "use", "constraint": [
        atomic("purpose", "isAnyOf", json!(["quality", "recall", "urn:example:purpose:audit"])),
        atomic("dateTime", "gteq", "2026-01-01"),
        atomic("dateTime", "lt", "2035-12-31T23:00:00Z"),
    ]}]})
}

pub(crate) fn agreement() -> Value {
    json!({"@type": "Agreement", "@id": "urn:agreement:7", "target": "urn:asset:spindle",
        "assigner": "did:web:shop.example", "assignee": "did:web:oem.example", "timestamp": "2025-12-01T10:00:00Z",
        "permission": [{"action": "use", "constraint": [
            atomic("https://w3id.org/edc/v0.0.1/ns/inForceDate", "lteq", "contractAgreement+30d")]}]})
}

pub(crate) fn catenax_access() -> Value {
    json!({"@context": ["https://w3id.org/catenax/2025/9/policy/odrl.jsonld", "https://w3id.org/catenax/2025/9/policy/context.jsonld"],
    "@type": "Set", "@id": "urn:policy:access", "profile": "https://w3id.org/catenax/2025/9/policy/",
    "permission": [{"action": "access", "constraint": [{"and": [
        atomic("Membership", "eq", "active"),
        atomic("BusinessPartnerNumber", "isAnyOf", json!(["BPNL00000000TIER", "BPNL000000000OEM"])),
    ]}]}]})
}

pub(crate) fn catenax_usage() -> Value {
    json!({"@context": ["https://w3id.org/catenax/2025/9/policy/odrl.jsonld", "https://w3id.org/catenax/2025/9/policy/context.jsonld"],
        "@type": "Offer", "@id": "urn:policy:usage", "profile": "https://w3id.org/catenax/2025/9/policy/",
        "permission": [{"action": "use", "constraint": [{"and": [
            atomic("FrameworkAgreement", "eq", "DataExchangeGovernance:1.0"),
            atomic("UsagePurpose", "isAnyOf", json!(["cx.pcf.base:1", "cx.quality.base:1", "SpindleStudy"])),
            atomic("ContractReference", "isAllOf", json!(["frame-2025-17", "annex-B"])),
            atomic("Precedence", "eq", "cx.precedence.contractReference:1"),
            atomic("DataFrequency", "eq", "cx.dataFrequency.unlimited:1"),
            atomic("DataUsageEndDurationDays", "eq", "90"),
            atomic("AffiliatesRegion", "isAnyOf", json!(["cx.region.europe:1", "cx.region.asia:1"])),
            atomic("Warranty", "eq", "cx.warranty.none:1"),
            atomic("WarrantyDurationMonths", "eq", "6"),
            atomic("Liability", "eq", "cx.grossNegligence:1"),
            atomic("JurisdictionLocation", "eq", "Ulm"),
            atomic("ConfidentialInformationMeasures", "eq", "cx.confidentiality.measures:1"),
            atomic("ConfidentialInformationSharing", "isAnyOf", json!(["cx.sharing.affiliates:1"])),
            atomic("ContractTermination", "eq", "cx.data.deletion:1"),
        ]}]}],
        "obligation": [{"action": "use", "constraint": [atomic("DataProvisioningEndDate", "eq", "2027-06-30T12:00:00Z")]}]})
}

pub(crate) fn catenax_prohibition() -> Value {
    json!({"@context": ["https://w3id.org/catenax/2025/9/policy/odrl.jsonld", "https://w3id.org/catenax/2025/9/policy/context.jsonld"],
    "@type": "Set", "@id": "urn:policy:restricted", "profile": "https://w3id.org/catenax/2025/9/policy/",
    "permission": [{"action": "use", "constraint": [{"and": [
        atomic("FrameworkAgreement", "eq", "DataExchangeGovernance:1.0"),
        atomic("UsagePurpose", "isAnyOf", json!(["cx.circular.dpp:1"])),
    ]}]}],
    "prohibition": [{"action": "use", "constraint": [{"and": [
        atomic("UsageRestriction", "isAllOf", json!(["cx.thirdParty.forbidden:1", "cx.derivations.forbidden:1"])),
        atomic("AffiliatesRegion", "isAnyOf", json!(["cx.region.southAmerica:1"])),
    ]}]}]})
}

pub(crate) fn composed() -> Value {
    json!({"@type": "Set", "@id": "urn:policy:composed", "conflict": "prohibit", "permission": [{
    "target": "urn:asset:log", "assignee": "did:web:oem.example", "action": "read", "constraint": [
        {"or": [
            {"and": [atomic("purpose", "eq", "quality"), atomic("spatial", "isPartOf", "urn:place:europe")]},
            {"xone": [atomic("industry", "eq", "aviation"), atomic("industry", "eq", "rail")]},
            {"andSequence": [atomic("event", "eq", "inspection"), atomic("event", "eq", "release")]},
        ]},
        atomic("language", "neq", "de"),
    ]}],
    "prohibition": [
        {"target": "urn:asset:log", "action": "print"},
        {"target": "urn:asset:log", "action": ["distribute", "sell"], "constraint": [
            atomic("recipient", "isNoneOf", json!(["did:web:a.example", "did:web:b.example"]))]},
    ]})
}

fn collections() -> Value {
    json!({"@type": "Set", "@id": "urn:policy:collections", "permission": [{
        "target": [{"@type": "AssetCollection", "source": "urn:archive:drawings", "refinement": [atomic("version", "eq", "3")]}, "urn:asset:manual"],
        "assignee": {"@type": "PartyCollection", "source": "urn:group:dealers", "refinement": [
            atomic("industry", "eq", "repair"), atomic("spatial", "isPartOf", "urn:place:alps")]},
        "assigner": "did:web:shop.example",
        "informedParty": "did:web:auditor.example",
        "action": [{"rdf:value": {"@id": "odrl:print"}, "refinement": [
            {"leftOperand": "resolution", "operator": "lteq", "rightOperand": {"@value": "600", "@type": "xsd:integer"}, "unit": "urn:unit:dpi"}]}, "display"],
    }], "prohibition": [{"target": {"@id": "urn:archive:drawings", "@type": "AssetCollection"},
        "assignee": {"@id": "urn:group:dealers", "@type": "PartyCollection"}, "action": "sell"}]})
}

fn compact() -> Value {
    json!({"@type": "Set", "@id": "urn:policy:compact", "target": "urn:asset:x", "assigner": "did:web:shop.example", "action": "use",
        "constraint": [atomic("dateTime", "lteq", "2026-12-31")],
        "permission": [{"assignee": "did:web:a.example"}, {"assignee": ["did:web:b.example", "did:web:c.example"], "action": "play"}]})
}

pub(crate) fn duties() -> Value {
    let owed = |amount: &str| {
        json!({"rdf:value": {"@id": "odrl:compensate"}, "refinement": [
        {"leftOperand": "payAmount", "operator": "eq", "rightOperand": {"@value": amount, "@type": "xsd:decimal"}, "unit": "urn:currency:euro"}]})
    };
    json!({"@type": "Agreement", "@id": "urn:agreement:duties", "target": "urn:asset:film",
        "assigner": "did:web:shop.example", "assignee": "did:web:oem.example", "timestamp": "2026-02-01",
        "permission": [{"action": "play", "duty": [
            {"action": [owed("5.00")], "compensatedParty": "did:web:shop.example",
                "consequence": [{"action": [owed("50.00")], "compensatedParty": "urn:charity:1"}]},
            {"action": "obtainConsent", "constraint": [atomic("count", "gt", 10)]},
        ]}],
        "prohibition": [{"action": "distribute", "remedy": [{"action": "inform", "informedParty": "did:web:shop.example"}]}],
        "obligation": [{"action": "delete", "constraint": [atomic("dateTime", "lt", "2030-01-01T00:00:00Z")],
            "consequence": [{"action": "inform"}]}]})
}

fn time() -> Value {
    json!({"@type": "Offer", "@id": "urn:offer:time", "permission": [{"action": "use", "constraint": [
        atomic("dateTime", "neq", "2026-05-01"),
        atomic("dateTime", "isAnyOf", json!(["2026-05-02", "2026-05-03"])),
        atomic("dateTime", "gt", json!({"@value": "2026-03-31T06:00:30.25+02:00", "@type": "xsd:dateTime"})),
        atomic("edc:inForceDate", "gteq", "contractAgreement+-90m"),
        atomic("elapsedTime", "lt", "P1Y2M3DT4H"),
        atomic("delayPeriod", "gteq", "PT30M"),
        atomic("DataUsageEndDate", "eq", "2026-09-30T23:59:59Z"),
        atomic("dateTime", "lteq", "tomorrow"),
    ]}]})
}

fn counts() -> Value {
    json!({"@type": "Offer", "@id": "urn:offer:counts", "permission": [{"action": "use", "constraint": [
        atomic("count", "lteq", 10),
        atomic("percentage", "lt", json!({"@value": "12.5", "@type": "xsd:decimal"})),
        {"leftOperand": "payAmount", "operator": "gteq", "rightOperandReference": "urn:price-list:7", "unit": "urn:currency:euro"},
        {"leftOperand": "count", "operator": "lt", "rightOperand": "5", "status": 3},
        atomic("event", "eq", true),
        atomic("product", "isAllOf", json!(["a", "b"])),
        atomic("product", "hasPart", "urn:part:1"),
        atomic("fileFormat", "isA", "urn:kind:text"),
        atomic("purpose", "eq", json!(["a", "b"])),
        atomic("purpose", "isAnyOf", json!([])),
        {"or": []},
    ]}]})
}

/// Scope and export control, in the terms of our own profiles.
pub(crate) fn admissibility() -> Value {
    const ADM: &str = "https://w3id.org/symbolon/admissibility/1/";
    const EC: &str = "https://w3id.org/symbolon/export-control/1/";
    let adm = |name: &str, operator: &str, right: Value| atomic(&format!("{ADM}{name}"), operator, right);
    let ec = |name: &str, operator: &str, right: Value| atomic(&format!("{EC}{name}"), operator, right);
    json!({"@type": "Offer", "@id": "urn:offer:turbine", "profile": [ADM, EC], "conflict": "prohibit", "permission": [{"action": "use", "constraint": [
            adm("partNumber", "isAnyOf", json!(["TB-1001", "TB-1002"])),
            adm("country", "isAnyOf", json!(["DE", "FR"])),
            adm("storageLocation", "isAnyOf", json!(["DE", "AT"])),
            ec("eccn", "isNoneOf", json!(["9E003"])),
        ]}],
        "prohibition": [{"action": "distribute", "constraint": [adm("survivesFor", "eq", json!("P2Y"))]}]})
}

/// What the typed profile writes, with something in every part.
pub(crate) fn whole_profile() -> Value {
    let terms: Terms = serde_json::from_value(json!({
        "purposes": ["urn:example:purpose:quality", "urn:example:purpose:recall"],
        "scope": {
            "partNumbers": ["TB-1001", "TB-1002"], "lots": ["L-7"], "sites": ["plant-3"], "countries": ["DE"],
            "windows": [
                {"from": "2026-01-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}, {"from": "2026-10-01T00:00:00Z"},
            ],
            "recorded": {"from": "2025-06-01T00:00:00Z"},
        },
        "retention": {"for": "P90D"},
        "disclosure": {"to": {"recipients": ["did:web:lab.example"], "hops": 1}},
        "derivation": "allowed",
        "aggregation": {"groupOf": 5},
        "localisation": {"storage": ["DE", "FR"], "processing": ["DE"]},
        "tradeSecret": {"for": "P5Y"},
        "exportControl": [
            {"eccn": ["EAR99"], "dualUse": ["none"]},
            {"eccn": ["2E003"], "destinations": ["DE", "US"], "nationalities": ["DE", "US"], "usPerson": true,
                "licence": {"id": "D123456", "quantity": 3, "expires": "2027-01-01T00:00:00Z"}},
        ],
    }))
    .unwrap();
    Profile::new(terms).unwrap().to_policy("urn:profile:turbine").unwrap().json().clone()
}

/// What the builder writes.
fn built() -> Value {
    let policy = PolicyBuilder::offer("urn:offer:built").target("urn:asset:bearing").permit("use", |rule| {
        rule.constraint("purpose", Operator::Eq, "quality").constraint("count", Operator::Lteq, 3)
    });
    policy.build().unwrap().json().clone()
}

/// A policy of which hardly anything is known.
pub(crate) fn foreign() -> Value {
    json!({"@type": "Set", "@id": "urn:policy:foreign", "profile": "urn:profile:moods", "conflict": "toss", "permission": [{
        "action": "urn:x:frame", "unless": {"moon": "full"}, "constraint": [
            atomic("urn:x:mood", "eq", "good"),
            atomic("purpose", "resembles", "quality"),
            {"leftOperand": "count", "operator": "lt", "rightOperand": 5, "except": ["sundays"]},
        ]}], "mood": "good"})
}
