//! What the kit expects to find in the connector under test.

use std::net::SocketAddr;

use serde_json::{Map, Value, json};

use super::script::{CATALOG, NEGOTIATIONS_PROVIDER, Row, TRANSFERRED, TRANSFERS_CONSUMER, TRANSFERS_PROVIDER};
use super::{FORMAT, KIT, UNDER_TEST};
use crate::Failure;
use crate::connector::Management;

/// Publishes 18 assets under one offer that a person answers, makes the kit a partner, and records the 32 agreements that
/// the transfer tests assume were concluded before.
pub(super) async fn seed(management: &Management, kit_address: &str, source: &SocketAddr) -> Result<(), Failure> {
    management.put(&format!("partners/{KIT}"), &json!({"name": "DSP TCK", "dspAddress": kit_address})).await?;
    for asset in assets() {
        management.post("assets", &asset_body(asset, source)).await?;
    }
    let policy =
        json!({"@context": super::operator::ODRL, "@type": "Set", "@id": "open", "permission": [{"action": "use"}]});
    management.post("policies", &json!({"id": "open", "policy": policy})).await?;
    management.post("offers", &offer_body()).await?;
    for row in &TRANSFERS_PROVIDER {
        management.post("agreements", &agreement_body(row, "provider", UNDER_TEST, KIT, kit_address)).await?;
    }
    for row in &TRANSFERS_CONSUMER {
        management.post("agreements", &agreement_body(row, "consumer", KIT, UNDER_TEST, kit_address)).await?;
    }
    Ok(())
}

/// The DSP offer id of a dataset. The kit has the one of `CN_01_02` written into its code.
pub(super) fn offer_id(asset: &str) -> String {
    format!("CD123:{asset}:456")
}

fn assets() -> impl Iterator<Item = &'static str> {
    let negotiated = NEGOTIATIONS_PROVIDER.iter().map(|row| row.id);
    let shown = CATALOG.iter().take(2).map(|(_, dataset)| *dataset);
    negotiated.chain(shown).chain([TRANSFERRED])
}

fn asset_body(asset: &str, source: &SocketAddr) -> Value {
    json!({
        "id": asset,
        "properties": {"name": asset},
        "source": {"type": "HttpData", "baseUrl": format!("http://{source}/source/{asset}")},
        "formats": [FORMAT],
    })
}

fn offer_body() -> Value {
    let ids: Map<String, Value> = assets().map(|asset| (asset.to_owned(), offer_id(asset).into())).collect();
    json!({
        "id": "CD123",
        "assets": {"all": true},
        "accessPolicy": "open",
        "usagePolicy": "open",
        "automation": {"answer": "hold", "finalize": "hold", "transfer": "hold"},
        "offerIds": ids,
    })
}

fn agreement_body(row: &Row, role: &str, assigner: &str, assignee: &str, kit_address: &str) -> Value {
    json!({
        "agreement": {
            "@context": super::operator::ODRL,
            "@type": "Agreement",
            "@id": row.id,
            "target": TRANSFERRED,
            "assigner": assigner,
            "assignee": assignee,
            "timestamp": "2026-01-01T00:00:00Z",
            "permission": [{"action": "use"}],
        },
        "role": role,
        "partner": KIT,
        "partnerAddress": kit_address,
        "automation": {"transfer": "hold"},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighteen_assets_each_with_a_fixed_offer_id() {
        assert_eq!(assets().count(), 18);
        assert_eq!(offer_body()["offerIds"]["ACN0102"], "CD123:ACN0102:456");
    }
}
