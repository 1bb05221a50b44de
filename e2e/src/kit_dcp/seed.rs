//! What an operator tells the connector under test about the kit.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::role::{Role, did_of_kit};
use crate::Failure;
use crate::connector::{Connector, Management};

/// Client of the token service, by which the kit has access tokens made as the holder's own software would.
pub(super) const CLIENT: &str = "kit";
/// Its secret.
pub(super) const CLIENT_SECRET: &str = "kit-secret-of-the-token-service";
/// The id of the holder's request that the kit's issuer delivers credentials for, again and again.
pub(super) const HOLDER_PID: &str = "request-of-the-kit";

/// The credential types of the kit.
const TYPES: [&str; 2] = ["MembershipCredential", "SensitiveDataCredential"];
/// The only profile that the kit speaks.
const PROFILE: &str = "vc11-sl2021/jwt";
const REQUIRED: &str = "org.eclipse.dspace.dcp.vc.type:MembershipCredential:read";

/// The token service's client as a member of the configuration.
pub(super) fn token_client() -> String {
    format!(r#"[{{id="{CLIENT}",secret_sha256="{}"}}]"#, hex::encode(Sha256::digest(CLIENT_SECRET)))
}

/// Prepares the connector for a run of the kit on this port.
pub(super) async fn seed(connector: &Connector, role: Role, port: u16) -> Result<(), Failure> {
    let management = connector.management();
    let issuer = did_of_kit("issuer", port);
    match role {
        Role::Issuer => management.put("dataspaces/ours", &dataspace_of_ours()).await.map(drop),
        Role::Holder => {
            management.put("dataspaces/kit", &dataspace_of(&issuer)).await?;
            await_credentials(management, &issuer).await
        }
        Role::Verifier => management.put("dataspaces/kit", &dataspace_of(&issuer)).await.map(drop),
    }
}

/// A dataspace in which the kit's issuer is believed, and membership has to be shown.
fn dataspace_of(issuer: &str) -> Value {
    json!({
        "name": "The kit's dataspace",
        "issuers": [{"did": issuer, "types": TYPES}],
        "requiredScopes": [REQUIRED],
    })
}

/// A dataspace that anybody may join; its credentials are those that the kit asks for.
fn dataspace_of_ours() -> Value {
    let types = TYPES.map(|name| json!({"type": name, "profile": PROFILE, "claims": {}, "validityDays": 30}));
    json!({"name": "Ours", "issuing": {"admission": "open", "types": types}})
}

/// The request that the kit's deliveries answer. Its issuer does not listen yet, and never hears of it.
async fn await_credentials(management: &Management, issuer: &str) -> Result<(), Failure> {
    let credentials = TYPES.map(|name| json!({"type": name, "format": PROFILE}));
    let body = json!({"issuer": issuer, "holderPid": HOLDER_PID, "credentials": credentials, "send": false});
    management.post("credential-requests", &body).await.map(drop)
}
