//! How the kit is told about the connector under test.

use std::net::SocketAddr;

use serde_json::json;

use super::script::{CATALOG, NEGOTIATIONS_CONSUMER, NEGOTIATIONS_PROVIDER, TRANSFERS_CONSUMER, TRANSFERS_PROVIDER};
use super::{FORMAT, KIT, UNDER_TEST, seed};
use crate::connector::Connector;
use crate::kit::Properties;

/// Seconds that the kit waits for a message or state.
const KIT_WAIT: &str = "15";

/// The connector plays one side of every test.
pub(super) fn against(connector: &Connector, trigger: &SocketAddr, kit_port: u16) -> Properties {
    let mut properties = local(kit_port);
    let authorization = json!({"region": "any", "audience": UNDER_TEST, "clientId": KIT});
    properties.set("dataspacetck.dsp.local.connector", "false");
    properties.set("dataspacetck.dsp.connector.agent.id", UNDER_TEST);
    properties.set("dataspacetck.dsp.connector.http.url", connector.dsp_address());
    properties.set("dataspacetck.dsp.connector.http.base.url", connector.public_url());
    properties.set("dataspacetck.dsp.connector.http.headers.authorization", authorization.to_string());
    properties.set("dataspacetck.dsp.connector.negotiation.initiate.url", format!("http://{trigger}/negotiations"));
    properties.set("dataspacetck.dsp.connector.transfer.initiate.url", format!("http://{trigger}/transfers"));
    name_tests(&mut properties);
    properties
}

/// The kit plays both sides.
pub(super) fn local(kit_port: u16) -> Properties {
    let mut properties = Properties::new("127.0.0.1", kit_port);
    properties.set("dataspacetck.dsp.local.connector", "true");
    properties.set("dataspacetck.dsp.default.wait", KIT_WAIT);
    properties
}

fn name_tests(properties: &mut Properties) {
    for (test, dataset) in CATALOG {
        properties.set(&format!("{test}_DATASETID"), dataset);
    }
    for row in NEGOTIATIONS_PROVIDER.iter().chain(&NEGOTIATIONS_CONSUMER) {
        properties.set(&format!("{}_DATASETID", row.test), row.id);
    }
    for row in &NEGOTIATIONS_PROVIDER {
        properties.set(&format!("{}_OFFERID", row.test), seed::offer_id(row.id));
    }
    for row in TRANSFERS_PROVIDER.iter().chain(&TRANSFERS_CONSUMER) {
        properties.set(&format!("{}_AGREEMENTID", row.test), row.id);
        properties.set(&format!("{}_FORMAT", row.test), FORMAT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_is_configured() {
        let mut properties = local(1);
        let before = properties.len();
        name_tests(&mut properties);
        assert_eq!(properties.len() - before, 3 + 15 + 16 + 15 + 32 + 32);
        assert!(properties.text().contains("\nCN_01_02_OFFERID=CD123:ACN0102:456\n"));
        assert!(properties.text().contains("\nTP_C_01_05_AGREEMENTID=ATPC0105\n"));
    }
}
