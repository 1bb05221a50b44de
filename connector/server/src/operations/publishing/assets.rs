//! Assets: what can be offered, and where its data comes from.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use symbolon_data_plane::source::{Source, SourceError};

use super::{check_id, listing_refused, offers};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::ids;
use crate::operations::operands::OF_REQUEST_HINT;
use crate::operations::origins;
use crate::operations::path_facts::Template;
use crate::operations::transfers::{PULL, PUSH};
use crate::problem::{Kind, Problem};
use crate::storage::assets::{self, Asset, Used};
use crate::storage::offers::{Offer, list_asset, unlist_asset};
use crate::storage::{Page, StorageError};
use crate::worker::monitor::About;

/// Transfer types that the data plane moves.
pub const FORMATS: [&str; 2] = [PULL, PUSH];
/// Stands for a secret in what is shown; kept as it is where a shown source is written back.
const REDACTED: &str = "***";
/// Assets that one request may create.
const CREATED_AT_ONCE: usize = 10_000;

/// An asset as an operator describes it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Chosen here if absent.
    pub id: Option<String>,
    /// Shown in the catalogue.
    pub properties: Map<String, Value>,
    /// Facts that partners never see.
    pub private_properties: Map<String, Value>,
    /// The template by which the path of a data request states facts.
    pub path_facts: Option<String>,
    /// The agreements under which we received what it is made of.
    pub origins: Vec<String>,
    /// `HttpData` or `File`.
    pub source: Value,
    /// Transfer types; all if absent.
    pub formats: Option<Vec<String>>,
}

/// Creates all of the assets or none, and lists each under the offers whose selectors match.
///
/// # Errors
/// 403; 409 if an id is taken; 422 if a draft cannot become an asset, naming which.
pub async fn create(
    connector: &Arc<Connector>,
    operator: &Operator,
    drafts: Vec<Draft>,
) -> Result<Vec<Asset>, Problem> {
    operator.must(Permission::Administer)?;
    if drafts.len() > CREATED_AT_ONCE {
        let detail = format!("one request creates at most {CREATED_AT_ONCE} assets");
        return Err(Problem::new(Kind::TooLarge, "asset.too-many", detail));
    }
    let now = clock::millis(clock::now());
    let single = drafts.len() == 1;
    let mut created = Vec::with_capacity(drafts.len());
    for (place, draft) in drafts.into_iter().enumerate() {
        let asset = made_of(connector, draft, now).await;
        created.push(asset.map_err(|problem| if single { problem } else { problem.with_rule(format!("[{place}]")) })?);
    }
    let _one_at_a_time = connector.publishing.lock().await;
    let offers = offers::all(&connector.db).await?;
    let mut change = Change::default();
    for asset in &created {
        change.write(assets::insert(asset));
        list_under(connector, &mut change, &offers, asset).await?;
        change.event("asset.created", &asset.id, None, json!({"by": operator.name()}));
        // One that was withdrawn may be there again.
        change.look_again(About::Asset(asset.id.clone()));
    }
    connector.commit(change).await.map_err(listing_refused)?;
    Ok(created)
}

/// The asset that is made of a draft at this time, before it is stored.
pub(super) async fn made_of(connector: &Connector, draft: Draft, now: i64) -> Result<Asset, Problem> {
    let id = draft.id.clone().unwrap_or_else(ids::urn);
    origins::check(connector, &draft.origins).await?;
    let asset = asset_of(connector, id, draft, None)?;
    Ok(Asset { created: now, updated: now, ..asset })
}

/// Replaces an asset. Secrets that the draft shows as `***` stay what they are.
///
/// # Errors
/// 403, 404, 409, 422.
pub async fn replace(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    draft: Draft,
) -> Result<Asset, Problem> {
    operator.must(Permission::Administer)?;
    if draft.id.as_deref().is_some_and(|own| own != id) {
        return Err(Problem::new(Kind::Unprocessable, "asset.id", "an asset keeps its id; leave \"id\" out or equal"));
    }
    let _one_at_a_time = connector.publishing.lock().await;
    let stored = assets::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("asset", id))?;
    origins::check(connector, &draft.origins).await?;
    let asset = asset_of(connector, id.to_owned(), draft, Some(&stored.source))?;
    let asset = Asset { created: stored.created, updated: clock::millis(clock::now()), ..asset };
    let mut change = Change::default();
    change.write(unlist_asset(id));
    change.write(assets::update(&asset));
    list_under(connector, &mut change, &offers::all(&connector.db).await?, &asset).await?;
    change.event("asset.changed", id, None, json!({"by": operator.name()}));
    change.decide_anew_about(About::Asset(id.to_owned()));
    connector.commit(change).await.map_err(listing_refused)?;
    Ok(asset)
}

/// Removes an asset from what is offered. Agreements about it stay as evidence; its data is no longer released.
///
/// # Errors
/// 403, 404.
pub async fn delete(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let _one_at_a_time = connector.publishing.lock().await;
    let mut change = Change::default();
    change.write(assets::delete(id));
    change.event("asset.deleted", id, None, json!({"by": operator.name()}));
    change.decide_anew_about(About::Asset(id.to_owned()));
    match connector.commit(change).await {
        Err(StorageError::Conflict { .. }) => Err(Problem::not_found("asset", id)),
        other => Ok(other?),
    }
}

/// The asset; its source may hold secrets.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<Asset, Problem> {
    operator.must(Permission::Read)?;
    assets::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("asset", id))
}

/// Who uses these assets, by their ids.
///
/// # Errors
/// When storage fails.
pub async fn used(connector: &Connector, ids: &[&str]) -> Result<HashMap<String, Used>, Problem> {
    Ok(assets::used(&connector.db, ids).await?)
}

/// Assets in the order of their ids; their sources may hold secrets.
///
/// # Errors
/// 403.
pub async fn list(connector: &Connector, operator: &Operator, page: &Page) -> Result<Vec<Asset>, Problem> {
    operator.must(Permission::Read)?;
    Ok(assets::list(&connector.db, page).await?)
}

/// Lists the asset under the offers that select it.
pub(super) async fn list_under(
    connector: &Connector,
    change: &mut Change,
    offers: &[Offer],
    asset: &Asset,
) -> Result<(), Problem> {
    let mut checked = asset.origins.is_empty();
    for offer in offers.iter().filter(|offer| offer.selector.matches(&asset.id, &asset.properties)) {
        if !std::mem::replace(&mut checked, true) {
            origins::may_be_offered(connector, asset, clock::now()).await?;
        }
        change.write(list_asset(offer, &asset.id));
    }
    Ok(())
}

fn asset_of(connector: &Connector, id: String, draft: Draft, stored: Option<&Value>) -> Result<Asset, Problem> {
    check_id("asset", &id)?;
    let path_facts = draft.path_facts.filter(|template| !template.is_empty());
    let formats = match draft.formats {
        Some(formats) => checked_formats(formats)?,
        None if path_facts.is_some() => vec![PULL.to_owned()],
        None => FORMATS.map(str::to_owned).to_vec(),
    };
    let source = checked_source(connector, draft.source, stored)?;
    if let Some(template) = &path_facts {
        check_path_facts(template, &source, &formats)?;
    }
    let (properties, private_properties) = (draft.properties, draft.private_properties);
    let origins = draft.origins;
    Ok(Asset { id, properties, private_properties, formats, source, path_facts, origins, created: 0, updated: 0 })
}

/// A template must be one, and what the source gives must depend on the path alone.
fn check_path_facts(template: &str, source: &Value, formats: &[String]) -> Result<(), Problem> {
    let refused = |detail: String| {
        Problem::new(Kind::Unprocessable, "asset.path-facts", format!("pathFacts: {detail}"))
            .with_rule("pathFacts")
            .with_hint(OF_REQUEST_HINT)
    };
    let template = Template::read(template).map_err(refused)?;
    let source = Source::parse(source.clone()).map_err(Problem::internal)?;
    template.check_source(&source).map_err(refused)?;
    if formats.iter().any(|format| format != PULL) {
        return Err(refused(format!("what is pushed has no path, so the asset can be had by {PULL} only")));
    }
    Ok(())
}

fn checked_formats(formats: Vec<String>) -> Result<Vec<String>, Problem> {
    let refused = |detail: String| Problem::new(Kind::Unprocessable, "asset.format", detail).with_rule("formats");
    if formats.is_empty() {
        return Err(refused("an asset needs at least one transfer type".to_owned()));
    }
    if let Some(unknown) = formats.iter().find(|format| !FORMATS.contains(&format.as_str())) {
        return Err(refused(format!("{unknown:?} is not a transfer type of this connector"))
            .with_hint(format!("use {}", FORMATS.join(" or "))));
    }
    Ok(formats)
}

/// The source in the form in which it is stored.
pub(crate) fn checked_source(
    connector: &Connector,
    mut given: Value,
    stored: Option<&Value>,
) -> Result<Value, Problem> {
    let refused = |error: SourceError| {
        Problem::new(Kind::Unprocessable, format!("asset.{}", error.code()), error.to_string()).with_rule("source")
    };
    restore_secrets(&mut given, stored)?;
    let source = Source::parse(given).map_err(refused)?;
    let sources = &connector.config.sources;
    source.check(&sources.guard(), &sources.folders).map_err(|error| {
        refused(error).with_hint("[sources] in the configuration says which addresses and folders may be published")
    })?;
    serde_json::to_value(&source).map_err(Problem::internal)
}

/// A source that was read from us shows `***` in place of its secrets.
fn restore_secrets(given: &mut Value, stored: Option<&Value>) -> Result<(), Problem> {
    let Some(Value::Object(headers)) = given.get_mut("headers") else { return Ok(()) };
    for (name, value) in headers.iter_mut().filter(|(_, value)| *value == REDACTED) {
        let kept = stored.and_then(|source| source.get("headers")?.get(name));
        let unknown = || {
            let detail = format!("the header {name:?} is given as \"***\", and no value of it is stored");
            Problem::new(Kind::Unprocessable, "asset.source-header", detail).with_rule(format!("source.headers.{name}"))
        };
        *value = kept.cloned().ok_or_else(unknown)?;
    }
    Ok(())
}
