//! What a partner presented last, credential by credential, and what that proves now.

use jiff::Timestamp;
use symbolon_identity::credential::Refusal;
use symbolon_vocab::catenax::BUSINESS_PARTNER_NUMBER;

use super::partners;
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::operations::{facts, presenting};
use crate::problem::Problem;
use crate::storage::presentations::{self, PresentedCredential, StoredPresentation};

/// What a partner presented last. Without `verified` it never has.
#[derive(Debug, Default)]
pub struct Presented {
    /// When it was verified.
    pub verified: Option<Timestamp>,
    /// What was believed of it.
    pub credentials: Vec<Held>,
    /// Our dataspaces, and whether it has proved that it belongs to them.
    pub memberships: Vec<Membership>,
    /// Business partner numbers that credentials prove now.
    pub numbers: Vec<String>,
}

/// A credential that was presented.
#[derive(Debug)]
pub struct Held {
    /// Its own id.
    pub id: Option<String>,
    /// Its types.
    pub types: Vec<String>,
    /// DID of its issuer.
    pub issuer: String,
    /// From when it is valid.
    pub valid_from: Option<Timestamp>,
    /// Until when it is.
    pub valid_until: Option<Timestamp>,
    /// How it stands.
    pub status: Status,
    /// Why it does not hold: the end of a sentence about it.
    pub why: Option<String>,
    /// The dataspaces that believe it.
    pub dataspaces: Vec<String>,
}

/// How a credential stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It holds.
    Valid,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// Its issuer took it back.
    Revoked,
    /// Its issuer suspended it.
    Suspended,
    /// Its status cannot be had now.
    Unknown,
    /// Something else is wrong with it.
    Invalid,
}

/// Whether the partner belongs to a dataspace.
#[derive(Debug)]
pub struct Membership {
    /// The dataspace.
    pub dataspace: String,
    /// Why it does not, if it does not.
    pub missing: Option<Problem>,
}

/// What the partner presented last, as it stands now.
///
/// # Errors
/// 403; 404 for one that is not registered and has presented nothing.
pub async fn presented(connector: &Connector, operator: &Operator, partner: &str) -> Result<Presented, Problem> {
    operator.must(Permission::Read)?;
    let stored = presentations::by_partner(&connector.db, partner).await?;
    if stored.is_none() && partners::by_id(&connector.db, partner).await?.is_none() {
        return Err(Problem::not_found("partner", partner));
    }
    let now = clock::now();
    let mut presented = Presented::default();
    for dataspace in connector.dataspaces.all().iter() {
        let facts = facts::about(connector, partner, &dataspace.id, now).await?;
        let weighed = facts.weighed(connector, now).await;
        let numbers = facts.proven_values(&weighed, BUSINESS_PARTNER_NUMBER);
        presented.numbers.extend(numbers.filter_map(|value| Some(value.as_str()?.to_owned())));
        presented
            .memberships
            .push(Membership { dataspace: dataspace.id.clone(), missing: weighed.must_belong().err() });
    }
    presented.numbers.sort_unstable();
    presented.numbers.dedup();
    if let Some(StoredPresentation { credentials, verified, .. }) = stored {
        presented.verified = Some(clock::from_millis(verified));
        for credential in credentials {
            presented.credentials.push(held(connector, credential, now).await);
        }
    }
    Ok(presented)
}

async fn held(connector: &Connector, credential: PresentedCredential, now: Timestamp) -> Held {
    let parsed = presenting::parsed(connector, &credential).ok();
    let refusal = presenting::looked_up(connector, &credential, now).await.err();
    Held {
        id: parsed.as_ref().and_then(|parsed| parsed.id().map(str::to_owned)),
        valid_from: parsed.as_ref().and_then(|parsed| parsed.valid_from()),
        valid_until: parsed.as_ref().and_then(|parsed| parsed.valid_until()),
        status: refusal.as_ref().map_or(Status::Valid, status),
        why: refusal.map(|refusal| refusal.to_string()),
        types: credential.types,
        issuer: credential.issuer,
        dataspaces: credential.dataspaces,
    }
}

fn status(refusal: &Refusal) -> Status {
    match refusal {
        Refusal::Expired => Status::Expired,
        Refusal::NotYetValid => Status::NotYetValid,
        Refusal::Revoked => Status::Revoked,
        Refusal::Suspended => Status::Suspended,
        Refusal::Status(_) | Refusal::Issuer(_) => Status::Unknown,
        Refusal::Malformed(_)
        | Refusal::TooLarge
        | Refusal::TooDeep
        | Refusal::NoProof
        | Refusal::BaseType
        | Refusal::Algorithm
        | Refusal::ClaimMismatch(_)
        | Refusal::ForeignKey
        | Refusal::Key(_)
        | Refusal::Signature
        | Refusal::DataIntegrity(_)
        | Refusal::StatusKind
        | Refusal::Schema(_)
        | Refusal::Holder => Status::Invalid,
    }
}
