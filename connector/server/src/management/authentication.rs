//! The operator behind a request: made of its API key, or not at all.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};

use crate::authentication::{Operator, operator};
use crate::connector::Connector;
use crate::problem::Problem;

impl FromRequest for Operator {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(connector) = request.app_data::<web::Data<Connector>>() else {
            return ready(Err(Problem::internal("the connector is not in the application's data")));
        };
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        ready(operator(&connector.config.management.keys, text(AUTHORIZATION.as_str()), text("x-api-key")))
    }
}
