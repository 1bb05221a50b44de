//! What the supplier publishes: two assets, who may see them, and under which terms they may be used.

use std::path::Path;

use serde_json::{Value, json};
use symbolon_vocab::catenax::{BUSINESS_PARTNER_NUMBER, FRAMEWORK_AGREEMENT, MEMBERSHIP};
use symbolon_vocab::dspace::ODRL_PROFILE;
use symbolon_vocab::odrl;
use symbolon_vocab::symbolon::PARTICIPANT_ID;

use super::source::{KEY_HEADER, PartSource};
use super::walk::DATASPACE;
use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::http_client::path_segment;

/// The telemetry, a file.
pub(super) const TELEMETRY: &str = "spindle-telemetry";
/// The records of parts, an application of the supplier.
pub(super) const PARTS: &str = "serial-parts";
/// The end of what the terms permit.
pub(super) const PERMITTED_UNTIL: &str = "2035-12-31T23:00:00Z";
/// What the data may be used for.
pub(super) const PURPOSE: &str = "https://luftschloss.example/purpose/process-quality";

const VISIBLE: &str = "seen-by-nirgendwo";
const TERMS: &str = "process-quality-until-2035";
const OFFER: &str = "early-shift";

/// Something to be published: its collection, its id, and its document.
pub(super) type Entry = (&'static str, &'static str, Value);

/// Everything that is published in the dataspace for this partner, who proves this business partner number there.
pub(super) fn entries(telemetry: &Path, parts: &PartSource, partner: &str, number: &str) -> [Entry; 5] {
    [
        ("assets", TELEMETRY, telemetry_asset(telemetry)),
        ("assets", PARTS, parts_asset(parts)),
        ("policies", VISIBLE, json!({"policy": policy(&[constraint(BUSINESS_PARTNER_NUMBER, "isAnyOf", [number])])})),
        ("policies", TERMS, json!({"policy": policy(&terms(partner))})),
        (
            "offers",
            OFFER,
            json!({"assets": {"ids": [TELEMETRY, PARTS]}, "accessPolicy": VISIBLE, "usagePolicy": TERMS,
                "dataspace": DATASPACE}),
        ),
    ]
}

/// Creates the entry, or replaces what an earlier run created.
pub(super) async fn publish(client: &Client, (collection, id, document): &Entry) -> Result<(), Failure> {
    let mut new = document.clone();
    new["id"] = (*id).into();
    match client.post(collection, &new).await {
        Err(Failure::Refused(refusal)) if refusal.status == 409 => {
            client.put(&format!("{collection}/{}", path_segment(id)), document).await.map(drop)
        }
        outcome => outcome.map(drop),
    }
}

fn telemetry_asset(file: &Path) -> Value {
    json!({
        "properties": {
            "name": "Spindle telemetry of SPM-7, early shift of 2026-02-03",
            "description": "Speed [rpm], torque [N·m], bearing temperature [°C] and vibration [mm/s], twice a second",
            "mediaType": "text/csv",
        },
        "source": {"type": "File", "path": file, "mediaType": "text/csv; charset=utf-8"},
    })
}

fn parts_asset(parts: &PartSource) -> Value {
    json!({
        "properties": {
            "name": "Records of the parts SN-20400 to SN-20519",
            "description": "Material, tool and measurements of each part, by serial number",
            "mediaType": "application/json",
        },
        "source": {
            "type": "HttpData",
            "baseUrl": parts.url(),
            "proxyPath": true,
            "headers": {KEY_HEADER: parts.key()},
        },
        "formats": ["HttpData-PULL"],
    })
}

fn terms(partner: &str) -> [Value; 5] {
    [
        constraint(PARTICIPANT_ID, "eq", partner),
        constraint(MEMBERSHIP, "eq", "active"),
        constraint(FRAMEWORK_AGREEMENT, "eq", "DataExchangeGovernance:1.0"),
        constraint(odrl::PURPOSE, "eq", PURPOSE),
        constraint(odrl::DATE_TIME, "lt", PERMITTED_UNTIL),
    ]
}

fn policy(constraints: &[Value]) -> Value {
    json!({
        "@context": ODRL_PROFILE,
        "@type": "Set",
        "permission": [{"action": "use", "constraint": constraints}],
    })
}

fn constraint(operand: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"leftOperand": operand, "operator": operator, "rightOperand": value.into()})
}
