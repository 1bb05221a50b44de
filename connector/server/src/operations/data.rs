//! Data requests: who asks, under which transfer, and whether data is released now.

use std::sync::Arc;

use jiff::Timestamp;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::State;
use symbolon_data_plane::sub_path::SubPath;
use symbolon_data_plane::tokens::Claims;

use super::ATTEMPTS;
use super::grants::{Grant, Occasion, Ruling, is_outdated};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::agreements;
use crate::storage::requests::{self, DataRequest};
use crate::storage::transfers::{self, StoredTransfer};
use crate::storage::usage::{self, Used};

/// What is known of a request before it is decided.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The transfer in the path.
    pub transfer: &'a str,
    /// What follows `Bearer `.
    pub token: Option<&'a str>,
    /// HTTP method.
    pub method: &'a str,
    /// Path below the transfer as received, without the slash before it.
    pub path: &'a str,
    /// The query as received, without the question mark.
    pub query: &'a str,
}

/// What was released.
#[derive(Debug)]
pub struct Released {
    /// What it was decided on.
    pub grant: Arc<Grant>,
    /// What may be fetched, where requests are confined by their path: this instead of what was sent.
    pub asked: Option<SubPath>,
}

/// Decides a data request and has the decision written down. Both what is released and what is refused is recorded, once
/// the token has shown whose request it is. What is released counts as used, whatever becomes of it.
///
/// # Errors
/// 401 for the token, 403 with the rule that refused, 404 when the asset is gone.
pub async fn release(connector: &Connector, asked: Asked<'_>) -> Result<Released, Problem> {
    let now = clock::now();
    let claims =
        connector.tokens.verify(bearer(asked.token)?, now).map_err(|e| unauthenticated(e.code(), e.to_string()))?;
    if claims.transfer != asked.transfer {
        return Err(unauthenticated("token.other-transfer", "the token is for another transfer".to_owned()));
    }
    let mut turns = ATTEMPTS;
    let (grant, decision) = loop {
        let grant = connector.grants.of(connector, asked.transfer, now).await?;
        let grant = grant.ok_or_else(|| Problem::not_found("transfer", asked.transfer))?;
        let decision = decide(connector, &grant, &claims, asked, now).await;
        turns -= 1;
        match decision {
            Err(problem) if turns > 0 && is_outdated(&problem) => {}
            decision => break (grant, decision),
        }
    };
    let path = match asked.query {
        "" => asked.path.to_owned(),
        query => format!("{}?{query}", asked.path),
    };
    record(connector, &grant, asked.method, path, &decision, now).await;
    decision.map(|ruling| Released { grant, asked: ruling.asked })
}

/// The token fits the transfer's parties and its last start, and the grant holds.
async fn decide(
    connector: &Connector,
    grant: &Grant,
    claims: &Claims,
    asked: Asked<'_>,
    now: Timestamp,
) -> Result<Ruling, Problem> {
    let fits = claims.agreement == grant.agreement && claims.partner == grant.partner && claims.asset == grant.asset;
    if !fits {
        return Err(unauthenticated("token.other-agreement", "the token is for another agreement".to_owned()));
    }
    let on = Occasion::Request { claims, path: asked.path, query: asked.query };
    grant.decide(connector, now, on).await
}

/// Decides the delivery of a push and has the decision written down.
///
/// # Errors
/// 403 with the rule that refused.
pub async fn release_delivery(connector: &Connector, grant: &Grant) -> Result<(), Problem> {
    let now = clock::now();
    let decision = grant.decide(connector, now, Occasion::Delivery).await;
    record(connector, grant, "PUSH", String::new(), &decision, now).await;
    decision.map(|_| ())
}

/// Names the rule that permitted or refused.
async fn record(
    connector: &Connector,
    grant: &Grant,
    method: &str,
    path: String,
    decision: &Result<Ruling, Problem>,
    now: Timestamp,
) {
    let rule = match decision {
        Ok(ruling) => ruling.rule.clone(),
        Err(problem) => match &problem.rule {
            Some(rule) => format!("{}: {} ({rule})", problem.code, problem.detail),
            None => problem.to_string(),
        },
    };
    let record = DataRequest {
        at: clock::millis(now),
        transfer: grant.transfer.clone(),
        agreement: grant.agreement.clone(),
        partner: grant.partner.clone(),
        permitted: decision.is_ok(),
        rule,
        method: method.to_owned(),
        path,
    };
    connector.recorder.record(record).await;
}

/// A push into our inbox: the token is ours, and the transfer is a push that this connector asked for and that is
/// STARTED.
///
/// # Errors
/// 401 for the token; 403 when the transfer does not take data now.
pub async fn accept_push(connector: &Connector, asked: Asked<'_>) -> Result<StoredTransfer, Problem> {
    let now = clock::now();
    let claims =
        connector.tokens.verify(bearer(asked.token)?, now).map_err(|e| unauthenticated(e.code(), e.to_string()))?;
    if claims.transfer != asked.transfer {
        return Err(unauthenticated("token.other-transfer", "the token is for another transfer".to_owned()));
    }
    let stored = transfers::by_pid(&connector.db, asked.transfer).await?;
    let stored = stored
        .filter(|stored| stored.machine.role() == Role::Consumer && !stored.machine.is_pull())
        .ok_or_else(|| Problem::not_found("transfer", asked.transfer))?;
    // The provider may deliver before its start message has arrived here.
    if matches!(stored.machine.state(), State::Started { .. } | State::Requested) {
        return Ok(stored);
    }
    let detail = format!("the transfer process is {}, and takes no data", stored.machine.state_name());
    Err(Problem::new(Kind::Forbidden, "transfer.not-started", detail).with_rule("transfer process STARTED"))
}

fn bearer(token: Option<&str>) -> Result<&str, Problem> {
    token.ok_or_else(|| unauthenticated("token.missing", "the request has no bearer token".to_owned()))
}

/// 401 for a token.
pub(super) fn unauthenticated(code: &str, detail: String) -> Problem {
    Problem::new(Kind::Unauthenticated, code, detail)
        .with_hint("use the token of the data address of the transfer's last start, or renew it at …/token")
}

/// Recorded decisions, oldest first, each with its place.
///
/// # Errors
/// 403 for the role.
pub async fn recorded(
    connector: &Connector,
    operator: &Operator,
    after: i64,
    transfer: Option<&str>,
    agreement: Option<&str>,
    limit: i64,
) -> Result<Vec<(i64, DataRequest)>, Problem> {
    operator.must(Permission::Read)?;
    Ok(requests::after(&connector.db, after, transfer, agreement, limit).await?)
}

/// What has been used under an agreement, as we count where we provide.
///
/// # Errors
/// 403 for the role, 404 for an unknown agreement.
pub async fn used(connector: &Connector, operator: &Operator, agreement: &str) -> Result<Vec<Used>, Problem> {
    operator.must(Permission::Read)?;
    if agreements::by_id(&connector.db, agreement).await?.is_none() {
        return Err(Problem::not_found("agreement", agreement));
    }
    Ok(usage::under(&connector.db, agreement).await?)
}
