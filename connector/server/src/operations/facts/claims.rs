//! Claims of any credential: a dataspace says which member of which type is a value of which operand.

use serde_json::Value;

use crate::connector::Connector;
use crate::operations::{operands, presenting};
use crate::storage::dataspaces::{Claim, StoredDataspace};
use crate::storage::presentations::PresentedCredential;

/// Values that one member may give.
const VALUES: usize = 100;

/// What the credential says by the dataspace's claims: operand and value. A claim counts only where the dataspace trusts the
/// issuer for the very type that the claim names, whatever else the credential is.
pub(super) fn said(
    connector: &Connector,
    dataspace: &StoredDataspace,
    holder: &str,
    credential: &PresentedCredential,
) -> Vec<(String, Value)> {
    let trusted = |claim: &&Claim| credential.types.contains(&claim.r#type) && is_trusted(dataspace, credential, claim);
    let claims: Vec<&Claim> = dataspace.claims.iter().filter(trusted).collect();
    if claims.is_empty() {
        return Vec::new();
    }
    let Ok(parsed) = presenting::parsed(connector, credential) else { return Vec::new() };
    let about_holder = |subject: &&Value| subject.get("id").is_none_or(|id| id == holder);
    let subjects: Vec<&Value> = parsed.subjects().iter().filter(about_holder).collect();
    let mut said = Vec::new();
    for claim in claims {
        for value in subjects.iter().filter_map(|subject| member(subject, &claim.member)) {
            let plain = operands::values(value).filter_map(plain).take(VALUES);
            said.extend(plain.map(|value| (claim.operand.clone(), value)));
        }
    }
    said
}

fn is_trusted(dataspace: &StoredDataspace, credential: &PresentedCredential, claim: &Claim) -> bool {
    dataspace.issuers.iter().any(|issuer| {
        let for_type = issuer.types.as_ref().is_none_or(|types| types.contains(&claim.r#type));
        issuer.did == credential.issuer && for_type
    })
}

/// What stands at `address/country`.
fn member<'a>(subject: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(subject, |value, name| value.get(name))
}

/// A text, a number or a truth, written plainly or as a literal.
fn plain(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(value.clone()),
        Value::Object(_) => operands::text(value).map(Value::from),
        Value::Array(_) | Value::Null => None,
    }
}
