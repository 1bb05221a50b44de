//! `/dataspaces/{id}/members`: who belongs to a dataspace that this connector runs.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use symbolon_vocab::dcp::CredentialObject;
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::time;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::dataspaces::{self, MemberDraft};
use crate::operations::issuing::offering;
use crate::problem::Problem;
use crate::storage;

/// What is known of a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberContent {
    /// For people.
    name: String,
    /// What credentials may say of it, such as `bpn`.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// A member.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Its DID.
    did: String,
    /// For people.
    name: String,
    /// What credentials may say of it.
    attributes: BTreeMap<String, String>,
    /// `ACTIVE` or `REMOVED`.
    state: &'static str,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

/// What to offer to a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberOffer {
    /// Types of credentials; all that the dataspace issues if absent or empty.
    #[serde(default)]
    types: Vec<String>,
    /// Why, such as `reissue`.
    reason: Option<String>,
}

/// What a member was offered.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedCredentials {
    /// Credential objects of DCP 1.0 as they were sent.
    #[schema(value_type = Vec<Object>)]
    credentials: Vec<CredentialObject>,
}

/// Why a member is removed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Removal {
    /// For the record.
    reason: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/dataspaces/{id}/members").get(list));
    cfg.service(at("/dataspaces/{id}/members/{did}").put(put).delete(delete));
    cfg.service(at("/dataspaces/{id}/members/{did}/offer").post(offer));
}

/// List members in the order of their DIDs, those that were removed included
#[utoipa::path(get, path = "/dataspaces/{id}/members", tag = "members", params(("id" = String, Path), PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Member>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<Member>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = dataspaces::list_members(&connector, &operator, &id, &page).await?;
    Ok(web::Json(Items::of(rows, &page, |member| member.did.clone(), Member::from)))
}

/// Admit a member, or replace what is known of it
#[utoipa::path(put, path = "/dataspaces/{id}/members/{did}", tag = "members",
    params(("id" = String, Path), ("did" = String, Path, description = "Percent-encoded")), request_body = MemberContent,
    responses((status = 200, description = "Replaced", body = Member), (status = 201, description = "New", body = Member)))]
pub(super) async fn put(
    operator: Operator,
    connector: web::Data<Connector>,
    path: web::Path<(String, String)>,
    Body(body): Body<MemberContent>,
) -> Result<HttpResponse, Problem> {
    let (dataspace, did) = path.into_inner();
    let MemberContent { name, attributes } = body;
    let draft = MemberDraft { name, attributes };
    let (member, new) = dataspaces::admit(&connector, &operator, &dataspace, &did, draft).await?;
    let mut answer = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(Member::from(member)))
}

/// Remove a member: what it was issued is revoked
#[utoipa::path(delete, path = "/dataspaces/{id}/members/{did}", tag = "members",
    params(("id" = String, Path), ("did" = String, Path), Removal),
    responses((status = 204, description = "Removed")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    path: web::Path<(String, String)>,
    Query(removal): Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let (dataspace, did) = path.into_inner();
    dataspaces::remove(&connector, &operator, &dataspace, &did, removal.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Offer credentials to a member, such as new ones in the place of those that end
#[utoipa::path(post, path = "/dataspaces/{id}/members/{did}/offer", tag = "members",
    params(("id" = String, Path), ("did" = String, Path)), request_body = MemberOffer,
    responses((status = 200, description = "The member's wallet took the offer", body = OfferedCredentials)))]
pub(super) async fn offer(
    operator: Operator,
    connector: web::Data<Connector>,
    path: web::Path<(String, String)>,
    Body(body): Body<MemberOffer>,
) -> Result<web::Json<OfferedCredentials>, Problem> {
    let (dataspace, did) = path.into_inner();
    let draft = offering::Draft { types: body.types, reason: body.reason };
    let credentials = offering::offer(&connector, &operator, &dataspace, &did, draft).await?;
    Ok(web::Json(OfferedCredentials { credentials }))
}

impl From<storage::members::Member> for Member {
    fn from(member: storage::members::Member) -> Self {
        Self {
            did: member.did,
            name: member.name,
            attributes: member.attributes,
            state: member.state.name(),
            created_at: time(member.created),
            updated_at: time(member.updated),
        }
    }
}
