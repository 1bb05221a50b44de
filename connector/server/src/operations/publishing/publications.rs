//! Publications: an asset, who sees it, under which terms it may be used, and the offer that brings them together, all at once
//! or not at all.

use std::sync::Arc;

use serde_json::json;
use symbolon_policies_odrl::PolicyDocument;

use super::{assets, listing_refused, offers, policies};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::operations::origins;
use crate::operations::policies::must_follow_profile;
use crate::problem::{Finding, Kind, Problem};
use crate::storage::assets::{self as asset_rows, Asset};
use crate::storage::offers::{self as offer_rows, Offer, OfferAutomation, Selector};
use crate::storage::policies::{self as policy_rows, StoredPolicy};
use crate::terms::{Terms, explaining};
use crate::worker::monitor::About;

/// What is to be published.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What.
    pub asset: Of<assets::Draft>,
    /// Who sees it.
    pub access: Of<NewPolicy>,
    /// Under which terms.
    pub usage: Of<NewPolicy>,
    /// The offer's id; chosen here if absent.
    pub offer: Option<String>,
    /// The dataspace whose members may see it; the first one if absent, outside any if empty.
    pub dataspace: Option<String>,
    /// Which steps are taken without a person.
    pub automation: OfferAutomation,
}

/// Something that is there already, by its id, or is made with the publication.
#[derive(Clone, Debug)]
pub enum Of<T> {
    /// It is there.
    Stored(String),
    /// It is made.
    New(T),
}

/// A policy that is made with the publication.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// Chosen here if absent.
    pub id: Option<String>,
    /// What it says, or why it is no policy.
    pub document: Result<PolicyDocument, Problem>,
}

/// What a publication came to, or would come to.
#[derive(Debug, Default)]
pub struct Publication {
    /// The asset, unless it could not be made.
    pub asset: Option<Asset>,
    /// Who sees it.
    pub access: Option<StoredPolicy>,
    /// Under which terms.
    pub usage: Option<StoredPolicy>,
    /// The offer.
    pub offer: Option<Offer>,
    /// What the terms say.
    pub terms: Terms,
    /// What the policy about access says.
    pub access_terms: Terms,
    /// Where the policies break rules of the profiles that they name. The path begins with `access` or `usage`.
    pub findings: Vec<Finding>,
    /// Why it cannot be published. The rule begins with the member that it is about.
    pub problems: Vec<Problem>,
}

/// Publishes everything in one commit.
///
/// # Errors
/// 403; 404, 409 and 422 as for assets, policies and offers by themselves; with several reasons 422 `publication.refused` and a
/// finding for each.
pub async fn publish(connector: &Arc<Connector>, operator: &Operator, draft: Draft) -> Result<Publication, Problem> {
    operator.must(Permission::Administer)?;
    let _one_at_a_time = connector.publishing.lock().await;
    let (publication, made) = put_together(connector, draft).await?;
    if !publication.problems.is_empty() {
        return Err(together(publication.problems));
    }
    let change = change(connector, operator, &publication, made).await?;
    connector.commit(change).await.map_err(listing_refused)?;
    Ok(publication)
}

/// What would become of a publication. Nothing is changed.
///
/// # Errors
/// 403.
pub async fn try_out(connector: &Arc<Connector>, operator: &Operator, draft: Draft) -> Result<Publication, Problem> {
    operator.must(Permission::Administer)?;
    let _one_at_a_time = connector.publishing.lock().await;
    Ok(put_together(connector, draft).await?.0)
}

/// Which parts are made with the publication.
#[derive(Clone, Copy, Debug, Default)]
struct Made {
    asset: bool,
    access: bool,
    usage: bool,
}

/// Everything that can be made is made, and everything that is wrong is found. Callers hold the publishing lock.
async fn put_together(connector: &Connector, draft: Draft) -> Result<(Publication, Made), Problem> {
    let mut publication = Publication::default();
    let is_new = |policy: &Of<NewPolicy>| matches!(policy, Of::New(_));
    let made =
        Made { asset: matches!(draft.asset, Of::New(_)), access: is_new(&draft.access), usage: is_new(&draft.usage) };
    publication.asset = noted(&mut publication, "asset", asset(connector, draft.asset).await)?;
    let access = noted(&mut publication, "access", policy(connector, draft.access).await)?;
    let usage = noted(&mut publication, "usage", policy(connector, draft.usage).await)?;
    if let (Some((one, _)), Some((other, _))) = (&access, &usage)
        && made.access
        && made.usage
        && one.id == other.id
    {
        let detail = format!("both policies would have the id {:?}", one.id);
        publication.problems.push(Problem::new(Kind::Conflict, "already-exists", detail).with_rule("usage.id"));
    }
    let dataspace = offers::dataspace_of(connector, draft.dataspace.as_deref());
    let dataspace = noted(&mut publication, "offer", dataspace)?;
    if let (Some((_, terms)), Some(dataspace)) = (&usage, &dataspace) {
        noted(&mut publication, "usage", must_follow_profile(connector, dataspace, terms))?;
    }
    for (member, policy) in [("access", &access), ("usage", &usage)] {
        let Some((_, document)) = policy else { continue };
        let found = explaining::findings(document.policy()).into_iter();
        publication.findings.extend(found.map(|found| Finding { path: format!("{member}.{}", found.path), ..found }));
    }
    publication.terms = usage.as_ref().map(|(_, document)| Terms::of(document.policy())).unwrap_or_default();
    publication.access_terms = access.as_ref().map(|(_, document)| Terms::of(document.policy())).unwrap_or_default();
    (publication.access, publication.usage) = (access.map(|(row, _)| row), usage.map(|(row, _)| row));
    let automation = draft.automation;
    let offer = offer(connector, &publication, draft.offer, dataspace, automation).await;
    publication.offer = noted(&mut publication, "offer", offer)?.flatten();
    Ok((publication, made))
}

/// What was made; a refusal is noted under the member that it is about, and what fails by our own fault ends everything.
fn noted<T>(publication: &mut Publication, member: &str, made: Result<T, Problem>) -> Result<Option<T>, Problem> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(problem) if problem.kind == Kind::Internal || problem.kind == Kind::Unavailable => Err(problem),
        Err(problem) => {
            let rule = problem.rule.as_ref().map_or_else(|| member.to_owned(), |rule| format!("{member}.{rule}"));
            publication.problems.push(problem.with_rule(rule));
            Ok(None)
        }
    }
}

async fn asset(connector: &Connector, asset: Of<assets::Draft>) -> Result<Asset, Problem> {
    let now = clock::now();
    let asset = match asset {
        Of::Stored(id) => {
            let stored = asset_rows::by_id(&connector.db, &id).await?;
            stored.ok_or_else(|| unknown("asset", &id))?
        }
        Of::New(draft) => {
            let made = assets::made_of(connector, draft, clock::millis(now)).await?;
            if asset_rows::by_id(&connector.db, &made.id).await?.is_some() {
                return Err(taken("asset", &made.id));
            }
            made
        }
    };
    origins::may_be_offered(connector, &asset, now).await?;
    Ok(asset)
}

async fn policy(connector: &Connector, policy: Of<NewPolicy>) -> Result<(StoredPolicy, Arc<PolicyDocument>), Problem> {
    match policy {
        Of::Stored(id) => {
            let stored = policy_rows::by_id(&connector.db, &id).await?.ok_or_else(|| unknown("policy", &id))?;
            Ok((stored, connector.policy(&id).await?))
        }
        Of::New(NewPolicy { id, document }) => {
            let document = document?;
            let made = policies::made_of(id, &document)?;
            if policy_rows::by_id(&connector.db, &made.id).await?.is_some() {
                return Err(taken("policy", &made.id));
            }
            Ok((made, Arc::new(document)))
        }
    }
}

/// The offer, if everything that it stands on is there.
async fn offer(
    connector: &Connector,
    publication: &Publication,
    id: Option<String>,
    dataspace: Option<String>,
    automation: OfferAutomation,
) -> Result<Option<Offer>, Problem> {
    let Publication { asset, access, usage, .. } = publication;
    let (Some(asset), Some(access), Some(usage), Some(dataspace)) = (asset, access, usage, dataspace) else {
        return Ok(None);
    };
    let draft = offers::Draft {
        id,
        selector: Selector::Ids(vec![asset.id.clone()]),
        access_policy: access.id.clone(),
        usage_policy: usage.id.clone(),
        automation,
        offer_ids: Default::default(),
        dataspace: None,
    };
    let offer = Offer { dataspace, ..offers::made_of(draft, clock::millis(clock::now()))? };
    if offer_rows::by_id(&connector.db, &offer.id).await?.is_some() {
        return Err(taken("offer", &offer.id));
    }
    let dsp_offer = offer.dsp_offer_id(&asset.id);
    if offer_rows::by_dsp_offer_id(&connector.db, &dsp_offer).await?.is_some() {
        return Err(super::offer_id_taken(&asset.id));
    }
    Ok(Some(offer))
}

fn unknown(what: &str, id: &str) -> Problem {
    let detail = format!("there is no {what} {id:?} here");
    Problem::new(Kind::Unprocessable, "publication.unknown", detail).with_rule("id")
}

fn taken(what: &str, id: &str) -> Problem {
    Problem::new(Kind::Conflict, "already-exists", format!("{what} already has an entry {id:?}")).with_rule("id")
}

/// Rows and events of all that is made.
async fn change(
    connector: &Connector,
    operator: &Operator,
    publication: &Publication,
    made: Made,
) -> Result<Change, Problem> {
    let mut change = Change::default();
    let Publication { asset: Some(asset), access: Some(access), usage: Some(usage), offer: Some(offer), .. } =
        publication
    else {
        return Err(Problem::internal("a publication without its parts"));
    };
    let by = || json!({"by": operator.name(), "publication": offer.id});
    for (policy, _) in [(access, made.access), (usage, made.usage)].into_iter().filter(|(_, made)| *made) {
        change.write(policy_rows::insert(policy));
        change.event("policy.created", &policy.id, None, by());
    }
    if made.asset {
        change.write(asset_rows::insert(asset));
        assets::list_under(connector, &mut change, &offers::all(&connector.db).await?, asset).await?;
        change.event("asset.created", &asset.id, None, by());
        change.look_again(About::Asset(asset.id.clone()));
    }
    change.write(offer_rows::insert(offer));
    change.write(offer_rows::list_asset(offer, &asset.id));
    change.event("offer.created", &offer.id, None, by());
    Ok(change)
}

/// One reason as it is; several as the findings of one.
fn together(mut problems: Vec<Problem>) -> Problem {
    if problems.len() == 1
        && let Some(only) = problems.pop()
    {
        return only;
    }
    let findings = problems.iter().flat_map(|problem| {
        let path = problem.rule.clone().unwrap_or_default();
        let whole = Finding {
            path: path.clone(),
            code: problem.code.clone(),
            sentence: problem.detail.clone(),
            hint: problem.hint.clone(),
        };
        let parts = problem.findings.iter().cloned();
        std::iter::once(whole).chain(parts.map(move |part| Finding { path: format!("{path}: {}", part.path), ..part }))
    });
    let detail = format!("the publication is refused for {} reasons, and nothing was changed", problems.len());
    Problem::new(Kind::Unprocessable, "publication.refused", detail).with_findings(findings.collect())
}
