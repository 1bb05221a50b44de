//! Our keys: what signs now, what signed before, and their replacement.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use symbolon_identity::Keyring;

use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};

/// Longest time that replaced keys stay published: ten years, in seconds.
pub const LONGEST_OVERLAP: u64 = 10 * 365 * 24 * 3600;

/// Our keys as they count now.
///
/// # Errors
/// 403.
pub fn list(connector: &Connector, operator: &Operator) -> Result<Arc<Keyring>, Problem> {
    operator.must(Permission::Read)?;
    Ok(connector.keys())
}

/// Our DID document as of now.
///
/// # Errors
/// 403.
pub fn document(connector: &Connector, operator: &Operator) -> Result<Value, Problem> {
    operator.must(Permission::Read)?;
    Ok(connector.identity.document.json())
}

/// Replaces the keys that sign. The new ones are kept and published when this returns. The old ones stay published for
/// `overlap`, so that what they signed can still be verified.
///
/// # Errors
/// 403; 422 for a `did:key`, or an overlap that is too long; 503 where a vault does not answer.
pub async fn rotate(connector: &Connector, operator: &Operator, overlap: Duration) -> Result<Arc<Keyring>, Problem> {
    operator.must(Permission::Administer)?;
    if overlap.as_secs() > LONGEST_OVERLAP {
        let detail = format!("replaced keys stay published for at most {LONGEST_OVERLAP} s");
        return Err(Problem::new(Kind::Unprocessable, "keys.overlap", detail).with_rule("overlapSeconds"));
    }
    let ids = |keyring: &Keyring| keyring.held().iter().map(|held| held.id.clone()).collect::<Vec<_>>();
    let before = ids(&connector.keys());
    let rotated = connector.identity.keys.rotate(clock::now(), overlap).await?;
    let after = ids(&rotated);
    tracing::info!(by = operator.name(), keys = ?after, "the keys were replaced");
    let mut change = Change::default();
    let body = json!({"by": operator.name(), "replaced": before, "keys": after, "overlapSeconds": overlap.as_secs()});
    change.event("keys.rotated", rotated.did(), None, body);
    connector.commit(change).await?;
    Ok(rotated)
}
