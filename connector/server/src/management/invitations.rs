//! `/invitations`, and how a dataspace is founded and joined.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Query};
use super::dataspaces::Dataspace;
use super::page::{Items, page};
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::clock;
use crate::connector::Connector;
use crate::operations::founding::{self, Founding, Spelling};
use crate::operations::invitations::{self, BPN, Draft, Invitation as Read};
use crate::problem::Problem;
use crate::storage::invitations::{InvitationState, StoredInvitation};

/// A week, in seconds.
const LIFE_SECONDS: u64 = 7 * 24 * 3600;

/// Whom to invite into a dataspace that this connector runs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewInvitation {
    /// The dataspace.
    dataspace: String,
    /// What people call the company.
    name: String,
    /// Its business partner number; `auto`: one that counts in this dataspace only, made of its DID.
    bpn: Option<String>,
    /// What else credentials will say of it.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    /// How long it counts; a week if absent.
    #[schema(minimum = 1, maximum = 7_776_000, default = 604_800)]
    expires_in_seconds: Option<u64>,
}

/// An invitation with its text, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedInvitation {
    /// The text to send to the company. Whoever has it can become the member: send it as you would a password.
    invitation: String,
    /// The record that stays.
    #[serde(flatten)]
    record: Invitation,
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// Its id in this connector.
    id: String,
    /// The dataspace that it leads into.
    dataspace: String,
    /// What people call the company.
    name: String,
    /// What credentials will say of it.
    attributes: BTreeMap<String, String>,
    /// `OPEN`, `USED`, `WITHDRAWN` or `EXPIRED`.
    state: String,
    /// DID of the member that came of it.
    used_by: Option<String>,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    expires_at: String,
}

/// The text of an invitation that came from somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvitationText {
    /// The whole text.
    invitation: String,
}

/// What an invitation says, once its signature has been checked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationContent {
    /// DID of the inviter.
    inviter: String,
    /// What the inviter calls itself.
    inviter_name: String,
    /// Base of the inviter's Dataspace Protocol endpoints.
    inviter_address: String,
    /// What the inviter calls us.
    company: String,
    /// Id of the dataspace at the inviter.
    dataspace: String,
    /// Name of the dataspace.
    dataspace_name: String,
    /// DIDs of the issuers that the dataspace believes.
    issuers: Vec<String>,
    /// What partners have to present there.
    required_scopes: Vec<String>,
    /// RFC 3339.
    expires_at: String,
}

/// How to join a dataspace.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Joining {
    /// The whole text of the invitation.
    invitation: String,
    /// The id that the dataspace gets here; the inviter's if absent.
    id: Option<String>,
}

/// What joining began.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// The dataspace as this connector knows it.
    dataspace: Dataspace,
    /// Participant id of a partner that was made known: the inviter.
    partner: Option<String>,
    /// Our request for credentials; the event `credential-request.issued` tells when they are here.
    credential_request: String,
}

/// A dataspace to be founded: this connector becomes its issuer and its first member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDataspace {
    /// Lower-case letters, digits and hyphens.
    id: String,
    /// For people.
    name: String,
    /// Our business partner number; `auto`: one that counts in this dataspace only, made of our DID.
    bpn: Option<String>,
    /// Credential types besides those for membership, number and governance.
    #[serde(default)]
    types: Vec<String>,
    /// How scopes are spelled; `tractusx` if absent.
    #[serde(default)]
    scopes: ScopeSpelling,
    /// Profile of the credentials: `vc11-sl2021/jwt` (if absent) or `vc20-bssl/jwt`.
    credentials: Option<String>,
    /// IRI of the policy profile.
    profile: Option<String>,
    /// Base URL of a directory of business partner numbers (BDRS).
    directory: Option<String>,
}

/// How scopes of credential types are spelled.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScopeSpelling {
    /// `org.eclipse.tractusx.vc.type:…:read`.
    #[default]
    Tractusx,
    /// `org.eclipse.dspace.dcp.vc.type:…:read`.
    Dcp,
}

/// Which invitations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvitationQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<String>,
    /// Into this dataspace only.
    dataspace: Option<String>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/invitations").get(list).post(create));
    cfg.service(at("/invitations/inspect").post(inspect));
    cfg.service(at("/invitations/{id}").get(get).delete(withdraw));
    cfg.service(at("/dataspaces/join").post(join));
}

/// Invite a company into a dataspace that this connector runs
#[utoipa::path(post, path = "/invitations", tag = "invitations", request_body = NewInvitation,
    responses((status = 201, description = "With its text, this once", body = CreatedInvitation)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewInvitation>,
) -> Result<HttpResponse, Problem> {
    let NewInvitation { dataspace, name, bpn, mut attributes, expires_in_seconds } = body;
    attributes.extend(bpn.map(|bpn| (BPN.to_owned(), bpn)));
    let life = Duration::from_secs(expires_in_seconds.unwrap_or(LIFE_SECONDS));
    let draft = Draft { dataspace, name, attributes, life };
    let (stored, invitation) = invitations::create(&connector, &operator, draft).await?;
    let (id, record) = (stored.id.clone(), Invitation::from(stored));
    Ok(created("invitations", &id, &CreatedInvitation { invitation, record }))
}

/// List invitations in the order in which they were made
#[utoipa::path(get, path = "/invitations", tag = "invitations", params(InvitationQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Invitation>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<InvitationQuery>,
) -> Result<web::Json<Items<Invitation>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = invitations::list(&connector, &operator, query.dataspace.as_deref(), &page).await?;
    Ok(web::Json(Items::of(rows, &page, |row| row.id.clone(), Invitation::from)))
}

/// Read an invitation's record
#[utoipa::path(get, path = "/invitations/{id}", tag = "invitations", params(("id" = String, Path)),
    responses((status = 200, description = "The record", body = Invitation)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Invitation>, Problem> {
    Ok(web::Json(invitations::get(&connector, &operator, &id).await?.into()))
}

/// Withdraw an invitation: its code does not count any more
#[utoipa::path(delete, path = "/invitations/{id}", tag = "invitations", params(("id" = String, Path)),
    responses((status = 204, description = "Withdrawn")))]
pub(super) async fn withdraw(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    invitations::withdraw(&connector, &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Read an invitation that came from somebody, and check its signature
#[utoipa::path(post, path = "/invitations/inspect", tag = "invitations", request_body = InvitationText,
    responses((status = 200, description = "What it says", body = InvitationContent)))]
pub(super) async fn inspect(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<InvitationText>,
) -> Result<web::Json<InvitationContent>, Problem> {
    Ok(web::Json(invitations::inspect(&connector, &operator, &body.invitation).await?.into()))
}

/// Join a dataspace by an invitation
#[utoipa::path(post, path = "/dataspaces/join", tag = "dataspaces", request_body = Joining,
    responses((status = 201, description = "Joined; credentials are on their way", body = Membership)))]
pub(super) async fn join(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<Joining>,
) -> Result<HttpResponse, Problem> {
    let joined = invitations::join(&connector, &operator, &body.invitation, body.id).await?;
    let id = joined.dataspace.id.clone();
    let membership = Membership {
        dataspace: joined.dataspace.into(),
        partner: Some(joined.partner),
        credential_request: joined.request,
    };
    Ok(created("dataspaces", &id, &membership))
}

/// Found a dataspace: this connector becomes its issuer and its first member
#[utoipa::path(post, path = "/dataspaces", tag = "dataspaces", request_body = NewDataspace,
    responses((status = 201, description = "Founded; our own credentials are on their way", body = Membership)))]
pub(super) async fn found(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewDataspace>,
) -> Result<HttpResponse, Problem> {
    let NewDataspace { id, name, bpn, types, scopes, credentials, profile, directory } = body;
    let spelling = match scopes {
        ScopeSpelling::Tractusx => Spelling::Tractusx,
        ScopeSpelling::Dcp => Spelling::Dcp,
    };
    let founding = Founding { id, name, bpn, types, spelling, credentials, profile, directory };
    let (dataspace, credential_request) = founding::found(&connector, &operator, founding).await?;
    let id = dataspace.id.clone();
    let membership = Membership { dataspace: dataspace.into(), partner: None, credential_request };
    Ok(created("dataspaces", &id, &membership))
}

impl From<StoredInvitation> for Invitation {
    fn from(stored: StoredInvitation) -> Self {
        let ended = stored.state == InvitationState::Open && stored.expires <= clock::millis(clock::now());
        Self {
            id: stored.id,
            dataspace: stored.dataspace,
            name: stored.name,
            attributes: stored.attributes,
            state: if ended { "EXPIRED" } else { stored.state.name() }.to_owned(),
            used_by: stored.used_by,
            created_at: time(stored.created),
            expires_at: time(stored.expires),
        }
    }
}

impl From<Read> for InvitationContent {
    fn from(read: Read) -> Self {
        Self {
            inviter: read.iss,
            inviter_name: read.inviter.name,
            inviter_address: read.inviter.dsp_address,
            company: read.company,
            dataspace: read.dataspace.id,
            dataspace_name: read.dataspace.name,
            issuers: read.dataspace.issuers.into_iter().map(|issuer| issuer.did).collect(),
            required_scopes: read.dataspace.required_scopes,
            expires_at: time(read.exp.saturating_mul(1000)),
        }
    }
}
