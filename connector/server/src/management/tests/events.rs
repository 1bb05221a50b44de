//! The event stream, the log, and webhooks.

use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, test, web};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::fixture::{Fixture, asset, call, request};
use crate::worker::webhooks;

#[actix_web::test]
async fn the_stream_resumes_after_the_last_event_and_ends_with_the_connector() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    for id in ["a", "b", "c"] {
        assert_eq!(call(&app, "admin", "POST", "/api/v1/assets", Some(asset(id))).await.status, 201);
    }
    // The stream then ends when it has sent what there is.
    fixture.stopping.cancel();
    let stream = async |path: &str, last: Option<&'static str>| {
        let mut request = request("GET", path).insert_header(("X-Api-Key", "viewer"));
        if let Some(last) = last {
            request = request.insert_header(("Last-Event-ID", last));
        }
        let response = test::call_service(&app, request.to_request()).await;
        assert_eq!(response.headers().get("Content-Type").unwrap(), "text/event-stream");
        String::from_utf8(test::read_body(response).await.to_vec()).unwrap()
    };
    let subjects = |text: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
        let events = lines.map(|data| serde_json::from_str::<Value>(data).unwrap());
        events.map(|event| event["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = stream("/api/v1/events?after=0", None).await;
    assert_eq!(subjects(&all), ["a", "b", "c"]);
    assert!(all.contains("id: 2\nevent: asset.created\ndata: {"), "{all}");
    assert_eq!(subjects(&stream("/api/v1/events?after=0", Some("2")).await), ["c"]);
    assert!(subjects(&stream("/api/v1/events", None).await).is_empty());
    let log = call(&app, "viewer", "GET", "/api/v1/events/log?kind=asset.*&limit=2", None).await.json;
    assert_eq!((log["items"].as_array().unwrap().len(), log["next"].as_str()), (2, Some("2")));
    assert_eq!(log["items"][0]["by"], "admin");
    let rest = call(&app, "viewer", "GET", "/api/v1/events/log?subject=c&after=2", None).await.json;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
}

#[actix_web::test]
async fn a_webhook_is_told_in_order_signed_and_again_until_it_takes_it() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let (address, mut told) = receiver().await;
    let worker = actix_web::rt::spawn(webhooks::run(Arc::clone(&fixture.connector), fixture.stopping.clone()));
    let hook = json!({"url": address, "kinds": ["asset.*"], "secret": "0123456789abcdef"});
    let created = call(&app, "admin", "POST", "/api/v1/webhooks", Some(hook)).await;
    assert_eq!((created.status, created.json["secret"].as_str()), (201, Some("0123456789abcdef")));
    for id in ["a", "b"] {
        assert_eq!(call(&app, "admin", "POST", "/api/v1/assets", Some(asset(id))).await.status, 201);
    }
    // The receiver fails the first time: the first event comes twice.
    let mut subjects = Vec::new();
    for _ in 0..3 {
        let (signature, body) = told.recv().await.unwrap();
        assert_eq!(signature, webhooks::signature("0123456789abcdef", &body));
        let event: Value = serde_json::from_slice(&body).unwrap();
        subjects.push(event["subject"].as_str().unwrap().to_owned());
    }
    assert_eq!(subjects, ["a", "a", "b"]);
    let listed = call(&app, "admin", "GET", "/api/v1/webhooks", None).await.json;
    assert!(listed["items"][0].get("secret").is_none());
    fixture.stopping.cancel();
    worker.await.unwrap();
}

/// A server that refuses the first request, takes the others, and tells what it was told.
async fn receiver() -> (String, mpsc::UnboundedReceiver<(String, Vec<u8>)>) {
    let (tell, told) = mpsc::unbounded_channel();
    let first = Arc::new(Mutex::new(true));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let server = HttpServer::new(move || {
        let (tell, first) = (tell.clone(), Arc::clone(&first));
        App::new().default_service(web::to(move |request: HttpRequest, body: web::Bytes| {
            let signature = request.headers().get("Symbolon-Signature").unwrap().to_str().unwrap().to_owned();
            tell.send((signature, body.to_vec())).unwrap();
            let refuse = std::mem::take(&mut *first.lock().unwrap());
            let status = if refuse { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::NO_CONTENT };
            std::future::ready(HttpResponse::new(status))
        }))
    });
    drop(actix_web::rt::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run()));
    (address, told)
}
