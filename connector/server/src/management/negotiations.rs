//! `/negotiations`: contracts asked for, offered and concluded.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::negotiation::{State, StateName};
use utoipa::{IntoParams, ToSchema};

use super::automation::NegotiationAutomation;
use super::body::{Body, Query};
use super::counterparty::named;
use super::page::{Items, page};
use super::processes::{Ending, Message, Reason};
use super::route::at;
use super::{created, in_dataspace, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::ids;
use crate::operations::negotiations::standing::{self, Counts, Standing, mover};
use crate::operations::negotiations::{self, Action};
use crate::operations::partners;
use crate::operations::publishing::policies;
use crate::problem::Problem;
use crate::storage::negotiations::{Filter, StoredNegotiation, role_name};
use crate::terms::Terms;

/// A contract to be asked for (`role` consumer), or to be offered to a partner that has not asked (`role` provider).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewNegotiation {
    /// Ours; `consumer` if absent.
    role: Option<Side>,
    /// Participant id of a known partner.
    partner: Option<String>,
    /// Participant id, for a connector that is not in the registry.
    counter_party_id: Option<String>,
    /// Base of its Dataspace Protocol endpoints.
    counter_party_address: Option<String>,
    /// The offer: as consumer as the catalogue shows it, with `@id` and with the dataset as `target`.
    #[schema(value_type = Option<Object>)]
    offer: Option<Value>,
    /// Provider: id of the policy that becomes the terms, instead of `offer`.
    policy: Option<String>,
    /// Dataset id, where the offer does not name it as `target`.
    asset: Option<String>,
    /// DSP offer id, where the offer has no `@id`.
    offer_id: Option<String>,
    /// Which steps the connector takes by itself.
    #[serde(default)]
    automation: NegotiationAutomation,
}

/// A side of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Asks for a dataset, and receives data.
    Consumer,
    /// Offers a dataset, and gives data.
    Provider,
}

/// Other terms.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OtherTerms {
    /// ODRL offer; `target` is the dataset under negotiation if absent.
    #[schema(value_type = Object)]
    offer: Value,
}

/// A contract negotiation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Negotiation {
    /// Our process id.
    pid: String,
    /// `consumer` or `provider`: ours.
    role: String,
    /// Known once both sides have spoken.
    consumer_pid: Option<String>,
    /// Known once both sides have spoken.
    provider_pid: Option<String>,
    /// Participant id.
    partner: String,
    /// As the protocol spells it.
    state: String,
    /// `us`, `partner`, or null when it is over.
    waiting_for: Option<String>,
    /// Dataset id.
    asset: String,
    /// Id of the offer it began with.
    offer_id: String,
    /// The dataspace whose facts decide; null: outside any.
    dataspace: Option<String>,
    /// The terms on the table.
    #[schema(value_type = Object)]
    offer: Value,
    /// What they say, and which of it no connector checks: to be read before anybody accepts, agrees or verifies.
    terms: Terms,
    /// Once agreed.
    agreement_id: Option<String>,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
    /// How it ended, if without an agreement.
    termination: Option<Ending>,
    /// Which steps the connector takes by itself.
    automation: NegotiationAutomation,
}

/// Which negotiations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NegotiationQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<String>,
    /// As the protocol spells it: `REQUESTED`, `OFFERED`, …
    state: Option<String>,
    /// `consumer` or `provider`: ours.
    role: Option<String>,
    /// Participant id.
    partner: Option<String>,
    /// Where it stands.
    r#box: Option<NegotiationBox>,
    /// A text in an id (process, asset, offer, agreement, participant) or in the partner's name.
    q: Option<String>,
}

/// Where a negotiation stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NegotiationBox {
    /// It waits for us.
    Us,
    /// It waits for the partner.
    Partner,
    /// It ended without an agreement.
    Failed,
    /// It ended with an agreement.
    Done,
    /// It has not ended.
    Open,
}

/// How many negotiations stand where.
#[derive(Debug, Serialize, ToSchema)]
pub struct NegotiationBoxes {
    /// They wait for us.
    us: i64,
    /// They wait for the partner.
    partner: i64,
    /// They have not ended: `us` and `partner`.
    open: i64,
    /// They ended without an agreement.
    failed: i64,
    /// They ended with an agreement.
    done: i64,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/negotiations").get(list).post(create));
    cfg.service(at("/negotiations/boxes").get(boxes));
    cfg.service(at("/negotiations/{pid}/messages").get(messages));
    cfg.service(at("/negotiations/{pid}/counter").post(counter));
    cfg.service(at("/negotiations/{pid}/accept").post(accept));
    cfg.service(at("/negotiations/{pid}/approve").post(approve));
    cfg.service(at("/negotiations/{pid}/offer").post(offer));
    cfg.service(at("/negotiations/{pid}/verify").post(verify));
    cfg.service(at("/negotiations/{pid}/finalize").post(finalize));
    cfg.service(at("/negotiations/{pid}/reject").post(reject));
    cfg.service(at("/negotiations/{pid}/terminate").post(terminate));
    cfg.service(at("/negotiations/{pid}").get(get));
}

/// Ask for a contract, or offer one
#[utoipa::path(post, path = "/negotiations", tag = "negotiations", request_body = NewNegotiation,
    responses((status = 201, description = "Begun", body = Negotiation)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewNegotiation>,
) -> Result<HttpResponse, Problem> {
    let named = named(body.partner, body.counter_party_id, body.counter_party_address)?;
    let partner = partners::counterparty(&connector, &operator, named).await?;
    let incomplete = |member: &str, detail: &str| Problem::bad_request("body", detail).with_rule(member.to_owned());
    let terms = match (body.policy, body.offer) {
        (Some(policy), None) => {
            let asset = body.asset.ok_or_else(|| incomplete("asset", "asset: a policy needs the dataset it is for"))?;
            let offer_id = body.offer_id.unwrap_or_else(ids::urn);
            policies::as_offer(&connector, &operator, &policy, &offer_id, &asset).await?
        }
        (None, Some(offer)) => completed(offer, body.offer_id, body.asset),
        (None, None) | (Some(_), Some(_)) => {
            return Err(incomplete("offer", "give the terms either as offer, or as policy (an id)"));
        }
    };
    let automation = body.automation.into();
    let stored = match body.role.unwrap_or(Side::Consumer) {
        Side::Consumer => negotiations::request(&connector, &operator, &partner, terms, automation).await?,
        Side::Provider => negotiations::offer(&connector, &operator, &partner, terms, automation).await?,
    };
    Ok(created("negotiations", &stored.pid.clone(), &Negotiation::from(stored)))
}

/// An offer with the ids that the body names beside it.
fn completed(mut offer: Value, offer_id: Option<String>, asset: Option<String>) -> Value {
    if let Value::Object(members) = &mut offer {
        let given = [("@id", offer_id), ("target", asset)];
        members.extend(given.into_iter().filter_map(|(name, id)| Some((name.to_owned(), Value::from(id?)))));
    }
    offer
}

/// List negotiations, newest first
#[utoipa::path(get, path = "/negotiations", tag = "negotiations", params(NegotiationQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Negotiation>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<NegotiationQuery>,
) -> Result<web::Json<Items<Negotiation>>, Problem> {
    let NegotiationQuery { limit, after, state, role, partner, r#box, q } = query;
    let page = page(limit, after)?;
    let standing = r#box.map(|named| Standing::from(named).states());
    let filter = Filter { state, role, partner, standing, text: q };
    let found = negotiations::list(&connector, &operator, &filter, &page).await?;
    Ok(web::Json(Items::found(found, &page, |row| row.pid.clone(), Negotiation::from)))
}

/// Count negotiations by where they stand
#[utoipa::path(get, path = "/negotiations/boxes", tag = "negotiations",
    responses((status = 200, description = "All of them, counted", body = NegotiationBoxes)))]
pub(super) async fn boxes(
    operator: Operator,
    connector: web::Data<Connector>,
) -> Result<web::Json<NegotiationBoxes>, Problem> {
    let Counts { us, partner, failed, done } = standing::counts(&connector, &operator).await?;
    Ok(web::Json(NegotiationBoxes { us, partner, open: us + partner, failed, done }))
}

/// Read a negotiation
#[utoipa::path(get, path = "/negotiations/{pid}", tag = "negotiations", params(("pid" = String, Path)),
    responses((status = 200, description = "The negotiation", body = Negotiation)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Negotiation>, Problem> {
    Ok(web::Json(negotiations::get(&connector, &operator, &pid).await?.into()))
}

/// Read its messages in both directions, oldest first
#[utoipa::path(get, path = "/negotiations/{pid}/messages", tag = "negotiations", params(("pid" = String, Path)),
    responses((status = 200, description = "All of them", body = Items<Message>)))]
pub(super) async fn messages(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Items<Message>>, Problem> {
    let rows = negotiations::timeline(&connector, &operator, &pid).await?;
    Ok(web::Json(Items { items: rows.into_iter().map(Message::from).collect(), next: None }))
}

/// Consumer: ask for other terms
#[utoipa::path(post, path = "/negotiations/{pid}/counter", tag = "negotiations", params(("pid" = String, Path)),
    request_body = OtherTerms, responses((status = 200, description = "As it is now", body = Negotiation)))]
pub(super) async fn counter(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
    Body(body): Body<OtherTerms>,
) -> Result<web::Json<Negotiation>, Problem> {
    act(&operator, &connector, &pid, Action::Counter(body.offer)).await
}

/// Consumer: accept the provider's offer
#[utoipa::path(post, path = "/negotiations/{pid}/accept", tag = "negotiations", params(("pid" = String, Path)),
    responses((status = 200, description = "As it is now", body = Negotiation)))]
pub(super) async fn accept(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Negotiation>, Problem> {
    act(&operator, &connector, &pid, Action::Accept).await
}

/// Provider: agree to the terms on the table
#[utoipa::path(post, path = "/negotiations/{pid}/approve", tag = "negotiations", params(("pid" = String, Path)),
    responses((status = 200, description = "As it is now", body = Negotiation)))]
pub(super) async fn approve(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Negotiation>, Problem> {
    act(&operator, &connector, &pid, Action::Approve).await
}

/// Provider: offer other terms
#[utoipa::path(post, path = "/negotiations/{pid}/offer", tag = "negotiations", params(("pid" = String, Path)),
    request_body = OtherTerms, responses((status = 200, description = "As it is now", body = Negotiation)))]
pub(super) async fn offer(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
    Body(body): Body<OtherTerms>,
) -> Result<web::Json<Negotiation>, Problem> {
    act(&operator, &connector, &pid, Action::Offer(body.offer)).await
}

/// Consumer: verify the agreement
#[utoipa::path(post, path = "/negotiations/{pid}/verify", tag = "negotiations", params(("pid" = String, Path)),
    responses((status = 200, description = "As it is now", body = Negotiation)))]
pub(super) async fn verify(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Negotiation>, Problem> {
    act(&operator, &connector, &pid, Action::Verify).await
}

/// Provider: put the agreement into force
#[utoipa::path(post, path = "/negotiations/{pid}/finalize", tag = "negotiations", params(("pid" = String, Path)),
    responses((status = 200, description = "As it is now", body = Negotiation)))]
pub(super) async fn finalize(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Negotiation>, Problem> {
    act(&operator, &connector, &pid, Action::Finalize).await
}

/// Reject the terms on the table: the negotiation ends, and the partner reads why
#[utoipa::path(post, path = "/negotiations/{pid}/reject", tag = "negotiations", params(("pid" = String, Path)),
    request_body = Reason, responses((status = 200, description = "As it is now", body = Negotiation)))]
pub(super) async fn reject(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
    Body(body): Body<Reason>,
) -> Result<web::Json<Negotiation>, Problem> {
    let code = Some(body.code.unwrap_or_else(|| "rejected".to_owned()));
    act(&operator, &connector, &pid, Action::Terminate { code, reason: vec![body.reason] }).await
}

/// End the negotiation
#[utoipa::path(post, path = "/negotiations/{pid}/terminate", tag = "negotiations", params(("pid" = String, Path)),
    request_body = Reason, responses((status = 200, description = "As it is now", body = Negotiation)))]
pub(super) async fn terminate(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
    Body(body): Body<Reason>,
) -> Result<web::Json<Negotiation>, Problem> {
    act(&operator, &connector, &pid, Action::Terminate { code: body.code, reason: vec![body.reason] }).await
}

async fn act(
    operator: &Operator,
    connector: &web::Data<Connector>,
    pid: &str,
    action: Action,
) -> Result<web::Json<Negotiation>, Problem> {
    Ok(web::Json(negotiations::act(connector, operator, pid, action).await?.into()))
}

impl From<StoredNegotiation> for Negotiation {
    fn from(stored: StoredNegotiation) -> Self {
        let machine = &stored.machine;
        let termination = match machine.state() {
            State::Terminated { by, code, reason, .. } => Some(Ending::new(*by, code.as_ref(), reason)),
            State::Requested
            | State::Offered
            | State::Accepted
            | State::Agreed { .. }
            | State::Verified { .. }
            | State::Finalized { .. } => None,
        };
        Self {
            role: role_name(machine.role()).to_owned(),
            consumer_pid: machine.consumer_pid().map(str::to_owned),
            provider_pid: machine.provider_pid().map(str::to_owned),
            state: machine.state_name().to_string(),
            waiting_for: waiting_for(machine.state_name(), machine.role()).map(str::to_owned),
            offer: machine.last_offer().json().clone(),
            terms: Terms::of(machine.last_offer().policy()),
            termination,
            pid: stored.pid,
            partner: stored.partner,
            asset: stored.asset,
            offer_id: stored.offer_id,
            dataspace: in_dataspace(stored.dataspace),
            agreement_id: stored.agreement_id,
            created_at: time(stored.created),
            updated_at: time(stored.updated),
            automation: stored.automation.into(),
        }
    }
}

/// Whose move the protocol waits for.
fn waiting_for(state: StateName, own: Role) -> Option<&'static str> {
    mover(state).map(|mover| if mover == own { "us" } else { "partner" })
}

impl From<NegotiationBox> for Standing {
    fn from(named: NegotiationBox) -> Self {
        match named {
            NegotiationBox::Us => Self::Us,
            NegotiationBox::Partner => Self::Partner,
            NegotiationBox::Failed => Self::Failed,
            NegotiationBox::Done => Self::Done,
            NegotiationBox::Open => Self::Open,
        }
    }
}
