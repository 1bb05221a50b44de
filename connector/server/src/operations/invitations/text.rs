//! The text of an invitation: a signed JSON document that is safe in addresses and mails.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use symbolon_identity::did::{self, Leniency, Relationship};
use symbolon_identity::jws::{self, Compact};

use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::credential_requests::Wanted;
use crate::storage::dataspaces::{CredentialType, StoredDataspace, TrustedIssuer};
use crate::storage::invitations::StoredInvitation;

/// The type that the text's header names.
const TYPE: &str = "symbolon-invitation+jwt";
/// Longest text, in bytes.
const LONGEST: usize = 64 << 10;

/// What an invitation says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// DID of the inviter, who signed it.
    pub iss: String,
    /// The inviter's id for it.
    pub jti: String,
    /// When it was made, in seconds since the epoch.
    pub iat: i64,
    /// When it ends, in seconds since the epoch.
    pub exp: i64,
    /// The company that is invited, as the inviter calls it.
    pub company: String,
    /// Who invites.
    pub inviter: Inviter,
    /// The dataspace that it leads into.
    pub dataspace: Described,
    /// DID of the issuer of its credentials.
    pub issuer: String,
    /// Where the issuer takes requests.
    pub issuer_service: String,
    /// The credentials that it has for members.
    pub credentials: Vec<Wanted>,
    /// Proves to the issuer that its bearer was invited. A secret.
    pub code: String,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Invitation");
        shown.field("iss", &self.iss).field("jti", &self.jti).field("exp", &self.exp).finish_non_exhaustive()
    }
}

/// Who invites.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inviter {
    /// For people.
    pub name: String,
    /// Base of its Dataspace Protocol endpoints.
    pub dsp_address: String,
}

/// The dataspace as its members are to know it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// Its id at the inviter.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whom it believes, and about what.
    pub issuers: Vec<TrustedIssuer>,
    /// Scopes that partners have to satisfy.
    pub required_scopes: Vec<String>,
    /// Scopes that partners are granted.
    pub presented_scopes: Vec<String>,
    /// IRI of the policy profile.
    pub profile: Option<String>,
    /// Base URL of a BPN-DID directory.
    pub directory: Option<String>,
}

/// Signs the invitation into its text.
pub(super) async fn write(
    connector: &Connector,
    dataspace: &StoredDataspace,
    stored: &StoredInvitation,
    code: String,
    now: Timestamp,
) -> Result<String, Problem> {
    let described = dataspace.clone();
    let invitation = Invitation {
        iss: connector.participant.clone(),
        jti: stored.id.clone(),
        iat: now.as_second(),
        exp: clock::from_millis(stored.expires).as_second(),
        company: stored.name.clone(),
        inviter: Inviter { name: connector.config.name.clone(), dsp_address: connector.config.dsp_address() },
        dataspace: Described {
            id: described.id,
            name: described.name,
            issuers: described.issuers,
            required_scopes: described.required_scopes,
            presented_scopes: described.presented_scopes,
            profile: described.profile,
            directory: described.directory,
        },
        issuer: connector.participant.clone(),
        issuer_service: connector.config.issuer_service(),
        credentials: dataspace.credential_objects().map(|(id, kind)| wanted(id, kind)).collect(),
        code,
    };
    let payload = serde_json::to_vec(&invitation).map_err(Problem::internal)?;
    let keys = connector.keys();
    let signer = keys.signer(Relationship::AssertionMethod, now).map_err(Problem::internal)?;
    let text = jws::sign(signer, TYPE, None, &payload).await.map_err(Problem::internal)?;
    if text.len() > LONGEST {
        let detail = format!("the dataspace's description makes the invitation longer than {LONGEST} bytes");
        return Err(Problem::new(Kind::Unprocessable, "invitation.too-long", detail));
    }
    Ok(text)
}

fn wanted(id: String, kind: &CredentialType) -> Wanted {
    Wanted { id: Some(id), r#type: kind.r#type.clone(), format: kind.profile.clone() }
}

/// Reads an invitation and checks that the inviter signed it and that it has not ended. Asks for the inviter's DID document
/// where its DID needs one.
///
/// # Errors
/// 403 for the role; 422: `invitation.malformed`, `invitation.signature`, `invitation.expired`; 502 if the inviter's DID
/// cannot be resolved.
pub async fn inspect(connector: &Connector, operator: &Operator, text: &str) -> Result<Invitation, Problem> {
    operator.must(Permission::Read)?;
    let text = text.trim();
    let malformed = |why: &str| refused("invitation.malformed", format!("this is no invitation: the text {why}"));
    if text.len() > LONGEST {
        return Err(malformed("is too long"));
    }
    let compact = Compact::parse(text).map_err(malformed)?;
    if compact.typ() != Some(TYPE) {
        return Err(malformed("says of itself that it is something else"));
    }
    let kid = compact.kid().ok_or_else(|| malformed("does not name the key that signed it"))?.to_owned();
    let invitation: Invitation = compact.claims().ok_or_else(|| malformed("lacks a part that it needs"))?;
    if !did::same(did::split(&kid).0, &invitation.iss) {
        return Err(refused("invitation.signature", format!("{kid:?} is no key of the inviter {}", invitation.iss)));
    }
    check_signature(connector, &compact, &kid, &invitation.iss).await?;
    let ends = Timestamp::from_second(invitation.exp).unwrap_or(Timestamp::UNIX_EPOCH);
    if ends <= clock::now() {
        return Err(refused("invitation.expired", format!("the invitation ended at {ends}"))
            .with_hint("ask the inviter for a new one"));
    }
    Ok(invitation)
}

async fn check_signature(
    connector: &Connector,
    compact: &Compact<'_>,
    kid: &str,
    inviter: &str,
) -> Result<(), Problem> {
    let unresolved = |error: did::DidError| {
        Problem::new(Kind::BadGateway, "invitation.inviter", format!("the inviter's DID cannot be resolved: {error}"))
            .with_rule(error.code())
    };
    let document = connector.identity.resolver.resolve(inviter, clock::now()).await.map_err(unresolved)?;
    let key = document.key(Some(kid), Relationship::AssertionMethod, Leniency::Strict);
    let (_, key) = key.map_err(|error| refused("invitation.signature", format!("the key does not sign: {error}")))?;
    compact.verify(&key).map_err(|_| {
        refused("invitation.signature", "the signature does not fit: the text was changed on its way".to_owned())
            .with_hint("copy the whole text, or ask the inviter to send it again")
    })
}

fn refused(code: &str, detail: String) -> Problem {
    Problem::new(Kind::Unprocessable, code, detail).with_rule("invitation")
}
