//! Sources looked at before they are published, and the files that may be.

use std::net::TcpListener;

use actix_web::http::Method;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use super::fixture::{Answer, Fixture, asset, call};

/// A source that answers by its path. Ends with the test's runtime.
fn source() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = HttpServer::new(|| App::new().default_service(web::to(answer)));
    drop(tokio::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run()));
    url
}

async fn answer(request: HttpRequest) -> HttpResponse {
    let has_key = request.headers().get("x-api-key").is_some_and(|key| key == "s3cret");
    match (request.path(), request.method()) {
        ("/secret", _) if !has_key => HttpResponse::Unauthorized().finish(),
        ("/get-only", &Method::HEAD) => HttpResponse::MethodNotAllowed().finish(),
        ("/get-only", _) => {
            assert_eq!(request.headers().get("range").unwrap(), "bytes=0-0");
            HttpResponse::PartialContent()
                .insert_header(("Content-Range", "bytes 0-0/7"))
                .content_type("text/csv")
                .body("t")
        }
        ("/moved", _) => HttpResponse::Found().insert_header(("Location", "/elsewhere")).finish(),
        ("/broken", _) => HttpResponse::ServiceUnavailable().finish(),
        ("/none", _) => HttpResponse::NotFound().finish(),
        _ => HttpResponse::Ok().content_type("application/json").body("{\"rpm\": 7}"),
    }
}

async fn check(fixture: &Fixture, body: Value) -> Answer {
    call(&fixture.app().await, "admin", "POST", "/api/v1/sources/check", Some(body)).await
}

#[actix_web::test]
async fn a_source_is_asked_once_and_told_of() {
    let (fixture, url) = (Fixture::new().await, source());
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let cases = [
        (json!({"baseUrl": format!("{url}/ok")}), true, json!(10), json!("application/json"), "200"),
        (json!({"baseUrl": format!("{url}/get-only")}), true, json!(7), json!("text/csv"), "206"),
        (json!({"baseUrl": format!("{url}/secret")}), false, json!(null), json!(null), "credentials"),
        (
            json!({"baseUrl": format!("{url}/secret"), "headers": {"x-api-key": "s3cret"}}),
            true,
            json!(10),
            json!("application/json"),
            "200",
        ),
        (json!({"baseUrl": format!("{url}/moved")}), false, json!(null), json!(null), "redirects"),
        (json!({"baseUrl": format!("{url}/broken")}), false, json!(null), json!(null), "503"),
        (json!({"baseUrl": format!("{url}/none")}), false, json!(null), json!(null), "404"),
        (json!({"baseUrl": format!("{url}/none"), "proxyPath": true}), true, json!(null), json!(null), "below"),
        (json!({"baseUrl": format!("http://{closed}/")}), false, json!(null), json!(null), "onnect"),
    ];
    for (mut source, reachable, size, media_type, told) in cases {
        source["type"] = json!("HttpData");
        let found = check(&fixture, json!({"source": source})).await;
        assert_eq!(found.status, 200, "{found:?}");
        let seen = (&found.json["reachable"], &found.json["size"], &found.json["mediaType"]);
        assert_eq!(seen, (&json!(reachable), &size, &media_type), "{source}: {}", found.json);
        assert!(found.json["detail"].as_str().unwrap().contains(told), "{source}: {}", found.json);
        assert!(!found.json.to_string().contains("s3cret"));
    }
}

#[actix_web::test]
async fn what_no_asset_may_have_is_refused_and_kept_secrets_are_used() {
    let (fixture, url) = (Fixture::new().await, source());
    for (source, code) in [
        (json!({"type": "HttpData", "baseUrl": "ftp://x/"}), "asset.source-scheme"),
        (json!({"type": "HttpData", "baseUrl": "http://169.254.169.254/"}), "asset.source-address-refused"),
        (json!({"type": "File", "path": "/etc/passwd"}), "asset.source-file-outside"),
        (json!({"type": "File", "path": fixture.dir.path().join("none")}), "asset.source-file-missing"),
        (json!({"type": "Nothing"}), "asset.source-malformed"),
    ] {
        let refused = check(&fixture, json!({"source": source})).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some(code)), "{source}: {refused:?}");
    }
    let with = |secret: &str| json!({"type": "HttpData", "baseUrl": format!("{url}/secret"), "headers": {"x-api-key": secret}});
    let mut kept = asset("a");
    kept["source"] = with("s3cret");
    assert_eq!(call(&fixture.app().await, "admin", "POST", "/api/v1/assets", Some(kept)).await.status, 201);
    let found = check(&fixture, json!({"source": with("***"), "asset": "a"})).await;
    assert_eq!((found.status, &found.json["reachable"]), (200, &json!(true)), "{found:?}");
    assert_eq!(check(&fixture, json!({"source": with("***")})).await.status, 422);
    assert_eq!(check(&fixture, json!({"source": with("***"), "asset": "none"})).await.status, 404);
}

#[actix_web::test]
async fn files_are_those_of_the_folders_that_may_be_published_from() {
    let fixture = Fixture::new().await;
    let app = fixture.app().await;
    let folder = fixture.dir.path().join("public");
    std::fs::create_dir_all(folder.join("shift")).unwrap();
    std::fs::write(folder.join("b.csv"), "t,rpm\n").unwrap();
    std::fs::write(folder.join("a.json"), "{}").unwrap();
    std::fs::write(folder.join(".hidden"), "x").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("leak")).unwrap();
    let get = async |query: &str| call(&app, "admin", "GET", &format!("/api/v1/sources/files{query}"), None).await;
    let roots = get("").await.json;
    assert_eq!((&roots["folder"], roots["files"].as_array().unwrap().len()), (&Value::Null, 0));
    assert_eq!(roots["folders"][0]["path"], json!(fixture.dir.path()));
    let listed = get(&format!("?folder={}", folder.display())).await.json;
    let names = |list: &str| -> Vec<String> {
        listed[list].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (names("folders"), names("files")),
        (vec!["shift".to_owned()], vec!["a.json".to_owned(), "b.csv".to_owned()])
    );
    let file = &listed["files"][1];
    assert_eq!(
        (&file["size"], &file["mediaType"], &listed["truncated"]),
        (&json!(6), &json!("text/csv"), &json!(false))
    );
    assert!(file["modifiedAt"].is_string());
    // What is listed can be checked and published as it is.
    let found = check(&fixture, json!({"source": {"type": "File", "path": file["path"]}})).await.json;
    assert_eq!(
        (&found["reachable"], &found["size"], &found["mediaType"]),
        (&json!(true), &json!(6), &json!("text/csv"))
    );
    for (outside, code) in
        [("/etc", "asset.source-file-outside"), ("/none", "asset.source-file-missing"), ("etc", "asset.source-path")]
    {
        let refused = get(&format!("?folder={outside}")).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some(code)), "{outside}: {refused:?}");
    }
    let up = get(&format!("?folder={}/../..", folder.display())).await;
    assert_eq!((up.status, up.json["code"].as_str()), (422, Some("asset.source-file-outside")), "{up:?}");
}
