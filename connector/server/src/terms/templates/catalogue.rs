//! The templates.

use serde_json::{Value, json};
use symbolon_vocab::{admissibility as adm, catenax as cx, export_control as ec, odrl, symbolon};

use super::{Filled, Parameter, ParameterKind, Template, refused};
use crate::problem::Problem;

const NOTHING: fn() -> Value = || Value::Null;

pub(super) const TEMPLATES: &[Template] = &[
    Template {
        id: "everyone",
        title: "Everyone",
        description: "Every partner sees the offer, as long as it belongs to the dataspace that the offer is in.",
        kind: "access",
        parameters: &[],
        policy: |_| Ok(set(None, json!({"action": "use"}))),
    },
    Template {
        id: "members",
        title: "Members of the dataspace",
        description: "Partners see the offer that present a membership credential which the offer's dataspace believes.",
        kind: "access",
        parameters: &[],
        policy: |_| Ok(access(constraint(cx::MEMBERSHIP, "eq", json!("active")))),
    },
    Template {
        id: "partners",
        title: "Certain partners",
        description: "Only these partners see the offer. A partner proves its id with each message.",
        kind: "access",
        parameters: &[Parameter {
            name: "partners",
            label: "Partners",
            kind: ParameterKind::Partners,
            required: true,
            default: NOTHING,
            example: || json!(["did:web:oem.example"]),
            operand: Some(symbolon::PARTICIPANT_ID),
        }],
        policy: |given| {
            let these = constraint(symbolon::PARTICIPANT_ID, "isAnyOf", given.get("partners"));
            Ok(set(None, json!({"action": "use", "constraint": [these]})))
        },
    },
    Template {
        id: "numbers",
        title: "Certain business partner numbers",
        description: "Only partners with these numbers see the offer. A credential proves the number, or the directory of the \
            dataspace has it.",
        kind: "access",
        parameters: &[Parameter {
            name: "numbers",
            label: "Business partner numbers",
            kind: ParameterKind::List,
            required: true,
            default: NOTHING,
            example: || json!(["BPNL00000003AYRE"]),
            operand: Some(cx::BUSINESS_PARTNER_NUMBER),
        }],
        policy: |given| Ok(access(constraint(cx::BUSINESS_PARTNER_NUMBER, "isAnyOf", given.get("numbers")))),
    },
    Template {
        id: "group",
        title: "A group of partners",
        description: "Partners see the offer that your registry of partners puts into one of these groups \
            (BusinessPartnerGroup).",
        kind: "access",
        parameters: &[Parameter {
            name: "groups",
            label: "Groups",
            kind: ParameterKind::List,
            required: true,
            default: NOTHING,
            example: || json!(["gold"]),
            operand: Some(cx::BUSINESS_PARTNER_GROUP),
        }],
        policy: |given| Ok(access(constraint(cx::BUSINESS_PARTNER_GROUP, "isAnyOf", given.get("groups")))),
    },
    Template {
        id: "unrestricted",
        title: "Any use",
        description: "The data may be used for anything, for as long as the agreement is in force.",
        kind: "usage",
        parameters: &[],
        policy: |_| Ok(set(None, json!({"action": "use"}))),
    },
    Template {
        id: "until",
        title: "Until a date",
        description: "The data may be used until then. Every request is decided by the time at which it comes.",
        kind: "usage",
        parameters: &[Parameter {
            name: "until",
            label: "End of use",
            kind: ParameterKind::Moment,
            required: true,
            default: NOTHING,
            example: || json!("2030-12-31T23:00:00Z"),
            operand: Some(odrl::DATE_TIME),
        }],
        policy: |given| Ok(usage(vec![constraint(odrl::DATE_TIME, "lt", given.get("until"))])),
    },
    Template {
        id: "own-use",
        title: "Own use only",
        description: "The data may be used, and may not be passed on to others.",
        kind: "usage",
        parameters: &[],
        policy: |_| {
            let onward = [odrl::DISTRIBUTE, odrl::GRANT_USE, odrl::PRESENT].map(|action| json!({"action": action}));
            let mut policy = set(None, json!({"action": "use"}));
            policy["prohibition"] = json!(onward);
            Ok(policy)
        },
    },
    CATENA_X,
    Template {
        id: "count",
        title: "A number of times",
        description: "The data may be had so many times under one agreement. The connector counts, before the first byte leaves.",
        kind: "usage",
        parameters: &[Parameter {
            name: "times",
            label: "Number of times",
            kind: ParameterKind::Number,
            required: true,
            default: || json!(10),
            example: || json!(10),
            operand: Some(odrl::COUNT),
        }],
        policy: |given| Ok(usage(vec![constraint(odrl::COUNT, "lteq", given.get("times"))])),
    },
    Template {
        id: "parts",
        title: "Certain part numbers",
        description: "Only data about these part numbers may be had. The asset's property adm:partNumber or the path of a \
            request (pathFacts) says which part it is about.",
        kind: "usage",
        parameters: &[Parameter {
            name: "parts",
            label: "Part numbers",
            kind: ParameterKind::List,
            required: true,
            default: NOTHING,
            example: || json!(["SN-20417"]),
            operand: Some(adm::PART_NUMBER),
        }],
        policy: |given| Ok(usage(vec![constraint(adm::PART_NUMBER, "isAnyOf", given.get("parts"))])),
    },
    EXPORT_CONTROL,
];

const CATENA_X: Template = Template {
    id: "catena-x",
    title: "Catena-X: framework and purpose",
    description: "The terms of Catena-X (CX-0152): the partner has signed the framework agreement and uses the data for one of \
        these purposes. With a number of days, use ends so long after signing.",
    kind: "usage",
    parameters: &[
        Parameter {
            name: "framework",
            label: "Framework agreement",
            kind: ParameterKind::Text,
            required: true,
            default: || json!("DataExchangeGovernance:1.0"),
            example: || json!("DataExchangeGovernance:1.0"),
            operand: Some(cx::FRAMEWORK_AGREEMENT),
        },
        Parameter {
            name: "purposes",
            label: "Purposes",
            kind: ParameterKind::List,
            required: true,
            default: || json!(["cx.core.industrycore:1"]),
            example: || json!(["cx.core.industrycore:1"]),
            operand: Some(cx::USAGE_PURPOSE),
        },
        Parameter {
            name: "days",
            label: "Days of use after signing",
            kind: ParameterKind::Number,
            required: false,
            default: NOTHING,
            example: || json!(365),
            operand: Some(cx::DATA_USAGE_END_DURATION_DAYS),
        },
    ],
    policy: |given| {
        let mut all = vec![
            constraint(cx::FRAMEWORK_AGREEMENT, "eq", given.get("framework")),
            constraint(cx::USAGE_PURPOSE, "isAnyOf", given.get("purposes")),
        ];
        if given.has("days") {
            all.push(constraint(cx::DATA_USAGE_END_DURATION_DAYS, "eq", given.get("days")));
        }
        Ok(set(Some(cx::NAMESPACE), json!({"action": "use", "constraint": [{"and": all}]})))
    },
};

const EXPORT_CONTROL: Template = Template {
    id: "export-control",
    title: "Export-controlled data",
    description: "Data of these classes goes to these countries only and, if nationalities are given, only where all persons \
        who see it have one of them. The asset's private property ec:eccn or ec:euDualUse says its class; an asset without one \
        is refused. Countries and nationalities come from credentials that the dataspace believes. This is no legal advice.",
    kind: "usage",
    parameters: &[
        Parameter {
            name: "eccn",
            label: "Classes of the US Commerce Control List",
            kind: ParameterKind::List,
            required: false,
            default: NOTHING,
            example: || json!(["2E003"]),
            operand: Some(ec::ECCN),
        },
        Parameter {
            name: "euDualUse",
            label: "Classes of the EU dual-use list",
            kind: ParameterKind::List,
            required: false,
            default: || json!(["2E003"]),
            example: || json!(["2E003"]),
            operand: Some(ec::EU_DUAL_USE),
        },
        Parameter {
            name: "countries",
            label: "Countries that may receive it",
            kind: ParameterKind::Countries,
            required: true,
            default: NOTHING,
            example: || json!(["DE", "FR"]),
            operand: Some(ec::LOCATION),
        },
        Parameter {
            name: "nationalities",
            label: "Nationalities that may see it",
            kind: ParameterKind::Countries,
            required: false,
            default: NOTHING,
            example: || json!(["DE", "FR"]),
            operand: Some(ec::NATIONALITY),
        },
    ],
    policy: export_controlled,
};

fn export_controlled(given: &Filled) -> Result<Value, Problem> {
    if !given.has("eccn") && !given.has("euDualUse") {
        return Err(refused(
            "euDualUse",
            "or \"eccn\" has to be given: a rule of export control is about a class".to_owned(),
        ));
    }
    let operands = [
        ("eccn", ec::ECCN),
        ("euDualUse", ec::EU_DUAL_USE),
        ("countries", ec::LOCATION),
        ("nationalities", ec::NATIONALITY),
    ];
    let given_ones = operands.iter().filter(|(name, _)| given.has(name));
    let constraints: Vec<Value> =
        given_ones.map(|(name, operand)| constraint(operand, "isAnyOf", given.get(name))).collect();
    Ok(set(Some(ec::NAMESPACE), json!({"action": "use", "constraint": constraints})))
}

fn access(constraint: Value) -> Value {
    set(Some(cx::NAMESPACE), json!({"action": cx::ACCESS, "constraint": [constraint]}))
}

fn usage(constraints: Vec<Value>) -> Value {
    set(None, json!({"action": "use", "constraint": constraints}))
}

/// A policy of one permission.
fn set(profile: Option<&str>, permission: Value) -> Value {
    let mut policy = json!({"@type": "Set", "permission": [permission]});
    if let Some(profile) = profile {
        policy["profile"] = profile.into();
    }
    policy
}

/// With names in full: they mean the same under every context.
fn constraint(operand: &str, operator: &str, value: Value) -> Value {
    json!({"leftOperand": operand, "operator": operator, "rightOperand": value})
}
