//! The roles of the connector under test, and how the kit is told about each.

use super::{PACKAGE, seed};
use crate::connector::Connector;
use crate::kit::Properties;

/// Whose part the connector plays in a run of the kit; the kit plays all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Stores credentials and presents them.
    Holder,
    /// Asks for credentials before it answers.
    Verifier,
    /// Issues credentials.
    Issuer,
}

impl Role {
    /// In the order in which they are tested.
    pub(super) const ALL: [Self; 3] = [Self::Issuer, Self::Holder, Self::Verifier];

    /// The kit on this port, with the connector in this role.
    pub(super) fn properties(self, connector: &Connector, port: u16) -> Properties {
        let mut properties = Properties::new("localhost", port);
        let did = connector.participant();
        let (role, packages) = match self {
            Self::Holder => ("holder", [".presentation.cs", ".issuance.cs"].as_slice()),
            Self::Verifier => ("verifier", [".presentation.verifier"].as_slice()),
            Self::Issuer => ("issuer", [".issuance.issuer"].as_slice()),
        };
        let packages: Vec<_> = packages.iter().map(|name| format!("{PACKAGE}{name}")).collect();
        properties.set("dataspacetck.test.package", packages.join(","));
        properties.set(&format!("dataspacetck.did.{role}"), did);
        match self {
            Self::Holder => {
                properties.set("dataspacetck.sts.url", format!("{}/identity/sts", connector.public_url()));
                properties.set("dataspacetck.sts.client.id", seed::CLIENT);
                properties.set("dataspacetck.sts.client.secret", seed::CLIENT_SECRET);
                properties.set("dataspacetck.credentials.correlation.id", seed::HOLDER_PID);
            }
            Self::Verifier => {
                let catalog = format!("{}/catalog/request", connector.dsp_address());
                properties.set("dataspacetck.vpp.trigger.endpoint", catalog);
            }
            Self::Issuer => {}
        }
        properties
    }
}

/// The DID of one of the kit's own roles, when it listens on this port.
pub(super) fn did_of_kit(role: &str, port: u16) -> String {
    format!("did:web:localhost%3A{port}:{role}")
}
