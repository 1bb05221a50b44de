//! `/transfers`: data in motion under an agreement.

pub mod data;

use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use symbolon_contract_negotiation::transfer::State;
use symbolon_vocab::messages::{DataAddress, EndpointProperty};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Query};
use super::page::{Items, page};
use super::processes::{Ending, Message, Reason};
use super::route::at;
use super::{created, time};
use crate::authentication::Operator;
use crate::connector::Connector;
use crate::operations::transfers::standing::{self, Counts, Standing};
use crate::operations::transfers::{self, Action, Wanted};
use crate::problem::Problem;
use crate::storage::negotiations::role_name;
use crate::storage::transfers::{Filter, StoredTransfer};

/// A transfer to be asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTransfer {
    /// Agreement id.
    agreement: String,
    /// `HttpData-PULL` or `HttpData-PUSH`.
    format: String,
    /// Push: where to; this connector's own receiving endpoint if absent.
    data_address: Option<Sink>,
    /// The provider's endpoints, where they are not those that the agreement was made with.
    counter_party_address: Option<String>,
    /// What the data is for.
    purpose: Option<String>,
    /// What the transfer is confined to: operand such as `adm:partNumber` → value or values.
    #[schema(value_type = Option<Object>)]
    scope: Option<Map<String, Value>>,
}

/// Where a push delivers to (DSP data address).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sink {
    /// `DataAddress`; may be left out.
    #[serde(rename = "@type")]
    kind: Option<String>,
    /// Kind of endpoint.
    endpoint_type: String,
    /// The URL.
    endpoint: Option<String>,
    /// Further values, such as `authorization`.
    #[serde(default)]
    endpoint_properties: Vec<SinkProperty>,
}

/// One named value of a data address.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SinkProperty {
    /// `EndpointProperty`; may be left out.
    #[serde(rename = "@type")]
    kind: Option<String>,
    /// Its name.
    name: String,
    /// Its value; may be a secret.
    value: String,
}

impl std::fmt::Debug for SinkProperty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SinkProperty").field("kind", &self.kind).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A transfer process.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
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
    /// The agreement it runs under.
    agreement_id: String,
    /// Dataset id.
    asset: String,
    /// Transfer type.
    format: String,
    /// What the consumer says the data is for.
    purpose: Option<String>,
    /// What the transfer is confined to, as the consumer says: operand IRI → value or values.
    #[schema(value_type = Option<Object>)]
    scope: Option<Map<String, Value>>,
    /// Bytes moved so far. At the provider: pulled, or confirmed by the receiver of a push. At the consumer: fetched through this
    /// connector, or received in its inbox; what somebody fetches with the data address elsewhere is not seen here.
    bytes: i64,
    /// Data requests so far. At the provider also those that were refused (`/requests` has each); at the consumer those that
    /// went through this connector.
    data_requests: i64,
    /// RFC 3339: when data last moved; null: never.
    last_data_at: Option<String>,
    /// Consumer: RFC 3339: when the token that is held ends, where it can be told; told of one transfer, not in lists. It is
    /// renewed when data is fetched.
    token_expires_at: Option<String>,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339.
    updated_at: String,
    /// How it ended, unless everything was transferred.
    termination: Option<Ending>,
    /// Why it is suspended.
    suspension: Option<Ending>,
    /// RFC 3339: when the policy monitor suspended it; it resumes it by itself when the reason is gone. Null if anybody else
    /// did.
    held_at: Option<String>,
}

/// Where and how data is fetched.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FetchAddress {
    /// The URL.
    endpoint: String,
    /// Its type, as in the data address.
    endpoint_type: String,
    /// Value of the `Authorization` header.
    authorization: Option<String>,
    /// RFC 3339, where it can be told.
    expires_at: Option<String>,
}

/// Which transfers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TransferQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u32>,
    /// `next` of the answer before.
    after: Option<String>,
    /// As the protocol spells it: `REQUESTED`, `STARTED`, …
    state: Option<String>,
    /// `consumer` or `provider`: ours.
    role: Option<String>,
    /// Agreement id.
    agreement: Option<String>,
    /// Participant id.
    partner: Option<String>,
    /// Where it stands.
    r#box: Option<TransferBox>,
    /// A text in an id (process, asset, agreement, participant), in the purpose or in the partner's name.
    q: Option<String>,
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TransferBox {
    /// STARTED: data may flow.
    Running,
    /// REQUESTED or SUSPENDED.
    Waiting,
    /// COMPLETED: everything was transferred.
    Ended,
    /// TERMINATED.
    Failed,
}

/// How many transfers stand where.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransferBoxes {
    /// STARTED: data may flow.
    running: i64,
    /// REQUESTED or SUSPENDED.
    waiting: i64,
    /// COMPLETED: everything was transferred.
    ended: i64,
    /// TERMINATED.
    failed: i64,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/transfers").get(list).post(create));
    cfg.service(at("/transfers/boxes").get(boxes));
    cfg.service(at("/transfers/{pid}/messages").get(messages));
    cfg.service(at("/transfers/{pid}/start").post(start));
    cfg.service(at("/transfers/{pid}/suspend").post(suspend));
    cfg.service(at("/transfers/{pid}/resume").post(resume));
    cfg.service(at("/transfers/{pid}/complete").post(complete));
    cfg.service(at("/transfers/{pid}/terminate").post(terminate));
    cfg.service(at("/transfers/{pid}/data-address").get(data_address));
    data::configure(cfg);
    cfg.service(at("/transfers/{pid}").get(get));
}

/// Consumer: ask for a transfer under an agreement
#[utoipa::path(post, path = "/transfers", tag = "transfers", request_body = NewTransfer,
    responses((status = 201, description = "Begun", body = Transfer)))]
pub(super) async fn create(
    operator: Operator,
    connector: web::Data<Connector>,
    Body(body): Body<NewTransfer>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted {
        agreement: body.agreement,
        format: body.format,
        data_address: body.data_address.map(DataAddress::try_from).transpose()?,
        counterparty_address: body.counter_party_address,
        purpose: body.purpose,
        scope: body.scope,
    };
    let stored = transfers::request(&connector, &operator, wanted).await?;
    Ok(created("transfers", &stored.pid.clone(), &Transfer::from(stored)))
}

/// List transfers, newest first
#[utoipa::path(get, path = "/transfers", tag = "transfers", params(TransferQuery),
    responses((status = 200, description = "A slice of the list", body = Items<Transfer>)))]
pub(super) async fn list(
    operator: Operator,
    connector: web::Data<Connector>,
    Query(query): Query<TransferQuery>,
) -> Result<web::Json<Items<Transfer>>, Problem> {
    let TransferQuery { limit, after, state, role, agreement, partner, r#box, q } = query;
    let page = page(limit, after)?;
    let states = r#box.map(|named| Standing::from(named).states());
    let filter = Filter { state, role, agreement, partner, states, text: q };
    let found = transfers::list(&connector, &operator, &filter, &page).await?;
    Ok(web::Json(Items::found(found, &page, |row| row.pid.clone(), Transfer::from)))
}

/// Count transfers by where they stand
#[utoipa::path(get, path = "/transfers/boxes", tag = "transfers",
    responses((status = 200, description = "All of them, counted", body = TransferBoxes)))]
pub(super) async fn boxes(
    operator: Operator,
    connector: web::Data<Connector>,
) -> Result<web::Json<TransferBoxes>, Problem> {
    let Counts { running, waiting, ended, failed } = standing::counts(&connector, &operator).await?;
    Ok(web::Json(TransferBoxes { running, waiting, ended, failed }))
}

/// Read a transfer
#[utoipa::path(get, path = "/transfers/{pid}", tag = "transfers", params(("pid" = String, Path)),
    responses((status = 200, description = "The transfer", body = Transfer)))]
pub(super) async fn get(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Transfer>, Problem> {
    let stored = transfers::get(&connector, &operator, &pid).await?;
    let expires = transfers::token_expires(&connector, &stored);
    Ok(web::Json(Transfer { token_expires_at: expires.map(rfc3339), ..stored.into() }))
}

/// Read its messages in both directions, oldest first
#[utoipa::path(get, path = "/transfers/{pid}/messages", tag = "transfers", params(("pid" = String, Path)),
    responses((status = 200, description = "All of them", body = Items<Message>)))]
pub(super) async fn messages(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Items<Message>>, Problem> {
    let rows = transfers::timeline(&connector, &operator, &pid).await?;
    Ok(web::Json(Items { items: rows.into_iter().map(Message::from).collect(), next: None }))
}

/// Provider: start what the consumer asked for
#[utoipa::path(post, path = "/transfers/{pid}/start", tag = "transfers", params(("pid" = String, Path)),
    responses((status = 200, description = "As it is now", body = Transfer)))]
pub(super) async fn start(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Transfer>, Problem> {
    act(&operator, &connector, &pid, Action::Start).await
}

/// Hold the data back for a while
#[utoipa::path(post, path = "/transfers/{pid}/suspend", tag = "transfers", params(("pid" = String, Path)),
    request_body = Reason, responses((status = 200, description = "As it is now", body = Transfer)))]
pub(super) async fn suspend(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
    Body(body): Body<Reason>,
) -> Result<web::Json<Transfer>, Problem> {
    act(&operator, &connector, &pid, Action::Suspend { code: body.code, reason: vec![body.reason] }).await
}

/// Go on after a suspension
#[utoipa::path(post, path = "/transfers/{pid}/resume", tag = "transfers", params(("pid" = String, Path)),
    responses((status = 200, description = "As it is now", body = Transfer)))]
pub(super) async fn resume(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Transfer>, Problem> {
    act(&operator, &connector, &pid, Action::Start).await
}

/// Say that everything has been transferred
#[utoipa::path(post, path = "/transfers/{pid}/complete", tag = "transfers", params(("pid" = String, Path)),
    responses((status = 200, description = "As it is now", body = Transfer)))]
pub(super) async fn complete(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<Transfer>, Problem> {
    act(&operator, &connector, &pid, Action::Complete).await
}

/// End the transfer
#[utoipa::path(post, path = "/transfers/{pid}/terminate", tag = "transfers", params(("pid" = String, Path)),
    request_body = Reason, responses((status = 200, description = "As it is now", body = Transfer)))]
pub(super) async fn terminate(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
    Body(body): Body<Reason>,
) -> Result<web::Json<Transfer>, Problem> {
    act(&operator, &connector, &pid, Action::Terminate { code: body.code, reason: vec![body.reason] }).await
}

/// Consumer: where to fetch, with a token that is good for a while
#[utoipa::path(get, path = "/transfers/{pid}/data-address", tag = "transfers", params(("pid" = String, Path)),
    responses((status = 200, description = "Address and token", body = FetchAddress)))]
pub(super) async fn data_address(
    operator: Operator,
    connector: web::Data<Connector>,
    pid: web::Path<String>,
) -> Result<web::Json<FetchAddress>, Problem> {
    let access = transfers::access(&connector, &operator, &pid).await?;
    Ok(web::Json(FetchAddress {
        endpoint: access.endpoint,
        endpoint_type: access.endpoint_type,
        authorization: access.authorization,
        expires_at: access.expires.map(rfc3339),
    }))
}

fn rfc3339(at: Timestamp) -> String {
    format!("{at:.3}")
}

async fn act(
    operator: &Operator,
    connector: &web::Data<Connector>,
    pid: &str,
    action: Action,
) -> Result<web::Json<Transfer>, Problem> {
    Ok(web::Json(transfers::act(connector, operator, pid, action).await?.into()))
}

impl TryFrom<Sink> for DataAddress {
    type Error = Problem;

    fn try_from(sink: Sink) -> Result<Self, Problem> {
        let Sink { kind, endpoint_type, endpoint, endpoint_properties } = sink;
        expect_type("dataAddress", kind, "DataAddress")?;
        let properties = endpoint_properties.into_iter().map(|SinkProperty { kind, name, value }| {
            expect_type("dataAddress.endpointProperties", kind, "EndpointProperty")?;
            Ok(EndpointProperty::new(name, value))
        });
        let endpoint_properties = properties.collect::<Result<_, Problem>>()?;
        Ok(Self { endpoint_type, endpoint, endpoint_properties })
    }
}

fn expect_type(member: &str, given: Option<String>, expected: &str) -> Result<(), Problem> {
    match given {
        Some(other) if other != expected => {
            let detail = format!("{member}.@type is {other:?}; expected {expected:?}");
            Err(Problem::bad_request("body", detail).with_rule(format!("{member}.@type")))
        }
        Some(_) | None => Ok(()),
    }
}

impl From<StoredTransfer> for Transfer {
    fn from(stored: StoredTransfer) -> Self {
        let machine = &stored.machine;
        let (termination, suspension) = match machine.state() {
            State::Terminated { by, code, reason, .. } => (Some(Ending::new(*by, code.as_ref(), reason)), None),
            State::Suspended { by, code, reason } => (None, Some(Ending::new(*by, code.as_ref(), reason))),
            State::Requested | State::Started { .. } | State::Completed { .. } => (None, None),
        };
        Self {
            role: role_name(machine.role()).to_owned(),
            consumer_pid: machine.consumer_pid().map(str::to_owned),
            provider_pid: machine.provider_pid().map(str::to_owned),
            state: machine.state_name().to_string(),
            termination,
            suspension,
            held_at: stored.held.map(time),
            bytes: stored.bytes,
            data_requests: stored.requests,
            last_data_at: stored.last_data.map(time),
            token_expires_at: None,
            pid: stored.pid,
            partner: stored.partner,
            agreement_id: stored.agreement_id,
            asset: stored.asset,
            format: stored.format,
            purpose: stored.purpose,
            scope: stored.scope,
            created_at: time(stored.created),
            updated_at: time(stored.updated),
        }
    }
}

impl From<TransferBox> for Standing {
    fn from(named: TransferBox) -> Self {
        match named {
            TransferBox::Running => Self::Running,
            TransferBox::Waiting => Self::Waiting,
            TransferBox::Ended => Self::Ended,
            TransferBox::Failed => Self::Failed,
        }
    }
}
