//! Data addresses and the tokens in them.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use moka::sync::Cache;
use serde_json::Value;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::StateName;
use symbolon_data_plane::tokens::Claims;
use symbolon_vocab::idsa;
use symbolon_vocab::messages::{DataAddress, EndpointProperty};

use super::super::grants::{Grant, Occasion};
use crate::authentication::{Caller, Operator, Permission};
use crate::connector::Connector;
use crate::http_client::path_segment;
use crate::problem::{Kind, Problem};
use crate::storage::agreements::StoredAgreement;
use crate::storage::transfers::StoredTransfer;
use crate::{clock, ids};

/// Folder below the data directory that takes pushed files.
pub const INBOX: &str = "inbox";
/// A token this close to its end is renewed before it is handed out.
const RENEW_BEFORE_S: i64 = 30;
/// How long a partner may push into our inbox.
const INBOX_DAYS: i64 = 30;

/// Where and how data can be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The URL.
    pub endpoint: String,
    /// Its type, as in the data address.
    pub endpoint_type: String,
    /// Value of the Authorization header.
    pub authorization: Option<String>,
    /// When the token ends, where we can tell.
    pub expires: Option<Timestamp>,
}

/// The data address of a started pull, with a token of the present generation.
pub(super) fn endpoint(connector: &Connector, stored: &StoredTransfer, now: Timestamp) -> DataAddress {
    let token = token(connector, stored, now);
    let endpoint = format!("{}/data/{}", connector.config.public_url(), path_segment(&stored.pid));
    DataAddress {
        endpoint_type: idsa::HTTP.to_owned(),
        endpoint: Some(endpoint),
        endpoint_properties: vec![
            EndpointProperty::new("authorization", token),
            EndpointProperty::new("authType", "bearer"),
        ],
    }
}

fn token(connector: &Connector, stored: &StoredTransfer, now: Timestamp) -> String {
    let seconds = i64::try_from(connector.config.limits.token_seconds).unwrap_or(600);
    connector.tokens.issue(&Claims {
        transfer: stored.pid.clone(),
        agreement: stored.agreement_id.clone(),
        partner: stored.partner.clone(),
        asset: stored.asset.clone(),
        iat: now.as_second(),
        exp: now.as_second().saturating_add(seconds),
        jti: ids::plain(),
        generation: u64::try_from(stored.generation).unwrap_or_default(),
    })
}

/// Our own receiving endpoint, for a push that names none.
pub(super) fn own_inbox(connector: &Connector, pid: &str, agreement: &StoredAgreement) -> Result<DataAddress, Problem> {
    let now = clock::now();
    std::fs::create_dir_all(connector.config.data_dir.join(INBOX)).map_err(Problem::internal)?;
    let token = connector.tokens.issue(&Claims {
        transfer: pid.to_owned(),
        agreement: agreement.id.clone(),
        partner: agreement.partner.clone(),
        asset: agreement.asset.clone(),
        iat: now.as_second(),
        exp: now.as_second().saturating_add(INBOX_DAYS * 86_400),
        jti: ids::plain(),
        generation: 0,
    });
    let endpoint = format!("{}/data/inbox/{}", connector.config.public_url(), path_segment(pid));
    Ok(DataAddress {
        endpoint_type: idsa::HTTP.to_owned(),
        endpoint: Some(endpoint),
        endpoint_properties: vec![
            EndpointProperty::new("authorization", token),
            EndpointProperty::new("authType", "bearer"),
        ],
    })
}

/// The file that a push under this transfer is written to.
pub fn inbox_path(connector: &Connector, pid: &str) -> PathBuf {
    let name: String = pid.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    connector.config.data_dir.join(INBOX).join(name)
}

/// Consumer: where to fetch, with a token that is good for a while. Near its end it is renewed at the provider.
///
/// # Errors
/// 404 for an unknown transfer, 409 when there is nothing to fetch now, 502 when the provider does not renew.
pub async fn access(connector: &Arc<Connector>, operator: &Operator, pid: &str) -> Result<Access, Problem> {
    operator.must(Permission::Negotiate)?;
    let stored = super::find(connector, pid).await?;
    if stored.machine.role() != Role::Consumer {
        let detail = "this connector provides here; the consumer holds the data address";
        return Err(Problem::new(Kind::Conflict, "transfer.role", detail));
    }
    let Some(address) = stored.machine.data_address() else {
        let detail = format!("the transfer is {} and has no data address now", stored.machine.state_name());
        return Err(Problem::new(Kind::Conflict, "transfer.no-address", detail)
            .with_hint("a pull has one while it is STARTED; resume it if it is SUSPENDED"));
    };
    let held = address.property("authorization").map(str::to_owned);
    let access = Access {
        endpoint: address.endpoint.clone().unwrap_or_default(),
        endpoint_type: address.endpoint_type.clone(),
        expires: held.as_deref().and_then(expiry),
        authorization: held.map(|token| match address.property("authType") {
            Some("bearer") => format!("Bearer {token}"),
            _ => token,
        }),
    };
    if access.is_fresh(clock::now()) {
        return Ok(access);
    }
    match connector.renewals.of(&stored, clock::now()) {
        Some(renewed) => Ok(renewed),
        None => renew_held(connector, &stored, access).await,
    }
}

/// Consumer: another token in place of one that the provider does not take, although it has not ended.
///
/// # Errors
/// As [`renewed_for`].
pub(super) async fn renewed(connector: &Connector, pid: &str, access: Access) -> Result<Access, Problem> {
    let stored = super::find(connector, pid).await?;
    renew_held(connector, &stored, access).await
}

async fn renew_held(connector: &Connector, stored: &StoredTransfer, access: Access) -> Result<Access, Problem> {
    let renewed = renewed_for(connector, &stored.partner, access).await?;
    connector.renewals.keep(stored, &renewed);
    Ok(renewed)
}

/// Consumer: when the token that is held ends, where it can be told.
pub fn token_expires(connector: &Connector, stored: &StoredTransfer) -> Option<Timestamp> {
    let token = held_token(stored)?;
    let renewed = connector.renewals.of(stored, clock::now()).and_then(|access| access.expires);
    renewed.max(expiry(token))
}

/// The token of the data address, as the provider sent it.
fn held_token(stored: &StoredTransfer) -> Option<&str> {
    let address = stored.machine.data_address().filter(|_| stored.machine.role() == Role::Consumer)?;
    address.property("authorization")
}

impl Access {
    /// Whether the token is good for a while. One whose end cannot be told is taken to be.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| expires.as_second() - now.as_second() >= RENEW_BEFORE_S)
    }
}

/// Tokens that were renewed, by transfer: each stands for the one of the data address, as long as the provider sends no other.
/// They are lost with a restart, and asked for again.
pub struct Renewals {
    kept: Cache<String, Arc<(String, Access)>>,
}

/// Transfers whose renewed tokens are kept.
const RENEWED: u64 = 10_000;

impl Default for Renewals {
    fn default() -> Self {
        Self { kept: Cache::new(RENEWED) }
    }
}

impl std::fmt::Debug for Renewals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renewals").field("count", &self.kept.entry_count()).finish_non_exhaustive()
    }
}

impl Renewals {
    fn of(&self, stored: &StoredTransfer, now: Timestamp) -> Option<Access> {
        let kept = self.kept.get(&stored.pid)?;
        let (of, access) = &*kept;
        (held_token(stored) == Some(of) && access.is_fresh(now)).then(|| access.clone())
    }

    fn keep(&self, stored: &StoredTransfer, access: &Access) {
        if let Some(of) = held_token(stored) {
            self.kept.insert(stored.pid.clone(), Arc::new((of.to_owned(), access.clone())));
        }
    }
}

/// Asks the provider for a fresh token.
///
/// # Errors
/// 502 when it does not give one.
pub async fn renewed_for(connector: &Connector, partner: &str, access: Access) -> Result<Access, Problem> {
    let exchange = connector.http.post(partner, &format!("{}/token", access.endpoint), "{}").await?;
    let body: Value = serde_json::from_slice(&exchange.body).unwrap_or_default();
    let Some(token) = body.get("access_token").and_then(Value::as_str).filter(|_| exchange.is_success()) else {
        return Err(Problem::new(Kind::BadGateway, "token.not-renewed", exchange.refusal())
            .with_hint("suspend and resume the transfer to be given a new data address"));
    };
    Ok(Access { authorization: Some(format!("Bearer {token}")), expires: expiry(token), ..access })
}

/// Provider: a fresh token for the consumer of a started transfer, decided like a data request.
///
/// # Errors
/// 404 when this partner has no such transfer; 403 when data is not released.
pub async fn renew(connector: &Arc<Connector>, caller: &Caller, pid: &str) -> Result<(String, u64), Problem> {
    let now = clock::now();
    let grant = connector.grants.of(connector, pid, now).await?;
    let known = |grant: &Arc<Grant>| grant.partner == caller.participant();
    let grant = grant.filter(known).ok_or_else(|| Problem::not_found("transfer", pid))?;
    grant.decide(connector, now, Occasion::Looking).await?;
    let stored = super::find(connector, pid).await?;
    if stored.machine.state_name() != StateName::Started {
        return Err(Problem::new(Kind::Forbidden, "transfer.not-started", "the transfer was stopped meanwhile"));
    }
    Ok((token(connector, &stored, now), connector.config.limits.token_seconds))
}

/// When a JWT says it ends. Tokens of foreign providers may be opaque.
fn expiry(token: &str) -> Option<Timestamp> {
    use base64::Engine as _;
    let payload = token.split('.').nth(1)?;
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    Timestamp::from_second(claims.get("exp")?.as_i64()?).ok()
}
