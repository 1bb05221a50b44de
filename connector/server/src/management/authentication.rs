//! The operator behind a request: made of its API key or its session, or not at all.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::authentication::{Operator, operator};
use crate::connector::Connector;
use crate::problem::Problem;

impl FromRequest for Operator {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let Some(connector) = request.app_data::<web::Data<Connector>>() else {
                return Err(Problem::internal("the connector is not in the application's data"));
            };
            operator(connector, request.headers(), !request.method().is_safe()).await
        }
        .boxed_local()
    }
}
