//! Offers of ours: a member is told what it may ask for, such as a new credential in the place of one that ends
//! (DCP 1.0, 6.6).

use serde_json::json;
use symbolon_identity::did;
use symbolon_identity::token::Extra;
use symbolon_vocab::dcp::{self, CredentialObject, CredentialOfferMessage};

use super::{REASON_BYTES, delivering, objects};
use crate::authentication::{Operator, Permission};
use crate::connector::{Change, Connector};
use crate::operations::dataspaces::run_by_us;
use crate::problem::{Kind, Problem};
use crate::storage::issuance as rows;
use crate::storage::members::{self, MemberState};

/// What to offer to a member.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Types of credentials; none: all that the dataspace issues.
    pub types: Vec<String>,
    /// Why, such as `reissue`.
    pub reason: Option<String>,
}

/// Sends an offer to a member's credential service. It is sent once: an operator sees at once whether it arrived.
///
/// # Errors
/// 403, 404; 422 for a type that the dataspace does not issue; 502 if the member does not take it.
pub async fn offer(
    connector: &Connector,
    operator: &Operator,
    dataspace: &str,
    member: &str,
    draft: Draft,
) -> Result<Vec<CredentialObject>, Problem> {
    operator.must(Permission::Administer)?;
    let (stored, _) = run_by_us(connector, dataspace)?;
    let member = &*did::normalise(member);
    let known = members::by_did(&connector.db, dataspace, member).await?;
    if known.is_none_or(|known| known.state != MemberState::Active) {
        return Err(Problem::not_found("member", member));
    }
    if draft.reason.as_ref().is_some_and(|reason| reason.len() > REASON_BYTES) {
        let detail = format!("a reason has at most {REASON_BYTES} bytes");
        return Err(Problem::new(Kind::Unprocessable, "offer.reason", detail).with_rule("reason"));
    }
    let ids: Vec<String> = stored.credential_objects().map(|(id, _)| id).collect();
    let of_dataspace = objects(connector).into_iter().filter(|object| ids.contains(&object.id));
    let offered = chosen(of_dataspace, &draft)?;
    let message = CredentialOfferMessage { issuer: connector.participant.clone(), credentials: offered.clone() };
    let told = rows::newest_address(&connector.db, member).await?;
    let address = delivering::credential_service(connector, member, told.as_deref()).await?;
    let authorization = format!("Bearer {}", connector.authentication.issue(member, Extra::default()).await?);
    let answer = connector.http.post_as(&authorization, &format!("{address}/offers"), dcp::to_bytes(&message)).await?;
    if !answer.is_success() {
        return Err(Problem::new(Kind::BadGateway, "offer.refused", answer.refusal()));
    }
    let mut change = Change::default();
    let types: Vec<_> = offered.iter().filter_map(|object| object.credential_type.as_deref()).collect();
    let body = json!({"by": operator.name(), "dataspace": dataspace, "types": types, "reason": draft.reason});
    change.event("offer.sent", member, Some(member), body);
    connector.commit(change).await?;
    Ok(offered)
}

fn chosen(objects: impl Iterator<Item = CredentialObject>, draft: &Draft) -> Result<Vec<CredentialObject>, Problem> {
    let is_meant = |object: &CredentialObject| {
        draft.types.is_empty() || draft.types.iter().any(|kind| object.credential_type.as_ref() == Some(kind))
    };
    let with_reason = |object| CredentialObject { offer_reason: draft.reason.clone(), ..object };
    let offered: Vec<_> = objects.filter(is_meant).map(with_reason).collect();
    let is_there = |kind: &&String| offered.iter().any(|object| object.credential_type.as_ref() == Some(*kind));
    if let Some(missing) = draft.types.iter().find(|kind| !is_there(kind)) {
        let detail = format!("the dataspace issues no {missing}");
        return Err(Problem::new(Kind::Unprocessable, "offer.type", detail).with_rule("types"));
    }
    if offered.is_empty() {
        return Err(Problem::new(Kind::Unprocessable, "offer.type", "the dataspace issues nothing").with_rule("types"));
    }
    Ok(offered)
}
