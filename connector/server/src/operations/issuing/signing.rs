//! What a holder asked for becomes credentials, or a rejection.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use symbolon_identity::credential::{Draft, SchemaReference, StatusEntry};
use symbolon_identity::did::Relationship;

use super::status;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::dataspaces::{CredentialSchema, CredentialType};
use crate::storage::issuance::{self as rows, Delivery, IssuanceState, StoredIssuance};
use crate::storage::issued::{self, CredentialState, IssuedCredential};
use crate::storage::members::{self, Member, MemberState};
use crate::storage::status_lists::StatusList;
use crate::{clock, ids};

/// How often issuing starts anew when somebody else took a place in the status list.
const ATTEMPTS: usize = 16;

/// Decides a request: signs all that was asked for, or rejects it as a whole. In one commit with the places in the status
/// lists and the state.
///
/// # Errors
/// When keys or storage fail; it is to be tried again.
pub(crate) async fn decide(connector: &Arc<Connector>, stored: &StoredIssuance) -> Result<(), Problem> {
    for _ in 0..ATTEMPTS {
        let mut change = Change::default();
        match sign_all(connector, &mut change, stored).await {
            Ok(()) => finish(&mut change, stored, IssuanceState::Issued, None),
            Err(Refused::Holder(reason)) => {
                tracing::info!(
                    issuance = stored.id,
                    holder = stored.holder,
                    reason,
                    "a request for credentials is rejected"
                );
                change = Change::default();
                finish(&mut change, stored, IssuanceState::Rejected, Some(reason));
            }
            Err(Refused::Ourselves(problem)) => return Err(problem),
        }
        match connector.commit(change).await {
            // Another request took the place in the status list.
            Err(StorageError::Duplicate { .. }) => {}
            // It was decided already.
            Ok(()) | Err(StorageError::Conflict { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::internal(format!("no place in a status list was found for {}", stored.id)))
}

/// Why nothing was signed.
enum Refused {
    /// The holder may not have it; this is what it is told.
    Holder(String),
    /// It may work later.
    Ourselves(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        match problem.kind {
            Kind::Internal | Kind::Unavailable | Kind::TooMany(_) | Kind::BadGateway | Kind::GatewayTimeout => {
                Self::Ourselves(problem)
            }
            Kind::BadRequest
            | Kind::Unauthenticated
            | Kind::Forbidden
            | Kind::NotFound
            | Kind::MethodNotAllowed
            | Kind::Conflict
            | Kind::TooLarge
            | Kind::Unprocessable
            | Kind::NotImplemented => Self::Holder(problem.detail),
        }
    }
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        Self::Ourselves(error.into())
    }
}

fn finish(change: &mut Change, stored: &StoredIssuance, state: IssuanceState, reason: Option<String>) {
    let (version, updated) = (stored.version + 1, clock::millis(clock::now()));
    let next = StoredIssuance { state, reason, delivery: Delivery::Pending, version, updated, ..stored.clone() };
    change.write(rows::update(&next));
    let kind = match state {
        IssuanceState::Rejected => "issuance.rejected",
        IssuanceState::Issued | IssuanceState::Received => "issuance.issued",
    };
    let body = json!({"state": state.name(), "dataspace": next.dataspace, "reason": next.reason});
    change.event(kind, &next.id, Some(&next.holder), body);
}

async fn sign_all(connector: &Connector, change: &mut Change, stored: &StoredIssuance) -> Result<(), Refused> {
    let Some(dataspace) = connector.dataspaces.get(&stored.dataspace) else {
        return Err(Refused::Holder("this dataspace is not run here any more".to_owned()));
    };
    let member = members::by_did(&connector.db, &stored.dataspace, &stored.holder).await?;
    let Some(member) = member.filter(|member| member.state == MemberState::Active) else {
        return Err(Refused::Holder("the holder is no member of the dataspace".to_owned()));
    };
    let mut opened = None;
    for wanted in &stored.wanted {
        let Some((_, kind)) = dataspace.credential_objects().find(|(id, _)| id == wanted) else {
            return Err(Refused::Holder(format!("the credential {wanted:?} is not issued any more")));
        };
        sign(connector, change, &mut opened, stored, &member, kind).await?;
    }
    Ok(())
}

async fn sign(
    connector: &Connector,
    change: &mut Change,
    opened: &mut Option<StatusList>,
    stored: &StoredIssuance,
    member: &Member,
    kind: &CredentialType,
) -> Result<(), Refused> {
    let profile = super::profile(&kind.profile)?;
    let mut subject = claims(&kind.claims, &member.attributes).map_err(|name| {
        Refused::Holder(format!("a {} says {name:?} of its holder, which is not known of this member", kind.r#type))
    })?;
    subject.insert("id".to_owned(), member.did.as_str().into());
    let place = status::allocate(connector, change, opened, profile, kind.suspendable).await?;
    let (id, now) = (ids::plain(), clock::now());
    let valid_until = now.saturating_add(SignedDuration::from_hours(i64::from(kind.validity_days) * 24));
    let valid_until = valid_until.map_err(Problem::internal)?;
    let draft = draft(kind, subject, &id, place.entries, (now, valid_until));
    let keys = connector.keys();
    let held = keys.signer(Relationship::AssertionMethod, now).map_err(Problem::from)?;
    let raw = draft.sign(profile, held, now).await.map_err(Problem::internal)?;
    let credential = IssuedCredential {
        id,
        issuance: stored.id.clone(),
        dataspace: stored.dataspace.clone(),
        holder: member.did.clone(),
        kind: kind.r#type.clone(),
        format: kind.profile.clone(),
        raw,
        status_list: place.list,
        status_index: place.index,
        suspendable: kind.suspendable,
        state: CredentialState::Valid,
        reason: None,
        version: 1,
        issued: clock::millis(now),
        valid_until: clock::millis(valid_until),
        updated: clock::millis(now),
    };
    change.write(issued::insert(&credential));
    let body = json!({"type": credential.kind, "format": credential.format, "dataspace": credential.dataspace,
        "issuance": stored.id, "state": credential.state.name()});
    change.event("credential.issued", &credential.id, Some(&member.did), body);
    Ok(())
}

fn draft(
    kind: &CredentialType,
    subject: Map<String, Value>,
    id: &str,
    statuses: Vec<StatusEntry>,
    (from, until): (Timestamp, Timestamp),
) -> Draft {
    let schema = |schema: &CredentialSchema| SchemaReference { id: schema.id.clone(), kind: schema.r#type.clone() };
    Draft {
        id: Some(format!("urn:uuid:{id}")),
        types: vec![kind.r#type.clone()],
        contexts: kind.contexts.clone(),
        subject: Value::Object(subject),
        valid_from: from,
        valid_until: Some(until),
        statuses,
        schemas: kind.schema.iter().map(schema).collect(),
    }
}

/// The claims with each `{name}` replaced by the attribute of that name; the name of one that is missing.
fn claims(template: &Map<String, Value>, attributes: &BTreeMap<String, String>) -> Result<Map<String, Value>, String> {
    template.iter().map(|(name, value)| Ok((name.clone(), filled(value, attributes)?))).collect()
}

fn filled(value: &Value, attributes: &BTreeMap<String, String>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(replaced(text, attributes)?),
        Value::Array(items) => items.iter().map(|item| filled(item, attributes)).collect::<Result<_, _>>()?,
        Value::Object(members) => Value::Object(claims(members, attributes)?),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

fn replaced(text: &str, attributes: &BTreeMap<String, String>) -> Result<String, String> {
    let mut parts = text.split('{');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) => {
                result.push_str(attributes.get(name).ok_or_else(|| name.to_owned())?);
                result.push_str(rest);
            }
            None => {
                result.push('{');
                result.push_str(part);
            }
        }
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_take_their_places() {
        let attributes =
            BTreeMap::from([("bpn".to_owned(), "BPNL1".to_owned()), ("town".to_owned(), "{bpn}".to_owned())]);
        let cases = [
            (json!({"a": "{bpn}"}), Ok(json!({"a": "BPNL1"}))),
            (json!({"a": ["x {bpn} y {bpn}", 1, null]}), Ok(json!({"a": ["x BPNL1 y BPNL1", 1, null]}))),
            (json!({"a": {"b": "{bpn"}}), Ok(json!({"a": {"b": "{bpn"}}))),
            // What an attribute says is not looked at again.
            (json!({"a": "{town}"}), Ok(json!({"a": "{bpn}"}))),
            (json!({"a": "{region}"}), Err("region".to_owned())),
        ];
        for (template, expected) in cases {
            let template = template.as_object().cloned().unwrap_or_default();
            assert_eq!(claims(&template, &attributes).map(Value::Object), expected);
        }
    }
}
