//! Data that comes through the consumer's own connector: what a person fetches with a browser, without a token in hand.

use std::fs;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use symbolon_e2e::connector::{Config, Connector, odrl, segment};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::random::Random;
use symbolon_e2e::source::HttpSource;
use symbolon_e2e::{Failure, eventually};

use super::{Outcome, data_address, fetch, text};

const MIB: usize = 1024 * 1024;

/// GETs data through the consumer's connector.
async fn through(oem: &Connector, pid: &str, tail: &str, range: Option<&str>) -> Response {
    let path = format!("transfers/{}/data{tail}", segment(pid));
    let ranged = |request: reqwest::RequestBuilder| match range {
        Some(range) => request.header("Range", range),
        None => request,
    };
    oem.management().raw(Method::GET, &path, ranged).await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

async fn progress(connector: &Connector, pid: &str) -> Value {
    connector.management().get(&format!("transfers/{}/progress", segment(pid))).await.unwrap()
}

/// Publishes the asset `part` of this source, and starts a pull; the consumer's process id.
async fn started(partners: &Partners, source: Value, terms: &[Value]) -> Result<String, Failure> {
    let Partners { supplier, oem } = partners;
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.store_policy("terms", odrl(terms)).await?;
    supplier.store_asset("part", source).await?;
    supplier.publish("all", &["part"], "terms", json!({})).await?;
    let agreement = oem.conclude(supplier, "part").await?;
    oem.pull(&agreement).await
}

/// A file of the supplier's, as a source.
fn file(supplier: &Connector, name: &str, content: &[u8], media_type: &str) -> Value {
    let path = supplier.home().join("files").join(name);
    fs::write(&path, content).unwrap();
    json!({"type": "File", "path": path, "mediaType": media_type})
}

#[tokio::test]
async fn the_bytes_are_the_providers_whole_or_in_part() -> Outcome {
    let oem = Config::new("oem").relaxed().key("viewer", "viewer-key").key("negotiator", "negotiator-key");
    let partners = Partners::with(Config::new("supplier").relaxed(), oem).await?;
    let content = Random::new(11).bytes(3_000_000);
    let source = file(&partners.supplier, "part", &content, "text/csv");
    let pid = started(&partners, source, &[]).await?;
    let Partners { supplier, oem } = &partners;

    let whole = through(oem, &pid, "", None).await;
    assert_eq!(whole.status(), 200);
    for (name, value) in [
        ("content-length", "3000000"),
        ("content-type", "text/csv"),
        ("content-disposition", "attachment; filename=\"part.csv\""),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "no-store"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(header(&whole, name), value, "{name}");
    }
    let version = header(&whole, "etag").to_owned();
    assert!(!version.is_empty() && header(&whole, "set-cookie").is_empty() && header(&whole, "server").is_empty());
    assert!(whole.bytes().await.unwrap() == content);
    let fetched = oem.happened("transfer.fetched", &pid).await?;
    assert_eq!((&fetched.data["bytes"], &fetched.data["complete"]), (&json!(3_000_000), &json!(true)));
    assert_eq!(fetched.text("by"), "e2e");

    let part = through(oem, &pid, "", Some("bytes=1000000-1000099")).await;
    assert_eq!((part.status().as_u16(), header(&part, "content-range")), (206, "bytes 1000000-1000099/3000000"));
    assert_eq!(part.bytes().await.unwrap(), content[1_000_000..1_000_100]);
    let beyond = through(oem, &pid, "", Some("bytes=3000000-")).await;
    assert_eq!((beyond.status().as_u16(), header(&beyond, "content-range")), (416, "bytes */3000000"));

    let path = format!("transfers/{}/data", segment(&pid));
    let by = async |key: &str| oem.management().with_key(key).raw(Method::GET, &path, |request| request).await.unwrap();
    let refused = by("viewer-key").await;
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "role");
    assert_eq!(by("negotiator-key").await.bytes().await.unwrap().len(), 3_000_000);

    // Both sides have counted; 416 moved nothing.
    let theirs = oem.partner_pid("transfers", &pid).await?;
    for (connector, pid, requests) in [(oem, &pid, 3), (supplier, &theirs, 4)] {
        let shown = eventually("the count of what moved", async || {
            Some(connector.read("transfers", pid).await.unwrap()).filter(|shown| shown["bytes"] == json!(6_000_100))
        });
        let shown = shown.await?;
        assert_eq!(shown["dataRequests"], json!(requests), "{shown}");
        assert!(shown["lastDataAt"].is_string());
    }
    assert!(oem.read("transfers", &pid).await?["tokenExpiresAt"].is_string());
    let asset = supplier.read("assets", "part").await?;
    assert_eq!(
        (&asset["agreements"], &asset["agreementsInForce"], &asset["offers"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let provider = format!("transfers/{}/data", segment(&theirs));
    assert_eq!(
        supplier.management().get(&provider).await.unwrap_err().status(),
        Some(409),
        "who provides fetches nothing"
    );
    Ok(())
}

#[tokio::test]
async fn paths_and_queries_go_to_the_provider_and_no_further() -> Outcome {
    let partners = Partners::start().await?;
    let telemetry = HttpSource::start(b"spindle speed".to_vec())?;
    let source = json!({"type": "HttpData", "baseUrl": format!("{}/shift", telemetry.url()), "proxyPath": true,
        "proxyQueryParams": true});
    let pid = started(&partners, source, &[]).await?;
    let oem = &partners.oem;
    let answer = through(oem, &pid, "/early/sch%C3%B6n%2F3?axis=x&preview=false&y", Some("bytes=0-6")).await;
    assert_eq!(header(&answer, "content-disposition"), "attachment; filename=\"3\"");
    assert_eq!((answer.status().as_u16(), answer.bytes().await.unwrap().as_ref()), (206, b"spindle".as_ref()));
    let asked = telemetry.asked();
    assert_eq!(asked[0].path, "/shift/early/sch%C3%B6n%2F3?axis=x&y");
    for escape in ["/%252e%252e/dsp", "/a%2f..%2f..%2fb", "/a%5c..%5cb"] {
        let refused = through(oem, &pid, escape, None).await;
        assert_eq!(refused.status(), 400, "{escape}");
        assert_eq!(refused.json::<Value>().await.unwrap()["code"], "data.path", "{escape}");
    }
    assert_eq!(telemetry.asked().len(), 1);
    assert_eq!(through(oem, &pid, "?preview=perhaps", None).await.status(), 400);
    Ok(())
}

#[tokio::test]
async fn the_providers_refusal_is_told_with_its_reason() -> Outcome {
    let partners = Partners::start().await?;
    let Partners { supplier, oem } = &partners;
    let parts = HttpSource::start(b"one two three".to_vec())?;
    let source = json!({"type": "HttpData", "baseUrl": parts.url(), "proxyPath": true});
    let asset = json!({"id": "part", "source": source, "pathFacts": "/parts/{adm:partNumber}"});
    let one = json!({"leftOperand": "adm:partNumber", "operator": "isAnyOf", "rightOperand": ["P-1"]});
    supplier.management().post("assets", &asset).await?;
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.store_policy("one", odrl(&[one])).await?;
    supplier.publish("all", &["part"], "one", json!({})).await?;
    let agreement = oem.conclude(supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    assert_eq!(through(oem, &pid, "/parts/P-1?preview=true", None).await.text().await.unwrap(), "one two three");
    let refused = through(oem, &pid, "/parts/P-2", None).await;
    assert_eq!((refused.status().as_u16(), header(&refused, "content-type")), (403, "application/problem+json"));
    assert!(header(&refused, "content-disposition").is_empty());
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "data.refused", "{problem}");
    assert!(text(&problem, "detail").contains("P-2") || problem["findings"][0]["path"].is_string(), "{problem}");
    assert!(text(&problem, "detail").starts_with("the partner answered 403 (policy."), "{problem}");

    let theirs = oem.partner_pid("transfers", &pid).await?;
    supplier.act("transfers", &theirs, "terminate", json!({"reason": "source withdrawn"})).await?;
    oem.happened("transfer.terminated", &pid).await?;
    let ended = through(oem, &pid, "/parts/P-1", None).await;
    assert_eq!(ended.status(), 409);
    assert_eq!(ended.json::<Value>().await.unwrap()["code"], "transfer.no-address");
    Ok(())
}

#[tokio::test]
async fn a_token_that_has_ended_is_renewed() -> Outcome {
    let supplier = Config::new("supplier").relaxed().set("limits.token_seconds", "1");
    let partners = Partners::with(supplier, Config::new("oem").relaxed()).await?;
    let source = file(&partners.supplier, "part", b"data", "text/plain");
    let pid = started(&partners, source, &[]).await?;
    let oem = &partners.oem;
    let held = data_address(oem, &pid).await?;
    eventually("the end of the token", async || (fetch(&held, "", None).await.status() == 401).then_some(())).await?;
    assert_eq!(through(oem, &pid, "", None).await.bytes().await.unwrap().as_ref(), b"data");
    Ok(())
}

/// The provider dies in the middle of the body: the person's download fails, and is no short file.
#[tokio::test]
async fn an_answer_that_breaks_off_is_no_short_file() -> Outcome {
    let mut partners = Partners::start().await?;
    let content = Random::new(12).bytes(8 * MIB);
    let source = HttpSource::holding_at(content, 4 * MIB)?;
    let pid = started(&partners, json!({"type": "HttpData", "baseUrl": source.url()}), &[]).await?;
    let answer = through(&partners.oem, &pid, "", None).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "content-length")), (200, "8388608"));
    let body = tokio::spawn(answer.bytes());
    source.is_holding().await;
    partners.supplier.kill().await?;
    assert!(body.await.unwrap().is_err(), "a body that broke off was taken for whole");
    let fetched = partners.oem.happened("transfer.fetched", &pid).await?;
    assert_eq!(fetched.data["complete"], json!(false));
    assert!(fetched.data["bytes"].as_u64().unwrap() <= 4 * MIB as u64);
    let after = through(&partners.oem, &pid, "", None).await;
    assert_eq!((after.status().as_u16(), header(&after, "content-type")), (502, "application/problem+json"));
    Ok(())
}

#[tokio::test]
async fn progress_is_seen_by_both_while_it_runs() -> Outcome {
    let partners = Partners::start().await?;
    let content = Random::new(13).bytes(8 * MIB);
    let source = HttpSource::holding_at(content.clone(), 4 * MIB)?;
    let pid = started(&partners, json!({"type": "HttpData", "baseUrl": source.url()}), &[]).await?;
    let Partners { supplier, oem } = &partners;
    let theirs = oem.partner_pid("transfers", &pid).await?;
    assert_eq!(progress(oem, &pid).await["underWay"], json!(false));
    let body = tokio::spawn(through(oem, &pid, "", None).await.bytes());
    source.is_holding().await;
    for (connector, pid) in [(oem, &pid), (supplier, &theirs)] {
        let shown = eventually("progress up to where it holds", async || {
            Some(progress(connector, pid).await).filter(|shown| shown["bytes"] == json!(4 * MIB))
        });
        let shown = shown.await?;
        assert_eq!((&shown["underWay"], &shown["total"]), (&json!(true), &json!(8 * MIB)), "{shown}");
    }
    source.go_on();
    assert!(body.await.unwrap().unwrap() == content);
    for (connector, pid) in [(oem, &pid), (supplier, &theirs)] {
        let ended = eventually("the end", async || {
            Some(progress(connector, pid).await).filter(|shown| shown["underWay"] == json!(false))
        });
        let ended = ended.await?;
        assert_eq!((&ended["bytes"], &ended["bytesPerSecond"]), (&json!(8 * MIB), &json!(0)), "{ended}");
    }
    Ok(())
}

#[tokio::test]
async fn what_says_it_is_a_page_is_not_rendered() -> Outcome {
    let partners = Partners::start().await?;
    let page = format!("<html><script>alert(1)</script>{}</html>", "x".repeat(100_000));
    let source = file(&partners.supplier, "part", page.as_bytes(), "text/html");
    let pid = started(&partners, source, &[]).await?;
    let saved = through(&partners.oem, &pid, "", None).await;
    assert!(header(&saved, "content-disposition").starts_with("attachment"), "{saved:?}");
    assert_eq!(header(&saved, "x-content-type-options"), "nosniff");
    assert_eq!(saved.text().await.unwrap(), page);
    let preview = through(&partners.oem, &pid, "?preview=true", None).await;
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("x-source-content-type", "text/html"),
        ("x-preview-truncated", "true"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(header(&preview, name), value, "{name}");
    }
    assert_eq!(preview.text().await.unwrap(), page[..64 * 1024]);
    Ok(())
}

#[tokio::test]
async fn what_was_pushed_comes_from_the_inbox() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let content = Random::new(14).bytes(2 * MIB);
    supplier.publish_openly("part", &content).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let elsewhere = oem.pull(&agreement).await?;
    let pid = oem.transfer(&agreement, "HttpData-PUSH").await?;
    oem.happened("transfer.completed", &pid).await?;
    let whole = through(&oem, &pid, "", None).await;
    assert_eq!(header(&whole, "content-disposition"), "attachment; filename=\"part\"");
    assert!(whole.bytes().await.unwrap() == content);
    let part = through(&oem, &pid, "", Some("bytes=5-9")).await;
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap().as_ref()), (206, &content[5..10]));
    let preview = through(&oem, &pid, "?preview=true", None).await;
    assert_eq!(
        (header(&preview, "content-type"), header(&preview, "x-preview-truncated")),
        ("application/octet-stream", "true")
    );
    assert_eq!(through(&oem, &pid, "/a", None).await.status(), 404);
    assert_eq!(oem.happened_times("transfer.fetched", &pid, 3).await?.data["complete"], json!(true));
    for (connector, pid) in [(&oem, pid.clone()), (&supplier, oem.partner_pid("transfers", &pid).await?)] {
        let shown = progress(connector, &pid).await;
        let expected = (&json!(2 * MIB), &json!(2 * MIB), &json!(false));
        assert_eq!((&shown["bytes"], &shown["total"], &shown["underWay"]), expected, "{shown}");
        assert_eq!(connector.read("transfers", &pid).await?["bytes"], json!(2 * MIB));
    }
    // A pull that is running has nothing in the inbox, and is not looked for there.
    assert_eq!(through(&oem, &elsewhere, "", None).await.status(), 200);
    Ok(())
}
