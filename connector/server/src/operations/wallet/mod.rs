//! The wallet: credentials that we hold, those that we ask issuers for, and what issuers offer (DCP 1.0, 5 and 6).
//!
//! A request is a row from the start. A worker posts it and follows it up ([`asking`]); the issuer delivers in a message of
//! its own ([`receiving`]); verifiers ask for presentations ([`answering`]).

pub mod answering;
pub mod asking;
pub mod offers;
pub mod receiving;

use std::sync::Arc;

use serde_json::{Value, json};
use symbolon_identity::credential::Profile;
use symbolon_identity::did;
use symbolon_vocab::dcp::CredentialObject;

use super::issuing;
use crate::authentication::{Operator, Permission};
use crate::connector::{Change, Connector, Errand};
use crate::problem::{Kind, Problem};
use crate::storage::credential_requests::{self as requests, RequestState, StoredRequest, Wanted};
use crate::storage::credentials::{self, StoredCredential};
use crate::storage::dataspaces::StoredDataspace;
use crate::storage::{Page, StorageError};
use crate::{clock, ids};

/// Credentials that one request may ask for.
const ASKED: usize = 32;
/// Longest id, type or code that is sent to an issuer, in bytes.
const TEXT_BYTES: usize = 2048;

/// What to ask of an issuer.
#[derive(Clone)]
pub struct Draft {
    /// DID of the issuer.
    pub issuer: String,
    /// The credentials.
    pub credentials: Vec<Asked>,
    /// The dataspace that they are for.
    pub dataspace: Option<String>,
    /// Pre-authorized code of an invitation.
    pub code: Option<String>,
    /// Base URL of the issuer's service, for an issuer whose DID does not tell.
    pub address: Option<String>,
    /// Our process id, where the issuer was told one out of band; made here if absent.
    pub holder_pid: Option<String>,
    /// Whether the request is sent. If not, the issuer brings what was agreed on by other means.
    pub send: bool,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Draft");
        shown.field("issuer", &self.issuer).field("send", &self.send).finish_non_exhaustive()
    }
}

/// A credential as an operator names it: by the issuer's id for it, or by type and profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The issuer's id of its credential object.
    pub id: Option<String>,
    /// The type.
    pub kind: Option<String>,
    /// The profile; any that the issuer has and we read, if absent.
    pub format: Option<String>,
}

/// Asks an issuer for credentials. The answer comes later; the request's state tells.
///
/// # Errors
/// 403; 404 for an unknown dataspace; 422 if the issuer has no such credential; 502 if it cannot be reached.
pub async fn request(connector: &Arc<Connector>, operator: &Operator, draft: Draft) -> Result<StoredRequest, Problem> {
    let mut change = Change::default();
    let stored = begin(connector, operator, &mut change, draft).await?;
    connector.commit(change).await?;
    Ok(stored)
}

/// As [`request`], with what it writes in a change that the caller commits.
pub(super) async fn begin(
    connector: &Arc<Connector>,
    operator: &Operator,
    change: &mut Change,
    draft: Draft,
) -> Result<StoredRequest, Problem> {
    operator.must(Permission::Administer)?;
    check(connector, &draft)?;
    let draft = Draft { issuer: did::normalise(&draft.issuer).into_owned(), ..draft };
    if draft.send && draft.issuer == connector.participant {
        return request_of_ourselves(connector, operator, change, &draft).await;
    }
    let wanted = if draft.send {
        let objects = asking::metadata(connector, &draft.issuer, draft.address.as_deref()).await?;
        draft.credentials.iter().map(|asked| chosen(asked, &objects)).collect::<Result<Vec<_>, _>>()?
    } else {
        draft.credentials.iter().map(agreed_on).collect::<Result<Vec<_>, _>>()?
    };
    let state = if draft.send { RequestState::Created } else { RequestState::Requested };
    let stored = row(draft, wanted, state);
    write(change, operator, &stored);
    Ok(stored)
}

/// As [`request`] for what an invitation says that the issuer has, as part of a change that does more than that: the
/// dataspace may come with it.
///
/// # Errors
/// 422 for what cannot be asked for.
pub(crate) fn ask_in(
    change: &mut Change,
    operator: &Operator,
    draft: Draft,
    wanted: Vec<Wanted>,
) -> Result<StoredRequest, Problem> {
    let texts = wanted.iter().flat_map(|wanted| wanted.id.iter().chain([&wanted.r#type, &wanted.format]));
    let texts = texts.chain(draft.code.iter()).chain(draft.address.iter());
    let fit = |text: &String| !text.is_empty() && text.len() <= TEXT_BYTES && !text.chars().any(char::is_control);
    if wanted.is_empty() || wanted.len() > ASKED || !texts.into_iter().all(fit) {
        let detail = "the invitation names 1 to 32 credentials in texts of 1 to 2048 bytes";
        return Err(Problem::new(Kind::Unprocessable, "credential-request", detail).with_rule("invitation"));
    }
    if let Some(other) = wanted.iter().find(|wanted| known(&wanted.format).is_none()) {
        let detail =
            format!("the dataspace's credentials have the profile {:?}, which is not known here", other.format);
        return Err(Problem::new(Kind::Unprocessable, "credential-request.credential", detail).with_rule("invitation"));
    }
    let stored = row(draft, wanted, RequestState::Created);
    write(change, operator, &stored);
    Ok(stored)
}

fn write(change: &mut Change, operator: &Operator, stored: &StoredRequest) {
    change.write(requests::insert(stored));
    let body = json!({"by": operator.name(), "issuer": stored.issuer, "state": stored.state.name()});
    change.event("credential-request.created", &stored.id, Some(&stored.issuer), body);
    if stored.state == RequestState::Created {
        change.errand(Errand::Ask(stored.id.clone()));
    }
}

fn row(draft: Draft, wanted: Vec<Wanted>, state: RequestState) -> StoredRequest {
    let now = clock::millis(clock::now());
    StoredRequest {
        id: ids::plain(),
        holder_pid: draft.holder_pid.unwrap_or_else(ids::urn),
        issuer: draft.issuer,
        dataspace: draft.dataspace.unwrap_or_default(),
        wanted,
        state,
        code: draft.code,
        address: draft.address,
        location: None,
        reason: None,
        version: 1,
        created: now,
        updated: now,
    }
}

/// Asks for everything that we issue in a dataspace that we run: its founder is its first member. Returns the id of the
/// request, which is answered as any other is, only without the network.
///
/// # Errors
/// 403; 409 if we issue nothing there.
pub(crate) async fn ask_ourselves(
    connector: &Arc<Connector>,
    operator: &Operator,
    dataspace: &StoredDataspace,
) -> Result<String, Problem> {
    let credentials = dataspace.credential_objects();
    let credentials = credentials.map(|(id, _)| Asked { id: Some(id), ..Asked::default() }).collect();
    let draft = Draft {
        issuer: connector.participant.clone(),
        credentials,
        dataspace: Some(dataspace.id.clone()),
        code: None,
        address: None,
        holder_pid: None,
        send: true,
    };
    Ok(request(connector, operator, draft).await?.id)
}

/// Both rows in one change: the request, and the issuance that answers it.
async fn request_of_ourselves(
    connector: &Arc<Connector>,
    operator: &Operator,
    change: &mut Change,
    draft: &Draft,
) -> Result<StoredRequest, Problem> {
    let objects = issuing::objects(connector);
    let wanted = draft.credentials.iter().map(|asked| chosen(asked, &objects)).collect::<Result<Vec<_>, _>>()?;
    let ids = wanted.iter().filter_map(|wanted| wanted.id.clone()).collect();
    let stored = row(draft.clone(), wanted, RequestState::Requested);
    write(change, operator, &stored);
    issuing::take_own(connector, change, &stored.holder_pid, ids).await?;
    Ok(stored)
}

/// What an issuer's metadata say of a credential that an operator names.
fn chosen(asked: &Asked, objects: &[CredentialObject]) -> Result<Wanted, Problem> {
    let fits = |object: &&CredentialObject| {
        let formats = || object.profiles.iter().filter(|profile| known(profile).is_some());
        asked.id.as_ref().is_none_or(|id| object.id == *id)
            && asked.kind.as_ref().is_none_or(|kind| object.credential_type.as_ref() == Some(kind))
            && asked
                .format
                .as_ref()
                .map_or_else(|| formats().next().is_some(), |format| object.profiles.contains(format))
    };
    let Some(object) = objects.iter().find(fits) else {
        let named = asked.id.as_deref().or(asked.kind.as_deref()).unwrap_or_default();
        let detail = format!("the issuer has no credential {named:?} in a profile that we read");
        let offered = objects.iter().map(|object| object.credential_type.as_deref().unwrap_or(&object.id));
        let hint = format!("it has: {}", offered.take(20).collect::<Vec<_>>().join(", "));
        return Err(Problem::new(Kind::Unprocessable, "credential-request.credential", detail).with_hint(hint));
    };
    let format = asked.format.clone().or_else(|| object.profiles.iter().find(|name| known(name).is_some()).cloned());
    let (Some(kind), Some(format)) = (object.credential_type.clone(), format) else {
        let detail = format!("the issuer's metadata do not tell type and profile of {:?}", object.id);
        return Err(Problem::new(Kind::BadGateway, "issuer.metadata", detail).with_rule("credentialsSupported"));
    };
    Ok(Wanted { id: Some(object.id.clone()), r#type: kind, format })
}

/// A credential that the issuer will bring without being asked: type and profile are all there is.
fn agreed_on(asked: &Asked) -> Result<Wanted, Problem> {
    let refused = |rule: &str, detail: &str| {
        Problem::new(Kind::Unprocessable, "credential-request.credential", detail).with_rule(rule.to_owned())
    };
    let Some(kind) = asked.kind.clone() else {
        return Err(refused("credentials.type", "a request that is not sent names the type of each credential"));
    };
    let format = asked.format.as_deref().unwrap_or(symbolon_vocab::dcp::VC11_SL2021_JWT);
    if known(format).is_none() {
        return Err(refused(
            "credentials.format",
            "this profile is not known here; vc11-sl2021/jwt and vc20-bssl/jwt are",
        ));
    }
    Ok(Wanted { id: asked.id.clone(), r#type: kind, format: format.to_owned() })
}

/// The profile of this name, if we read it.
fn known(name: &str) -> Option<Profile> {
    Profile::ALL.into_iter().find(|profile| profile.name() == name)
}

fn check(connector: &Connector, draft: &Draft) -> Result<(), Problem> {
    let refused = |rule: &str, detail: &str| {
        Err(Problem::new(Kind::Unprocessable, "credential-request", detail).with_rule(rule.to_owned()))
    };
    if let Some(dataspace) = &draft.dataspace
        && connector.dataspaces.get(dataspace).is_none()
    {
        return Err(Problem::not_found("dataspace", dataspace));
    }
    if !draft.issuer.starts_with("did:") || draft.issuer.len() > TEXT_BYTES {
        return refused("issuer", "the issuer is named by its DID");
    }
    if draft.credentials.is_empty() || draft.credentials.len() > ASKED {
        return refused("credentials", "a request asks for 1 to 32 credentials");
    }
    let named = |asked: &Asked| asked.id.is_some() || asked.kind.is_some();
    if !draft.credentials.iter().all(named) {
        return refused("credentials", "a credential is named by its id at the issuer or by its type");
    }
    let texts = draft.credentials.iter().flat_map(|asked| [&asked.id, &asked.kind, &asked.format]);
    let texts = texts.chain([&draft.code, &draft.holder_pid, &draft.address]).flatten();
    for text in texts {
        if text.is_empty() || text.len() > TEXT_BYTES || text.chars().any(char::is_control) {
            return refused("credentials", "a text has 1 to 2048 bytes and no control characters");
        }
    }
    Ok(())
}

/// The request.
///
/// # Errors
/// 403, 404.
pub async fn get_request(connector: &Connector, operator: &Operator, id: &str) -> Result<StoredRequest, Problem> {
    operator.must(Permission::Read)?;
    requests::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("credential request", id))
}

/// Requests in the order in which they were made.
///
/// # Errors
/// 403.
pub async fn list_requests(
    connector: &Connector,
    operator: &Operator,
    page: &Page,
) -> Result<Vec<StoredRequest>, Problem> {
    operator.must(Permission::Read)?;
    Ok(requests::list(&connector.db, page).await?)
}

/// Asks the issuer now how far a request got.
///
/// # Errors
/// 403, 404; 409 if it was never sent; 502 if the issuer does not answer.
pub async fn refresh(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<StoredRequest, Problem> {
    operator.must(Permission::Administer)?;
    let stored = get_request(connector, operator, id).await?;
    asking::look(connector, stored).await
}

/// The credential.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<StoredCredential, Problem> {
    operator.must(Permission::Read)?;
    credentials::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("credential", id))
}

/// Credentials in the order in which they came.
///
/// # Errors
/// 403.
pub async fn list(connector: &Connector, operator: &Operator, page: &Page) -> Result<Vec<StoredCredential>, Problem> {
    operator.must(Permission::Read)?;
    Ok(credentials::list(&connector.db, page).await?)
}

/// Forgets a credential: it is not presented any more.
///
/// # Errors
/// 403, 404.
pub async fn delete(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let mut change = Change::default();
    change.write(credentials::delete(id));
    change.qualify_anew();
    change.event("credential.deleted", id, None, json!({"by": operator.name()}));
    match connector.commit(change).await {
        Err(StorageError::Conflict { .. }) => Err(Problem::not_found("credential", id)),
        other => Ok(other?),
    }
}

/// What an event says of a request.
fn told(stored: &StoredRequest) -> Value {
    json!({"state": stored.state.name(), "issuer": stored.issuer, "reason": stored.reason})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(id: &str, kind: Option<&str>, profiles: &[&str]) -> CredentialObject {
        let profiles = profiles.iter().map(|profile| (*profile).to_owned()).collect();
        let credential_type = kind.map(str::to_owned);
        CredentialObject { id: id.to_owned(), credential_type, profiles, ..CredentialObject::default() }
    }

    fn asked(id: Option<&str>, kind: Option<&str>, format: Option<&str>) -> Asked {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Asked { id: own(id), kind: own(kind), format: own(format) }
    }

    #[test]
    fn a_credential_is_found_by_id_or_type_in_a_profile_that_is_read() {
        let objects = [
            object("1", Some("A"), &["other/profile"]),
            object("2", Some("A"), &["vc20-bssl/jwt"]),
            object("3", Some("A"), &["vc11-sl2021/jwt"]),
            object("4", None, &["vc11-sl2021/jwt"]),
        ];
        let cases = [
            (asked(None, Some("A"), None), Ok("2")),
            (asked(None, Some("A"), Some("vc11-sl2021/jwt")), Ok("3")),
            (asked(Some("3"), None, None), Ok("3")),
            (asked(Some("1"), None, None), Err("credential-request.credential")),
            (asked(None, Some("B"), None), Err("credential-request.credential")),
            (asked(Some("4"), None, None), Err("issuer.metadata")),
        ];
        for (asked, expected) in cases {
            let found = chosen(&asked, &objects);
            let found = found.as_ref().map(|wanted| wanted.id.as_deref().unwrap_or_default());
            assert_eq!(found.map_err(|problem| problem.code.as_str()), expected, "{asked:?}");
        }
    }
}
