//! Joining a dataspace by an invitation.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::text::{Described, Invitation, inspect};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::operations::{dataspaces, partners, wallet};
use crate::problem::{Kind, Problem};
use crate::storage::dataspaces::StoredDataspace;
use crate::storage::partners::{self as partner_rows, Partner};

/// What joining began.
#[derive(Debug)]
pub struct Joined {
    /// The dataspace as we know it now.
    pub dataspace: StoredDataspace,
    /// Participant id of the inviter, who is a partner now.
    pub partner: String,
    /// Our request for credentials.
    pub request: String,
}

/// Joins the dataspace that the invitation leads into: takes its description over, makes the inviter a partner, and asks
/// the issuer for credentials with the invitation's code. All of it is one commit; the credentials come later.
///
/// The dataspace gets the id `own_id`, or else the one that it has at the inviter. Whoever lives in it already, because an
/// earlier invitation did not lead to credentials, keeps its description.
///
/// # Errors
/// As [`inspect`]; 403; 409 if the id is that of another dataspace; 422 if the description cannot be used here.
pub async fn join(
    connector: &Arc<Connector>,
    operator: &Operator,
    text: &str,
    own_id: Option<String>,
) -> Result<Joined, Problem> {
    operator.must(Permission::Administer)?;
    let invitation = inspect(connector, operator, text).await?;
    if invitation.issuer == connector.participant {
        let detail = "this connector made the invitation itself, and is a member without it";
        return Err(Problem::new(Kind::Conflict, "invitation.own", detail).with_rule("invitation"));
    }
    let id = own_id.unwrap_or_else(|| invitation.dataspace.id.clone());
    let known = connector.dataspaces.get(&id);
    check_same(known.as_ref(), &id, &invitation)?;
    let mut change = Change::default();
    let dataspace = match known {
        Some(known) => known,
        None => dataspaces::describe(connector, &mut change, operator, &id, draft_of(invitation.dataspace))?,
    };
    meet(connector, &mut change, operator, &invitation.iss, invitation.inviter).await?;
    let asking = wallet::Draft {
        issuer: invitation.issuer,
        credentials: Vec::new(),
        dataspace: Some(id.clone()),
        code: Some(invitation.code),
        address: Some(invitation.issuer_service),
        holder_pid: None,
        send: true,
    };
    let request = wallet::ask_in(&mut change, operator, asking, invitation.credentials)?.id;
    change.event("dataspace.joined", &id, Some(&invitation.iss), json!({"by": operator.name(), "request": request}));
    dataspaces::commit(connector, change).await?;
    Ok(Joined { dataspace, partner: invitation.iss, request })
}

/// A dataspace that is here under this id already must be the one that the invitation leads into.
fn check_same(known: Option<&StoredDataspace>, id: &str, invitation: &Invitation) -> Result<(), Problem> {
    let Some(known) = known else { return Ok(()) };
    if known.issuing.is_none() && known.issuers.iter().any(|issuer| issuer.did == invitation.issuer) {
        return Ok(());
    }
    let detail = format!("this connector lives in another dataspace {id:?} already");
    Err(Problem::new(Kind::Conflict, "already-exists", detail).with_rule("id").with_hint("join it under another id"))
}

fn draft_of(described: Described) -> dataspaces::Draft {
    dataspaces::Draft {
        name: described.name,
        issuers: described.issuers,
        required_scopes: described.required_scopes,
        presented_scopes: described.presented_scopes,
        profile: described.profile,
        directory: described.directory,
        issuing: None,
        claims: Vec::new(),
    }
}

/// Makes the inviter a partner. What is known of it already stays, but for its address.
async fn meet(
    connector: &Connector,
    change: &mut Change,
    operator: &Operator,
    inviter: &str,
    described: super::Inviter,
) -> Result<(), Problem> {
    partners::check_id(inviter)?;
    let dsp_address = partners::checked_address(connector, "inviter.dspAddress", &described.dsp_address)?;
    let known = partner_rows::by_id(&connector.db, inviter).await?;
    let kind = if known.is_some() { "partner.changed" } else { "partner.created" };
    let now = clock::millis(clock::now());
    let partner = match known {
        Some(known) => Partner { dsp_address, updated: now, ..known },
        None => Partner {
            id: inviter.to_owned(),
            name: described.name,
            dsp_address,
            claims: BTreeMap::new(),
            created: now,
            updated: now,
        },
    };
    change.write(partner_rows::put(&partner));
    change.event(kind, inviter, Some(inviter), json!({"by": operator.name()}));
    change.registered(inviter);
    Ok(())
}
