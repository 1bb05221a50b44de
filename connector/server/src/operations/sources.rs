//! Where the data of assets may come from, looked at before anything is published.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use symbolon_data_plane::probe::{self, Folder, Probed, probe};
use symbolon_data_plane::source::{Source, SourceError};

use super::publishing::assets::checked_source;
use crate::authentication::{Operator, Permission};
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::assets;

/// Whether a source can be had as it is described. One that shows `***` in place of secrets is that of the asset `of`, which is
/// stored here.
///
/// # Errors
/// 403; 422 for a source that no asset may have.
pub async fn check(
    connector: &Arc<Connector>,
    operator: &Operator,
    source: Value,
    of: Option<&str>,
) -> Result<Probed, Problem> {
    operator.must(Permission::Administer)?;
    let stored = match of {
        None => None,
        Some(id) => {
            let asset = assets::by_id(&connector.db, id).await?;
            Some(asset.ok_or_else(|| Problem::not_found("asset", id))?.source)
        }
    };
    let source = Source::parse(checked_source(connector, source, stored.as_ref())?).map_err(Problem::internal)?;
    Ok(probe(&connector.sources, &source).await)
}

/// The folders that may be published from, and what one of them holds.
#[derive(Debug)]
pub struct Files {
    /// As configured.
    pub roots: Vec<PathBuf>,
    /// What was asked for.
    pub listed: Option<Folder>,
}

/// The folders that may be published from, and what the folder that is named holds; with one folder alone, what that holds.
///
/// # Errors
/// 403; 422 for a folder that may not be published from, or cannot be read.
pub async fn files(connector: &Connector, operator: &Operator, folder: Option<PathBuf>) -> Result<Files, Problem> {
    operator.must(Permission::Administer)?;
    let roots = connector.config.sources.folders.clone();
    let Some(folder) = folder else { return Ok(Files { roots, listed: None }) };
    let allowed = roots.clone();
    let listed =
        tokio::task::spawn_blocking(move || probe::list(&folder, &allowed)).await.map_err(Problem::internal)?;
    Ok(Files { roots, listed: Some(listed.map_err(|error| refused(&error))?) })
}

fn refused(error: &SourceError) -> Problem {
    Problem::new(Kind::Unprocessable, format!("asset.{}", error.code()), error.to_string())
        .with_rule("folder")
        .with_hint("[sources] in the configuration says which folders may be published from")
}

/// The name that people know a file or folder by.
pub fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
