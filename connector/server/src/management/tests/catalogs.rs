//! Kept catalogues: read whole or not at all, searched, and forgotten with their partner.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::fixture::{Answer, Fixture, call};

const CONTEXT: &str = "https://w3id.org/dspace/2025/1/context.jsonld";
const PARTNER: &str = "did:web:supplier.example";

/// A partner that offers what the test says.
struct Supplier {
    state: Arc<State>,
    address: String,
    handle: ServerHandle,
}

struct State {
    /// The datasets of each page.
    pages: Mutex<Vec<Vec<Value>>>,
    /// What is answered in place of a catalogue.
    refuses: Mutex<Option<u16>>,
    /// Pages that may still be read.
    open: Semaphore,
    reads: AtomicUsize,
}

impl Drop for Supplier {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl Supplier {
    fn start(pages: Vec<Vec<Value>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            pages: Mutex::new(pages),
            refuses: Mutex::new(None),
            open: Semaphore::new(1000),
            reads: AtomicUsize::new(0),
        });
        let data = web::Data::from(Arc::clone(&state));
        let app = move || App::new().app_data(data.clone()).route("/catalog/request", web::post().to(page));
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        drop(tokio::spawn(server));
        Self { state, address, handle }
    }

    fn offers(&self, pages: Vec<Vec<Value>>) {
        *self.state.pages.lock().unwrap() = pages;
    }
}

async fn page(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    state.open.acquire().await.unwrap().forget();
    state.reads.fetch_add(1, Ordering::SeqCst);
    if let Some(status) = *state.refuses.lock().unwrap() {
        return HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish();
    }
    let number: usize = request.query_string().strip_prefix("page=").map_or(0, |number| number.parse().unwrap());
    let pages = state.pages.lock().unwrap().clone();
    let mut answer = HttpResponse::Ok();
    if number + 1 < pages.len() {
        answer.insert_header(("Link", format!("<{}?page={}>; rel=\"next\"", request.path(), number + 1)));
    }
    answer.json(json!({"@context": [CONTEXT], "@id": "urn:catalog", "@type": "Catalog", "participantId": PARTNER,
        "service": [{"@id": "urn:service", "@type": "DataService", "endpointURL": "https://supplier.example/dsp"}],
        "dataset": pages.get(number)}))
}

fn dataset(id: &str, title: &str) -> Value {
    json!({"@id": id, "@type": "Dataset", "dct:title": title,
        "hasPolicy": [{"@id": format!("offer:{id}"), "@type": "Offer", "permission": [{"action": "use"}]}],
        "distribution": [{"@type": "Distribution", "format": "HttpData-PULL", "accessService": "urn:service"}]})
}

async fn get(fixture: &Fixture, path: &str) -> Answer {
    call(&fixture.app().await, "viewer", "GET", &format!("/api/v1/{path}"), None).await
}

async fn register(fixture: &Fixture, supplier: &Supplier) {
    let body = json!({"name": "Supplier", "dspAddress": supplier.address});
    let put = call(&fixture.app().await, "admin", "PUT", &format!("/api/v1/partners/{PARTNER}"), Some(body)).await;
    assert_eq!(put.status, 201, "{put:?}");
}

/// Has the catalogue read, and waits for the event that says that it was, or was not.
async fn refreshed(fixture: &Fixture, kind: &str, times: usize) -> Value {
    let body = Some(json!({"partners": [PARTNER]}));
    let asked = call(&fixture.app().await, "negotiator", "POST", "/api/v1/catalogs/refresh", body).await;
    assert_eq!((asked.status, &asked.json["items"][0]["state"]), (202, &json!("reading")), "{asked:?}");
    fixture.events(kind, PARTNER, times).await.remove(times - 1)
}

/// How the catalogue stands.
async fn standing(fixture: &Fixture) -> Value {
    get(fixture, "catalogs").await.json["items"][0].clone()
}

async fn found(fixture: &Fixture, query: &str) -> Vec<String> {
    let found = get(fixture, &format!("catalogs/search?sort=title&{query}")).await;
    assert_eq!(found.status, 200, "{found:?}");
    let items = found.json["items"].as_array().unwrap();
    assert_eq!(found.json["total"], items.len());
    items.iter().map(|item| item["dataset"].as_str().unwrap().to_owned()).collect()
}

/// Rows of datasets that are kept: how many, and the newest revision among them.
async fn rows(fixture: &Fixture) -> (i64, i64) {
    let sql = "SELECT count(*), coalesce(max(since_revision), 0) FROM kept_dataset";
    sqlx::query_as(sql).fetch_one(fixture.connector.db.readers()).await.unwrap()
}

/// Waits until these rows are kept: tidying up comes after everything else.
async fn keeps(fixture: &Fixture, expected: (i64, i64)) {
    let mut last = (0, 0);
    for _ in 0..100_000 {
        last = rows(fixture).await;
        if last == expected {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{last:?} rows are kept, not {expected:?}");
}

#[actix_web::test]
async fn a_registered_partner_is_read_searched_and_told_with_its_offers() {
    let supplier = Supplier::start(vec![vec![dataset("a", "Bremsscheiben für Züge")], vec![dataset("b", "Gears")]]);
    let fixture = Fixture::new().await;
    fixture.crawl();
    assert_eq!(get(&fixture, "catalogs/search").await.json["total"], 0);
    register(&fixture, &supplier).await;
    let read = fixture.event("catalog.read", PARTNER).await;
    assert_eq!(read, json!({"datasets": 2, "changed": true, "leftOut": 0, "by": null}));
    let one = standing(&fixture).await;
    let told =
        json!({"partner": PARTNER, "name": "Supplier", "state": "fresh", "datasets": 2, "failures": 0, "detail": null});
    for (member, value) in told.as_object().unwrap() {
        assert_eq!(&one[member], value, "{member}");
    }
    assert!(one["readAt"].is_string() && one["triedAt"].is_string() && one["nextAt"].is_string(), "{one}");
    assert_eq!(found(&fixture, "q=zuge+BREMS").await, ["a"]);
    let all = get(&fixture, "catalogs/search?q=gears&qualifies=yes").await.json;
    let expected = json!({"partner": PARTNER, "partnerName": "Supplier", "dataset": "b", "title": "Gears",
        "description": null, "keywords": [], "type": null, "formats": ["HttpData-PULL"], "terms": [], "qualifies": "yes",
        "why": null, "readAt": one["readAt"], "offers": 1});
    assert_eq!(all["items"], json!([expected]));
    assert_eq!(all["facets"]["partner"], json!([{"value": PARTNER, "label": "Supplier", "count": 1}]));
    let detail = get(&fixture, &format!("catalogs/dataset?partner={PARTNER}&dataset=a")).await.json;
    assert_eq!(detail["document"], dataset("a", "Bremsscheiben für Züge"));
    let service = json!({"id": "urn:service", "endpointUrl": "https://supplier.example/dsp"});
    assert_eq!(detail["distributions"], json!([{"format": "HttpData-PULL", "dataService": service}]));
    let offer = &detail["offers"][0];
    assert_eq!(
        (&offer["offer"]["@id"], &offer["offer"]["target"], &offer["qualifies"]),
        (&json!("offer:a"), &json!("a"), &json!("yes"))
    );
    assert!(offer["terms"]["sentences"].as_array().is_some_and(|sentences| !sentences.is_empty()), "{offer}");
}

#[actix_web::test]
async fn what_has_not_changed_is_not_written_and_what_is_withdrawn_is_gone() {
    let supplier = Supplier::start(vec![vec![dataset("a", "A"), dataset("b", "B")], vec![dataset("c", "C")]]);
    let fixture = Fixture::new().await;
    fixture.crawl();
    register(&fixture, &supplier).await;
    fixture.event("catalog.read", PARTNER).await;
    assert_eq!(rows(&fixture).await, (3, 1));
    let again = refreshed(&fixture, "catalog.read", 2).await;
    assert_eq!((&again["changed"], &again["by"]), (&json!(false), &json!("negotiator")));
    assert_eq!(rows(&fixture).await, (3, 1));
    supplier.offers(vec![vec![dataset("a", "A"), dataset("c", "C, renewed"), dataset("d", "D")]]);
    assert_eq!(refreshed(&fixture, "catalog.read", 3).await["changed"], true);
    assert_eq!(found(&fixture, "").await, ["a", "c", "d"]);
    // What was replaced is removed; what stayed was not written again.
    keeps(&fixture, (3, 2)).await;
    assert_eq!(found(&fixture, "q=renewed").await, ["c"]);
    // A dataset that changes is not a new one.
    assert_eq!(get(&fixture, "catalogs/search?sort=newest").await.json["items"][0]["dataset"], "d");
    let gone = get(&fixture, &format!("catalogs/dataset?partner={PARTNER}&dataset=b")).await;
    assert_eq!(gone.status, 404, "{gone:?}");
}

#[actix_web::test]
async fn half_a_catalogue_is_never_seen() {
    let supplier = Supplier::start(vec![vec![dataset("a", "A")], vec![dataset("b", "B")]]);
    let fixture = Fixture::new().await;
    fixture.crawl();
    register(&fixture, &supplier).await;
    fixture.event("catalog.read", PARTNER).await;
    supplier.offers(vec![vec![dataset("x", "X")], vec![dataset("y", "Y")]]);
    supplier.state.open.forget_permits(1000);
    let reads = supplier.state.reads.load(Ordering::SeqCst);
    let body = Some(json!({}));
    let asked = call(&fixture.app().await, "admin", "POST", "/api/v1/catalogs/refresh", body).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    supplier.state.open.add_permits(1);
    // The first page is written, and not shown.
    keeps(&fixture, (3, 2)).await;
    assert_eq!(supplier.state.reads.load(Ordering::SeqCst), reads + 1);
    assert_eq!(found(&fixture, "").await, ["a", "b"]);
    assert_eq!(get(&fixture, "catalogs").await.json["items"][0]["state"], "reading");
    // The second one never comes: what was written is taken back.
    *supplier.state.refuses.lock().unwrap() = Some(500);
    supplier.state.open.add_permits(1);
    let failed = fixture.event("catalog.failed", PARTNER).await;
    assert_eq!((&failed["code"], &failed["datasets"]), (&json!("partner.refused"), &json!(2)));
    let one = standing(&fixture).await;
    assert_eq!(
        (&one["state"], &one["datasets"], &one["failures"]),
        (&json!("unreachable"), &json!(2), &json!(1)),
        "{one}"
    );
    assert_eq!((found(&fixture, "").await, rows(&fixture).await), (vec!["a".to_owned(), "b".to_owned()], (2, 1)));
    *supplier.state.refuses.lock().unwrap() = None;
    supplier.state.open.add_permits(10);
    refreshed(&fixture, "catalog.read", 2).await;
    assert_eq!(standing(&fixture).await["state"], "fresh");
    assert_eq!(found(&fixture, "").await, ["x", "y"]);
}

#[actix_web::test]
async fn a_partner_that_is_removed_takes_its_catalogue_along() {
    let supplier = Supplier::start(vec![vec![dataset("a", "A")]]);
    let fixture = Fixture::new().await;
    fixture.crawl();
    register(&fixture, &supplier).await;
    fixture.event("catalog.read", PARTNER).await;
    let deleted = call(&fixture.app().await, "admin", "DELETE", &format!("/api/v1/partners/{PARTNER}"), None).await;
    assert_eq!(deleted.status, 204);
    keeps(&fixture, (0, 0)).await;
    assert!(found(&fixture, "").await.is_empty());
    assert_eq!(get(&fixture, "catalogs").await.json, json!({"items": [], "next": null}));
}

#[actix_web::test]
async fn questions_that_cannot_be_understood_are_refused() {
    let fixture = Fixture::new().await;
    fixture.crawl();
    let long = format!("q={}", "x".repeat(600));
    let many = "partner=a&".repeat(201);
    let cases = ["sort=size", "qualifies=maybe", "limit=0", "limit=1001", "offset=-1", "colour=red", &long, &many];
    for query in cases {
        let refused = get(&fixture, &format!("catalogs/search?{query}")).await;
        assert_eq!((refused.status, &refused.json["code"]), (400, &json!("query")), "{query}: {refused:?}");
    }
    let unknown = Some(json!({"partners": ["did:web:nobody.example"]}));
    let refused = call(&fixture.app().await, "admin", "POST", "/api/v1/catalogs/refresh", unknown).await;
    assert_eq!(refused.status, 404, "{refused:?}");
}
