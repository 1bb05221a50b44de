//! `/assets`: what can be offered, and where its data comes from.

use std::collections::HashMap;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use symbolon_data_plane::source::Source;
use utoipa::ToSchema;

use super::body::{Body, OneOrMany, Query};
use super::page::{Items, PageQuery, page};
use super::route::at;
use super::{created, location, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::publishing::assets::{self, Draft};
use crate::problem::Problem;
use crate::storage;
use crate::storage::assets::Used;

/// An asset to be created, or the new content of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAsset {
    /// The dataset id that partners see; a `urn:uuid:` if absent.
    id: Option<String>,
    /// Shown in the catalogue: name, description, anything.
    #[serde(default)]
    #[schema(value_type = Object)]
    properties: Map<String, Value>,
    /// Facts for policies that partners never see, such as `ec:eccn`.
    #[serde(default)]
    #[schema(value_type = Object)]
    private_properties: Map<String, Value>,
    /// How the path of a data request states facts: `/parts/{adm:partNumber}/**?from&to`. What does not fit is refused. The
    /// asset can be pulled only.
    path_facts: Option<String>,
    /// The agreements under which this connector received what the asset is made of. Passing it on is decided on each of them
    /// too, for the partner that asks.
    #[serde(default)]
    origins: Vec<String>,
    /// Where the data comes from.
    #[schema(value_type = DataSource)]
    source: Value,
    /// `HttpData-PULL`, `HttpData-PUSH`; both if absent.
    formats: Option<Vec<String>>,
}

/// An asset.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// The dataset id that partners see.
    id: String,
    /// Shown in the catalogue.
    #[schema(value_type = Object)]
    properties: Map<String, Value>,
    /// Facts for policies that partners never see.
    #[schema(value_type = Object)]
    private_properties: Map<String, Value>,
    /// How the path of a data request states facts.
    path_facts: Option<String>,
    /// The agreements under which this connector received what the asset is made of.
    origins: Vec<String>,
    /// Where the data comes from; secrets read `***`.
    #[schema(value_type = DataSource)]
    source: Value,
    /// Transfer types it can be had by.
    formats: Vec<String>,
    /// Offers that it stands under.
    offers: i64,
    /// Agreements about it that partners have with this connector.
    agreements: i64,
    /// Those of them that are in force.
    agreements_in_force: i64,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
}

/// Where the data of an asset comes from. The data plane reads it; this is its description.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum DataSource {
    /// An HTTP endpoint that requests are forwarded to.
    #[serde(rename_all = "camelCase")]
    HttpData {
        /// The address that sub-path and query are added to.
        base_url: String,
        /// Whether a sub-path of the request is appended.
        #[schema(default = false)]
        proxy_path: Option<bool>,
        /// Whether query parameters of the request are appended.
        #[schema(default = false)]
        proxy_query_params: Option<bool>,
        /// Whether the method of the request is used.
        #[schema(default = false)]
        proxy_method: Option<bool>,
        /// Whether the body of the request is forwarded.
        #[schema(default = false)]
        proxy_body: Option<bool>,
        /// The method where it is not forwarded; GET if absent.
        method: Option<String>,
        /// Sent with each request; values are secret and read back as `***`.
        #[schema(value_type = Option<Object>)]
        headers: Option<Map<String, Value>>,
    },
    /// A file, or a folder whose files are addressed by sub-path.
    #[serde(rename_all = "camelCase")]
    File {
        /// Absolute path on the connector's machine, within a folder that may be published.
        path: String,
        /// Content type of the file.
        media_type: Option<String>,
    },
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/assets").get(list).post(create));
    cfg.service(at("/assets/{id}").get(get).put(replace).delete(delete));
}

/// Create assets: one object, or an array of them of which all are created or none
#[utoipa::path(post, path = "/assets", tag = "assets", request_body = OneOrMany<NewAsset>,
    responses((status = 201, description = "Created; an array if an array was sent", body = OneOrMany<Asset>)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<OneOrMany<NewAsset>>,
) -> Result<HttpResponse, Problem> {
    match body {
        OneOrMany::One(asset) => {
            let made = assets::create(&connector, &operator, vec![asset.into()]).await?;
            let made =
                made.into_iter().next().ok_or_else(|| Problem::internal("an asset was created and is not there"))?;
            Ok(created("assets", &made.id.clone(), &shown(&connector, made).await?))
        }
        OneOrMany::Many(several) => {
            let made = assets::create(&connector, &operator, several.into_iter().map(Draft::from).collect()).await?;
            let used = used(&connector, &made).await?;
            let views = OneOrMany::Many(made.into_iter().map(|asset| Asset::of(asset, &used)).collect());
            Ok(HttpResponse::Created().insert_header((LOCATION, location("assets", None))).json(views))
        }
    }
}

/// List assets in the order of their ids
#[utoipa::path(get, path = "/assets", tag = "assets", params(PageQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Asset>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<Items<Asset>>, Problem> {
    let page = page(query.limit, query.after)?;
    let rows = assets::list(&connector, &operator, &page).await?;
    let used = used(&connector, &rows).await?;
    Ok(web::Json(Items::of(rows, &page, |asset| asset.id.clone(), |asset| Asset::of(asset, &used))))
}

/// Read an asset
#[utoipa::path(get, path = "/assets/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 200, description = "The asset", body = Asset)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<web::Json<Asset>, Problem> {
    Ok(web::Json(shown(&connector, assets::get(&connector, &operator, &id).await?).await?))
}

/// Replace an asset; headers of its source given as `***` stay as they are
#[utoipa::path(put, path = "/assets/{id}", tag = "assets", params(("id" = String, Path)), request_body = NewAsset,
    responses((status = 200, description = "The asset as it is now", body = Asset)))]
pub(super) async fn replace(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
    Body(asset): Body<NewAsset>,
) -> Result<web::Json<Asset>, Problem> {
    Ok(web::Json(shown(&connector, assets::replace(&connector, &operator, &id, asset.into()).await?).await?))
}

/// Delete an asset: agreements about it stay, its data is no longer released
#[utoipa::path(delete, path = "/assets/{id}", tag = "assets", params(("id" = String, Path)),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    operator: Operator,
    connector: web::Data<Connector>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    assets::delete(&connector, &operator, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<NewAsset> for Draft {
    fn from(asset: NewAsset) -> Self {
        let NewAsset { id, properties, private_properties, path_facts, origins, source, formats } = asset;
        Self { id, properties, private_properties, path_facts, origins, source, formats }
    }
}

/// The asset with who uses it.
pub(super) async fn shown(connector: &Connector, asset: storage::assets::Asset) -> Result<Asset, Problem> {
    let used = used(connector, std::slice::from_ref(&asset)).await?;
    Ok(Asset::of(asset, &used))
}

async fn used(connector: &Connector, rows: &[storage::assets::Asset]) -> Result<HashMap<String, Used>, Problem> {
    assets::used(connector, &rows.iter().map(|asset| asset.id.as_str()).collect::<Vec<_>>()).await
}

impl Asset {
    fn of(asset: storage::assets::Asset, used: &HashMap<String, Used>) -> Self {
        let Used { offers, agreements, in_force } = used.get(&asset.id).copied().unwrap_or_default();
        Self {
            offers,
            agreements,
            agreements_in_force: in_force,
            id: asset.id,
            properties: asset.properties,
            private_properties: asset.private_properties,
            path_facts: asset.path_facts,
            origins: asset.origins,
            // A source that cannot be read is not shown: nobody could say what in it is secret.
            source: Source::parse(asset.source).map_or(Value::Null, |source| source.redacted()),
            formats: asset.formats,
            created_at: time(asset.created),
            updated_at: time(asset.updated),
        }
    }
}
