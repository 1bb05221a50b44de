//! `/catalog/preview`: our own catalogue, as a partner would see it.

use std::collections::BTreeMap;

use actix_web::web;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::authentication::Operator;
use crate::connector::Connector;
use crate::management::body::Body;
use crate::management::in_dataspace;
use crate::management::route::at;
use crate::operations::catalog::previewing::{self, Hidden, Question, Visible};
use crate::problem::Problem;
use crate::storage::previews::Slice;
use crate::terms::Terms;

/// Entries that are shown at once.
const MOST: u32 = 200;
const USUAL: u32 = 50;
/// Longest text that is looked for, in bytes.
const TEXT: usize = 256;
const OFFSET: u32 = 10_000_000;

/// Who looks at our catalogue.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewQuestion {
    /// Participant id: its entry in the registry and what it presented last are known. Absent: somebody of whom only the claims
    /// are known.
    partner: Option<String>,
    /// What is supposed in place of what is known: left operand (IRI or short name) to a value, or to an array of values.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    claims: BTreeMap<String, Value>,
    /// Looked at as a member of this dataspace alone; empty: of none. Absent: of each whose membership the partner has proved.
    /// Where nobody or claims are named, membership is supposed.
    dataspace: Option<String>,
    /// RFC 3339; now if absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// What the asset's id or properties contain.
    q: Option<String>,
    /// 1 to 200 entries; 50 if absent.
    #[schema(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// So many entries are passed over, in each of the two lists.
    #[serde(default)]
    offset: u32,
}

/// Our catalogue as a partner would see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogPreview {
    /// RFC 3339: the moment that was decided for.
    at: String,
    /// The dataspaces that it was looked at as a member of.
    memberships: Vec<String>,
    /// Datasets that the partner sees, in the order of their ids.
    visible: Vec<VisibleDataset>,
    /// How many it sees in all.
    total: i64,
    /// What it does not see, in the order of the assets' ids.
    hidden: Vec<HiddenOffer>,
    /// How many there are in all.
    hidden_total: i64,
}

/// A dataset that the partner sees.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisibleDataset {
    /// Dataset id.
    asset: String,
    /// The DSP Dataset, as the partner is sent it.
    #[schema(value_type = Object)]
    dataset: Value,
    /// Its offers, in the order of the dataset.
    offers: Vec<PreviewOffer>,
}

/// An offer that the partner sees.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewOffer {
    /// Its id in this connector.
    offer: String,
    /// The DSP offer id.
    dsp_offer: String,
    /// What it says, and which of it no connector checks.
    terms: Terms,
}

/// An asset under an offer that the partner does not see.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HiddenOffer {
    /// The offer's id in this connector.
    offer: String,
    /// The DSP offer id.
    dsp_offer: String,
    /// Dataset id.
    asset: String,
    /// The dataspace whose members may see it; null: outside any.
    dataspace: Option<String>,
    /// The policy that says who sees it.
    access_policy: String,
    /// Stable, for programs: `policy.denied`, `dataspace.membership`, …
    code: String,
    /// For people.
    why: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/catalog/preview").post(preview));
}

/// See our own catalogue as a partner would see it, and why it does not see the rest
#[utoipa::path(post, path = "/catalog/preview", tag = "catalog", request_body = PreviewQuestion,
    responses((status = 200, description = "What it would see", body = CatalogPreview)))]
pub(in crate::management) async fn preview(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<PreviewQuestion>,
) -> Result<web::Json<CatalogPreview>, Problem> {
    let slice = slice(&body)?;
    let PreviewQuestion { partner, claims, dataspace, at, .. } = body;
    let asked = Question { partner, claims, dataspace, at, slice };
    let preview = previewing::preview(&connector, &operator, asked).await?;
    Ok(web::Json(CatalogPreview {
        at: format!("{:.3}", preview.at),
        memberships: preview.memberships,
        visible: preview.visible.into_iter().map(VisibleDataset::from).collect(),
        total: preview.total,
        hidden: preview.hidden.into_iter().map(HiddenOffer::from).collect(),
        hidden_total: preview.hidden_total,
    }))
}

fn slice(asked: &PreviewQuestion) -> Result<Slice, Problem> {
    let refused = |member: &str, reason: String| Err(Problem::bad_request("body", reason).with_rule(member.to_owned()));
    let limit = asked.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return refused("limit", format!("limit is {limit}; give 1 to {MOST}"));
    }
    if asked.offset > OFFSET {
        return refused("offset", format!("offset is at most {OFFSET}"));
    }
    let text = asked.q.clone().filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.len() > TEXT) {
        return refused("q", format!("q has at most {TEXT} bytes"));
    }
    Ok(Slice { text, offset: asked.offset.into(), limit: limit.into() })
}

impl From<Visible> for VisibleDataset {
    fn from(visible: Visible) -> Self {
        let offers = visible.offers.into_iter().map(|offer| {
            let previewing::VisibleOffer { offer, dsp_offer, terms } = offer;
            PreviewOffer { offer, dsp_offer, terms }
        });
        let dataset = serde_json::to_value(&visible.dataset).unwrap_or_default();
        Self { asset: visible.dataset.id, dataset, offers: offers.collect() }
    }
}

impl From<Hidden> for HiddenOffer {
    fn from(hidden: Hidden) -> Self {
        let Hidden { unseen, why } = hidden;
        Self {
            offer: unseen.offer,
            dsp_offer: unseen.dsp_offer,
            asset: unseen.asset,
            dataspace: in_dataspace(unseen.audience.dataspace),
            access_policy: unseen.audience.access_policy,
            code: why.code.clone(),
            why: why.detail.clone(),
        }
    }
}
