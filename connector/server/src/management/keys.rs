//! `/keys` and `/did`: what we sign with, and how others find it.

use std::time::Duration;

use actix_web::web;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_identity::did::Relationship;
use symbolon_identity::{Held, Keyring, Retired};
use utoipa::ToSchema;

use super::body::Body;
use super::route::at;
use crate::authentication::Operator;
use crate::clock;
use crate::config::KEY_OVERLAP_SECONDS;
use crate::connector::Connector;
use crate::operations::keys;
use crate::problem::Problem;

/// Our keys.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// The DID that they belong to.
    did: String,
    /// Those that sign.
    keys: Vec<Key>,
    /// Those that sign no more, the oldest first.
    retired: Vec<Key>,
}

/// A key of ours.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// DID URL of the verification method.
    id: String,
    /// JOSE algorithm that it signs with.
    algorithm: String,
    /// What it signs: `authentication` (presentations), `assertionMethod` (credentials), `capabilityInvocation` (tokens).
    relationships: Vec<&'static str>,
    /// The public half as a JWK (RFC 7517).
    #[schema(value_type = Object)]
    public_key: Value,
    /// Whether a vault keeps the secret half and signs.
    in_vault: bool,
    /// RFC 3339.
    created_at: String,
    /// When it stopped to sign, or will; null: it signs.
    signs_until: Option<String>,
    /// When it leaves the DID document; null: it stays.
    published_until: Option<String>,
    /// Whether the DID document has it now.
    published: bool,
}

/// How keys are replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rotation {
    /// How long the replaced keys stay published, so that credentials and agreements that they signed still verify by the
    /// DID document; a year if absent. A vault's transit engine has its own setting.
    #[serde(default = "overlap")]
    #[schema(default = overlap)]
    overlap_seconds: u64,
}

fn overlap() -> u64 {
    KEY_OVERLAP_SECONDS
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/keys/rotate").post(rotate));
    cfg.service(at("/keys").get(list));
    cfg.service(at("/did").get(did));
}

/// List the keys that this connector signs with, and those that it signed with before
#[utoipa::path(get, path = "/keys", tag = "keys", responses((status = 200, description = "All of them", body = Keys)))]
pub(super) async fn list(operator: Operator, connector: web::Data<Connector>) -> Result<web::Json<Keys>, Problem> {
    let keyring = keys::list(&connector, &operator)?;
    Ok(web::Json(Keys::of(&keyring, clock::now())))
}

/// Replace the keys that this connector signs with
///
/// The new keys are kept and published when this is answered. Processes under way, access tokens for data and agreements are
/// not touched.
#[utoipa::path(post, path = "/keys/rotate", tag = "keys", request_body = Rotation,
    responses((status = 200, description = "The keys as they are now", body = Keys)))]
pub(super) async fn rotate(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<Rotation>,
) -> Result<web::Json<Keys>, Problem> {
    let keyring = keys::rotate(&connector, &operator, Duration::from_secs(body.overlap_seconds)).await?;
    Ok(web::Json(Keys::of(&keyring, clock::now())))
}

/// The DID document of this connector as of now
#[utoipa::path(get, path = "/did", tag = "keys", responses((status = 200, description = "DID document", body = Object)))]
pub(super) async fn did(operator: Operator, connector: web::Data<Connector>) -> Result<web::Json<Value>, Problem> {
    Ok(web::Json(keys::document(&connector, &operator)?))
}

impl Keys {
    fn of(keyring: &Keyring, now: Timestamp) -> Self {
        Self {
            did: keyring.did().to_owned(),
            keys: keyring.held().iter().map(|held| Key::held(held, now)).collect(),
            retired: keyring.retired().iter().map(|retired| Key::retired(retired, now)).collect(),
        }
    }
}

impl Key {
    fn held(held: &Held, now: Timestamp) -> Self {
        Self {
            id: held.id.clone(),
            algorithm: held.key.algorithm().name().to_owned(),
            relationships: held.relationships.iter().copied().map(Relationship::name).collect(),
            public_key: held.key.public().jwk(),
            in_vault: held.key.is_remote(),
            created_at: time(held.created),
            signs_until: held.signs_until.map(time),
            published_until: held.published_until.map(time),
            published: held.published_until.is_none_or(|until| now < until),
        }
    }

    fn retired(retired: &Retired, now: Timestamp) -> Self {
        Self {
            id: retired.id.clone(),
            algorithm: retired.public.algorithm().name().to_owned(),
            relationships: retired.relationships.iter().copied().map(Relationship::name).collect(),
            public_key: retired.public.jwk(),
            in_vault: false,
            created_at: time(retired.created),
            signs_until: Some(time(retired.signed_until)),
            published_until: Some(time(retired.published_until)),
            published: now < retired.published_until,
        }
    }
}

fn time(at: Timestamp) -> String {
    super::time(clock::millis(at))
}
