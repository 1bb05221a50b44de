//! Sign-in at an OpenID provider: a small one, made here, that says whatever a case wants it to say.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use symbolon_identity::{KeyKind, SigningKey};
use url::Url;

use super::browser::{Browser, HOST, first_admin};
use super::fixture::{Answer, Fixture, answer, call, request};
use crate::clock;

const CLIENT: &str = "symbolon";
const SECRET: &str = "a secret: of 100%";

/// What the provider says, and what it was told.
#[derive(Debug)]
struct Says {
    /// Members that replace those of the id token; null removes one.
    claims: Value,
    /// Members that replace those of its header.
    header: Value,
    /// What the userinfo endpoint adds.
    userinfo: Value,
    key: SigningKey,
    published: Vec<(String, SigningKey)>,
    nonce: String,
    token_requests: Vec<(Option<String>, String)>,
    key_requests: usize,
}

struct Provider {
    issuer: String,
    says: Arc<Mutex<Says>>,
}

impl Provider {
    fn start() -> Self {
        let key = SigningKey::generate(KeyKind::P256).unwrap();
        let says = Arc::new(Mutex::new(Says {
            claims: json!({}),
            header: json!({}),
            userinfo: json!({}),
            published: vec![("one".to_owned(), key.clone())],
            key,
            nonce: String::new(),
            token_requests: Vec::new(),
            key_requests: 0,
        }));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let (data, base) = (web::Data::new(Arc::clone(&says)), web::Data::new(issuer.clone()));
        let app = move || {
            App::new()
                .app_data(data.clone())
                .app_data(base.clone())
                .route("/.well-known/openid-configuration", web::get().to(metadata))
                .route("/jwks", web::get().to(jwks))
                .route("/token", web::post().to(token))
                .route("/me", web::get().to(userinfo))
        };
        drop(tokio::spawn(HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run()));
        Self { issuer, says }
    }

    fn says(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.says.lock().unwrap());
    }
}

type Shared = web::Data<Arc<Mutex<Says>>>;

async fn metadata(base: web::Data<String>) -> HttpResponse {
    let at = |path: &str| format!("{}{path}", base.as_str());
    HttpResponse::Ok().json(json!({"issuer": base.as_str(), "authorization_endpoint": at("/authorize?theme=dark"),
        "token_endpoint": at("/token"), "jwks_uri": at("/jwks"), "userinfo_endpoint": at("/me"),
        "end_session_endpoint": at("/end")}))
}

async fn jwks(says: Shared) -> HttpResponse {
    let mut says = says.lock().unwrap();
    says.key_requests += 1;
    let keys: Vec<Value> =
        says.published.iter().map(|(kid, key)| joined(&key.public().jwk(), &json!({"kid": kid}))).collect();
    HttpResponse::Ok().json(json!({"keys": keys}))
}

async fn userinfo(says: Shared) -> HttpResponse {
    HttpResponse::Ok().json(joined(&json!({"sub": "248289761001"}), &says.lock().unwrap().userinfo))
}

async fn token(says: Shared, base: web::Data<String>, request: HttpRequest, body: String) -> HttpResponse {
    let mut says = says.lock().unwrap();
    let authorization = request.headers().get("Authorization").map(|value| value.to_str().unwrap().to_owned());
    says.token_requests.push((authorization, body));
    let now = clock::now().as_second();
    let header = joined(&json!({"alg": "ES256", "kid": "one", "typ": "JWT"}), &says.header);
    let claims = json!({"iss": base.as_str(), "aud": CLIENT, "sub": "248289761001", "iat": now, "exp": now + 300,
        "nonce": says.nonce, "preferred_username": "grace", "groups": ["staff", "connector-approvers"]});
    let claims = joined(&claims, &says.claims);
    let signed = format!("{}.{}", encoded(&header), encoded(&claims));
    let signature = match header["alg"].as_str() {
        Some("none") => String::new(),
        _ => URL_SAFE_NO_PAD.encode(says.key.sign_here(signed.as_bytes()).unwrap()),
    };
    HttpResponse::Ok().json(json!({"token_type": "Bearer", "access_token": "opens userinfo",
        "id_token": format!("{signed}.{signature}")}))
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The members of both; those of the second count, and null removes one.
fn joined(one: &Value, two: &Value) -> Value {
    let mut members = one.as_object().unwrap().clone();
    for (name, value) in two.as_object().unwrap() {
        members.insert(name.clone(), value.clone());
        if value.is_null() {
            members.remove(name);
        }
    }
    Value::Object(members)
}

/// A connector that knows the provider.
async fn fixture(provider: &Provider, more: &str) -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.keep().join("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let oidc = format!(
        "[management.oidc]\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"{}\"\nname = \"Plant SSO\"\n\
         role_claim = \"groups\"\nroles = {{ connector-approvers = \"approver\", connector-admins = \"admin\" }}\n{more}",
        provider.issuer,
        secret.display()
    );
    Fixture::with_management(&oidc).await
}

/// What a browser knows after it was sent to the provider.
struct Left {
    cookie: String,
    url: Url,
}

impl Left {
    fn query(&self, name: &str) -> String {
        self.url.query_pairs().find(|(found, _)| found == name).unwrap().1.into_owned()
    }
}

async fn leave<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    provider: &Provider,
    back_to: &str,
) -> Left {
    let path = format!("/api/v1/session/oidc?return={back_to}");
    let left = answer(app, request("GET", &path).insert_header(("Host", HOST))).await;
    assert_eq!(left.status, 302, "{left:?}");
    let set = left.headers.get("Set-Cookie").unwrap().to_str().unwrap().to_owned();
    assert!(set.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "{set}");
    let url = Url::parse(left.headers.get("Location").unwrap().to_str().unwrap()).unwrap();
    let left = Left { cookie: set.split(';').next().unwrap().to_owned(), url };
    provider.says(|says| says.nonce = left.query("nonce"));
    left
}

async fn come_back<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    cookie: &str,
    query: &str,
) -> Answer {
    let path = format!("/api/v1/session/oidc/callback?{query}");
    let request = request("GET", &path).insert_header(("Host", HOST)).insert_header(("Sec-Fetch-Site", "cross-site"));
    answer(app, request.insert_header(("Cookie", cookie))).await
}

fn location(answer: &Answer) -> &str {
    answer.headers.get("Location").map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// The browser that has the session which the answer began.
fn browser(answer: &Answer) -> Browser {
    let mut cookies = answer.headers.get_all("Set-Cookie").map(|set| set.to_str().unwrap().to_owned());
    let session = cookies.find(|set| set.contains("SameSite=Strict"));
    Browser { cookie: session.map(|set| set.split(';').next().unwrap().to_owned()), csrf: None }
}

/// The whole way, as the provider says it.
async fn signed_in<B: MessageBody>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    provider: &Provider,
) -> Answer {
    let left = leave(app, provider, "/partners").await;
    come_back(app, &left.cookie, &format!("code=c&state={}", left.query("state"))).await
}

#[actix_web::test]
async fn somebody_signs_in_at_the_provider() {
    let provider = Provider::start();
    let fixture = fixture(&provider, "").await;
    let app = fixture.app().await;
    let ways = answer(&app, request("GET", "/api/v1/session/ways")).await;
    assert_eq!(ways.json["oidc"], json!({"name": "Plant SSO"}));

    let left = leave(&app, &provider, "/negotiations%3Fbox%3Dus").await;
    assert!(left.url.as_str().starts_with(&format!("{}/authorize?theme=dark&", provider.issuer)), "{}", left.url);
    assert_eq!((left.query("response_type"), left.query("client_id")), ("code".to_owned(), CLIENT.to_owned()));
    let redirect = "http://127.0.0.1:0/api/v1/session/oidc/callback";
    assert_eq!((left.query("redirect_uri").as_str(), left.query("scope").as_str()), (redirect, "openid profile email"));

    let back = come_back(&app, &left.cookie, &format!("code=the+code&state={}", left.query("state"))).await;
    assert_eq!((back.status, location(&back)), (302, "/negotiations?box=us"), "{back:?}");
    let mut grace = browser(&back);
    let session = grace.send(&app, "GET", "/api/v1/session", None).await;
    assert_eq!(session.json["operator"], json!({"name": "grace", "role": "approver", "kind": "oidc"}));
    let listed = call(&app, "admin", "GET", "/api/v1/users", None).await;
    let listed = &listed.json["items"][0];
    assert_eq!(
        (&listed["kind"], &listed["state"], &listed["role"]),
        (&json!("oidc"), &json!("active"), &json!("approver"))
    );

    // The token endpoint was told who we are, and what only we can know of the challenge.
    let (authorization, form) = provider.says.lock().unwrap().token_requests.remove(0);
    let pair = base64::engine::general_purpose::STANDARD.encode("symbolon:a+secret%3A+of+100%25");
    assert_eq!(authorization, Some(format!("Basic {pair}")));
    let form: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let member = |name: &str| form.iter().find(|(found, _)| found == name).unwrap().1.clone();
    assert_eq!((member("grant_type").as_str(), member("code").as_str()), ("authorization_code", "the code"));
    assert_eq!(member("redirect_uri"), redirect);
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(member("code_verifier"))), left.query("code_challenge"));

    let out = grace.send(&app, "DELETE", "/api/v1/session", None).await;
    let end = format!("{}/end?client_id=symbolon&post_logout_redirect_uri=", provider.issuer);
    assert_eq!(out.status, 200, "{out:?}");
    assert!(out.json["signOutAt"].as_str().unwrap().starts_with(&end), "{out:?}");
    assert_eq!(grace.cookie, None);
}

#[actix_web::test]
async fn what_the_id_token_does_not_prove_lets_nobody_in() {
    let provider = Provider::start();
    let fixture = fixture(&provider, "").await;
    let app = fixture.app().await;
    let now = clock::now().as_second();
    let claims = |claims: Value| (claims, json!({}));
    let header = |header: Value| (json!({}), header);
    let cases = [
        ("another issuer", claims(json!({"iss": "https://evil.example"})), "oidc.issuer"),
        ("no issuer", claims(json!({"iss": null})), "oidc.issuer"),
        ("another audience", claims(json!({"aud": "somebody"})), "oidc.audience"),
        ("no audience", claims(json!({"aud": null})), "oidc.audience"),
        ("several, without a party", claims(json!({"aud": [CLIENT, "somebody"]})), "oidc.audience"),
        ("another party", claims(json!({"aud": [CLIENT, "somebody"], "azp": "somebody"})), "oidc.audience"),
        ("expired", claims(json!({"exp": now - 31})), "oidc.expired"),
        ("without an end", claims(json!({"exp": null})), "oidc.expired"),
        ("from tomorrow", claims(json!({"iat": now + 86400})), "oidc.expired"),
        ("not yet", claims(json!({"nbf": now + 3600})), "oidc.expired"),
        ("another nonce", claims(json!({"nonce": "another"})), "oidc.nonce"),
        ("no nonce", claims(json!({"nonce": null})), "oidc.nonce"),
        ("no subject", claims(json!({"sub": null})), "oidc.subject"),
        ("no role that counts", claims(json!({"groups": ["staff"]})), "oidc.no-role"),
        ("a role in another shape", claims(json!({"groups": {"connector-admins": true}})), "oidc.no-role"),
        ("no algorithm", header(json!({"alg": "none"})), "oidc.algorithm"),
        ("a symmetric algorithm", header(json!({"alg": "HS256"})), "oidc.algorithm"),
        ("another algorithm than the key's", header(json!({"alg": "RS256"})), "oidc.signature"),
        ("an unknown key", header(json!({"kid": "two"})), "oidc.key-unknown"),
        ("an extension that matters", header(json!({"crit": ["x"], "x": 1})), "oidc.id-token"),
    ];
    for (what, (claims, header), code) in cases {
        provider.says(|says| (says.claims, says.header) = (claims, header));
        let refused = signed_in(&app, &provider).await;
        assert_eq!(location(&refused), format!("/sign-in?error={code}"), "{what}");
        assert_eq!(browser(&refused).cookie, None, "{what}");
    }
    provider.says(|says| (says.claims, says.header) = (json!({}), json!({})));
    provider.says(|says| says.key = SigningKey::generate(KeyKind::P256).unwrap());
    assert_eq!(location(&signed_in(&app, &provider).await), "/sign-in?error=oidc.signature");
    assert_eq!(call(&app, "admin", "GET", "/api/v1/users", None).await.json["items"], json!([]));
}

#[actix_web::test]
async fn what_comes_back_fits_only_the_browser_that_left() {
    let provider = Provider::start();
    let fixture = fixture(&provider, "").await;
    let app = fixture.app().await;
    let (attackers, victims) = (leave(&app, &provider, "/").await, leave(&app, &provider, "/").await);
    let ours = format!("code=c&state={}", victims.query("state"));
    let (name, value) = victims.cookie.split_once('=').unwrap();
    let old = format!("{name}={}.1000.Lw", value.split('.').next().unwrap());
    let cases = [
        (
            "another browser's answer",
            victims.cookie.as_str(),
            format!("code=c&state={}", attackers.query("state")),
            "oidc.state",
        ),
        ("no state", &victims.cookie, "code=c".to_owned(), "oidc.state"),
        ("no cookie", "", ours.clone(), "oidc.state"),
        ("an old cookie", &old, ours.clone(), "oidc.state"),
        ("another provider's answer", &victims.cookie, format!("{ours}&iss=https://evil.example"), "oidc.issuer"),
        ("no code", &victims.cookie, format!("state={}", victims.query("state")), "oidc.code"),
        (
            "the user said no",
            &victims.cookie,
            format!("error=access_denied&state={}", victims.query("state")),
            "oidc.denied",
        ),
        ("an error", &victims.cookie, format!("error=server_error&state={}", victims.query("state")), "oidc.refused"),
        ("two states", &victims.cookie, format!("{ours}&state=x"), "oidc.callback"),
    ];
    for (what, cookie, query, code) in cases {
        let refused = come_back(&app, cookie, &query).await;
        assert_eq!(location(&refused), format!("/sign-in?error={code}"), "{what}");
        assert_eq!(browser(&refused).cookie, None, "{what}");
        let cleared = refused.headers.get_all("Set-Cookie").any(|set| set.to_str().unwrap().contains("Max-Age=0"));
        assert!(cleared, "{what}");
    }
    assert!(provider.says.lock().unwrap().token_requests.is_empty(), "no code was given away");
    assert_eq!(location(&come_back(&app, &victims.cookie, &ours).await), "/");
}

#[actix_web::test]
async fn nobody_is_sent_elsewhere() {
    let provider = Provider::start();
    let fixture = fixture(&provider, "").await;
    let app = fixture.app().await;
    for back_to in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "%5C%5Cevil",
        "/%0d%0aX:y",
        "",
        "x",
        "/%09/evil.example",
    ] {
        let path = format!("/api/v1/session/oidc?return={back_to}");
        let refused = answer(&app, request("GET", &path).insert_header(("Host", HOST))).await;
        assert_eq!((refused.status, location(&refused)), (302, "/sign-in?error=oidc.return"), "{back_to}");
    }
    let rebound = answer(&app, request("GET", "/api/v1/session/oidc").insert_header(("Host", "evil.example"))).await;
    assert_eq!((rebound.status, rebound.json["code"].as_str()), (403, Some("host")));
    let without = Fixture::new().await;
    let none = answer(&without.app().await, request("GET", "/api/v1/session/oidc").insert_header(("Host", HOST))).await;
    assert_eq!(location(&none), "/sign-in?error=oidc.none");
}

#[actix_web::test]
async fn the_providers_word_counts_at_each_sign_in() {
    let provider = Provider::start();
    let fixture = fixture(&provider, "").await;
    let app = fixture.app().await;
    let mut first = browser(&signed_in(&app, &provider).await);
    provider.says(|says| {
        says.claims = json!({"groups": ["connector-admins", "connector-approvers"], "preferred_username": "hopper"})
    });
    let mut second = browser(&signed_in(&app, &provider).await);
    let session = second.send(&app, "GET", "/api/v1/session", None).await;
    assert_eq!(session.json["operator"], json!({"name": "grace", "role": "admin", "kind": "oidc"}), "the name stays");
    assert_eq!(first.send(&app, "GET", "/api/v1/session", None).await.status, 401, "what had another role has ended");

    let put = |role: &str, disabled: bool| Some(json!({"role": role, "disabled": disabled}));
    let refused = call(&app, "admin", "PUT", "/api/v1/users/grace", put("viewer", false)).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (409, Some("user.role-of-provider")));
    drop(super::browser::person(&app, "Ada", "admin").await);
    assert_eq!(call(&app, "admin", "PUT", "/api/v1/users/grace", put("admin", true)).await.status, 200);
    assert_eq!(second.send(&app, "GET", "/api/v1/session", None).await.status, 401);
    assert_eq!(location(&signed_in(&app, &provider).await), "/sign-in?error=oidc.disabled");
    let refused = call(&app, "admin", "POST", "/api/v1/users/grace/link", None).await;
    assert_eq!((refused.status, refused.json["code"].as_str()), (409, Some("user.no-password")));
}

#[actix_web::test]
async fn nobody_takes_the_name_of_somebody_else() {
    let provider = Provider::start();
    let fixture = fixture(&provider, "").await;
    let app = fixture.app().await;
    drop(first_admin(&fixture, &app, "Grace").await);
    for (sub, name) in [("1", "grace"), ("2", "admin"), ("3", "automation")] {
        provider.says(|says| says.claims = json!({"sub": sub, "preferred_username": name}));
        let mut other = browser(&signed_in(&app, &provider).await);
        let session = other.send(&app, "GET", "/api/v1/session", None).await;
        let shown = session.json["operator"]["name"].as_str().unwrap().to_owned();
        assert!(shown.starts_with(&format!("{name} (")) && shown.len() == name.len() + 11, "{shown}");
    }
}

#[actix_web::test]
async fn groups_are_asked_for_where_the_token_has_none() {
    let provider = Provider::start();
    let fixture = fixture(&provider, "default_role = \"viewer\"").await;
    let app = fixture.app().await;
    provider.says(|says| {
        says.claims = json!({"groups": null});
        says.userinfo = json!({"groups": ["connector-approvers"]});
    });
    let mut grace = browser(&signed_in(&app, &provider).await);
    assert_eq!(grace.send(&app, "GET", "/api/v1/session", None).await.json["operator"]["role"], "approver");
    provider.says(|says| says.userinfo = json!({}));
    let mut grace = browser(&signed_in(&app, &provider).await);
    assert_eq!(
        grace.send(&app, "GET", "/api/v1/session", None).await.json["operator"]["role"],
        "viewer",
        "the default"
    );
    provider.says(|says| says.userinfo = json!({"sub": "somebody else", "groups": ["connector-admins"]}));
    assert_eq!(location(&signed_in(&app, &provider).await), "/sign-in?error=oidc.userinfo");
    assert_eq!(provider.says.lock().unwrap().key_requests, 1, "keys that are at hand are not asked for again");
}

#[actix_web::test]
async fn a_provider_that_is_not_there_is_told_to_the_person() {
    let provider = Provider { issuer: "http://127.0.0.1:9".to_owned(), says: Provider::start().says };
    let fixture = fixture(&provider, "").await;
    let app = fixture.app().await;
    let left = answer(&app, request("GET", "/api/v1/session/oidc").insert_header(("Host", HOST))).await;
    assert_eq!((left.status, location(&left)), (302, "/sign-in?error=oidc.unreachable"));
}
