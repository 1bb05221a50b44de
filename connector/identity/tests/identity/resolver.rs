use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Value, json};
use symbolon_identity::did::{Resolver, ResolverOptions};
use symbolon_identity::fetch::{Documents, Fetch, FetchError};

use crate::peers::Peers;
use crate::{at, done, party};

const DID: &str = "did:web:oem.example";
const URL: &str = "https://oem.example/.well-known/did.json";

fn document(version: u8) -> Value {
    json!({"id": DID, "version": version})
}

fn resolver() -> (Arc<Peers>, Resolver) {
    let peers = Arc::new(Peers::default());
    peers.publish(URL, &document(1));
    (Arc::clone(&peers), Resolver::new(peers, ResolverOptions::default()))
}

fn version(resolver: &Resolver, seconds: i64) -> Result<Value, &'static str> {
    let found = done(resolver.resolve(DID, at(seconds * 1000)));
    found.map(|document| document.json()["version"].clone()).map_err(|error| error.code())
}

fn refreshed(resolver: &Resolver, seconds: i64) -> Result<Value, &'static str> {
    let found = done(resolver.refresh(DID, at(seconds * 1000)));
    found.map(|document| document.json()["version"].clone()).map_err(|error| error.code())
}

#[test]
fn a_document_is_kept_for_its_time() {
    let (peers, resolver) = resolver();
    assert_eq!(version(&resolver, 0), Ok(json!(1)));
    peers.publish(URL, &document(2));
    assert_eq!(version(&resolver, 299), Ok(json!(1)));
    assert_eq!(peers.asked(), [URL]);
    assert_eq!(version(&resolver, 300), Ok(json!(2)));
    assert_eq!(peers.asked(), [URL]);
    // Both spellings of a port are one DID.
    let port = "https://oem.example:8443/.well-known/did.json";
    peers.publish(port, &json!({"id": "did:web:oem.example%3a8443"}));
    for did in ["did:web:oem.example%3A8443", "did:web:oem.example%3a8443"] {
        assert_eq!(done(resolver.resolve(did, at(0))).unwrap().id(), "did:web:oem.example%3A8443");
    }
    assert_eq!(peers.asked(), [port]);
}

#[test]
fn a_refresh_finds_what_is_new_and_cannot_be_repeated_at_will() {
    let (peers, resolver) = resolver();
    assert_eq!(version(&resolver, 0), Ok(json!(1)));
    peers.publish(URL, &document(2));
    assert_eq!(refreshed(&resolver, 1), Ok(json!(2)));
    peers.publish(URL, &document(3));
    for second in 1..11 {
        assert_eq!(refreshed(&resolver, second), Ok(json!(2)), "{second}");
    }
    assert_eq!(peers.asked().len(), 2);
    assert_eq!(refreshed(&resolver, 11), Ok(json!(3)));
    // What is believed is not lost because its source fails for a moment.
    peers.answer(URL, Err(FetchError::Unreachable("connection refused".into())));
    assert_eq!(refreshed(&resolver, 30), Ok(json!(3)));
    assert_eq!(version(&resolver, 31), Ok(json!(3)));
    assert_eq!(peers.asked().len(), 2);
    assert_eq!(version(&resolver, 311), Err("did-unreachable"));
}

#[test]
fn a_failure_is_kept_for_seconds() {
    let (peers, resolver) = resolver();
    let failures = [
        (Err(FetchError::Unreachable("no route".into())), "did-unreachable", true),
        (Err(FetchError::Status(404)), "did-unreachable", false),
        (Err(FetchError::Status(302)), "did-unreachable", false),
        (Err(FetchError::Status(503)), "did-unreachable", true),
        (Err(FetchError::Forbidden("a private address".into())), "did-unreachable", false),
        (Ok(vec![b' '; 50_000_000]), "did-unreachable", false),
        (Ok(b"<html>".to_vec()), "did-document", false),
        (Ok("[".repeat(100_000).into_bytes()), "did-document", false),
        (Ok(format!("[{}0]", "0,".repeat(500_000)).into_bytes()), "did-document", false),
        (Ok(b"{\"id\":\"did:web:supplier.example\"}".to_vec()), "did-other-id", false),
    ];
    for (number, (answer, code, transient)) in failures.into_iter().enumerate() {
        let second = 10 * number as i64;
        peers.answer(URL, answer);
        let error = done(resolver.resolve(DID, at(second * 1000))).unwrap_err();
        assert_eq!((error.code(), error.is_transient()), (code, transient), "case {number}: {error}");
        assert!(error.to_string().starts_with(&format!("{DID}: ")), "{error}");
        assert_eq!(version(&resolver, second + 2), Err(code));
        assert_eq!(peers.asked(), [URL], "case {number}");
    }
}

#[test]
fn a_did_key_needs_no_network() {
    let (peers, resolver) = resolver();
    let keyring = party(1);
    for second in [0, 1_000_000] {
        let document = done(resolver.resolve(keyring.did(), at(second))).unwrap();
        assert_eq!(document.id(), keyring.did());
        assert!(Arc::ptr_eq(&document, &done(resolver.refresh(keyring.did(), at(second))).unwrap()));
    }
    for did in ["", "did:ion:abc", "did:web:a/b", "did:key:z6"] {
        done(resolver.resolve(did, at(0))).unwrap_err();
        done(resolver.refresh(did, at(0))).unwrap_err();
    }
    assert_eq!(peers.asked(), [""; 0]);
}

#[test]
fn plain_http_only_where_told() {
    let peers = Arc::new(Peers::default());
    peers.publish(&URL.replacen("https", "http", 1), &document(1));
    let options = ResolverOptions { plain_http: true, ..ResolverOptions::default() };
    assert_eq!(version(&Resolver::new(Arc::clone(&peers) as Arc<dyn Fetch>, options), 0), Ok(json!(1)));
    assert_eq!(version(&Resolver::new(peers, ResolverOptions::default()), 0), Err("did-unreachable"));
}

#[test]
fn a_file_carries_documents() {
    let mut documents = Documents::default();
    documents.insert(URL, document(1).to_string());
    let resolver = Resolver::new(Arc::new(documents.clone()), ResolverOptions::default());
    assert_eq!(version(&resolver, 0), Ok(json!(1)));
    assert_eq!(done(documents.get(URL, "", 3)).unwrap_err(), FetchError::TooLarge);
    assert_eq!(done(documents.get("https://other.example", "", 3)).unwrap_err().code(), "fetch-unreachable");
    assert_eq!(done(documents.post(URL, "", Vec::new(), 3)).unwrap_err().code(), "fetch-unreachable");
    assert_eq!(format!("{documents:?}"), format!("{{{URL:?}}}"));
}

/// Answers after it has been polled a few times.
#[derive(Debug, Default)]
struct Slow(AtomicUsize);

impl Fetch for Slow {
    fn get<'a>(&'a self, _url: &'a str, _accept: &'a str, _most: usize) -> BoxFuture<'a, Result<Vec<u8>, FetchError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        async {
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            Ok(document(1).to_string().into_bytes())
        }
        .boxed()
    }

    fn post<'a>(
        &'a self,
        url: &'a str,
        _authorization: &'a str,
        _body: Vec<u8>,
        most: usize,
    ) -> BoxFuture<'a, Result<Vec<u8>, FetchError>> {
        self.get(url, "", most)
    }
}

#[tokio::test]
async fn many_who_ask_at_a_time_cause_one_fetch() {
    let slow = Arc::new(Slow::default());
    let resolver = Resolver::new(Arc::clone(&slow) as Arc<dyn Fetch>, ResolverOptions::default());
    let documents = join_all((0..100).map(|_| resolver.resolve(DID, at(0)))).await;
    assert!(documents.iter().all(Result::is_ok));
    assert_eq!(slow.0.load(Ordering::SeqCst), 1);
    join_all((0..100).map(|_| resolver.refresh(DID, at(1)))).await;
    assert_eq!(slow.0.load(Ordering::SeqCst), 2);
    // Who gives up while fetching does not block the next.
    assert!(resolver.resolve(DID, at(1_000_000)).now_or_never().is_none());
    resolver.resolve(DID, at(1_000_000)).await.unwrap();
    assert_eq!(slow.0.load(Ordering::SeqCst), 4);
}
