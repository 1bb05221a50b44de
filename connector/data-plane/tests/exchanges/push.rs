//! Pushing to receivers that can resume, and to those that cannot.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::json;
use symbolon_data_plane::client::{Client, Timeouts};
use symbolon_data_plane::guard::AddressGuard;
use symbolon_data_plane::push::{COMPLETE, HttpSink, OFFSET, PushError, PushOutcome, PushState, VERSION, push};
use symbolon_data_plane::receive::{Destination, receive};
use symbolon_data_plane::source::Source;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::support::{client, connector, consumer, file_source, head, http_source, raw_source, write};

const MIB: u64 = 1024 * 1024;

#[actix_web::test]
async fn a_file_arrives_in_chunks_and_a_lost_last_answer_sends_nothing_again() {
    let bench = Bench::new(70 * MIB, 1);
    let receiver = bench.receiver();
    let mut states = Vec::new();
    let outcome = attempt(&bench.source(), &receiver, PushState::default(), &mut states).await.unwrap();
    assert_eq!(outcome, PushOutcome { resumed_from: 0, sent: 70 * MIB, started_over: false });
    let confirmed: Vec<u64> = states.iter().map(|state| state.confirmed / MIB).collect();
    assert_eq!(confirmed, [0, 32, 64, 70]);
    bench.assert_received();
    let again = attempt(&bench.source(), &receiver, PushState::default(), &mut states).await.unwrap();
    assert_eq!(again, PushOutcome { resumed_from: 70 * MIB, sent: 0, started_over: false });
}

#[actix_web::test]
async fn an_upload_that_broke_off_is_resumed() {
    let bench = Bench::new(70 * MIB, 1);
    let upstream = connector(file_source(&bench.from));
    for source in [bench.source(), http_source(&upstream.url, json!({}))] {
        bench.clear();
        let cut = Cut::new(&bench.receiver(), 40 * MIB).await;
        let mut states = Vec::new();
        let failed = attempt(&source, &cut.url, PushState::default(), &mut states).await;
        assert!(matches!(&failed, Err(error) if error.is_temporary()), "{failed:?}");
        let state = states.pop().unwrap();
        assert_eq!(state.confirmed, 32 * MIB);
        cut.mend();
        let outcome = resume(&source, &cut.url, &state).await;
        assert!(outcome.resumed_from > 32 * MIB && !outcome.started_over, "{outcome:?}");
        assert_eq!(outcome.resumed_from + outcome.sent, 70 * MIB);
        bench.assert_received();
    }
}

#[actix_web::test]
async fn a_source_that_changed_starts_over() {
    let bench = Bench::new(8 * MIB, 1);
    let upstream = connector(file_source(&bench.from));
    for source in [bench.source(), http_source(&upstream.url, json!({}))] {
        bench.clear();
        bench.write(8 * MIB, 1);
        let cut = Cut::new(&bench.receiver(), 4 * MIB).await;
        let mut states = Vec::new();
        attempt(&source, &cut.url, PushState::default(), &mut states).await.unwrap_err();
        bench.write(7 * MIB, 2);
        cut.mend();
        let outcome = resume(&source, &cut.url, &states.pop().unwrap()).await;
        assert_eq!(outcome, PushOutcome { resumed_from: 0, sent: 7 * MIB, started_over: true });
        bench.assert_received();
    }
}

#[actix_web::test]
async fn a_receiver_that_knows_nothing_of_resuming_gets_one_post() {
    let bench = Bench::new(3 * MIB, 1);
    let (seen, mut bodies) = mpsc::unbounded_channel();
    let url = raw_source(move |mut stream| {
        let seen = seen.clone();
        async move {
            assert!(head(&mut stream).await.starts_with("head "));
            write(&mut stream, "HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n").await;
            let fields = head(&mut stream).await;
            let mut body = vec![0; usize::try_from(3 * MIB).unwrap()];
            stream.read_exact(&mut body).await.unwrap();
            write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
            seen.send((fields, body)).unwrap();
        }
    })
    .await;
    let before = PushState { version: Some("\"old\"".into()), confirmed: 5, total: Some(9) };
    let outcome = attempt(&bench.source(), &url, before, &mut Vec::new()).await.unwrap();
    assert_eq!(outcome, PushOutcome { resumed_from: 0, sent: 3 * MIB, started_over: true });
    let (fields, body) = bodies.recv().await.unwrap();
    for expected in ["post / ", "authorization: bearer secret", "content-length: 3145728", "content-type: text/csv"] {
        assert!(fields.contains(expected), "{expected} in {fields}");
    }
    assert!(!fields.contains("content-range"));
    assert!(body == std::fs::read(&bench.from).unwrap());
}

#[actix_web::test]
async fn empty_and_unversioned_sources_arrive_whole() {
    let bench = Bench::new(0, 1);
    let outcome = attempt(&bench.source(), &bench.receiver(), PushState::default(), &mut Vec::new()).await.unwrap();
    assert_eq!(outcome.sent, 0);
    bench.assert_received();
    let unversioned = raw_source(|mut stream| async move {
        head(&mut stream).await;
        write(&mut stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n").await;
    })
    .await;
    let source = http_source(&unversioned, json!({}));
    let outcome = attempt(&source, &bench.receiver(), PushState::default(), &mut Vec::new()).await.unwrap();
    assert_eq!(outcome.sent, 5);
    assert_eq!(std::fs::read(&bench.into).unwrap(), b"12345");
}

#[actix_web::test]
async fn a_source_that_breaks_off_completes_nothing() {
    for fields in ["Content-Length: 10", "Content-Length: 10\r\nETag: \"1\""] {
        let bench = Bench::new(0, 1);
        let url = raw_source(move |mut stream| async move {
            head(&mut stream).await;
            write(&mut stream, &format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n12345")).await;
        })
        .await;
        let source = http_source(&url, json!({}));
        let failed = attempt(&source, &bench.receiver(), PushState::default(), &mut Vec::new()).await;
        assert!(matches!(failed, Err(PushError::Source(_))), "{failed:?}");
        assert!(!bench.into.exists());
    }
}

#[actix_web::test]
async fn refusals_are_told_from_failures() {
    let bench = Bench::new(10, 1);
    let cases = [
        ("401 No", "401 No", "push-receiver-refused", false),
        ("423 Wait", "423 Wait", "push-receiver-failed", true),
        ("405 No", "403 No", "push-receiver-refused", false),
        ("405 No", "413 No", "push-receiver-refused", false),
        ("405 No", "307 There\r\nLocation: http://127.0.0.1:1/", "push-receiver-redirected", false),
        ("405 No", "429 Wait", "push-receiver-failed", true),
        ("405 No", "503 Wait", "push-receiver-failed", true),
        ("200 OK\r\nUpload-Offset: 0", "409 No\r\nUpload-Offset: 7", "push-offset-conflict", true),
        ("200 OK\r\nUpload-Offset: 0", "204 Yes\r\nUpload-Offset: 7", "push-offset-conflict", true),
        ("200 OK\r\nUpload-Offset: 0", "409 No", "push-receiver-refused", false),
    ];
    for (probe, answer, code, temporary) in cases {
        let url = raw_source(move |mut stream| async move {
            head(&mut stream).await;
            write(&mut stream, &format!("HTTP/1.1 {probe}\r\nContent-Length: 0\r\n\r\n")).await;
            head(&mut stream).await;
            let _ = stream.read_exact(&mut [0; 10]).await;
            let _ = stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await;
        })
        .await;
        let error = attempt(&bench.source(), &url, PushState::default(), &mut Vec::new()).await.unwrap_err();
        assert_eq!((error.code(), error.is_temporary()), (code, temporary), "{probe}, {answer}: {error}");
    }
    let public_only = Client::new(AddressGuard::default(), Timeouts::default()).unwrap();
    let sink = HttpSink::new(&bench.receiver(), None).unwrap();
    let refused = push(&public_only, &bench.source(), &sink, PushState::default(), |_| {}).await.unwrap_err();
    assert_eq!(refused.code(), "push-address-refused");
}

#[actix_web::test]
async fn a_receiver_appends_only_where_its_bytes_end() {
    let bench = Bench::new(0, 1);
    let url = bench.receiver();
    let v1 = Some("v1");
    // Method, Content-Range, version, body; then status, Upload-Offset, Upload-Complete.
    let cases = [
        ("HEAD", None, None, "", 204, Some("0"), Some("?0")),
        ("PUT", Some("bytes 0-3/10"), None, "0123", 400, None, None),
        ("PUT", Some("bytes 3-1/10"), v1, "0123", 400, None, None),
        ("PUT", Some("bytes 0-10/10"), v1, "01234567890", 400, None, None),
        ("PUT", Some("bytes 0-3/*"), v1, "0123", 400, None, None),
        ("PUT", Some("bytes 0-3/10"), v1, "012", 400, None, None),
        ("PUT", Some("bytes 0-3/1001"), v1, "0123", 413, None, None),
        ("POST", Some("bytes 0-3/10"), v1, "0123", 400, None, None),
        ("DELETE", None, None, "", 405, None, None),
        ("PUT", Some("bytes 4-5/10"), v1, "45", 409, Some("0"), None),
        ("PUT", Some("bytes 0-3/10"), v1, "0123", 204, Some("4"), Some("?0")),
        ("HEAD", None, None, "", 204, Some("4"), Some("?0")),
        ("PUT", Some("bytes 0-3/10"), v1, "0123", 409, Some("4"), None),
        ("PUT", Some("bytes 5-6/10"), v1, "56", 409, Some("4"), None),
        ("PUT", Some("bytes 4-5/10"), Some("v2"), "45", 409, Some("0"), None),
        ("PUT", Some("bytes 4-9/10"), v1, "456789", 201, Some("10"), Some("?1")),
        ("HEAD", None, None, "", 204, Some("10"), Some("?1")),
        ("PUT", Some("bytes 0-3/10"), v1, "0123", 409, Some("10"), None),
        ("PUT", Some("bytes 0-1/3"), Some("v2"), "ab", 204, Some("2"), Some("?0")),
        ("PUT", Some("bytes 2-2/3"), Some("v2"), "c", 201, Some("3"), Some("?1")),
        ("POST", None, None, "whole", 201, Some("5"), Some("?1")),
        ("POST", None, None, "", 204, Some("0"), Some("?1")),
    ];
    let client = consumer();
    for (number, (method, range, version, body, status, offset, complete)) in cases.into_iter().enumerate() {
        let mut request = client.request(method.parse().unwrap(), &url).body(body);
        if let Some(range) = range {
            request = request.header("content-range", range);
        }
        if let Some(version) = version {
            request = request.header(VERSION, version);
        }
        let response = request.send().await.unwrap();
        let field = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
        let answered = (response.status().as_u16(), field(OFFSET), field(COMPLETE));
        assert_eq!(answered, (status, offset, complete), "case {number}: {method} {range:?} {version:?}");
    }
    assert_eq!(std::fs::read(&bench.into).unwrap(), b"");
}

#[actix_web::test]
async fn two_uploads_never_mix() {
    let bench = Bench::new(0, 1);
    let url = bench.receiver();
    let mut first = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    let head_of_first = format!("PUT / HTTP/1.1\r\nHost: a\r\n{VERSION}: v1\r\nContent-Range: bytes 0-3/4\r\n");
    // The receiver says "100 Continue" when it waits for the body: it holds the lock by then or soon.
    write(&mut first, &format!("{head_of_first}Content-Length: 4\r\n\r\n01")).await;
    let client = consumer();
    let mut status = 0;
    while status != 423 {
        status = client.head(&url).send().await.unwrap().status().as_u16();
    }
    let second = client.put(&url).header(VERSION, "v2").header("content-range", "bytes 0-0/1").body("x");
    assert_eq!(second.send().await.unwrap().status(), 423);
    write(&mut first, "23").await;
    assert!(head(&mut first).await.contains(" 201 "));
    assert_eq!(std::fs::read(&bench.into).unwrap(), b"0123");
}

/// A file to send, and a place to receive it.
struct Bench {
    from: PathBuf,
    into: PathBuf,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new(length: u64, seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bench =
            Self { from: folder.path().join("from.csv"), into: folder.path().join("into.csv"), _folder: folder };
        bench.write(length, seed);
        bench
    }

    fn write(&self, length: u64, seed: u8) {
        let block: Vec<u8> = (0..1021_u32).map(|number| number.to_le_bytes()[0] ^ seed).collect();
        let content: Vec<u8> = block.iter().copied().cycle().take(usize::try_from(length).unwrap()).collect();
        std::fs::write(&self.from, content).unwrap();
    }

    fn source(&self) -> Source {
        file_source(&self.from)
    }

    fn clear(&self) {
        for ending in ["", ".part", ".upload"] {
            let _ = std::fs::remove_file(format!("{}{ending}", self.into.display()));
        }
    }

    fn assert_received(&self) {
        assert!(std::fs::read(&self.into).unwrap() == std::fs::read(&self.from).unwrap());
        assert!(!Path::new(&format!("{}.part", self.into.display())).exists());
    }

    /// A connector that takes uploads of up to 1,000 bytes, or as many as the file has.
    fn receiver(&self) -> String {
        let max_bytes = self.from.metadata().unwrap().len().max(1000);
        let destination = Destination { path: self.into.clone(), max_bytes, idle: Duration::from_secs(20) };
        let take = async |to: web::Data<Destination>, request: HttpRequest, body: web::Payload| {
            receive(&to, &request, body).await.map_or_else(
                |error| {
                    let mut response = HttpResponse::build(error.status());
                    if let Some(offset) = error.offset() {
                        response.insert_header((OFFSET, offset.to_string()));
                    }
                    response.body(error.to_string())
                },
                |received| received.response(),
            )
        };
        let server = HttpServer::new(move || {
            App::new().app_data(web::Data::new(destination.clone())).default_service(web::to(take))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        url
    }
}

async fn attempt(
    source: &Source,
    url: &str,
    state: PushState,
    states: &mut Vec<PushState>,
) -> Result<PushOutcome, PushError> {
    let sink = HttpSink::new(url, Some("Bearer secret")).unwrap();
    push(&client(), source, &sink, state, |state| states.push(state.clone())).await
}

/// Tries again while the receiver has not yet noticed that the first attempt is gone.
async fn resume(source: &Source, url: &str, state: &PushState) -> PushOutcome {
    loop {
        match attempt(source, url, state.clone(), &mut Vec::new()).await {
            Ok(outcome) => return outcome,
            Err(PushError::Failed(423)) => tokio::task::yield_now().await,
            Err(error) => unreachable!("{error}"),
        }
    }
}

/// A line to a receiver that breaks after so many bytes, until it is mended.
struct Cut {
    url: String,
    left: Arc<AtomicU64>,
}

impl Cut {
    async fn new(to: &str, bytes: u64) -> Self {
        let to = to.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let left = Arc::new(AtomicU64::new(bytes));
        let budget = Arc::clone(&left);
        actix_web::rt::spawn(async move {
            while let Ok((sender, _)) = listener.accept().await {
                let receiver = TcpStream::connect(&to).await.unwrap();
                actix_web::rt::spawn(relay(sender, receiver, Arc::clone(&budget)));
            }
        });
        Self { url, left }
    }

    fn mend(&self) {
        self.left.store(u64::MAX, Ordering::SeqCst);
    }
}

async fn relay(mut sender: TcpStream, mut receiver: TcpStream, left: Arc<AtomicU64>) {
    let (mut up, mut down) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = sender.read(&mut up) => {
                let read = read.unwrap_or(0);
                let allowed = left.load(Ordering::SeqCst);
                if read == 0 || allowed < read as u64 {
                    return;
                }
                left.fetch_sub(read as u64, Ordering::SeqCst);
                receiver.write_all(&up[..read]).await.unwrap();
            }
            read = receiver.read(&mut down) => {
                let read = read.unwrap_or(0);
                if read == 0 || sender.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}
