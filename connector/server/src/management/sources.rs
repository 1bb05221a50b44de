//! `/sources`: where the data of assets may come from, looked at before anything is published.

use std::path::PathBuf;

use actix_web::web;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_data_plane::probe::{Entry, Folder, Probed};
use utoipa::{IntoParams, ToSchema};

use super::assets::DataSource;
use super::body::{Body, Query};
use super::route::at;
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::sources;
use crate::problem::Problem;

/// A source that an asset is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceQuestion {
    /// Where the data comes from.
    #[schema(value_type = DataSource)]
    source: Value,
    /// The asset whose source this is, where headers read `***`.
    asset: Option<String>,
}

/// What was found out about a source.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceCheck {
    /// Whether it can be had as it is described.
    reachable: bool,
    /// Bytes, where they can be told.
    size: Option<u64>,
    /// Its media type, where it can be told.
    media_type: Option<String>,
    /// For people: what was found.
    detail: String,
}

/// Which folder.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FolderQuery {
    /// Absolute path of a folder that may be published from, or of one within. Absent: those that may.
    folder: Option<String>,
}

/// What may be published from the connector's machine.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceFiles {
    /// The folder that was asked for; null: none.
    folder: Option<String>,
    /// Without a folder those that may be published from, else those within it.
    folders: Vec<SourceFolder>,
    /// The files in the folder, in the order of their names.
    files: Vec<SourceFile>,
    /// Whether there is more than the 1,000 entries that are shown.
    truncated: bool,
}

/// A folder.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceFolder {
    /// Absolute path.
    path: String,
    /// Its name.
    name: String,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceFile {
    /// Absolute path, as `source.path` takes it.
    path: String,
    /// Its name.
    name: String,
    /// Bytes.
    size: u64,
    /// RFC 3339: when it was changed last.
    modified_at: Option<String>,
    /// By its name.
    media_type: &'static str,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/sources/check").post(check));
    cfg.service(at("/sources/files").get(files));
}

/// Look whether a source can be had, before it is published
#[utoipa::path(post, path = "/sources/check", tag = "sources", request_body = SourceQuestion,
    responses((status = 200, description = "What was found", body = SourceCheck)))]
pub(super) async fn check(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<SourceQuestion>,
) -> Result<web::Json<SourceCheck>, Problem> {
    let found = sources::check(&connector, &operator, body.source, body.asset.as_deref()).await?;
    let Probed { reachable, size, media_type, detail } = found;
    Ok(web::Json(SourceCheck { reachable, size, media_type, detail }))
}

/// List the folders that may be published from, or what one of them holds
#[utoipa::path(get, path = "/sources/files", tag = "sources", params(FolderQuery),
    responses((status = 200, description = "Without hidden files", body = SourceFiles)))]
pub(super) async fn files(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<FolderQuery>,
) -> Result<web::Json<SourceFiles>, Problem> {
    let found = sources::files(&connector, &operator, query.folder.as_ref().map(PathBuf::from)).await?;
    let Folder { folders, files, truncated } =
        found.listed.unwrap_or(Folder { folders: found.roots, ..Folder::default() });
    Ok(web::Json(SourceFiles {
        folder: query.folder,
        folders: folders.into_iter().map(SourceFolder::from).collect(),
        files: files.into_iter().map(SourceFile::from).collect(),
        truncated,
    }))
}

impl From<PathBuf> for SourceFolder {
    fn from(path: PathBuf) -> Self {
        Self { name: sources::name_of(&path), path: path.display().to_string() }
    }
}

impl From<Entry> for SourceFile {
    fn from(entry: Entry) -> Self {
        let Entry { path, size, modified, media_type } = entry;
        Self {
            name: sources::name_of(&path),
            path: path.display().to_string(),
            size,
            modified_at: modified.map(|at| format!("{at:.3}")),
            media_type,
        }
    }
}
