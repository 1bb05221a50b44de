//! Ways to break a constraint or a policy. Written for these tests.

use serde_json::{Value as Json, json};
use symbolon_vocab::catenax;

use super::atomic;

const OPERATORS: &[&str] = &[
    "eq", "neq", "lt", "lteq", "gt", "gteq", "isA", "hasPart", "isPartOf", "isAllOf", "isAnyOf", "isNoneOf", "equals",
];

/// Right operands that are wrong for most operands, and right for some.
fn values() -> Vec<(&'static str, Json)> {
    vec![
        ("text", json!("something else")),
        ("number", json!(7)),
        ("zero", json!(0)),
        ("negative", json!(-1)),
        ("fraction", json!(1.5)),
        ("number as text", json!("7")),
        ("true", json!(true)),
        ("day", json!("2027-12-15")),
        ("instant", json!("2027-12-15T12:00:00Z")),
        ("instant without offset", json!("2027-12-15T12:00:00")),
        ("instant with fraction", json!("2027-12-15T12:00:00.5Z")),
        ("day that is not", json!("2027-02-30T12:00:00Z")),
        ("empty list", json!([])),
        ("list of text", json!(["something else"])),
        ("list of numbers", json!([7])),
        ("object", json!({ "name": "something else" })),
        ("null", Json::Null),
    ]
}

/// A constraint in every other way, each with its name.
pub(super) fn constraints(sample: &Json) -> Vec<(String, Json)> {
    let with = |member: &str, value: Json| {
        let mut broken = sample.clone();
        broken[member] = value;
        broken
    };
    let mut found = Vec::new();
    for operator in OPERATORS.iter().filter(|operator| sample["operator"] != **operator) {
        found.push((format!("operator {operator}"), with("operator", json!(operator))));
    }
    found.extend(values().into_iter().map(|(name, value)| (format!("right {name}"), with("rightOperand", value))));
    found.extend(
        rewritten(&sample["rightOperand"]).into_iter().map(|(name, right)| (name, with("rightOperand", right))),
    );
    for member in ["leftOperand", "operator", "rightOperand"] {
        let mut broken = sample.clone();
        broken.as_object_mut().unwrap().shift_remove(member);
        found.push((format!("without {member}"), broken));
    }
    let left = sample["leftOperand"].as_str().unwrap();
    found.push(("left unknown".to_owned(), with("leftOperand", json!(format!("{left}s")))));
    found.push(("left in small letters".to_owned(), with("leftOperand", json!(left.to_lowercase()))));
    found.push(("another member".to_owned(), with("deadline", json!("tomorrow"))));
    found
}

/// The right operand of the sample itself, changed a little.
fn rewritten(right: &Json) -> Vec<(String, Json)> {
    let named = |name: &str, json: Json| (name.to_owned(), json);
    match right {
        Json::Array(values) => {
            let first = values[0].as_str().unwrap();
            vec![
                named("right alone", json!(first)),
                named("right twice", json!([first, first])),
                named("right and nonsense", json!([first, "something else"])),
                named("right in small letters", json!([first.to_lowercase()])),
                named("right cut", json!([&first[..first.len() - 1]])),
            ]
        }
        Json::String(text) => vec![
            named("right in a list", json!([text])),
            named("right in small letters", json!(text.to_lowercase())),
            named("right cut", json!(&text[..text.len() - 1])),
        ],
        other => vec![named("right in a list", json!([other]))],
    }
}

/// Policies that break one rule about the whole each.
pub(super) fn policies() -> Vec<(&'static str, Json)> {
    let framework = || atomic("FrameworkAgreement", "eq", json!("DataExchangeGovernance:1.0"));
    let purpose = || atomic("UsagePurpose", "isAnyOf", json!(["cx.dcm.base:1"]));
    let member = || atomic("Membership", "eq", json!("active"));
    let partner = || atomic("BusinessPartnerNumber", "isAnyOf", json!(["BPNL000000000042"]));
    let third_party = || atomic("UsageRestriction", "isAllOf", json!(["cx.thirdParty.forbidden:1"]));
    let until = || atomic("DataProvisioningEndDate", "eq", json!("2030-06-30T00:00:00Z"));
    let months = || atomic("WarrantyDurationMonths", "eq", json!(24));
    let precedence = || atomic("Precedence", "eq", json!("cx.precedence.rcAgreement:1"));
    let rule = |action: &str, constraints: &[Json]| json!({ "action": action, "constraint": [{ "and": constraints }] });
    let policy = |permission: Json| permission_only(json!([permission]));
    let usage = |more: &[Json]| policy(rule("use", &[&[framework(), purpose()], more].concat()));
    let with = |mut policy: Json, member: &str, rules: Json| {
        policy[member] = rules;
        policy
    };
    vec![
        ("a partner number in a usage policy", usage(&[partner()])),
        ("a purpose in an access policy", policy(rule("access", &[member(), purpose()]))),
        ("a restriction in a permission", usage(&[third_party()])),
        ("an end of provision in a permission", usage(&[until()])),
        ("no framework", policy(rule("use", &[purpose()]))),
        ("no purpose", policy(rule("use", &[framework()]))),
        ("no constraint at all", policy(json!({ "action": "use" }))),
        (
            "two ends of warranty",
            usage(&[months(), atomic("WarrantyDefinition", "eq", json!("cx.warranty.contractEndDate:1"))]),
        ),
        (
            "two ends of use",
            usage(&[
                atomic("DataUsageEndDate", "eq", json!("2030-06-30T00:00:00Z")),
                atomic("DataUsageEndDefinition", "eq", json!("cx.dataUsageEnd.unlimited:1")),
            ]),
        ),
        ("an action of nobody", policy(rule("exchange", &[framework(), purpose()]))),
        ("an action of ODRL", policy(rule("display", &[framework(), purpose()]))),
        (
            "access and use in one policy",
            permission_only(json!([rule("use", &[framework(), purpose()]), rule("access", &[member()])])),
        ),
        (
            "an obligation beside access",
            with(policy(rule("access", &[member()])), "obligation", json!([rule("use", &[until()])])),
        ),
        (
            "a prohibition beside access",
            with(policy(rule("access", &[member()])), "prohibition", json!([rule("access", &[member()])])),
        ),
        (
            "a precedence in a prohibition",
            with(usage(&[]), "prohibition", json!([rule("use", &[third_party(), precedence()])])),
        ),
        (
            "a precedence in an obligation",
            with(usage(&[]), "obligation", json!([rule("use", &[until(), precedence()])])),
        ),
        (
            "an old framework",
            policy(rule("use", &[atomic("FrameworkAgreement", "eq", json!("DataExchangeGovernance:2.0")), purpose()])),
        ),
        ("constraints side by side", policy(json!({ "action": "use", "constraint": [framework(), purpose()] }))),
        ("a choice", policy(json!({ "action": "use", "constraint": [{ "or": [framework(), purpose()] }] }))),
        ("an operand of ODRL", usage(&[atomic("odrl:language", "eq", json!("en"))])),
        ("a duty of a permission", {
            let mut rule = rule("use", &[framework(), purpose()]);
            rule["duty"] = json!([{ "action": "inform" }]);
            policy(rule)
        }),
    ]
}

fn permission_only(permissions: Json) -> Json {
    json!({ "@type": "Set", "@id": "urn:example:policy", "profile": [catenax::NAMESPACE], "permission": permissions })
}
