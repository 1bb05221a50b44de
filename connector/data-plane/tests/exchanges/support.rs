//! A connector's data face around this crate, and sources that do what a test tells them.

use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer, web};
use serde_json::{Value, json};
use symbolon_data_plane::client::{Client, Timeouts};
use symbolon_data_plane::guard::AddressGuard;
use symbolon_data_plane::meter::{Ended, Meter};
use symbolon_data_plane::pull::{self, Incoming, PullError};
use symbolon_data_plane::source::Source;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

pub(crate) fn client() -> Client {
    client_with(Duration::from_secs(20))
}

pub(crate) fn client_with(idle: Duration) -> Client {
    let guard = AddressGuard { allow_private: true, ..AddressGuard::default() };
    Client::new(guard, Timeouts { idle, ..Timeouts::default() }).unwrap()
}

pub(crate) fn http_source(base_url: &str, more: Value) -> Source {
    let mut form = json!({"type": "HttpData", "baseUrl": base_url});
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Source::parse(form).unwrap()
}

pub(crate) fn file_source(path: &std::path::Path) -> Source {
    Source::parse(json!({"type": "File", "path": path})).unwrap()
}

/// A connector that gives `source` at `/data/{sub-path}`, and the ends of its exchanges.
pub(crate) struct Connector {
    pub(crate) url: String,
    pub(crate) ends: mpsc::UnboundedReceiver<Ended>,
}

pub(crate) fn connector(source: Source) -> Connector {
    connector_with(source, client)
}

pub(crate) fn connector_with(source: Source, client: impl Fn() -> Client + Clone + Send + 'static) -> Connector {
    let (sender, ends) = mpsc::unbounded_channel();
    let data = async |request: HttpRequest, path: web::Path<String>, body: web::Payload| {
        let (source, client, ends): (&web::Data<Source>, &web::Data<Client>, &web::Data<mpsc::UnboundedSender<Ended>>) =
            (request.app_data().unwrap(), request.app_data().unwrap(), request.app_data().unwrap());
        let ends = ends.clone();
        let meter = Meter::new(move |ended| drop(ends.send(ended)));
        let raw_path = request.path().strip_prefix("/data").unwrap().to_owned();
        drop(path);
        let incoming = Incoming { request: &request, sub_path: &raw_path, query: request.query_string(), body };
        pull::pull(client, source, incoming, meter).await.unwrap_or_else(|error| problem(&error))
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(source.clone()))
            .app_data(web::Data::new(client()))
            .app_data(web::Data::new(sender.clone()))
            .route("/data{path:.*}", web::to(data))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/data", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    Connector { url, ends }
}

fn problem(error: &PullError) -> HttpResponse {
    let body = json!({"type": error.code(), "title": error.to_string(), "status": error.status().as_u16()});
    let mut response: HttpResponseBuilder = HttpResponse::build(error.status());
    if let PullError::Method { allow } = error {
        response.insert_header(("allow", allow.as_str()));
    }
    response.content_type("application/problem+json").json(body)
}

/// A TCP server that hands each connection to `serve`, one after the other.
pub(crate) async fn raw_source<F>(mut serve: impl FnMut(TcpStream) -> F + 'static) -> String
where
    F: Future<Output = ()> + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    actix_web::rt::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream).await;
        }
    });
    url
}

/// Reads a request's head.
pub(crate) async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

pub(crate) async fn write(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

/// A consumer's client. Whichever test comes first chooses the TLS provider for the process.
pub(crate) fn consumer() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}
