//! `/summary`: what an operator sees first.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::summary;
use crate::problem::Problem;
use crate::storage::credentials::StoredCredential;

/// What waits, what runs, what ends soon, and who does not answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// What waits for people.
    waiting: SummaryWaiting,
    /// What is under way.
    running: SummaryRunning,
    /// Agreements.
    agreements: SummaryAgreements,
    /// Partners.
    partners: SummaryPartners,
    /// The last 24 hours.
    day: SummaryDay,
}

/// What waits for people.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryWaiting {
    /// Negotiations in which it is our move.
    negotiations: i64,
    /// Transfers that partners asked us for, and that nobody has started.
    transfers: i64,
    /// Offers of credentials that nobody has answered.
    credential_offers: i64,
    /// Credentials of ours that expire within 30 days, or have expired, and that no later one replaces; at most 20.
    expiring_credentials: Vec<ExpiringCredential>,
    /// Policies of ours that break a rule of a profile that they name.
    policies_with_findings: usize,
}

/// A credential of ours that expires soon, or has expired.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpiringCredential {
    /// Our id for it.
    id: String,
    /// Its type, as it was asked for.
    r#type: String,
    /// DID of the issuer.
    issuer: String,
    /// RFC 3339.
    expires_at: Option<String>,
}

/// What is under way.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryRunning {
    /// Negotiations that have not ended.
    negotiations: i64,
    /// Transfers under which data may flow.
    transfers: i64,
    /// Transfers whose data is being delivered by us.
    pushes: usize,
}

/// Agreements.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryAgreements {
    /// Those that nobody has ended.
    in_force: i64,
    /// Those of them that end within 30 days by their own terms; at most 20.
    ending_soon: Vec<EndingAgreement>,
}

/// An agreement that ends soon.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndingAgreement {
    /// Agreement id.
    id: String,
    /// Dataset id.
    asset: String,
    /// Participant id of the other party.
    partner: String,
    /// RFC 3339: when the right to use ends.
    until: String,
}

/// Partners.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryPartners {
    /// Those in the registry.
    known: i64,
    /// Those that do not answer now, the longest first; at most 20.
    unreachable: Vec<UnreachablePartner>,
}

/// A partner that does not answer: no connection, no answer in time, or an error of its server.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreachablePartner {
    /// Participant id.
    partner: String,
    /// Its name in the registry; null if it is not known there.
    name: Option<String>,
    /// RFC 3339: the first attempt that failed.
    since: String,
    /// How many messages wait for it.
    waiting: i64,
    /// How the last attempt failed, as a sentence.
    detail: String,
}

/// The last 24 hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryDay {
    /// Data requests that were permitted.
    permitted: i64,
    /// Data requests that were refused.
    refused: i64,
    /// Bytes that were given and received.
    bytes: i64,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/summary").get(get));
}

/// See what waits, what runs, what ends soon, and who does not answer
#[utoipa::path(get, path = "/summary", tag = "summary",
    responses((status = 200, description = "As it is now", body = Summary)))]
pub(super) async fn get(operator: Operator, connector: web::Data<Connector>) -> Result<web::Json<Summary>, Problem> {
    Ok(web::Json(summary::summary(&connector, &operator).await?.into()))
}

impl From<summary::Summary> for Summary {
    fn from(seen: summary::Summary) -> Self {
        let ending = |ending: crate::storage::agreements::Ending| EndingAgreement {
            id: ending.id,
            asset: ending.asset,
            partner: ending.partner,
            until: time(ending.ends),
        };
        let unreachable = |partner: crate::operations::outbox::Unreachable| UnreachablePartner {
            partner: partner.partner,
            name: partner.name,
            since: time(partner.since),
            waiting: partner.waiting,
            detail: partner.detail,
        };
        Self {
            waiting: SummaryWaiting {
                negotiations: seen.negotiations.us,
                transfers: seen.transfers_waiting,
                credential_offers: seen.credential_offers,
                expiring_credentials: seen.expiring.into_iter().map(ExpiringCredential::from).collect(),
                policies_with_findings: seen.policies_with_findings,
            },
            running: SummaryRunning {
                negotiations: seen.negotiations.us + seen.negotiations.partner,
                transfers: seen.transfers_running,
                pushes: seen.pushes,
            },
            agreements: SummaryAgreements {
                in_force: seen.agreements,
                ending_soon: seen.ending.into_iter().map(ending).collect(),
            },
            partners: SummaryPartners {
                known: seen.partners,
                unreachable: seen.unreachable.into_iter().map(unreachable).collect(),
            },
            day: SummaryDay {
                permitted: seen.day.permitted,
                refused: seen.day.refused,
                bytes: seen.day.bytes_out.saturating_add(seen.day.bytes_in),
            },
        }
    }
}

impl From<StoredCredential> for ExpiringCredential {
    fn from(stored: StoredCredential) -> Self {
        Self { id: stored.id, r#type: stored.kind, issuer: stored.issuer, expires_at: stored.valid_until.map(time) }
    }
}
