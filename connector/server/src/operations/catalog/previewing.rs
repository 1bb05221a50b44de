//! Our own catalogue as a partner would see it, and why it does not see the rest. What serves partners decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use symbolon_policies_odrl::World;
use symbolon_vocab::messages::Dataset;

use super::{Offered, Service, dataset, permitted_policies};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::operations::{facts, partners, presenting};
use crate::problem::{Kind, Problem};
use crate::storage::offers::{self, Audience, Listing};
use crate::storage::previews::{self, Slice, Unseen};
use crate::terms::Terms;

/// Operands that may be supposed.
const CLAIMS: usize = 64;
/// Whoever has no name.
const SOMEBODY: &str = "urn:somebody";

/// Who looks, at what, and when.
#[derive(Clone, Debug)]
pub struct Question {
    /// Participant id; somebody of whom only the claims are known, if absent.
    pub partner: Option<String>,
    /// What is supposed in place of what is known: left operand to a value or an array of values.
    pub claims: BTreeMap<String, Value>,
    /// Looked at as a member of this dataspace alone; empty: of none. If absent, of those that the partner has proved.
    pub dataspace: Option<String>,
    /// When; now if absent.
    pub at: Option<Timestamp>,
    /// Which part of it.
    pub slice: Slice,
}

/// What a partner would see, and what not.
#[derive(Debug)]
pub struct Preview {
    /// The moment that was decided for.
    pub at: Timestamp,
    /// The dataspaces that it was looked at as a member of.
    pub memberships: Vec<String>,
    /// Datasets that are seen, of this slice.
    pub visible: Vec<Visible>,
    /// Datasets that are seen in all.
    pub total: i64,
    /// Assets under offers that are not seen, of this slice.
    pub hidden: Vec<Hidden>,
    /// How many there are in all.
    pub hidden_total: i64,
}

/// A dataset that is seen.
#[derive(Debug)]
pub struct Visible {
    /// As the partner is sent it.
    pub dataset: Dataset,
    /// Its offers, in the order of the dataset.
    pub offers: Vec<VisibleOffer>,
}

/// An offer that is seen.
#[derive(Debug)]
pub struct VisibleOffer {
    /// Its id in this connector.
    pub offer: String,
    /// The DSP offer id.
    pub dsp_offer: String,
    /// What it says.
    pub terms: Terms,
}

/// An asset under an offer that is not seen.
#[derive(Debug)]
pub struct Hidden {
    /// Which.
    pub unseen: Unseen,
    /// Why not.
    pub why: Arc<Problem>,
}

/// Our catalogue as that partner would see it.
///
/// # Errors
/// 403; 422 for an unknown dataspace, or too many claims.
pub async fn preview(connector: &Connector, operator: &Operator, question: Question) -> Result<Preview, Problem> {
    operator.must(Permission::Read)?;
    let at = question.at.unwrap_or_else(clock::now);
    let seen = look(connector, &question, at).await?;
    let (assets, total) = previews::asset_ids(&connector.db, &seen.permitted, &question.slice).await?;
    let refused: Vec<Audience> = seen.refused.iter().map(|(audience, _)| audience.clone()).collect();
    let (unseen, hidden_total) = previews::unseen(&connector.db, &refused, &question.slice).await?;
    let why = |unseen: &Unseen| {
        let found = seen.refused.iter().find(|(audience, _)| *audience == unseen.audience);
        found.map(|(_, why)| Arc::clone(why))
    };
    let hidden = unseen.into_iter().filter_map(|unseen| Some(Hidden { why: why(&unseen)?, unseen })).collect();
    let visible = visible(connector, &seen.permitted, &assets).await?;
    Ok(Preview { at, memberships: seen.memberships, visible, total, hidden, hidden_total })
}

/// Which audiences somebody belongs to, and why not to the others.
#[derive(Default)]
struct Seen {
    memberships: Vec<String>,
    permitted: Vec<Audience>,
    refused: Vec<(Audience, Arc<Problem>)>,
}

async fn look(connector: &Connector, question: &Question, at: Timestamp) -> Result<Seen, Problem> {
    if question.claims.len() > CLAIMS {
        let detail = format!("at most {CLAIMS} operands can be supposed");
        return Err(Problem::new(Kind::Unprocessable, "preview.claims", detail).with_rule("claims"));
    }
    if let Some(partner) = &question.partner {
        partners::check_id(partner)?;
    }
    let mut seen = Seen::default();
    let mut outside = Vec::new();
    for dataspace in dataspaces(connector, question.dataspace.as_deref())? {
        let audiences = offers::audiences(&connector.db, &dataspace).await?;
        if dataspace.is_empty() {
            outside = audiences;
            continue;
        }
        match member(connector, question, &dataspace, at).await? {
            Err(problem) => seen.refuse(audiences, problem),
            Ok(world) => {
                seen.decide(connector, question, audiences, &world).await?;
                seen.memberships.push(dataspace);
            }
        }
    }
    match admitted(connector, question, &seen).await? {
        Err(problem) => seen.refuse(outside, problem),
        Ok(()) => {
            let world = known(connector, question, "", at).await?.0;
            seen.decide(connector, question, outside, &world).await?;
        }
    }
    Ok(seen)
}

/// The dataspaces whose offers are looked at, and outside any.
fn dataspaces(connector: &Connector, named: Option<&str>) -> Result<Vec<String>, Problem> {
    let outside = String::new();
    match named {
        None => Ok(connector.dataspaces.all().iter().map(|one| one.id.clone()).chain([outside]).collect()),
        Some("") => Ok(vec![outside]),
        Some(id) if connector.dataspaces.get(id).is_some() => Ok(vec![id.to_owned(), outside]),
        Some(id) => {
            let detail = format!("dataspace names {id:?}, in which this connector does not live");
            Err(Problem::new(Kind::Unprocessable, "preview.dataspace-unknown", detail).with_rule("dataspace"))
        }
    }
}

/// What is known and supposed of who looks, as a member of the dataspace. Whoever is supposed to be one has to prove nothing: a
/// stranger, or one with claims, who looks at a dataspace by its name.
async fn member(
    connector: &Connector,
    question: &Question,
    dataspace: &str,
    at: Timestamp,
) -> Result<Result<World, Problem>, Problem> {
    let (world, proved) = known(connector, question, dataspace, at).await?;
    let supposed =
        question.dataspace.as_deref() == Some(dataspace) && (question.partner.is_none() || !question.claims.is_empty());
    Ok(if supposed { Ok(world) } else { proved.map(|()| world) })
}

/// What is known and supposed in a dataspace, and whether membership of it is proved.
async fn known(
    connector: &Connector,
    question: &Question,
    dataspace: &str,
    at: Timestamp,
) -> Result<(World, Result<(), Problem>), Problem> {
    let (world, proved) = match &question.partner {
        Some(partner) => {
            let standing = facts::standing(connector, partner, dataspace, at).await?;
            let proved = standing.must_belong();
            (standing.world, proved)
        }
        None => (World::at(at), Err(stranger(dataspace))),
    };
    let supposed = question.claims.iter();
    Ok((supposed.fold(world, |world, (operand, value)| world.with_only(operand, value.clone())), proved))
}

fn stranger(dataspace: &str) -> Problem {
    let detail = format!("nobody is named who could have proved that it belongs to the dataspace {dataspace:?}");
    Problem::new(Kind::Forbidden, "dataspace.membership", detail)
        .with_hint("name the partner, or name the dataspace to suppose that it is a member")
}

/// Whether who looks gets in at all, and so sees what is outside any dataspace.
async fn admitted(connector: &Connector, question: &Question, seen: &Seen) -> Result<Result<(), Problem>, Problem> {
    let Some(partner) = question.partner.as_ref().filter(|_| seen.memberships.is_empty()) else { return Ok(Ok(())) };
    if presenting::lets_in_without_proof(connector, partner).await? {
        return Ok(Ok(()));
    }
    let detail = "the partner has proved no membership, and is not registered: its requests are refused";
    Ok(Err(Problem::new(Kind::Forbidden, "dataspace.no-membership", detail)))
}

impl Seen {
    fn refuse(&mut self, audiences: Vec<Audience>, problem: Problem) {
        let why = Arc::new(problem);
        self.refused.extend(audiences.into_iter().map(|audience| (audience, Arc::clone(&why))));
    }

    async fn decide(
        &mut self,
        connector: &Connector,
        question: &Question,
        audiences: Vec<Audience>,
        world: &World,
    ) -> Result<(), Problem> {
        connector.read_policies(audiences.iter().map(|audience| audience.access_policy.as_str())).await?;
        let participant = question.partner.as_deref().unwrap_or(SOMEBODY);
        let permitted = permitted_policies(connector, &audiences, participant, world).await?;
        for audience in audiences.into_iter().filter(|audience| !permitted.contains(audience)) {
            let policy = connector.policy(&audience.access_policy).await?;
            let why = facts::why_unseen(policy.policy(), participant, world);
            self.refused.push((audience, Arc::new(why)));
        }
        self.permitted.extend(permitted);
        Ok(())
    }
}

async fn visible(connector: &Connector, seen: &[Audience], assets: &[String]) -> Result<Vec<Visible>, Problem> {
    let mut of_assets: BTreeMap<String, Vec<Listing>> = BTreeMap::new();
    for listing in previews::listings(&connector.db, seen, assets).await? {
        of_assets.entry(listing.asset_id.clone()).or_default().push(listing);
    }
    let (mut visible, mut offered) = (Vec::with_capacity(of_assets.len()), Offered::new());
    for listings in of_assets.into_values() {
        let mut offers = Vec::with_capacity(listings.len());
        for Listing { offer_id, dsp_offer_id, usage_policy, .. } in &listings {
            let terms = Terms::of(connector.policy(usage_policy).await?.policy());
            offers.push(VisibleOffer { offer: offer_id.clone(), dsp_offer: dsp_offer_id.clone(), terms });
        }
        visible.push(Visible { dataset: dataset(connector, listings, Service::Named, &mut offered).await?, offers });
    }
    Ok(visible)
}
