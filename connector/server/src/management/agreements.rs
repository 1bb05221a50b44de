//! `/agreements`: what was concluded, what proves it, and its end.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_contract_negotiation::Role;
use utoipa::{IntoParams, ToSchema};

use super::automation::Step;
use super::body::{Body, Query};
use super::page::{Items, page};
use super::processes::{Ending, Reason};
use super::route::at;
use super::{created, in_dataspace, time};
use crate::attestation::{self, Carried};
use crate::authentication::Operator;
use crate::clock;
use crate::connector::Connector;
use crate::graph::AgreementFormat;
use crate::operations::agreements::{self, Import};
use crate::operations::partners::{self, Counterparty, Named};
use crate::operations::terminating;
use crate::problem::{Kind, Problem};
use crate::storage::agreements::{AgreementState, Filter, StoredAgreement};
use crate::terms::Terms;
use crate::terms::rights::{Rights, surviving};

/// How long a reader waits for the graph.
const PATIENCE: Duration = Duration::from_secs(5);

/// An agreement that was concluded elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAgreement {
    /// The ODRL Agreement.
    #[schema(value_type = Object)]
    agreement: Value,
    /// `consumer` or `provider`: ours.
    #[schema(value_type = super::negotiations::Side)]
    role: Role,
    /// Participant id of the other party.
    partner: String,
    /// Base of its Dataspace Protocol endpoints; as in the registry if absent.
    partner_address: Option<String>,
    /// The dataspace that it was made in; outside any if absent.
    dataspace: Option<String>,
    /// Which steps the connector takes by itself.
    #[serde(default)]
    automation: AgreementAutomation,
}

/// Steps under an agreement.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AgreementAutomation {
    /// Provider: start requested transfers; `auto` if absent.
    transfer: Step,
}

impl Default for AgreementAutomation {
    fn default() -> Self {
        Self { transfer: Step::Auto }
    }
}

/// Why an agreement is ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retirement {
    /// For people; recorded, and given to the partner as the reason its transfers end.
    reason: String,
}

/// A concluded agreement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Agreement id, chosen by the provider.
    id: String,
    /// `consumer` or `provider`: ours.
    role: String,
    /// Participant id of the other party.
    partner: String,
    /// Dataset id.
    asset: String,
    /// The dataspace that it was made in; null: outside any.
    dataspace: Option<String>,
    /// `IN_FORCE`, `RETIRED` or `TERMINATED`.
    #[schema(value_type = String)]
    state: AgreementState,
    /// Whether it grants anything: nobody has ended it. What its terms still permit is in `rights`.
    in_force: bool,
    /// RFC 3339: when the right to use ends, as the agreement's text says; null: no end is agreed, or it has ended.
    valid_until: Option<String>,
    /// How many transfers there have been under it.
    transfers: i64,
    /// RFC 3339.
    concluded_at: String,
    /// The ODRL Agreement as it was sent.
    #[schema(value_type = Object)]
    policy: Value,
    /// What it says, and which of it no connector checks.
    terms: Terms,
    /// What the consumer may do with the asset, and until when, as far as the agreement alone says.
    rights: Rights,
    /// What binds the consumer also when the agreement has ended.
    surviving_duties: Vec<String>,
    /// `sha-256:` and the hex digest of its canonical RDF.
    digest: String,
    /// Signatures of both sides, as far as they are here.
    attestations: Vec<Attestation>,
    /// Whether both signatures hold for this content; null while one is missing.
    fits: Option<bool>,
    /// RFC 3339.
    retired_at: Option<String>,
    /// Why it was retired.
    retire_reason: Option<String>,
    /// Who terminated it, and why.
    termination: Option<Ending>,
    /// RFC 3339.
    terminated_at: Option<String>,
    /// Our process id of the negotiation; null if it was imported.
    negotiation: Option<String>,
}

/// A party's signature over the canonical agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attestation {
    /// `consumer` or `provider`.
    role: String,
    /// DID of the signer.
    signer: String,
    /// Verifiable Credential (Data Model 2.0) with a Data Integrity proof, `eddsa-rdfc-2022`.
    #[schema(value_type = Object)]
    credential: Value,
    /// The same as a JWT, `vc+jwt`.
    jwt: String,
}

/// What an agreement and its signatures prove.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verification {
    /// The agreement's id.
    agreement: Option<String>,
    /// The digest of its content, computed anew.
    digest: Option<String>,
    /// Whether both halves fit; null when only one is present.
    fits: Option<bool>,
    /// Everything that was checked, in order.
    checks: Vec<Check>,
}

/// One thing that was checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Check {
    /// Stable, for programs.
    check: String,
    /// `ok`, `note` or `failed`.
    #[schema(value_type = String)]
    outcome: attestation::Outcome,
    /// For people.
    sentence: String,
}

/// Which agreements.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgreementQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<String>,
    /// Participant id of the other party.
    partner: Option<String>,
    /// `consumer` or `provider`: ours.
    #[param(value_type = Option<super::negotiations::Side>)]
    role: Option<Role>,
    /// `IN_FORCE`, `RETIRED` or `TERMINATED`.
    #[param(value_type = Option<String>)]
    state: Option<AgreementState>,
    /// A text in an id (agreement, asset, negotiation, participant), in the digest or in the partner's name.
    q: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/agreements").get(list).post(import));
    cfg.service(at("/agreements/{id}/rdf").get(rdf));
    cfg.service(at("/agreements/{id}/export").get(export));
    cfg.service(at("/agreements/{id}/verify").get(verify));
    cfg.service(at("/agreements/{id}/retire").post(retire));
    cfg.service(at("/agreements/{id}/terminate").post(terminate));
    cfg.service(at("/agreements/{id}").get(get));
}

/// List agreements, newest first
#[utoipa::path(get, path = "/agreements", tag = "agreements", params(AgreementQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Agreement>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<AgreementQuery>,
) -> Result<web::Json<Items<Agreement>>, Problem> {
    let AgreementQuery { limit, after, partner, role, state, q } = query;
    let page = page(limit, after)?;
    let filter = Filter { partner, role: role.map(|role| role.to_string()), state, text: q };
    let found = agreements::list(&connector, &operator, &filter, &page).await?;
    let documents = agreements::documents(&connector, &found.rows).await?;
    let transfers = agreements::transfers_under(&connector, &found.rows).await?;
    // Signatures are checked for each entry: not on the thread that answers requests.
    let view = move |row| Agreement::of(row, &documents, &transfers);
    let items = web::block(move || Items::found(found, &page, |row| row.id.clone(), view)).await;
    items.map(web::Json).map_err(Problem::internal)
}

/// Take up an agreement that was concluded elsewhere
#[utoipa::path(post, path = "/agreements", tag = "agreements", request_body = NewAgreement,
    responses((status = 201, description = "In force here", body = Agreement)))]
pub(super) async fn import(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewAgreement>,
) -> Result<HttpResponse, Problem> {
    let partner_address = match body.partner_address {
        Some(dsp_address) => {
            let named = Named::Elsewhere(Counterparty { id: body.partner.clone(), dsp_address });
            partners::counterparty(&connector, &operator, named).await?.dsp_address
        }
        None => match partners::get(&connector, &operator, &body.partner).await {
            Ok(partner) => partner.dsp_address,
            // A provider never needs it: the consumer says where it is reached when it asks for a transfer.
            Err(problem) if problem.kind == Kind::NotFound => String::new(),
            Err(problem) => return Err(problem),
        },
    };
    let import = Import {
        agreement: body.agreement,
        role: body.role,
        partner: body.partner,
        partner_address,
        dataspace: body.dataspace.unwrap_or_default(),
        transfer: body.automation.transfer.into(),
    };
    let stored = agreements::import(&connector, &operator, import).await?;
    Ok(created("agreements", &stored.id.clone(), &shown(&connector, stored).await?))
}

/// Read an agreement
#[utoipa::path(get, path = "/agreements/{id}", tag = "agreements", params(("id" = String, Path)),
    responses((status = 200, description = "The agreement", body = Agreement)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Agreement>, Problem> {
    Ok(web::Json(shown(&connector, agreements::get(&connector, &operator, &id).await?).await?))
}

/// Read an agreement as RDF: Turtle holds what was signed; N-Quads and TriG also what this connector knows besides
#[utoipa::path(get, path = "/agreements/{id}/rdf", tag = "agreements", params(("id" = String, Path)),
    responses((status = 200, description = "In the form that Accept asks for", content(
        (String = "text/turtle"), (String = "application/n-quads"), (String = "application/trig")))))]
pub(super) async fn rdf(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let format = AgreementFormat::accepted(accept)?;
    agreements::get(&connector, &operator, &id).await?;
    projected(&connector).await?;
    let body = connector.graph.agreement(&id, format).await?.ok_or_else(|| Problem::not_found("agreement", &id))?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, format.media_type())).body(body))
}

/// Waits until the graph has what was committed before, so that a reader finds what it has just been told of.
pub(super) async fn projected(connector: &Connector) -> Result<(), Problem> {
    let behind = || {
        Problem::new(Kind::Unavailable, "graph.behind", "the graph is still taking up agreements")
            .with_hint("try again in a moment")
    };
    let caught_up = connector.projector.caught_up(&connector.db);
    tokio::time::timeout(PATIENCE, caught_up).await.unwrap_or_else(|_| Err(behind()))
}

/// Read an agreement with all that proves it, as the file that `symbolon verify` checks
#[utoipa::path(get, path = "/agreements/{id}/export", tag = "agreements", params(("id" = String, Path)),
    responses((status = 200, description = "One JSON file", body = Object)))]
pub(super) async fn export(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let file = agreements::export(&connector, &operator, &id).await?;
    let disposition = (CONTENT_DISPOSITION, "attachment; filename=\"agreement.json\"");
    Ok(HttpResponse::Ok().insert_header(disposition).json(file))
}

/// Check an agreement and its signatures
#[utoipa::path(get, path = "/agreements/{id}/verify", tag = "agreements", params(("id" = String, Path)),
    responses((status = 200, description = "What was checked, and how it ended", body = Verification)))]
pub(super) async fn verify(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Verification>, Problem> {
    let file = agreements::export(&connector, &operator, &id).await?;
    let report = web::block(move || attestation::verify(&file)).await.map_err(Problem::internal)?;
    Ok(web::Json(report.into()))
}

/// End an agreement: nothing is released under it any more, and its transfers are terminated
#[utoipa::path(post, path = "/agreements/{id}/retire", tag = "agreements", params(("id" = String, Path)),
    request_body = Retirement, responses((status = 200, description = "As it is now", body = Agreement)))]
pub(super) async fn retire(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<Retirement>,
) -> Result<web::Json<Agreement>, Problem> {
    Ok(web::Json(shown(&connector, agreements::retire(&connector, &operator, &id, &body.reason).await?).await?))
}

/// Terminate an agreement for both parties, for good: rights end on both sides, and what survives goes on binding
#[utoipa::path(post, path = "/agreements/{id}/terminate", tag = "agreements", params(("id" = String, Path)),
    request_body = Reason, responses((status = 200, description = "As it is now", body = Agreement)))]
pub(super) async fn terminate(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<Reason>,
) -> Result<web::Json<Agreement>, Problem> {
    let Reason { reason, code } = body;
    let ended = terminating::terminate(&connector, &operator, &id, code, &reason).await?;
    Ok(web::Json(shown(&connector, ended).await?))
}

/// The agreement as it is told, with whether its halves fit.
async fn shown(connector: &Connector, stored: StoredAgreement) -> Result<Agreement, Problem> {
    let one = std::slice::from_ref(&stored);
    let documents = agreements::documents(connector, one).await?;
    let transfers = agreements::transfers_under(connector, one).await?;
    Ok(Agreement::of(stored, &documents, &transfers))
}

impl Agreement {
    fn of(stored: StoredAgreement, documents: &Carried, transfers: &HashMap<String, i64>) -> Self {
        let fits = attestation::fits(&stored, documents);
        let half = |half: crate::storage::agreements::Attestation| {
            let crate::storage::agreements::Attestation { role, signer, credential, jwt } = half;
            Attestation { role, signer, credential, jwt }
        };
        let policy = stored.document.policy();
        let rights = rights(&stored);
        Self {
            role: stored.role.to_string(),
            terms: Terms::of(policy),
            in_force: stored.state == AgreementState::InForce,
            valid_until: rights.until.clone(),
            transfers: transfers.get(&stored.id).copied().unwrap_or_default(),
            rights,
            surviving_duties: surviving(policy),
            policy: stored.document.json().clone(),
            attestations: stored.attestations.into_iter().map(half).collect(),
            fits,
            id: stored.id,
            partner: stored.partner,
            asset: stored.asset,
            dataspace: in_dataspace(stored.dataspace),
            state: stored.state,
            concluded_at: time(stored.concluded),
            digest: stored.digest,
            retired_at: stored.retired.map(time),
            retire_reason: stored.retire_reason,
            terminated_at: stored.termination.as_ref().map(|end| time(end.at)),
            termination: stored.termination.map(|end| Ending::new(end.by, end.code.as_ref(), &end.reason)),
            negotiation: stored.negotiation,
        }
    }
}

/// What the consumer may do, as the agreement and its state say.
fn rights(stored: &StoredAgreement) -> Rights {
    let policy = stored.document.policy();
    match stored.state {
        AgreementState::InForce => Rights::in_force(policy, &stored.asset, clock::now()),
        AgreementState::Retired => {
            Rights::ended(stored.retire_reason.as_deref().unwrap_or("the agreement has been retired"))
        }
        AgreementState::Terminated => Rights::ended("the agreement has been terminated"),
    }
}

impl From<attestation::Report> for Verification {
    fn from(report: attestation::Report) -> Self {
        let check = |check: attestation::Check| {
            let attestation::Check { check, outcome, sentence } = check;
            Check { check, outcome, sentence }
        };
        Self {
            agreement: report.agreement,
            digest: report.digest,
            fits: report.fits,
            checks: report.checks.into_iter().map(check).collect(),
        }
    }
}
