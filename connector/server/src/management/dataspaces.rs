//! `/dataspaces`: the dataspaces that this connector lives in, whom each believes, and what we issue there.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::body::Body;
use super::page::Items;
use super::route::at;
use super::{created, invitations, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::dataspaces::{self, Draft};
use crate::problem::Problem;
use crate::storage::dataspaces as rows;

/// What describes a dataspace.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataspaceContent {
    /// For people.
    name: String,
    /// Whom it believes, and about what.
    #[serde(default)]
    issuers: Vec<TrustedIssuer>,
    /// Scopes that a partner has to satisfy, such as `org.eclipse.tractusx.vc.type:MembershipCredential:read`. None: nobody is
    /// asked for credentials, and nobody belongs.
    #[serde(default)]
    required_scopes: Vec<String>,
    /// Scopes that partners may ask our credential service for.
    #[serde(default)]
    presented_scopes: Vec<String>,
    /// IRI of the policy profile that its offers and agreements follow.
    profile: Option<String>,
    /// Base URL of a directory of business partner numbers (BDRS).
    directory: Option<String>,
    /// What we issue there; absent where others are the issuers.
    issuing: Option<Issuing>,
    /// Which members of which credentials are facts for policies. Their types are to be among those that are asked for.
    #[serde(default)]
    claims: Vec<Claim>,
}

/// A dataspace that this connector lives in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dataspace {
    /// What offers and agreements refer to.
    id: String,
    /// For people.
    name: String,
    /// Whom it believes, and about what.
    issuers: Vec<TrustedIssuer>,
    /// Scopes that a partner has to satisfy.
    required_scopes: Vec<String>,
    /// Scopes that partners may ask our credential service for.
    presented_scopes: Vec<String>,
    /// IRI of the policy profile that its offers and agreements follow.
    profile: Option<String>,
    /// Base URL of a directory of business partner numbers (BDRS).
    directory: Option<String>,
    /// What we issue there; null where others are the issuers.
    issuing: Option<Issuing>,
    /// Which members of which credentials are facts for policies.
    claims: Vec<Claim>,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

/// An issuer that a dataspace believes.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its DID.
    did: String,
    /// The credential types it is believed about; null: any.
    types: Option<Vec<String>>,
}

/// A member of a credential's subject that is a value of an operand. It counts only if the dataspace believes the issuer about
/// this type.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The type of the credential.
    r#type: String,
    /// Where in `credentialSubject`: `nationality`, or `address/country`.
    member: String,
    /// `ec:nationality`, or an IRI.
    operand: String,
}

/// What we issue in a dataspace, and to whom.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Issuing {
    /// Who may ask for credentials.
    admission: Admission,
    /// What may be asked for.
    types: Vec<CredentialType>,
}

/// Who may ask for credentials: `invited`, members and who brings the code of an invitation; `open`, anybody who proves its
/// DID.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Admission {
    /// Members, and who brings the code of an invitation.
    Invited,
    /// Anybody who proves its DID.
    Open,
}

/// A credential that we issue: one type in one profile.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CredentialType {
    /// The type, such as `MembershipCredential`.
    r#type: String,
    /// `vc11-sl2021/jwt` or `vc20-bssl/jwt`.
    profile: String,
    /// JSON-LD contexts beside that of the data model.
    #[serde(default)]
    contexts: Vec<String>,
    /// The JSON schema that the credential names.
    schema: Option<CredentialSchema>,
    /// Members of `credentialSubject`, without `id`. `{name}` in a text is the member's attribute of that name.
    #[serde(default)]
    #[schema(value_type = Object)]
    claims: Map<String, Value>,
    /// How long it is valid, in days; a year if absent.
    #[serde(default = "a_year")]
    #[schema(minimum = 1, maximum = 3653, default = 365)]
    validity_days: u32,
    /// Whether it can be suspended. Such a credential names two status entries, which some wallets do not read.
    #[serde(default)]
    suspendable: bool,
}

fn a_year() -> u32 {
    365
}

/// The schema that a credential names.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialSchema {
    /// Where it is.
    id: String,
    /// `JsonSchemaValidator2018` or `JsonSchema`.
    r#type: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/dataspaces").get(list).post(invitations::found));
    cfg.service(at("/dataspaces/{id}").get(get).put(put).delete(delete));
}

/// List the dataspaces that this connector lives in, the oldest first
#[utoipa::path(get, path = "/dataspaces", tag = "dataspaces",
    responses((status = 200, description = "All of them", body = Items<Dataspace>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
) -> Result<web::Json<Items<Dataspace>>, Problem> {
    let all = dataspaces::list(&connector, &operator)?;
    Ok(web::Json(Items { items: all.iter().cloned().map(Dataspace::from).collect(), next: None }))
}

/// Read what is known of a dataspace
#[utoipa::path(get, path = "/dataspaces/{id}", tag = "dataspaces", params(("id" = String, Path)),
    responses((status = 200, description = "The dataspace", body = Dataspace)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Dataspace>, Problem> {
    Ok(web::Json(dataspaces::get(&connector, &operator, &id)?.into()))
}

/// Describe a dataspace that exists elsewhere, or replace a description
#[utoipa::path(put, path = "/dataspaces/{id}", tag = "dataspaces",
    params(("id" = String, Path, description = "Lower-case letters, digits and hyphens")), request_body = DataspaceContent,
    responses((status = 200, description = "Replaced", body = Dataspace), (status = 201, description = "New", body = Dataspace)))]
pub(super) async fn put(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(body): Body<DataspaceContent>,
) -> Result<HttpResponse, Problem> {
    let (dataspace, new) = dataspaces::put(&connector, &operator, &id, body.into()).await?;
    let view = Dataspace::from(dataspace);
    Ok(if new { created("dataspaces", &id, &view) } else { HttpResponse::Ok().json(view) })
}

/// Leave a dataspace: credentials and agreements stay
#[utoipa::path(delete, path = "/dataspaces/{id}", tag = "dataspaces", params(("id" = String, Path)),
    responses((status = 204, description = "Left")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    dataspaces::delete(&connector, &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<DataspaceContent> for Draft {
    fn from(content: DataspaceContent) -> Self {
        Self {
            name: content.name,
            issuers: content.issuers.into_iter().map(Into::into).collect(),
            required_scopes: content.required_scopes,
            presented_scopes: content.presented_scopes,
            profile: content.profile,
            directory: content.directory,
            issuing: content.issuing.map(Into::into),
            claims: content.claims.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<rows::StoredDataspace> for Dataspace {
    fn from(stored: rows::StoredDataspace) -> Self {
        Self {
            id: stored.id,
            name: stored.name,
            issuers: stored.issuers.into_iter().map(Into::into).collect(),
            required_scopes: stored.required_scopes,
            presented_scopes: stored.presented_scopes,
            profile: stored.profile,
            directory: stored.directory,
            issuing: stored.issuing.map(Into::into),
            claims: stored.claims.into_iter().map(Into::into).collect(),
            created_at: time(stored.created),
            updated_at: time(stored.updated),
        }
    }
}

impl From<TrustedIssuer> for rows::TrustedIssuer {
    fn from(TrustedIssuer { did, types }: TrustedIssuer) -> Self {
        Self { did, types }
    }
}

impl From<rows::TrustedIssuer> for TrustedIssuer {
    fn from(rows::TrustedIssuer { did, types }: rows::TrustedIssuer) -> Self {
        Self { did, types }
    }
}

impl From<Claim> for rows::Claim {
    fn from(Claim { r#type, member, operand }: Claim) -> Self {
        Self { r#type, member, operand }
    }
}

impl From<rows::Claim> for Claim {
    fn from(rows::Claim { r#type, member, operand }: rows::Claim) -> Self {
        Self { r#type, member, operand }
    }
}

impl From<Issuing> for rows::Issuing {
    fn from(Issuing { admission, types }: Issuing) -> Self {
        let admission = match admission {
            Admission::Invited => rows::Admission::Invited,
            Admission::Open => rows::Admission::Open,
        };
        Self { admission, types: types.into_iter().map(Into::into).collect() }
    }
}

impl From<rows::Issuing> for Issuing {
    fn from(rows::Issuing { admission, types }: rows::Issuing) -> Self {
        let admission = match admission {
            rows::Admission::Invited => Admission::Invited,
            rows::Admission::Open => Admission::Open,
        };
        Self { admission, types: types.into_iter().map(Into::into).collect() }
    }
}

impl From<CredentialType> for rows::CredentialType {
    fn from(kind: CredentialType) -> Self {
        let CredentialType { r#type, profile, contexts, schema, claims, validity_days, suspendable } = kind;
        let schema = schema.map(|CredentialSchema { id, r#type }| rows::CredentialSchema { id, r#type });
        Self { r#type, profile, contexts, schema, claims, validity_days, suspendable }
    }
}

impl From<rows::CredentialType> for CredentialType {
    fn from(kind: rows::CredentialType) -> Self {
        let rows::CredentialType { r#type, profile, contexts, schema, claims, validity_days, suspendable } = kind;
        let schema = schema.map(|rows::CredentialSchema { id, r#type }| CredentialSchema { id, r#type });
        Self { r#type, profile, contexts, schema, claims, validity_days, suspendable }
    }
}
