//! A foreign company that speaks DCP 1.0 by hand, and lies where a test tells it to.
//!
//! It serves the `did:web` documents of any number of parties, their credential services, an issuer with status lists and
//! schemas, and takes messages of the Dataspace Protocol. Signatures are made by OpenSSL through `josekit`; nothing of the
//! product's own code is in here, so what the connector accepts of it was understood twice.

mod jwt;
mod key;
mod party;
pub mod status;
mod web;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

pub use self::jwt::{Jwt, altered, header, payload};
pub use self::key::{Key, Kind};
pub use self::party::{CATENA_X, CREDENTIAL_LIFE, Party, TOKEN_LIFE, VC_1, VC_2, date, now};
use self::web::Web;
pub use self::web::{Answering, Asked, Reply};
use crate::Failure;
use crate::peer::{Answer, CONTEXT, fresh_id};

const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// The peer. Dropping it ends its server.
pub struct DcpPeer {
    web: Web,
    http: reqwest::Client,
    parties: AtomicUsize,
}

impl DcpPeer {
    /// A peer without parties.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start() -> Result<Self, Failure> {
        Ok(Self { web: Web::start()?, http: crate::connector::http_client()?, parties: AtomicUsize::new(1) })
    }

    /// A new party with a P-256 key, its document served, its credential service answering that it has nothing.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn party(&self) -> Result<Party, Failure> {
        self.party_with(Kind::P256)
    }

    /// As [`DcpPeer::party`], with a key of this kind.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn party_with(&self, kind: Kind) -> Result<Party, Failure> {
        let name = format!("party-{}", self.parties.fetch_add(1, Ordering::Relaxed));
        let party = Party::new(&self.web.host(), &name, kind)?;
        self.serve(&party, "/did.json", Reply::Json(party.document()));
        self.serve(&party, "/dsp/*", Reply::Status(200));
        self.presents(&party, Vec::new());
        Ok(party)
    }

    /// From now on a path below the party's address is answered so.
    pub fn serve(&self, party: &Party, path: &str, reply: Reply) {
        self.answers(party, path, Arc::new(move |_| reply.clone()));
    }

    /// As [`DcpPeer::serve`], where the answer depends on the question.
    pub fn answers(&self, party: &Party, path: &str, answering: Answering) {
        let below = party.url.rsplit('/').next().unwrap_or_default();
        self.web.answer(&format!("/{below}{path}"), answering);
    }

    /// From now on the party presents these credentials to whoever asks with its access token, in an honest presentation.
    pub fn presents(&self, party: &Party, credentials: Vec<String>) {
        let holder = party.clone();
        self.presents_by(party, move |query| {
            let verifier = query.verifier();
            vec![holder.sign(&holder.presentation(&verifier, &credentials, now())).unwrap_or_default().into()]
        });
    }

    /// From now on the party answers queries with these presentations.
    pub fn presents_by(&self, party: &Party, answer: impl Fn(&Asked) -> Vec<Value> + Send + Sync + 'static) {
        let access = party.id_token("", 0).payload["token"].clone();
        self.answers(
            party,
            "/presentations/query",
            Arc::new(move |query| match query.claims().get("token") == Some(&access) {
                false => Reply::Status(401),
                true => Reply::Json(json!({"@context": ["https://w3id.org/dspace-dcp/v1.0/dcp.jsonld"],
                    "type": "PresentationResponseMessage", "presentation": answer(query)})),
            }),
        );
    }

    /// What was asked below a party's address, in order.
    pub fn asked(&self, party: &Party) -> Vec<Asked> {
        let below = format!("/{}/", party.url.rsplit('/').next().unwrap_or_default());
        self.web.asked().into_iter().filter(|asked| asked.path.starts_with(&below)).collect()
    }

    /// POSTs a message of the Dataspace Protocol with this token.
    ///
    /// # Errors
    /// `Unanswered` only: every status is an answer.
    pub async fn post(&self, address: &str, token: &str, message: &Value) -> Result<Answer, Failure> {
        let lost =
            |error: reqwest::Error| Failure::Unanswered { call: format!("POST {address}"), reason: error.to_string() };
        let request = self.http.post(address).header(AUTHORIZATION, format!("Bearer {token}")).json(message);
        let response = request.timeout(ANSWERS_WITHIN).send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let body = serde_json::from_slice(&response.bytes().await.map_err(lost)?).unwrap_or(Value::Null);
        Ok(Answer { status, links: Vec::new(), body })
    }

    /// Asks for the catalogue below a connector's base with this token.
    ///
    /// # Errors
    /// As [`DcpPeer::post`].
    pub async fn catalog(&self, dsp: &str, token: &str) -> Result<Answer, Failure> {
        let message = json!({"@context": [CONTEXT], "@type": "CatalogRequestMessage"});
        self.post(&format!("{dsp}/catalog/request"), token, &message).await
    }

    /// An id that was not given before.
    pub fn fresh_id(&self) -> String {
        fresh_id()
    }
}

impl Asked {
    /// The claims of the bearer token, believed as they are; null if there is none.
    pub fn claims(&self) -> Value {
        self.authorization.strip_prefix("Bearer ").and_then(|token| payload(token).ok()).unwrap_or(Value::Null)
    }

    /// Who asks, as its token says.
    pub fn verifier(&self) -> String {
        self.claims().get("iss").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The scopes that a presentation query asks for.
    pub fn scopes(&self) -> Vec<String> {
        let scopes = self.body.get("scope").and_then(Value::as_array);
        scopes.into_iter().flatten().filter_map(|scope| scope.as_str().map(str::to_owned)).collect()
    }
}

fn by_josekit(error: josekit::JoseError) -> Failure {
    Failure::Unexpected(format!("OpenSSL refuses: {error}"))
}
