//! Issuing: what holders ask of us, and what we say of members of the dataspaces that we run (DCP 1.0, 6).
//!
//! A request is a row; a worker signs what it asks for ([`signing`]) and brings it to the holder ([`delivering`]). Status
//! lists are made of the states of what was issued ([`status`]). Members are told what they may ask for ([`offering`]).

pub mod delivering;
pub mod offering;
pub mod signing;
pub mod status;

use std::sync::Arc;

use serde_json::json;
use symbolon_identity::credential::Profile;
use symbolon_identity::token::Verified;
use symbolon_vocab::dcp::{
    CredentialObject, CredentialRequestMessage, CredentialStatus, IssuerMetadata, RequestStatus,
};

use super::dataspaces::{self, MemberDraft};
use super::invitations;
use crate::authentication::{Operator, Permission};
use crate::connector::{Change, Connector, Errand};
use crate::problem::{Kind, Problem};
use crate::storage::dataspaces::{Admission, CredentialType, StoredDataspace};
use crate::storage::issuance::{self as rows, Delivery, IssuanceState, StoredIssuance};
use crate::storage::issued::{self, CredentialState, IssuedCredential, IssuedFilter};
use crate::storage::members::{self, Member, MemberState};
use crate::storage::{Page, StorageError};
use crate::worker::monitor::About;
use crate::{clock, ids};

/// Requests of one holder that may wait for an answer.
const WAITING: i64 = 100;
/// Credentials of one dataspace that a holder may have, those that were revoked aside.
const HELD: i64 = 1000;
/// Credentials that one request may ask for.
const ASKED: usize = 32;
/// Longest process id of a holder, in bytes.
const PID_BYTES: usize = 1024;
/// Longest access token that is echoed, in bytes.
const TOKEN_BYTES: usize = 8192;
/// Longest reason that is kept, in bytes.
const REASON_BYTES: usize = 1024;

/// The profile of this name.
///
/// # Errors
/// 422 for one that we do not issue.
pub(crate) fn profile(name: &str) -> Result<Profile, Problem> {
    Profile::ALL.into_iter().find(|profile| profile.name() == name).ok_or_else(|| {
        let known = Profile::ALL.map(Profile::name).join(" and ");
        Problem::new(Kind::Unprocessable, "credential.profile", format!("credentials are not issued in {name:?}"))
            .with_rule("profile")
            .with_hint(format!("{known} are known"))
    })
}

/// What we can issue, for anybody to see (6.7).
pub fn metadata(connector: &Connector) -> IssuerMetadata {
    IssuerMetadata { issuer: connector.participant.clone(), credentials_supported: objects(connector) }
}

/// What we can issue: each type once for every dataspace and profile.
pub(crate) fn objects(connector: &Connector) -> Vec<CredentialObject> {
    let dataspaces = connector.dataspaces.all();
    let supported = dataspaces.iter().flat_map(|dataspace| dataspace.credential_objects());
    let object = |(id, kind): (String, &CredentialType)| CredentialObject {
        id,
        credential_type: Some(kind.r#type.clone()),
        credential_schema: kind.schema.as_ref().map(|schema| schema.id.clone()),
        binding_methods: vec!["did:web".to_owned(), "did:key".to_owned()],
        profiles: vec![kind.profile.clone()],
        issuance_policy: None,
        offer_reason: None,
    };
    supported.map(object).collect()
}

/// Takes a holder's request (6.4). A dataspace admits members, or who brings the code of an invitation; or everybody.
///
/// # Errors
/// 400 for credentials that we do not issue or that are of several dataspaces; 403 for who is not admitted; 409 if too many
/// requests of this holder wait.
pub async fn requested(
    connector: &Arc<Connector>,
    holder: &Verified,
    message: CredentialRequestMessage,
) -> Result<StoredIssuance, Problem> {
    let did = holder.participant.id();
    let dataspace = dataspace_of(connector, &message.credentials)?;
    if message.holder_pid.is_empty() || message.holder_pid.len() > PID_BYTES {
        return Err(
            Problem::bad_request("issuance.holder-pid", "a holderPid has 1 to 1024 bytes").with_rule("holderPid")
        );
    }
    if rows::waiting(&connector.db, did).await? >= WAITING {
        let detail = format!("{WAITING} requests of this holder wait for an answer already");
        return Err(Problem::new(Kind::Conflict, "issuance.too-many", detail).with_hint("take delivery of them first"));
    }
    if issued::count(&connector.db, &dataspace.id, did).await? >= HELD {
        let detail = format!("this holder was issued {HELD} credentials in this dataspace already");
        return Err(Problem::new(Kind::Conflict, "issuance.too-many", detail)
            .with_hint("the company that runs the dataspace can revoke those that are not needed"));
    }
    let mut change = Change::default();
    let code = holder.claims.pre_authorized_code.as_deref();
    admit(connector, &mut change, &dataspace, did, code).await?;
    let stored = StoredIssuance {
        token: holder.claims.token.clone().filter(|token| token.len() <= TOKEN_BYTES),
        address: holder.claims.credential_service.clone(),
        ..row(&dataspace, did, message.holder_pid, message.credentials)
    };
    write(&mut change, &stored);
    connector.commit(change).await?;
    Ok(stored)
}

fn row(dataspace: &StoredDataspace, holder: &str, holder_pid: String, wanted: Vec<String>) -> StoredIssuance {
    let now = clock::millis(clock::now());
    StoredIssuance {
        id: ids::plain(),
        dataspace: dataspace.id.clone(),
        holder: holder.to_owned(),
        holder_pid,
        wanted,
        state: IssuanceState::Received,
        reason: None,
        token: None,
        address: None,
        delivery: Delivery::Waiting,
        failure: None,
        version: 1,
        created: now,
        updated: now,
    }
}

fn write(change: &mut Change, stored: &StoredIssuance) {
    change.write(rows::insert(stored));
    let body = json!({"state": stored.state.name(), "dataspace": stored.dataspace, "credentials": stored.wanted});
    change.event("issuance.received", &stored.id, Some(&stored.holder), body);
    change.errand(Errand::Issue(stored.id.clone()));
}

/// Our own request, of a dataspace that we run. The caller commits.
///
/// # Errors
/// 400 for credentials that we do not issue; 403 if we are not a member.
pub(crate) async fn take_own(
    connector: &Arc<Connector>,
    change: &mut Change,
    holder_pid: &str,
    wanted: Vec<String>,
) -> Result<(), Problem> {
    let dataspace = dataspace_of(connector, &wanted)?;
    admit(connector, change, &dataspace, &connector.participant, None).await?;
    write(change, &row(&dataspace, &connector.participant, holder_pid.to_owned(), wanted));
    Ok(())
}

/// The one dataspace that all these credentials are of.
fn dataspace_of(connector: &Connector, wanted: &[String]) -> Result<StoredDataspace, Problem> {
    let refused = |code: &str, detail: String| Err(Problem::bad_request(code, detail).with_rule("credentials"));
    if wanted.is_empty() || wanted.len() > ASKED {
        return refused("issuance.credentials", format!("a request asks for 1 to {ASKED} credentials"));
    }
    let dataspaces = connector.dataspaces.all();
    let issues =
        |dataspace: &StoredDataspace, id: &String| dataspace.credential_objects().any(|(known, _)| known == *id);
    let mut found: Option<&StoredDataspace> = None;
    for id in wanted {
        let Some(dataspace) = dataspaces.iter().find(|dataspace| issues(dataspace, id)) else {
            return refused("issuance.credential-unknown", format!("we issue no credential with the id {id:?}"));
        };
        if found.is_some_and(|found| found.id != dataspace.id) {
            return refused("issuance.credentials", "a request asks for credentials of one dataspace".to_owned());
        }
        found = Some(dataspace);
    }
    found.cloned().ok_or_else(|| Problem::not_found("credential", ""))
}

/// Whether the dataspace admits this holder now. What admitting it changes goes into `change`.
async fn admit(
    connector: &Connector,
    change: &mut Change,
    dataspace: &StoredDataspace,
    holder: &str,
    code: Option<&str>,
) -> Result<(), Problem> {
    let not_member = || {
        let detail = format!("{holder} is no member of {:?}", dataspace.name);
        Problem::new(Kind::Forbidden, "issuance.not-member", detail)
            .with_rule("admission")
            .with_hint("join with an invitation of the company that runs the dataspace")
    };
    if let Some(code) = code {
        let member = invitations::redeem(connector, change, code, holder).await?;
        return if member.dataspace == dataspace.id { Ok(()) } else { Err(not_member()) };
    }
    let known = members::by_did(&connector.db, &dataspace.id, holder).await?;
    match known.as_ref().map(|member| member.state) {
        Some(MemberState::Active) => return Ok(()),
        Some(MemberState::Removed) => return Err(not_member()),
        None => {}
    }
    match dataspace.issuing.as_ref().map(|issuing| issuing.admission) {
        Some(Admission::Open) => {
            let draft = MemberDraft { name: holder.to_owned(), attributes: std::collections::BTreeMap::new() };
            change.write(members::put(&dataspaces::admitted(&dataspace.id, holder, draft, None)));
            change.event("member.admitted", holder, Some(holder), json!({"dataspace": dataspace.id}));
            Ok(())
        }
        Some(Admission::Invited) | None => Err(not_member()),
    }
}

/// How far a holder's request got (6.8). Others do not see it.
///
/// # Errors
/// 404.
pub async fn status_of(connector: &Connector, holder: &Verified, id: &str) -> Result<CredentialStatus, Problem> {
    let found = rows::by_id(&connector.db, id).await?;
    let stored = found.filter(|stored| stored.holder == holder.participant.id());
    let stored = stored.ok_or_else(|| Problem::not_found("credential request", id))?;
    let status = match stored.state {
        IssuanceState::Received => RequestStatus::Received,
        IssuanceState::Issued => RequestStatus::Issued,
        IssuanceState::Rejected => RequestStatus::Rejected,
    };
    Ok(CredentialStatus { issuer_pid: stored.id, holder_pid: stored.holder_pid, status })
}

/// Whether a credential that we issued is to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It will not count again.
    Revoke,
    /// It does not count for the time being.
    Suspend,
    /// It counts again.
    Resume,
}

/// Revokes, suspends or resumes a credential. The status list says so from this commit on.
///
/// # Errors
/// 403, 404; 409 if the credential is not in a state for that, or names no list of suspensions.
pub async fn decide(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    verdict: Verdict,
    reason: Option<String>,
) -> Result<IssuedCredential, Problem> {
    operator.must(Permission::Administer)?;
    let stored = get(connector, operator, id).await?;
    let refused =
        |detail: &str| Problem::new(Kind::Conflict, "credential.state", detail).with_rule(stored.state.name());
    let state = match (verdict, stored.state) {
        (Verdict::Revoke, CredentialState::Valid | CredentialState::Suspended) => CredentialState::Revoked,
        (Verdict::Suspend, CredentialState::Valid) if stored.suspendable => CredentialState::Suspended,
        (Verdict::Suspend, CredentialState::Valid) => {
            return Err(refused("this credential names no list of suspensions, so that nobody would see it")
                .with_hint("revoke it, and issue another; or let its type be suspendable"));
        }
        (Verdict::Resume, CredentialState::Suspended) => CredentialState::Valid,
        (Verdict::Revoke | Verdict::Suspend | Verdict::Resume, CredentialState::Revoked) => {
            return Err(refused("this credential is revoked, which is for good"));
        }
        (Verdict::Suspend, CredentialState::Suspended) => return Err(refused("this credential is suspended already")),
        (Verdict::Resume, CredentialState::Valid) => return Err(refused("this credential is not suspended")),
    };
    let mut change = Change::default();
    let next = moved(&mut change, operator, stored.clone(), state, reason.as_deref());
    commit(connector, change).await?;
    Ok(next)
}

/// Revokes all that a member holds of its dataspace. The caller commits with [`commit`].
pub(crate) async fn revoke_all(
    connector: &Connector,
    operator: &Operator,
    change: &mut Change,
    member: &Member,
    reason: Option<&str>,
) -> Result<(), Problem> {
    for stored in issued::not_revoked(&connector.db, &member.dataspace, &member.did).await? {
        moved(change, operator, stored, CredentialState::Revoked, reason);
    }
    Ok(())
}

/// Commits a change of states: what was published before is not given out again, and we do not believe it ourselves.
pub(crate) async fn commit(connector: &Connector, change: Change) -> Result<(), StorageError> {
    let outcome = connector.commit(change).await;
    connector.published.forget();
    connector.identity.statuses.forget_below(&format!("{}/status-lists/", connector.config.issuer_service()));
    connector.monitor.stir(About::Everything);
    outcome
}

fn moved(
    change: &mut Change,
    operator: &Operator,
    stored: IssuedCredential,
    state: CredentialState,
    reason: Option<&str>,
) -> IssuedCredential {
    let reason =
        reason.map(|reason| reason.get(..reason.floor_char_boundary(REASON_BYTES)).unwrap_or_default().to_owned());
    let (version, updated) = (stored.version + 1, clock::millis(clock::now()));
    let next = IssuedCredential { state, reason, version, updated, ..stored };
    let kind = match state {
        CredentialState::Revoked => "credential.revoked",
        CredentialState::Suspended => "credential.suspended",
        CredentialState::Valid => "credential.resumed",
    };
    change.write(issued::update(&next));
    let body = json!({"by": operator.name(), "state": state.name(), "type": next.kind, "dataspace": next.dataspace,
        "reason": next.reason});
    change.event(kind, &next.id, Some(&next.holder), body);
    next
}

/// The issued credential.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<IssuedCredential, Problem> {
    operator.must(Permission::Read)?;
    issued::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("issued credential", id))
}

/// Issued credentials in the order in which they were issued.
///
/// # Errors
/// 403.
pub async fn list(
    connector: &Connector,
    operator: &Operator,
    filter: &IssuedFilter,
    page: &Page,
) -> Result<Vec<IssuedCredential>, Problem> {
    operator.must(Permission::Read)?;
    Ok(issued::list(&connector.db, filter, page).await?)
}

/// Requests of holders in the order in which they came.
///
/// # Errors
/// 403.
pub async fn list_requests(
    connector: &Connector,
    operator: &Operator,
    page: &Page,
) -> Result<Vec<StoredIssuance>, Problem> {
    operator.must(Permission::Read)?;
    Ok(rows::list(&connector.db, page).await?)
}
