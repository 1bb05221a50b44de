//! Offers: which assets, who may see them, under which terms, and which steps the connector takes by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::{ALL_PAGE, check_id, listing_refused};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::ids;
use crate::operations::origins;
use crate::operations::policies::must_follow_profile;
use crate::problem::{Kind, Problem};
use crate::storage::offers::{self, CriterionOperator, Offer, OfferAutomation, Selector};
use crate::storage::{Db, Page, StorageError, assets, policies};
use crate::terms::Terms;

/// The table that [`offers::list_asset`] writes, as storage errors name it.
pub(super) const LISTING: &str = "listing";
/// Assets that one selector may name.
const IDS_NAMED: usize = 10_000;
/// Criteria that one selector may have.
const CRITERIA: usize = 32;

/// An offer as an operator describes it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Chosen here if absent.
    pub id: Option<String>,
    /// Which assets, also those created later.
    pub selector: Selector,
    /// Policy id: who may see it.
    pub access_policy: String,
    /// Policy id: the terms.
    pub usage_policy: String,
    /// Which steps are taken without a person.
    pub automation: OfferAutomation,
    /// DSP offer ids fixed by the operator, by asset.
    pub offer_ids: BTreeMap<String, String>,
    /// The dataspace whose members may see it; the first one if absent, outside any if empty.
    pub dataspace: Option<String>,
}

/// Creates an offer and lists the assets that its selector matches.
///
/// # Errors
/// 403; 409 if the id or one of the DSP offer ids is taken; 422 if a policy does not exist or the selector cannot match.
pub async fn create(connector: &Arc<Connector>, operator: &Operator, draft: Draft) -> Result<Offer, Problem> {
    operator.must(Permission::Administer)?;
    let dataspace = dataspace_of(connector, draft.dataspace.as_deref())?;
    let offer = Offer { dataspace, ..made_of(draft, clock::millis(clock::now()))? };
    let _one_at_a_time = connector.publishing.lock().await;
    check_policies(connector, &offer).await?;
    let mut change = Change::default();
    change.write(offers::insert(&offer));
    list_assets(connector, &mut change, &offer).await?;
    change.event("offer.created", &offer.id, None, json!({"by": operator.name()}));
    connector.commit(change).await.map_err(listing_refused)?;
    Ok(offer)
}

/// The offer that is made of a draft at this time, outside any dataspace, before it is stored.
pub(super) fn made_of(draft: Draft, now: i64) -> Result<Offer, Problem> {
    let id = draft.id.clone().unwrap_or_else(ids::plain);
    offer_of(id, draft, now, now)
}

/// Replaces an offer and its listing. Negotiations under way keep the terms they began with.
///
/// # Errors
/// As [`create`]; 404 if there is none.
pub async fn replace(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    draft: Draft,
) -> Result<Offer, Problem> {
    operator.must(Permission::Administer)?;
    if draft.id.as_deref().is_some_and(|own| own != id) {
        return Err(Problem::new(Kind::Unprocessable, "offer.id", "an offer keeps its id; leave \"id\" out or equal"));
    }
    let _one_at_a_time = connector.publishing.lock().await;
    let stored = by_id(connector, id).await?;
    let dataspace = match &draft.dataspace {
        None => stored.dataspace,
        Some(named) => dataspace_of(connector, Some(named))?,
    };
    let offer = offer_of(id.to_owned(), draft, stored.created, clock::millis(clock::now()))?;
    let offer = Offer { dataspace, ..offer };
    check_policies(connector, &offer).await?;
    let mut change = Change::default();
    change.write(offers::unlist_offer(id));
    change.write(offers::update(&offer));
    list_assets(connector, &mut change, &offer).await?;
    change.event("offer.changed", id, None, json!({"by": operator.name()}));
    connector.commit(change).await.map_err(listing_refused)?;
    Ok(offer)
}

/// Withdraws an offer. Agreements that came of it stay in force.
///
/// # Errors
/// 403, 404.
pub async fn delete(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let _one_at_a_time = connector.publishing.lock().await;
    let mut change = Change::default();
    change.write(offers::delete(id));
    change.event("offer.deleted", id, None, json!({"by": operator.name()}));
    match connector.commit(change).await {
        Err(StorageError::Conflict { .. }) => Err(Problem::not_found("offer", id)),
        other => Ok(other?),
    }
}

/// The offer.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<Offer, Problem> {
    operator.must(Permission::Read)?;
    by_id(connector, id).await
}

/// Offers in the order of their ids.
///
/// # Errors
/// 403.
pub async fn list(connector: &Connector, operator: &Operator, page: &Page) -> Result<Vec<Offer>, Problem> {
    operator.must(Permission::Read)?;
    Ok(offers::list(&connector.db, page).await?)
}

/// What the terms of these offers say, by the id of their policy.
///
/// # Errors
/// When storage fails.
pub async fn terms(connector: &Connector, offers: &[Offer]) -> Result<BTreeMap<String, Terms>, Problem> {
    let mut terms = BTreeMap::new();
    for Offer { usage_policy, .. } in offers {
        if !terms.contains_key(usage_policy) {
            let told = Terms::of(connector.policy(usage_policy).await?.policy());
            terms.insert(usage_policy.clone(), told);
        }
    }
    Ok(terms)
}

/// Every offer. Callers hold the publishing lock, so that none appears meanwhile.
pub(super) async fn all(db: &Db) -> Result<Vec<Offer>, StorageError> {
    let mut all: Vec<Offer> = Vec::new();
    loop {
        let page = Page { after: all.last().map(|offer| offer.id.clone()), limit: ALL_PAGE };
        let rows = offers::list(db, &page).await?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}

/// Offers whose terms are this policy, in dataspaces that have a policy profile. Callers hold the publishing lock.
pub(super) async fn under(connector: &Connector, policy: &str) -> Result<Vec<Offer>, Problem> {
    let spaces = connector.dataspaces.all();
    let has_profile = |id: &str| spaces.iter().any(|dataspace| dataspace.id == id && dataspace.profile.is_some());
    if spaces.iter().all(|dataspace| dataspace.profile.is_none()) {
        return Ok(Vec::new());
    }
    let mut under = all(&connector.db).await?;
    under.retain(|offer| offer.usage_policy == policy && has_profile(&offer.dataspace));
    Ok(under)
}

async fn by_id(connector: &Connector, id: &str) -> Result<Offer, Problem> {
    offers::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("offer", id))
}

fn offer_of(id: String, draft: Draft, created: i64, updated: i64) -> Result<Offer, Problem> {
    check_id("offer", &id)?;
    check_selector(&draft.selector)?;
    for dsp_offer_id in draft.offer_ids.values() {
        check_id("DSP offer", dsp_offer_id)?;
    }
    Ok(Offer {
        id,
        selector: draft.selector,
        access_policy: draft.access_policy,
        usage_policy: draft.usage_policy,
        automation: draft.automation,
        offer_ids: draft.offer_ids,
        dataspace: String::new(),
        created,
        updated,
    })
}

/// The dataspace that is named, or the oldest one; empty: outside any.
pub(super) fn dataspace_of(connector: &Connector, named: Option<&str>) -> Result<String, Problem> {
    match named {
        None => Ok(connector.dataspaces.all().first().map(|first| first.id.clone()).unwrap_or_default()),
        Some("") => Ok(String::new()),
        Some(id) if connector.dataspaces.get(id).is_some() => Ok(id.to_owned()),
        Some(id) => {
            let detail = format!("dataspace names {id:?}, in which this connector does not live");
            Err(Problem::new(Kind::Unprocessable, "offer.dataspace-unknown", detail)
                .with_rule("dataspace")
                .with_hint("GET /api/v1/dataspaces lists those that it lives in; an empty text is outside any"))
        }
    }
}

/// A selector that can never match, or is larger than a person means, is a mistake.
fn check_selector(selector: &Selector) -> Result<(), Problem> {
    let refused = |rule: &str, detail: String| {
        Err(Problem::new(Kind::Unprocessable, "offer.selector", detail).with_rule(rule.to_owned()))
    };
    match selector {
        Selector::All(true) => Ok(()),
        Selector::All(false) => {
            refused("assets.all", "\"all\" can only be true; name ids or criteria instead".to_owned())
        }
        Selector::Ids(ids) if ids.is_empty() || ids.len() > IDS_NAMED => {
            refused("assets.ids", format!("a selector names 1 to {IDS_NAMED} ids"))
        }
        Selector::Ids(_) => Ok(()),
        Selector::Where(criteria) if criteria.is_empty() || criteria.len() > CRITERIA => {
            refused("assets.where", format!("a selector has 1 to {CRITERIA} criteria"))
        }
        Selector::Where(criteria) => criteria.iter().enumerate().try_for_each(|(place, criterion)| {
            let fits = match criterion.operator {
                CriterionOperator::Eq => true,
                CriterionOperator::In => criterion.value.is_array(),
                CriterionOperator::Like => criterion.value.is_string(),
            };
            let rule = format!("assets.where[{place}].value");
            if fits { Ok(()) } else { refused(&rule, "\"in\" takes an array, \"like\" a text".to_owned()) }
        }),
    }
}

/// Both policies are there, and the terms follow the policy profile of the dataspace.
async fn check_policies(connector: &Connector, offer: &Offer) -> Result<(), Problem> {
    for (member, id) in [("accessPolicy", &offer.access_policy), ("usagePolicy", &offer.usage_policy)] {
        if policies::by_id(&connector.db, id).await?.is_none() {
            let detail = format!("{member} names the policy {id:?}, which does not exist");
            return Err(Problem::new(Kind::Unprocessable, "offer.policy-unknown", detail)
                .with_rule(member)
                .with_hint("create it first with POST /api/v1/policies"));
        }
    }
    let terms = connector.policy(&offer.usage_policy).await?;
    must_follow_profile(connector, &offer.dataspace, &terms)
}

/// Adds the listing of every asset that the offer covers.
async fn list_assets(connector: &Connector, change: &mut Change, offer: &Offer) -> Result<(), Problem> {
    let (db, now) = (&connector.db, clock::now());
    if let Selector::Ids(ids) = &offer.selector {
        let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
        for id in distinct {
            if let Some(asset) = assets::by_id(db, id).await? {
                origins::may_be_offered(connector, &asset, now).await?;
                change.write(offers::list_asset(offer, id));
            }
        }
        return Ok(());
    }
    let mut page = Page { after: None, limit: ALL_PAGE };
    loop {
        let rows = assets::list(db, &page).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        page.after = Some(last.id.clone());
        for asset in rows.iter().filter(|asset| offer.selector.matches(&asset.id, &asset.properties)) {
            origins::may_be_offered(connector, asset, now).await?;
            change.write(offers::list_asset(offer, &asset.id));
        }
    }
}
