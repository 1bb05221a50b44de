//! Pulling through the proxy from HTTP sources, over real sockets.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use crate::support::{client, client_with, connector, connector_with, consumer, head, http_source, raw_source, write};
use actix_web::body::MessageBody;
use actix_web::{App, FromRequest, HttpRequest, HttpResponse, HttpServer, test::TestRequest, web};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use symbolon_data_plane::client::{Client, Timeouts};
use symbolon_data_plane::guard::AddressGuard;
use symbolon_data_plane::meter::{Ended, Meter, Outcome};
use symbolon_data_plane::pull::{self, Incoming};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

#[actix_web::test]
async fn method_path_query_and_body_are_forwarded_as_configured() {
    let everything = json!({"proxyPath": true, "proxyQueryParams": true, "proxyMethod": true, "proxyBody": true});
    let nothing = json!({});
    let post = json!({"method": "POST", "proxyBody": true});
    let base = format!("{}/api?key=1", echo());
    let cases = [
        (&everything, "GET", "", "", 200, "GET /api?key=1 "),
        (&everything, "GET", "/shells/a%2Fb?x=%20", "", 200, "GET /api/shells/a%2Fb?key=1&x=%20 "),
        (&everything, "POST", "/shells", "body", 200, "POST /api/shells?key=1 body"),
        (&everything, "DELETE", "/shells", "", 200, "DELETE /api/shells?key=1 "),
        (&everything, "TRACE", "", "", 405, "data-method-not-allowed"),
        (&everything, "GET", "/%2e%2e/admin", "", 400, "data-path-refused"),
        (&everything, "GET", "/..;/admin", "", 400, "data-path-refused"),
        (&nothing, "GET", "?x=1", "", 200, "GET /api?key=1 "),
        (&nothing, "GET", "/a", "", 404, "data-not-found"),
        (&nothing, "POST", "", "body", 405, "data-method-not-allowed"),
        (&post, "GET", "", "", 200, "POST /api?key=1 "),
        (&post, "POST", "", "body", 200, "POST /api?key=1 body"),
        (&post, "HEAD", "", "", 405, ""),
    ];
    for (options, method, path, body, status, expected) in cases {
        let connector = connector(http_source(&base, options.clone()));
        let (answered, text) = raw(&connector.url, method, path, body).await;
        let text = match serde_json::from_str::<Value>(&text) {
            Ok(problem) => problem["type"].as_str().unwrap().to_owned(),
            Err(_) => text,
        };
        assert_eq!((answered, text.as_str()), (status, expected), "{method} {path} with {options}");
    }
}

#[actix_web::test]
async fn secrets_and_connection_fields_do_not_cross() {
    let (seen, mut requests) = mpsc::unbounded_channel();
    let url = raw_source(move |mut stream| {
        let seen = seen.clone();
        async move {
            seen.send(head(&mut stream).await).unwrap();
            write(
                &mut stream,
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"1\"\r\nX-Own: kept\r\nSet-Cookie: session=inner\r\n\
                 Connection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nServer: inner/1\r\nLocation: http://inner/\r\n\
                 Via: inner\r\nAlt-Svc: h3\r\n\r\nok",
            )
            .await;
        }
    })
    .await;
    let source = http_source(&url, json!({"headers": {"x-api-key": "s3cret", "accept": "text/csv"}}));
    let connector = connector(source);
    let request = consumer()
        .get(&connector.url)
        .header("authorization", "Bearer partner-token")
        .header("cookie", "partner=1")
        .header("proxy-authorization", "Basic x")
        .header("x-forwarded-for", "10.0.0.1")
        .header("te", "trailers")
        .header("x-api-key", "guessed")
        .header("accept", "text/html")
        .header("if-none-match", "\"0\"")
        .header("range", "bytes=0-1");
    let response = request.send().await.unwrap();
    let sent = requests.recv().await.unwrap();
    for kept in ["x-api-key: s3cret", "accept: text/csv", "if-none-match: \"0\"", "range: bytes=0-1"] {
        assert!(sent.contains(kept), "{kept} in {sent}");
    }
    for stripped in ["authorization", "partner", "guessed", "text/html", "x-forwarded-for", "te:"] {
        assert!(!sent.contains(stripped), "{stripped} in {sent}");
    }
    let mut names: Vec<&str> = response.headers().keys().map(reqwest::header::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-length", "date", "etag", "x-own"]);
    assert_eq!(response.text().await.unwrap(), "ok");
}

#[actix_web::test]
async fn what_a_source_answers_becomes_what_a_consumer_sees() {
    let cases = [
        ("200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        ("206 Partial Content\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nok", 206, "ok"),
        ("304 Not Modified\r\nETag: \"1\"\r\n\r\n", 304, ""),
        ("204 No Content\r\n\r\n", 204, ""),
        ("404 Not Found\r\nContent-Length: 4\r\n\r\nnone", 404, "none"),
        ("412 Precondition Failed\r\nContent-Length: 0\r\n\r\n", 412, ""),
        ("416 Range\r\nContent-Length: 0\r\nContent-Range: bytes */9\r\n\r\n", 416, ""),
        ("401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", 502, "source-refused-connector"),
        ("403 Forbidden\r\nContent-Length: 0\r\n\r\n", 502, "source-refused-connector"),
        ("302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 502, "source-redirected"),
        ("500 Oops\r\nContent-Length: 5\r\n\r\ntrace", 502, "source-failed"),
        ("503 Busy\r\nContent-Length: 0\r\n\r\n", 503, "source-failed"),
        ("nonsense", 502, "source-unreachable"),
    ];
    for (answer, status, expected) in cases {
        let url = raw_source(move |mut stream| async move {
            head(&mut stream).await;
            let _ = stream.write_all(format!("HTTP/1.1 {answer}").as_bytes()).await;
        })
        .await;
        let mut connector = connector(http_source(&url, json!({})));
        let response = consumer().get(&connector.url).send().await.unwrap();
        let (answered, text) = (response.status().as_u16(), response.text().await.unwrap());
        assert!(answered == status && text.contains(expected), "{answer}: {answered} {text}");
        assert!(!text.contains("127.0.0.1"), "{text}");
        let outcome = connector.ends.recv().await.unwrap().outcome;
        let complete = !expected.starts_with("source-");
        assert_eq!(outcome == Outcome::Complete, complete, "{answer}: {outcome:?}");
    }
}

#[actix_web::test]
async fn head_announces_the_length_without_bytes() {
    let url = raw_source(|mut stream| async move {
        assert!(head(&mut stream).await.starts_with("head "));
        write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: \"1\"\r\n\r\n").await;
    })
    .await;
    let mut connector = connector(http_source(&url, json!({})));
    let response = consumer().head(&connector.url).send().await.unwrap();
    assert_eq!(response.headers()["content-length"], "1000");
    assert_eq!(connector.ends.recv().await, Some(Ended { bytes: 0, outcome: Outcome::Complete }));
}

#[actix_web::test]
async fn a_source_that_breaks_off_is_never_a_whole_answer() {
    for framing in ["Content-Length: 10", "Transfer-Encoding: chunked"] {
        let url = raw_source(move |mut stream| async move {
            head(&mut stream).await;
            let body = if framing.starts_with('C') { "12345" } else { "5\r\n12345\r\n" };
            write(&mut stream, &format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n{body}")).await;
        })
        .await;
        let mut connector = connector(http_source(&url, json!({})));
        let response = consumer().get(&connector.url).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.bytes().await.is_err(), "{framing}");
        let ended = connector.ends.recv().await.unwrap();
        assert_eq!(ended, Ended { bytes: 5, outcome: Outcome::Failed("source-broke-off") }, "{framing}");
    }
}

#[actix_web::test]
async fn silence_is_bounded_before_and_within_an_answer() {
    for (begin, status) in [("", 504), ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", 200)] {
        let url = raw_source(move |mut stream| async move {
            head(&mut stream).await;
            write(&mut stream, begin).await;
            // Until the connector gives up.
            let _ = stream.read_u8().await;
        })
        .await;
        let mut connector = connector_with(http_source(&url, json!({})), || client_with(Duration::from_millis(100)));
        let response = consumer().get(&connector.url).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.bytes().await.is_err(), status == 200);
        assert_eq!(connector.ends.recv().await.unwrap().outcome, Outcome::Failed("source-timed-out"));
    }
}

#[actix_web::test]
async fn sources_that_are_not_there_or_not_allowed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let port = closed.rsplit_once(':').unwrap().1;
    let public_only = || Client::new(AddressGuard::default(), Timeouts::default()).unwrap();
    let cases = [
        (closed.clone(), client as fn() -> Client, "source-unreachable"),
        (closed.clone(), public_only, "source-address-refused"),
        // Only resolution tells that this name is the machine itself.
        (format!("http://localhost:{port}"), public_only, "source-address-refused"),
    ];
    for (url, client, expected) in cases {
        let connector = connector_with(http_source(&url, json!({})), client);
        let response = reqwest::get(&connector.url).await.unwrap();
        assert_eq!(response.status(), 502);
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["type"], expected, "{url}");
        assert!(!problem.to_string().contains("127.0.0.1") && !problem.to_string().contains("localhost"));
    }
}

#[actix_web::test]
async fn a_pooled_connection_that_the_source_closed_is_no_failure() {
    let served = Rc::new(Cell::new(0));
    let count = Rc::clone(&served);
    // Announces a connection that stays open, and closes it when the next request arrives on it.
    let url = raw_source(move |mut stream| {
        let count = Rc::clone(&count);
        async move {
            head(&mut stream).await;
            write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
            count.set(count.get() + 1);
            head(&mut stream).await;
        }
    })
    .await;
    let connector = connector(http_source(&url, json!({})));
    for _ in 0..3 {
        assert_eq!(reqwest::get(&connector.url).await.unwrap().text().await.unwrap(), "ok");
    }
    assert_eq!(served.get(), 3);
}

#[actix_web::test]
async fn a_source_is_read_no_faster_than_its_consumer_reads() {
    const CHUNK: usize = 64 * 1024;
    // Kernel buffers of one loopback connection, and what the client reads at once.
    const SLACK: usize = 16 * 1024 * 1024;
    let total = 512 * 1024 * 1024;
    let written = Rc::new(Cell::new(0));
    let (gone, closed) = oneshot::channel();
    let (count, mut gone) = (Rc::clone(&written), Some(gone));
    let url = raw_source(move |mut stream| {
        let (count, gone) = (Rc::clone(&count), gone.take());
        async move {
            head(&mut stream).await;
            write(&mut stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {total}\r\n\r\n")).await;
            while stream.write_all(&[7; CHUNK]).await.is_ok() {
                count.set(count.get() + CHUNK);
            }
            gone.unwrap().send(()).unwrap();
        }
    })
    .await;
    let (sender, mut ends) = mpsc::unbounded_channel();
    let source = http_source(&url, json!({}));
    let (request, mut payload) = TestRequest::get().to_http_parts();
    let body = web::Payload::from_request(&request, &mut payload).await.unwrap();
    let incoming = Incoming { request: &request, sub_path: "", query: "", body };
    let meter = Meter::new(move |ended| drop(sender.send(ended)));
    let response = pull::pull(&client(), &source, incoming, meter).await.unwrap();
    let mut body = Box::pin(response.into_body());
    let mut read = 0;
    for target in [0, 64 * 1024 * 1024, 128 * 1024 * 1024] {
        while read < target {
            read += std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await.unwrap().unwrap().len();
        }
        settle(&written).await;
        assert!(written.get() - read < SLACK, "{} written, {read} read", written.get());
    }
    // The consumer goes away: the source is let go, and the meter knows.
    drop(body);
    closed.await.unwrap();
    let ended = ends.recv().await.unwrap();
    assert_eq!(ended, Ended { bytes: read as u64, outcome: Outcome::Abandoned });
}

#[actix_web::test]
async fn a_consumers_body_reaches_the_source_while_it_is_sent() {
    let connector = connector(http_source(&echo(), json!({"proxyMethod": true, "proxyBody": true})));
    let (parts, body) = mpsc::channel::<Bytes>(1);
    let body =
        stream::unfold(body, async |mut body| body.recv().await.map(|part| (Ok::<_, std::io::Error>(part), body)));
    let request = consumer().put(&connector.url).body(reqwest::Body::wrap_stream(body));
    let answer = actix_web::rt::spawn(request.send());
    for _ in 0..64 {
        parts.send(Bytes::from(vec![b'a'; 256 * 1024])).await.unwrap();
    }
    drop(parts);
    let text = answer.await.unwrap().unwrap().text().await.unwrap();
    assert_eq!(text.len(), "PUT / ".len() + 64 * 256 * 1024);
}

#[actix_web::test]
async fn a_consumer_that_breaks_off_leaves_no_whole_body_at_the_source() {
    let (seen, mut ends) = mpsc::unbounded_channel();
    let url = raw_source(move |mut stream| {
        let seen = seen.clone();
        async move {
            let mut text = String::new();
            let _ = stream.read_to_string(&mut text).await;
            seen.send(text).unwrap();
        }
    })
    .await;
    let connector = connector(http_source(&url, json!({"proxyMethod": true, "proxyBody": true})));
    let address = connector.url.trim_start_matches("http://").trim_end_matches("/data").to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    write(&mut stream, "POST /data HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n").await;
    stream.shutdown().await.unwrap();
    drop(stream);
    let sent = ends.recv().await.unwrap();
    assert!(!sent.ends_with("0\r\n\r\n"), "{sent}");
}

/// An HTTP source that answers with what it was asked.
fn echo() -> String {
    let echo = async |request: HttpRequest, mut body: web::Payload| {
        let mut text = format!("{} {} ", request.method(), request.uri()).into_bytes();
        while let Some(Ok(bytes)) = body.next().await {
            text.extend_from_slice(&bytes);
        }
        HttpResponse::Ok().body(text)
    };
    let server = HttpServer::new(move || App::new().default_service(web::to(echo)));
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    url
}

/// A request as it is, without a client that would tidy its path.
async fn raw(url: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let address = url.trim_start_matches("http://").trim_end_matches("/data");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head =
        format!("{method} /data{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    write(&mut stream, &head).await;
    write(&mut stream, body).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Lets every task of this thread run until none of them moves the counter any more.
async fn settle(counter: &Cell<usize>) {
    loop {
        let before = counter.get();
        for _ in 0..2000 {
            tokio::task::yield_now().await;
        }
        if counter.get() == before {
            return;
        }
    }
}
