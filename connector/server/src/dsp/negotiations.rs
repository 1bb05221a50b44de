//! Negotiation endpoints of both roles (DSP 2025-1, contract negotiation HTTPS binding).

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use symbolon_contract_negotiation::Pids;
use symbolon_contract_negotiation::negotiation::Message as Step;
use symbolon_identity::attestation::Half;
use symbolon_policies_odrl::{PolicyDocument, PolicyError};
use symbolon_vocab::messages::{
    Attestation, ContractAgreementMessage, ContractAgreementVerificationMessage, ContractNegotiation,
    ContractNegotiationError, ContractNegotiationEventMessage, ContractNegotiationTerminationMessage,
    ContractOfferMessage, ContractRequestMessage, EventType, Message,
};

use super::{Arrived, Body, answer, body, caller, id, named, refuse};
use crate::connector::Connector;
use crate::ids;
use crate::operations::negotiations::receiving::{self, Incoming};
use crate::problem::Problem;

pub(super) fn configure(service: &mut web::ServiceConfig) {
    service
        .service(web::resource("/negotiations/request").route(web::post().to(request)))
        .service(web::resource("/negotiations/offers").route(web::post().to(offer)))
        .service(web::resource("/negotiations/{pid}").route(web::get().to(state)))
        .service(web::resource("/negotiations/{pid}/request").route(web::post().to(take::<ContractRequestMessage>)))
        .service(web::resource("/negotiations/{pid}/offers").route(web::post().to(take::<ContractOfferMessage>)))
        .service(web::resource("/negotiations/{pid}/agreement").route(web::post().to(take::<ContractAgreementMessage>)))
        .service(
            web::resource("/negotiations/{pid}/agreement/verification")
                .route(web::post().to(take::<ContractAgreementVerificationMessage>)),
        )
        .service(
            web::resource("/negotiations/{pid}/events").route(web::post().to(take::<ContractNegotiationEventMessage>)),
        )
        .service(
            web::resource("/negotiations/{pid}/termination")
                .route(web::post().to(take::<ContractNegotiationTerminationMessage>)),
        );
}

async fn request(connector: web::Data<Connector>, http: HttpRequest, arrived: Arrived) -> HttpResponse {
    let connector = connector.into_inner();
    let opened = async {
        let caller = caller(&connector, &http).await?;
        let Body { message, text } = body::<ContractRequestMessage>(&http, arrived.bytes()?)?;
        if message.provider_pid.is_some() {
            let reason = "a request that opens a negotiation has no providerPid; counter-offers go to the process";
            return Err(Problem::bad_request("message.malformed", reason).with_rule("providerPid"));
        }
        receiving::requested(&connector, &caller, message, &text).await
    };
    finish(StatusCode::CREATED, opened.await, arrived.seen(), None)
}

async fn offer(connector: web::Data<Connector>, http: HttpRequest, arrived: Arrived) -> HttpResponse {
    let connector = connector.into_inner();
    let opened = async {
        let caller = caller(&connector, &http).await?;
        let Body { message, text } = body::<ContractOfferMessage>(&http, arrived.bytes()?)?;
        if message.consumer_pid.is_some() {
            let reason = "an offer that opens a negotiation has no consumerPid; counter-offers go to the process";
            return Err(Problem::bad_request("message.malformed", reason).with_rule("consumerPid"));
        }
        receiving::offered(&connector, &caller, message, &text).await
    };
    finish(StatusCode::CREATED, opened.await, arrived.seen(), None)
}

async fn state(connector: web::Data<Connector>, http: HttpRequest) -> HttpResponse {
    let pid = id(&http, "pid");
    let found = async {
        let caller = caller(&connector, &http).await?;
        receiving::of_caller(&connector, &caller, pid).await.map(|stored| receiving::acknowledgement(&stored))
    };
    finish(StatusCode::OK, found.await, &[], Some(pid))
}

async fn take<M: Continues>(connector: web::Data<Connector>, http: HttpRequest, arrived: Arrived) -> HttpResponse {
    let connector: Arc<Connector> = connector.into_inner();
    let pid = id(&http, "pid");
    let taken = async {
        let caller = caller(&connector, &http).await?;
        // Whether the process exists for this partner comes first: a stranger learns nothing from our parsing.
        receiving::of_caller(&connector, &caller, pid).await?;
        let Body { message, text } = body::<M>(&http, arrived.bytes()?)?;
        let incoming = message.into_incoming(pid, text)?;
        receiving::receive(&connector, &caller, incoming).await
    };
    finish(StatusCode::OK, taken.await, arrived.seen(), Some(pid))
}

fn finish(
    success: StatusCode,
    outcome: Result<ContractNegotiation, Problem>,
    bytes: &[u8],
    pid: Option<&str>,
) -> HttpResponse {
    match outcome {
        Ok(negotiation) => answer(success, &negotiation),
        Err(problem) => {
            // The schema demands both ids: what the message named, and for a process that was never made a fresh one.
            let of = |member| named(bytes, member).or_else(|| pid.map(str::to_owned)).unwrap_or_else(ids::urn);
            let error = ContractNegotiationError {
                id: None,
                provider_pid: of("providerPid"),
                consumer_pid: of("consumerPid"),
                code: Some(problem.code.clone()),
                reason: problem.reasons(),
            };
            refuse(&problem, &error)
        }
    }
}

/// A message to an existing negotiation, as the machine takes it.
trait Continues: Message + 'static {
    fn into_incoming(self, pid: &str, text: String) -> Result<Incoming, Problem>;
}

/// Members that every message to a process has.
struct Envelope {
    id: Option<String>,
    consumer_pid: String,
    provider_pid: String,
}

fn incoming(pid: &str, text: String, envelope: Envelope, message: Step, attestation: Option<Attestation>) -> Incoming {
    let Envelope { id, consumer_pid, provider_pid } = envelope;
    let pids = Pids { consumer_pid, provider_pid };
    let attestation = attestation.map(|Attestation { credential, jwt }| Half { credential, jwt });
    Incoming { pid: pid.to_owned(), message_id: id, pids, message, attestation, payload: text }
}

fn malformed(member: &str) -> impl FnOnce(PolicyError) -> Problem {
    move |error| Problem::of_policy("message.malformed", member, &error)
}

fn missing(member: &str) -> Problem {
    Problem::bad_request("message.malformed", format!("{member} is missing: this message is to an existing process"))
        .with_rule(member.to_owned())
}

fn terms(value: serde_json::Value) -> Result<PolicyDocument, Problem> {
    symbolon_policies_odrl::dsp::check_message_offer(&value).map_err(malformed("offer"))?;
    PolicyDocument::parse(value).map_err(malformed("offer"))
}

impl Continues for ContractRequestMessage {
    fn into_incoming(self, pid: &str, text: String) -> Result<Incoming, Problem> {
        let provider_pid = self.provider_pid.ok_or_else(|| missing("providerPid"))?;
        let envelope = Envelope { id: self.id, consumer_pid: self.consumer_pid, provider_pid };
        Ok(incoming(pid, text, envelope, Step::Request { offer: terms(self.offer)? }, None))
    }
}

impl Continues for ContractOfferMessage {
    fn into_incoming(self, pid: &str, text: String) -> Result<Incoming, Problem> {
        let consumer_pid = self.consumer_pid.ok_or_else(|| missing("consumerPid"))?;
        let envelope = Envelope { id: self.id, consumer_pid, provider_pid: self.provider_pid };
        Ok(incoming(pid, text, envelope, Step::Offer { offer: terms(self.offer)? }, None))
    }
}

impl Continues for ContractAgreementMessage {
    fn into_incoming(self, pid: &str, text: String) -> Result<Incoming, Problem> {
        symbolon_policies_odrl::dsp::check_agreement(&self.agreement).map_err(malformed("agreement"))?;
        let agreement = PolicyDocument::parse(self.agreement).map_err(malformed("agreement"))?;
        let envelope = Envelope { id: self.id, consumer_pid: self.consumer_pid, provider_pid: self.provider_pid };
        Ok(incoming(pid, text, envelope, Step::Agreement { agreement }, None))
    }
}

impl Continues for ContractAgreementVerificationMessage {
    fn into_incoming(self, pid: &str, text: String) -> Result<Incoming, Problem> {
        let envelope = Envelope { id: self.id, consumer_pid: self.consumer_pid, provider_pid: self.provider_pid };
        Ok(incoming(pid, text, envelope, Step::Verification, self.attestation))
    }
}

impl Continues for ContractNegotiationEventMessage {
    fn into_incoming(self, pid: &str, text: String) -> Result<Incoming, Problem> {
        let message = match self.event_type {
            EventType::Accepted => Step::Accepted,
            EventType::Finalized => Step::Finalized,
        };
        let envelope = Envelope { id: self.id, consumer_pid: self.consumer_pid, provider_pid: self.provider_pid };
        Ok(incoming(pid, text, envelope, message, self.attestation))
    }
}

impl Continues for ContractNegotiationTerminationMessage {
    fn into_incoming(self, pid: &str, text: String) -> Result<Incoming, Problem> {
        let envelope = Envelope { id: self.id, consumer_pid: self.consumer_pid, provider_pid: self.provider_pid };
        Ok(incoming(pid, text, envelope, Step::Termination { code: self.code, reason: self.reason }, None))
    }
}
