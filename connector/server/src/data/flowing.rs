//! Data on its way to a consumer, which stops where the right to it ends.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::{self, Bytes};
use futures_util::future::LocalBoxFuture;

use crate::clock;
use crate::connector::Connector;
use crate::operations::grants::{Grant, Occasion, is_exhausted};
use crate::problem::Problem;

/// A body under a grant. Before each piece it is seen whether what the grant rests on has changed; if so, it is decided again,
/// and where data may flow no more the connection breaks off. The consumer sees that the body is incomplete, and the reason in
/// the transfer.
struct Flowing {
    body: BoxBody,
    connector: web::Data<Connector>,
    grant: Arc<Grant>,
    deciding: Option<LocalBoxFuture<'static, Result<Arc<Grant>, Problem>>>,
}

/// The same answer, whose body flows only as long as the grant holds.
pub(super) fn governed(answer: HttpResponse, connector: web::Data<Connector>, grant: Arc<Grant>) -> HttpResponse {
    answer.map_body(|_, body| BoxBody::new(Flowing { body, connector, grant, deciding: None }))
}

impl MessageBody for Flowing {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        while this.deciding.is_some() || this.grant.is_outdated() {
            let (connector, grant) = (&this.connector, &this.grant);
            let deciding =
                this.deciding.get_or_insert_with(|| Box::pin(decided_again(connector.clone(), grant.transfer.clone())));
            let decided = ready!(deciding.as_mut().poll(context));
            this.deciding = None;
            match decided {
                Ok(grant) => this.grant = grant,
                Err(problem) => {
                    tracing::info!(transfer = this.grant.transfer, code = problem.code, "data stops flowing");
                    return Poll::Ready(Some(Err(Box::new(problem))));
                }
            }
        }
        Pin::new(&mut this.body).poll_next(context)
    }
}

/// What flows has been counted before it began: that nothing is left to be used does not stop it.
async fn decided_again(connector: web::Data<Connector>, transfer: String) -> Result<Arc<Grant>, Problem> {
    let now = clock::now();
    let grant = connector.grants.of(&connector, &transfer, now).await?;
    let grant = grant.ok_or_else(|| Problem::not_found("transfer", &transfer))?;
    match grant.decide(&connector, now, Occasion::Looking).await {
        Err(problem) if !is_exhausted(&problem) => Err(problem),
        Ok(_) | Err(_) => Ok(grant),
    }
}
