//! Kept catalogues: what partners offer, found whether they answer now or not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, odrl, segment};
use symbolon_e2e::peer::CONTEXT;
use symbolon_e2e::server::Serving;

type Outcome = Result<(), Failure>;

#[tokio::test]
async fn what_all_partners_offer_is_found_also_while_one_of_them_is_down() -> Outcome {
    let (mut oem, one, mut two) = (start("oem").await?, start("one").await?, start("two").await?);
    for (supplier, assets) in [(&one, ["spindle", "gear"]), (&two, ["spindle-x", "brake"])] {
        supplier.store_policy("open", odrl(&[])).await?;
        let dated = json!({"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2020-01-01T00:00:00Z"});
        supplier.store_policy("dated", odrl(&[dated])).await?;
        for asset in assets {
            supplier.store_file(asset, b"data").await?;
        }
        supplier.publish("first", &assets[..1], "open", json!({})).await?;
        supplier.publish("second", &assets[1..], "dated", json!({})).await?;
    }
    for supplier in [&one, &two] {
        oem.meet(supplier).await?;
        oem.happened("catalog.read", supplier.participant()).await?;
    }
    let all = search(&oem, "sort=title").await?;
    assert_eq!(ids(&all), ["brake", "gear", "spindle", "spindle-x"]);
    assert_eq!(facet(&all, "qualifies"), [("yes", 2), ("no", 2), ("unknown", 0)]);
    assert_eq!(facet(&all, "term"), [("dateTime", 2)]);
    assert_eq!(facet(&all, "format"), [("HttpData-PULL", 4), ("HttpData-PUSH", 4)]);
    assert_eq!(ids(&search(&oem, "q=DATA+Spindle&sort=title").await?), ["spindle", "spindle-x"]);
    let no = search(&oem, "qualifies=no&sort=title").await?;
    assert_eq!(ids(&no), ["brake", "gear"]);
    assert!(text(&no["items"][0], "why").contains("2020-01-01"), "{no}");
    // A filter narrows everything but itself.
    let narrowed = search(&oem, &format!("partner={}", segment(two.participant()))).await?;
    assert_eq!((ids(&narrowed).len(), facet(&narrowed, "partner").len()), (2, 2), "{narrowed}");
    let pages = [("offset=0&limit=3", 3), ("offset=3&limit=3", 1), ("offset=9", 0)];
    for (page, count) in pages {
        let page = search(&oem, &format!("sort=title&{page}")).await?;
        assert_eq!((&page["total"], ids(&page).len()), (&json!(4), count), "{page}");
    }

    // What is withdrawn is gone with the next reading; who does not answer keeps the last copy.
    one.management().delete("offers/second").await?;
    two.stop().await?;
    oem.management().post("catalogs/refresh", &json!({})).await?;
    oem.happened_times("catalog.read", one.participant(), 2).await?;
    oem.happened("catalog.failed", two.participant()).await?;
    assert_eq!(ids(&search(&oem, "sort=title").await?), ["brake", "spindle", "spindle-x"]);
    let kept = standing(&oem, two.participant()).await?;
    assert_eq!((text(&kept, "state"), &kept["datasets"]), ("unreachable", &json!(2)), "{kept}");
    assert!(kept["detail"].is_string() && kept["readAt"].is_string() && kept["nextAt"].is_string(), "{kept}");
    assert_eq!(text(&standing(&oem, one.participant()).await?, "state"), "fresh");

    // A restart loses nothing, and asks nobody for it.
    oem.stop().await?;
    oem.restart().await?;
    assert_eq!(ids(&search(&oem, "q=spindle&sort=title").await?), ["spindle", "spindle-x"]);
    let detail = dataset(&oem, two.participant(), "spindle-x", "").await?;
    assert_eq!(text(&detail["document"], "@id"), "spindle-x");
    let refused = dataset(&oem, two.participant(), "spindle-x", "&fresh=true").await.unwrap_err();
    assert_eq!(refused.status(), Some(502), "{refused}");

    // What is found is what a negotiation takes.
    let detail = dataset(&oem, one.participant(), "spindle", "&fresh=true").await?;
    let pid = oem.ask(&one, &detail["offers"][0]["offer"], json!({})).await?;
    oem.happened("negotiation.finalized", &pid).await?;
    Ok(())
}

/// What a hostile partner answers to a request for the page of this number: its datasets, and whether another page follows.
type Page = fn(usize) -> (Vec<Value>, bool);

#[tokio::test]
async fn a_hostile_partner_is_bounded_and_named() -> Outcome {
    let config =
        Config::new("oem").mock("OEM").relaxed().set("catalogs.every_s", "900").set("catalogs.most_per_partner", "200");
    let oem = Connector::start(config).await?;
    let behaviour = Arc::new(Mutex::new((|_| (vec![plain("good-0"), plain("good-1")], false)) as Page));
    let hostile = Hostile::start(Arc::clone(&behaviour))?;
    let body = json!({"name": "Hostile", "dspAddress": hostile.serving.url()});
    oem.management().put("partners/HOSTILE", &body).await?;
    oem.happened("catalog.read", "HOSTILE").await?;
    let cases: [(&str, Page, &str); 6] = [
        (
            "pages without end",
            |n| ((0..50).map(|i| plain(&format!("{n}-{i}"))).collect(), true),
            "more than the 200 datasets",
        ),
        ("the same page for ever", |_| (vec![plain("good-0")], true), "has no end"),
        ("empty pages for ever", |_| (Vec::new(), true), "has no end"),
        ("no catalogue", |_| (vec![Value::Null; 0], false), "participantId"),
        (
            "a dataset without offers",
            |_| (vec![json!({"@id": "bare"}), plain("good-0"), plain("good-1")], false),
            "hasPolicy",
        ),
        ("a dataset that is too large", |_| (vec![large(), plain("good-0"), plain("good-1")], false), "bytes"),
    ];
    for (times, (name, page, told)) in (1..).zip(cases) {
        *behaviour.lock().unwrap() = page;
        hostile.malformed.store(usize::from(name == "no catalogue"), Ordering::SeqCst);
        oem.management().post("catalogs/refresh", &json!({"partners": ["HOSTILE"]})).await?;
        let kind = if times <= 4 { "catalog.failed" } else { "catalog.read" };
        let event = oem.happened_times(kind, "HOSTILE", if times <= 4 { times } else { times - 3 }).await?;
        let kept = standing(&oem, "HOSTILE").await?;
        assert!(text(&kept, "detail").contains(told), "{name}: {kept}");
        let state = if times <= 4 { "stale" } else { "fresh" };
        assert_eq!((text(&kept, "state"), &kept["datasets"]), (state, &json!(2)), "{name}: {kept} after {event:?}");
        assert_eq!(ids(&search(&oem, "sort=title").await?), ["good-0", "good-1"], "{name}");
    }
    // It led nowhere else, and did not go on for long.
    assert!(hostile.reads.load(Ordering::SeqCst) < 100);
    Ok(())
}

struct Hostile {
    serving: Serving,
    reads: Arc<AtomicUsize>,
    malformed: Arc<AtomicUsize>,
}

impl Hostile {
    fn start(behaviour: Arc<Mutex<Page>>) -> Result<Self, Failure> {
        let (reads, malformed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, broken) = (Arc::clone(&reads), Arc::clone(&malformed));
        let answer = move |request: HttpRequest| {
            counted.fetch_add(1, Ordering::SeqCst);
            let number = request.query_string().strip_prefix("page=").map_or(0, |number| number.parse().unwrap_or(0));
            let (datasets, more) = (*behaviour.lock().unwrap())(number);
            let mut response = HttpResponse::Ok();
            if more {
                let next = format!("<{}?page={}>; rel=\"next\"", request.path(), number + 1);
                response.insert_header(("Link", next));
            }
            let mut catalog = json!({"@context": [CONTEXT], "@id": "urn:c", "@type": "Catalog", "participantId": "HOSTILE",
                "service": [], "dataset": datasets});
            if broken.load(Ordering::SeqCst) == 1 {
                catalog["participantId"] = json!(7);
            }
            std::future::ready(response.json(catalog))
        };
        let serving = Serving::start(move |service| {
            service.default_service(web::to(answer.clone()));
        })?;
        Ok(Self { serving, reads, malformed })
    }
}

fn plain(id: &str) -> Value {
    json!({"@id": id, "@type": "Dataset", "dct:title": id,
        "hasPolicy": [{"@id": format!("o:{id}"), "@type": "Offer", "permission": [{"action": "use"}]}],
        "distribution": [{"@type": "Distribution", "format": "HttpData-PULL", "accessService": "urn:s"}]})
}

fn large() -> Value {
    let mut large = plain("large");
    large["dct:description"] = "x".repeat(300 << 10).into();
    large
}

async fn start(name: &str) -> Result<Connector, Failure> {
    Connector::start(Config::new(name).relaxed().set("catalogs.every_s", "900")).await
}

async fn search(connector: &Connector, query: &str) -> Result<Value, Failure> {
    connector.management().get(&format!("catalogs/search?{query}")).await
}

async fn dataset(connector: &Connector, partner: &str, id: &str, more: &str) -> Result<Value, Failure> {
    let (partner, id) = (segment(partner), segment(id));
    connector.management().get(&format!("catalogs/dataset?partner={partner}&dataset={id}{more}")).await
}

async fn standing(connector: &Connector, partner: &str) -> Result<Value, Failure> {
    let all = connector.all("catalogs", "").await?;
    let one = all.into_iter().find(|one| text(one, "partner") == partner);
    one.ok_or_else(|| Failure::Unexpected(format!("no catalogue of {partner}")))
}

fn items(found: &Value) -> impl Iterator<Item = &Value> {
    found["items"].as_array().into_iter().flatten()
}

fn ids(found: &Value) -> Vec<&str> {
    items(found).map(|item| text(item, "dataset")).collect()
}

fn facet<'a>(found: &'a Value, name: &str) -> Vec<(&'a str, u64)> {
    let values = found["facets"][name].as_array().into_iter().flatten();
    values.map(|one| (text(one, "value"), one["count"].as_u64().unwrap_or_default())).collect()
}

/// A text member, empty if there is none.
fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
