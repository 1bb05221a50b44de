//! A path with its methods. Any other method is answered 405 with a problem document and what is allowed.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, web};

use super::problem::refusal;
use crate::problem::Problem;

/// A path under construction.
pub(super) struct At {
    resource: Resource,
    allowed: Vec<Method>,
}

/// Begins a path. Fixed paths are registered before captured ones: the first that fits answers.
pub(super) fn at(path: &str) -> At {
    At { resource: web::resource(path), allowed: Vec::new() }
}

impl At {
    /// Answers GET.
    pub(super) fn get<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::GET, web::get().to(handler))
    }

    /// Answers POST.
    pub(super) fn post<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::POST, web::post().to(handler))
    }

    /// Answers PUT.
    pub(super) fn put<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::PUT, web::put().to(handler))
    }

    /// Answers DELETE.
    pub(super) fn delete<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::DELETE, web::delete().to(handler))
    }

    fn on(mut self, method: Method, route: Route) -> Self {
        self.allowed.push(method);
        Self { resource: self.resource.route(route), allowed: self.allowed }
    }
}

impl HttpServiceFactory for At {
    fn register(self, config: &mut AppService) {
        let allowed = self.allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let answer = move |request: HttpRequest| std::future::ready(method_not_allowed(&request, &allowed));
        self.resource.default_service(web::to(answer)).register(config);
    }
}

fn method_not_allowed(request: &HttpRequest, allowed: &str) -> HttpResponse {
    let detail = format!("{} is not possible on this resource", request.method());
    let problem = Problem::bad_request("method", detail).with_hint(format!("use {allowed}"));
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, &problem);
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
