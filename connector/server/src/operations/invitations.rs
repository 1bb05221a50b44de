//! Invitations: how a company that nobody knows yet becomes a member of a dataspace that we run, without an operator in the
//! middle.
//!
//! The inviter signs one text. It says which dataspace it leads into, whom that dataspace believes, where its issuer is,
//! and holds a code that counts once. Whoever joins checks the signature, takes the dataspace over and asks the issuer for
//! credentials with the code (DCP 1.0, 6: pre-authorized). Only the hash of the code is kept.

mod joining;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

pub use joining::{Joined, join};
pub use text::{Invitation, Inviter, inspect};

use super::dataspaces::{self, MemberDraft};
use super::founding;
use crate::authentication::{Operator, Permission};
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::invitations::{self as rows, InvitationState, StoredInvitation};
use crate::storage::members::{self, Member, MemberState};
use crate::storage::{Page, StorageError};
use crate::{clock, ids};

/// Longest life of an invitation.
const LONGEST: Duration = Duration::from_secs(90 * 24 * 3600);
/// Shortest life of an invitation.
const SHORTEST: Duration = Duration::from_secs(1);
/// The attribute that credentials take the business partner number from.
pub const BPN: &str = "bpn";
/// The value of [`BPN`] that stands for a number made of the member's DID.
pub const AUTOMATIC: &str = "auto";
/// Bytes of randomness in a code.
const CODE_BYTES: usize = 32;

/// Whom to invite.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The dataspace that the invitation leads into; we run it.
    pub dataspace: String,
    /// The company, for people.
    pub name: String,
    /// What credentials will say of it, such as `bpn`.
    pub attributes: BTreeMap<String, String>,
    /// How long the code counts.
    pub life: Duration,
}

/// Makes an invitation. Returns its record and its text, which is told this once.
///
/// # Errors
/// 403; 404 for an unknown dataspace; 409 if we do not run it; 422 for what cannot be said of a member.
pub async fn create(
    connector: &Arc<Connector>,
    operator: &Operator,
    draft: Draft,
) -> Result<(StoredInvitation, String), Problem> {
    operator.must(Permission::Administer)?;
    let (dataspace, issuing) = dataspaces::run_by_us(connector, &draft.dataspace)?;
    check(&draft)?;
    founding::check_complete(&issuing, &draft.attributes)?;
    let (now, code) = (clock::now(), new_code()?);
    let life = i64::try_from(draft.life.as_millis()).unwrap_or(i64::MAX);
    let stored = StoredInvitation {
        id: ids::plain(),
        dataspace: draft.dataspace,
        name: draft.name,
        attributes: draft.attributes,
        code_hash: hash(&code),
        state: InvitationState::Open,
        used_by: None,
        version: 1,
        created: clock::millis(now),
        expires: clock::millis(now).saturating_add(life),
        updated: clock::millis(now),
    };
    let text = text::write(connector, &dataspace, &stored, code, now).await?;
    let mut change = Change::default();
    change.write(rows::insert(&stored));
    let body = json!({"by": operator.name(), "dataspace": stored.dataspace, "name": stored.name});
    change.event("invitation.created", &stored.id, None, body);
    connector.commit(change).await?;
    Ok((stored, text))
}

fn check(draft: &Draft) -> Result<(), Problem> {
    dataspaces::check_attributes(&MemberDraft { name: draft.name.clone(), attributes: draft.attributes.clone() })?;
    if !(SHORTEST..=LONGEST).contains(&draft.life) {
        let detail = "an invitation is valid for a second to 90 days";
        return Err(Problem::new(Kind::Unprocessable, "invitation.life", detail).with_rule("expiresInSeconds"));
    }
    match draft.attributes.get(BPN) {
        Some(number) => check_number(number),
        None => Ok(()),
    }
}

/// Refuses what is no business partner number (CX-0010: `BPNL` and twelve letters or digits) and does not ask for one.
pub(super) fn check_number(number: &str) -> Result<(), Problem> {
    if number == AUTOMATIC || symbolon_identity::catenax::is_bpnl(number) {
        return Ok(());
    }
    let detail = format!("{number:?} is no business partner number of a legal entity");
    Err(Problem::new(Kind::Unprocessable, "invitation.bpn", detail).with_rule("bpn").with_hint(
        "write BPNL and twelve capital letters or digits, or \"auto\" for a number that counts in this dataspace only",
    ))
}

/// Invitations in the order in which they were made.
///
/// # Errors
/// 403.
pub async fn list(
    connector: &Connector,
    operator: &Operator,
    dataspace: Option<&str>,
    page: &Page,
) -> Result<Vec<StoredInvitation>, Problem> {
    operator.must(Permission::Read)?;
    Ok(rows::list(&connector.db, dataspace, page).await?)
}

/// The invitation.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<StoredInvitation, Problem> {
    operator.must(Permission::Read)?;
    rows::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("invitation", id))
}

/// Takes an invitation back: its code does not count any more.
///
/// # Errors
/// 403, 404; 409 if somebody has used it, or it was withdrawn before.
pub async fn withdraw(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let stored = get(connector, operator, id).await?;
    if stored.state != InvitationState::Open {
        return Err(Problem { kind: Kind::Conflict, ..not_open(&stored) });
    }
    let mut change = Change::default();
    change.write(rows::update(&moved(&stored, InvitationState::Withdrawn, None)));
    change.event("invitation.withdrawn", id, None, json!({"by": operator.name(), "dataspace": stored.dataspace}));
    match connector.commit(change).await {
        Err(StorageError::Conflict { .. }) => {
            let stored = get(connector, operator, id).await?;
            Err(Problem { kind: Kind::Conflict, ..not_open(&stored) })
        }
        other => Ok(other?),
    }
}

/// The member that `holder` becomes by the code of an invitation. What `change` then holds uses the code up and admits the
/// member; the caller adds what it does for the member, and commits all of it at once. The same holder may come again with
/// the same code, as it does when an answer was lost.
///
/// # Errors
/// 403: `invitation.unknown`, `invitation.used`, `invitation.withdrawn`, `invitation.expired`.
pub(crate) async fn redeem(
    connector: &Connector,
    change: &mut Change,
    code: &str,
    holder: &str,
) -> Result<Member, Problem> {
    let found = rows::by_code_hash(&connector.db, &hash(code)).await?;
    let Some(stored) = found else {
        return Err(refused("invitation.unknown", "no invitation of ours has this code".to_owned()));
    };
    let known = members::by_did(&connector.db, &stored.dataspace, holder).await?;
    if stored.state == InvitationState::Used && stored.used_by.as_deref() == Some(holder) {
        let active = known.filter(|member| member.state == MemberState::Active);
        return active.ok_or_else(|| not_open(&stored));
    }
    if stored.state != InvitationState::Open {
        return Err(not_open(&stored));
    }
    if stored.expires <= clock::millis(clock::now()) {
        let detail = format!("the invitation ended at {}", clock::from_millis(stored.expires));
        return Err(refused("invitation.expired", detail));
    }
    let mut attributes = stored.attributes.clone();
    if let Some(number) = attributes.get_mut(BPN).filter(|number| *number == AUTOMATIC) {
        *number = number_of(holder);
    }
    let draft = MemberDraft { name: stored.name.clone(), attributes };
    let member = dataspaces::admitted(&stored.dataspace, holder, draft, known.as_ref());
    change.write(rows::update(&moved(&stored, InvitationState::Used, Some(holder))));
    change.write(members::put(&member));
    let body = json!({"dataspace": stored.dataspace, "member": holder});
    change.event("invitation.used", &stored.id, Some(holder), body);
    let body = json!({"dataspace": stored.dataspace, "invitation": stored.id});
    change.event("member.admitted", holder, Some(holder), body);
    Ok(member)
}

fn moved(stored: &StoredInvitation, state: InvitationState, used_by: Option<&str>) -> StoredInvitation {
    let (used_by, updated) = (used_by.map(str::to_owned), clock::millis(clock::now()));
    StoredInvitation { state, used_by, version: stored.version + 1, updated, ..stored.clone() }
}

fn not_open(stored: &StoredInvitation) -> Problem {
    match stored.state {
        InvitationState::Withdrawn => refused("invitation.withdrawn", "the invitation was withdrawn".to_owned()),
        InvitationState::Used | InvitationState::Open => {
            refused("invitation.used", "somebody has become a member by this invitation; it counts once".to_owned())
        }
    }
}

fn refused(code: &str, detail: String) -> Problem {
    Problem::new(Kind::Forbidden, code, detail)
        .with_rule("pre-authorized_code")
        .with_hint("ask the company that runs the dataspace for a new invitation")
}

fn new_code() -> Result<String, Problem> {
    let mut bytes = [0; CODE_BYTES];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The form in which a code is kept. It is as random as a key, so that a plain hash is enough.
fn hash(code: &str) -> String {
    hex::encode(Sha256::digest(code.as_bytes()))
}

/// A number of the form that CX-0010 gives to legal entities, made of the DID: the same for the same DID, and nobody else's
/// in any dataspace that hands out numbers this way.
pub(super) fn number_of(did: &str) -> String {
    const SIGNS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digest = Sha256::digest(did.as_bytes());
    let mut number = "BPNL".to_owned();
    number.extend(digest.iter().take(12).map(|byte| char::from(SIGNS[usize::from(*byte) % SIGNS.len()])));
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automatic_number_is_a_number_and_stays_the_same() {
        let number = number_of("did:web:supplier.example");
        assert!(symbolon_identity::catenax::is_bpnl(&number), "{number}");
        assert_eq!(number, number_of("did:web:supplier.example"));
        assert_ne!(number, number_of("did:web:other.example"));
    }

    #[test]
    fn a_number_has_the_form_of_cx_0010() {
        for number in ["BPNL00000003CRHK", AUTOMATIC] {
            assert!(check_number(number).is_ok(), "{number}");
        }
        for number in ["BPNL00000003CRH", "BPNS00000003CRHK", "bpnl00000003crhk", "", "BPNL00000003CRH-"] {
            assert_eq!(
                check_number(number).map_err(|problem| problem.code),
                Err("invitation.bpn".to_owned()),
                "{number}"
            );
        }
    }
}
