//! Transfer endpoints of both roles (DSP 2025-1, transfer process HTTPS binding).

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use symbolon_contract_negotiation::Pids;
use symbolon_contract_negotiation::transfer::Message as Step;
use symbolon_vocab::messages::{
    Message, TransferCompletionMessage, TransferError, TransferProcess, TransferRequestMessage, TransferStartMessage,
    TransferSuspensionMessage, TransferTerminationMessage,
};

use super::{Arrived, Body, answer, body, caller, id, named, refuse};
use crate::connector::Connector;
use crate::ids;
use crate::operations::transfers::receiving::{self, Incoming};
use crate::problem::Problem;

pub(super) fn configure(service: &mut web::ServiceConfig) {
    service
        .service(web::resource("/transfers/request").route(web::post().to(request)))
        .service(web::resource("/transfers/{pid}").route(web::get().to(state)))
        .service(web::resource("/transfers/{pid}/start").route(web::post().to(take::<TransferStartMessage>)))
        .service(web::resource("/transfers/{pid}/completion").route(web::post().to(take::<TransferCompletionMessage>)))
        .service(web::resource("/transfers/{pid}/suspension").route(web::post().to(take::<TransferSuspensionMessage>)))
        .service(
            web::resource("/transfers/{pid}/termination").route(web::post().to(take::<TransferTerminationMessage>)),
        );
}

async fn request(connector: web::Data<Connector>, http: HttpRequest, arrived: Arrived) -> HttpResponse {
    let connector = connector.into_inner();
    let opened = async {
        let caller = caller(&connector, &http).await?;
        let Body { message, text } = body::<TransferRequestMessage>(&http, arrived.bytes()?)?;
        receiving::requested(&connector, &caller, message, &text).await
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
        let (message_id, pids, message) = message.split();
        let incoming = Incoming { pid: pid.to_owned(), message_id, pids, message, payload: text };
        receiving::receive(&connector, &caller, incoming).await
    };
    finish(StatusCode::OK, taken.await, arrived.seen(), Some(pid))
}

fn finish(
    success: StatusCode,
    outcome: Result<TransferProcess, Problem>,
    bytes: &[u8],
    pid: Option<&str>,
) -> HttpResponse {
    match outcome {
        Ok(transfer) => answer(success, &transfer),
        Err(problem) => {
            // The schema demands both ids: what the message named, and for a process that was never made a fresh one.
            let of = |member| named(bytes, member).or_else(|| pid.map(str::to_owned)).unwrap_or_else(ids::urn);
            let error = TransferError {
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

/// A message to an existing transfer, as the machine takes it: message id, process ids, what it says.
trait Continues: Message + 'static {
    fn split(self) -> (Option<String>, Pids, Step);
}

impl Continues for TransferStartMessage {
    fn split(self) -> (Option<String>, Pids, Step) {
        let pids = Pids { consumer_pid: self.consumer_pid, provider_pid: self.provider_pid };
        (self.id, pids, Step::Start { data_address: self.data_address })
    }
}

impl Continues for TransferCompletionMessage {
    fn split(self) -> (Option<String>, Pids, Step) {
        let pids = Pids { consumer_pid: self.consumer_pid, provider_pid: self.provider_pid };
        (self.id, pids, Step::Completion)
    }
}

impl Continues for TransferSuspensionMessage {
    fn split(self) -> (Option<String>, Pids, Step) {
        let pids = Pids { consumer_pid: self.consumer_pid, provider_pid: self.provider_pid };
        (self.id, pids, Step::Suspension { code: self.code, reason: self.reason })
    }
}

impl Continues for TransferTerminationMessage {
    fn split(self) -> (Option<String>, Pids, Step) {
        let pids = Pids { consumer_pid: self.consumer_pid, provider_pid: self.provider_pid };
        (self.id, pids, Step::Termination { code: self.code, reason: self.reason })
    }
}
