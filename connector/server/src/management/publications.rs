//! `/publications`: an asset, who sees it and under which terms, published at once.

use std::collections::BTreeMap;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::assets::{self, Asset, NewAsset};
use super::automation::OfferAutomation;
use super::body::{Body, Query};
use super::location;
use super::offers::Offer;
use super::policies::{self, Policy};
use super::route::at;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::publishing::publications::{self, Draft, NewPolicy, Of};
use crate::problem::{Document, Finding, Problem};
use crate::terms::Terms;

/// What is to be published: all of it at once, or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPublication {
    /// An asset that is made with it. This or `assetId`.
    asset: Option<NewAsset>,
    /// An asset that is there.
    asset_id: Option<String>,
    /// Who sees it.
    access: PublicationPolicy,
    /// Under which terms it may be used.
    usage: PublicationPolicy,
    /// The offer that brings them together.
    #[serde(default)]
    offer: PublicationOffer,
}

/// A policy that is there (`policyId`), or one that is made with the publication (`policy` or `turtle`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublicationPolicy {
    /// Id of a stored policy.
    policy_id: Option<String>,
    /// The id of the policy that is made; made here if absent.
    id: Option<String>,
    /// ODRL as JSON-LD, in the form of the Dataspace Protocol; without `target`.
    #[schema(value_type = Option<Object>)]
    policy: Option<Value>,
    /// ODRL as Turtle: one policy.
    turtle: Option<String>,
}

/// The offer of a publication.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PublicationOffer {
    /// Its id in this connector; made here if absent.
    id: Option<String>,
    /// The dataspace whose members may see it. Absent: the first dataspace, if there is one; empty: outside any.
    dataspace: Option<String>,
    /// Which steps the connector takes by itself.
    automation: OfferAutomation,
}

/// Whether it is only tried out.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PublicationQuery {
    /// Changes nothing, and says what would become of it.
    #[serde(default)]
    dry_run: bool,
}

/// What was published. Of a dry run, what would be; null is what could not be made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    /// The asset.
    asset: Option<Asset>,
    /// Who sees it.
    access_policy: Option<Policy>,
    /// Under which terms.
    usage_policy: Option<Policy>,
    /// The offer.
    offer: Option<Offer>,
    /// What the terms say, and which of it no connector checks.
    terms: Terms,
    /// What the policy about access says.
    access_terms: Terms,
    /// Where the policies break rules of the profiles that they name; the path begins with `access` or `usage`.
    findings: Vec<Finding>,
    /// Dry run: why it cannot be published, each as a problem document whose `rule` begins with the member that it is about.
    #[schema(value_type = Vec<Document<'static>>)]
    problems: Vec<Value>,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/publications").post(publish));
}

/// Publish an asset with its policies and its offer, at once or not at all
#[utoipa::path(post, path = "/publications", tag = "publications", params(PublicationQuery), request_body = NewPublication,
    responses((status = 201, description = "Published", body = Publication),
        (status = 200, description = "Dry run: what would be published, and why not", body = Publication)))]
pub(super) async fn publish(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PublicationQuery>,
    Body(body): Body<NewPublication>,
) -> Result<HttpResponse, Problem> {
    let draft = Draft::try_from(body)?;
    if query.dry_run {
        let tried = publications::try_out(&connector, &operator, draft).await?;
        return Ok(HttpResponse::Ok().json(shown(&connector, tried).await?));
    }
    let published = publications::publish(&connector, &operator, draft).await?;
    let at = published.offer.as_ref().map(|offer| location("offers", Some(&offer.id))).unwrap_or_default();
    Ok(HttpResponse::Created().insert_header((LOCATION, at)).json(shown(&connector, published).await?))
}

async fn shown(connector: &Connector, publication: publications::Publication) -> Result<Publication, Problem> {
    let publications::Publication { asset, access, usage, offer, terms, access_terms, findings, problems } =
        publication;
    let asset = match asset {
        Some(asset) => Some(assets::shown(connector, asset).await?),
        None => None,
    };
    let by_policy: BTreeMap<String, Terms> = usage.iter().map(|usage| (usage.id.clone(), terms.clone())).collect();
    Ok(Publication {
        asset,
        access_policy: access.map(Policy::from),
        usage_policy: usage.map(Policy::from),
        offer: offer.map(|offer| Offer::of(offer, &by_policy)),
        terms,
        access_terms,
        findings,
        problems: problems.iter().map(|problem| serde_json::to_value(problem.document()).unwrap_or_default()).collect(),
    })
}

impl TryFrom<NewPublication> for Draft {
    type Error = Problem;

    fn try_from(body: NewPublication) -> Result<Self, Problem> {
        let NewPublication { asset, asset_id, access, usage, offer } = body;
        let asset = match (asset, asset_id) {
            (Some(asset), None) => Of::New(asset.into()),
            (None, Some(id)) => Of::Stored(id),
            (None, None) | (Some(_), Some(_)) => {
                let detail = "give the asset either as asset, or by its id as assetId";
                return Err(Problem::bad_request("body", detail).with_rule("asset"));
            }
        };
        let (access, usage) = (policy("access", access)?, policy("usage", usage)?);
        let PublicationOffer { id, dataspace, automation } = offer;
        Ok(Self { asset, access, usage, offer: id, dataspace, automation: automation.into() })
    }
}

/// A policy that cannot be read is a policy of which something is wrong, not a malformed request.
fn policy(member: &str, given: PublicationPolicy) -> Result<Of<NewPolicy>, Problem> {
    let PublicationPolicy { policy_id, id, policy, turtle } = given;
    match (policy_id, policy, turtle) {
        (Some(stored), None, None) if id.is_none() => Ok(Of::Stored(stored)),
        (None, Some(policy), None) => Ok(Of::New(NewPolicy { id, document: policies::content(Some(policy), None) })),
        (None, None, Some(turtle)) => Ok(Of::New(NewPolicy { id, document: policies::content(None, Some(turtle)) })),
        _ => {
            let detail = format!("{member}: give a stored policy by policyId, or one that is made as policy or turtle");
            Err(Problem::bad_request("body", detail).with_rule(member.to_owned()))
        }
    }
}
