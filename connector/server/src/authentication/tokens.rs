//! Self-issued tokens (DCP 1.0 §4.3): theirs are verified, ours are issued, and open our credential service where we have
//! something to present.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use symbolon_identity::access::AccessKey;
use symbolon_identity::did::Resolver;
use symbolon_identity::token::{Extra, Issuer, TokenError, Verified, Verifier};

use super::{log, missing, refused};
use crate::clock;
use crate::config::Config;
use crate::keys::Keys;
use crate::operations::dataspaces::Dataspaces;
use crate::problem::{Kind, Problem};
use crate::storage::dataspaces::StoredDataspace;

/// How long an access token for our credential service opens it. Half of that it is given out again.
const ACCESS_LIFE: Duration = Duration::from_secs(600);
/// Partners whose access tokens are kept.
const AUDIENCES: u64 = 10_000;

/// What the tokens of a DID are made and checked with.
#[derive(Debug)]
pub struct Tokens {
    issuer: Issuer,
    verifier: Verifier,
    access: AccessKey,
    dataspaces: Arc<Dataspaces>,
    granted: Cache<String, Granted>,
    /// For a `did:key`, whose document has no services.
    credential_service: Option<String>,
}

/// An access token that was given to an audience.
#[derive(Clone, Debug)]
struct Granted {
    /// `None` where there is nothing to present.
    token: Option<Arc<str>>,
    /// What it was made for: it counts as long as these are the dataspaces.
    of: Arc<Vec<StoredDataspace>>,
    until: Timestamp,
}

impl Tokens {
    /// Issues with `keys`, verifies by `resolver`. Tokens that were issued before `started` are refused.
    pub fn new(
        config: &Config,
        keys: &Arc<Keys>,
        resolver: Arc<Resolver>,
        dataspaces: Arc<Dataspaces>,
        started: Timestamp,
    ) -> Self {
        let keyring = keys.current();
        let verifier = Verifier::new(keyring.did(), resolver, started)
            .with_skew(Duration::from_secs(config.identity.clock_skew_s))
            .with_compatibility(config.identity.compatibility);
        let is_key = keyring.did().starts_with("did:key:");
        let source = Arc::clone(keys);
        Self {
            issuer: Issuer::new(move || source.current()),
            verifier,
            access: AccessKey::new(keyring.token_secret()),
            dataspaces,
            granted: Cache::new(AUDIENCES),
            credential_service: is_key.then(|| config.credential_service()),
        }
    }

    /// Who sent a request with this header, and what its token says. A refusal is logged.
    pub(super) async fn verify(&self, header: Option<&str>) -> Result<Verified, Problem> {
        let verified = match header {
            None => Err(missing()),
            Some(header) => self.verifier.verify(header, clock::now()).await.map_err(|error| refusal(&error)),
        };
        verified.inspect_err(|problem| log(None, problem))
    }

    /// A token that also lets `audience` ask our credential service, where we have something to present.
    pub(super) async fn with_access(&self, audience: &str) -> Result<String, Problem> {
        let access = self.access_for(audience, clock::now());
        self.issue(audience, Extra { token: access.as_deref(), ..Extra::default() }).await
    }

    /// A token with these claims.
    pub(super) async fn issue(&self, audience: &str, extra: Extra<'_>) -> Result<String, Problem> {
        let credential_service = extra.credential_service.or(self.credential_service.as_deref());
        let extra = Extra { credential_service, ..extra };
        Ok(self.issuer.issue(audience, extra, clock::now()).await?)
    }

    fn access_for(&self, audience: &str, now: Timestamp) -> Option<Arc<str>> {
        let dataspaces = self.dataspaces.all();
        if dataspaces.is_empty() {
            return None;
        }
        if let Some(granted) = self.granted.get(audience)
            && now < granted.until
            && Arc::ptr_eq(&granted.of, &dataspaces)
        {
            return granted.token;
        }
        let mut scopes: Vec<&str> = Vec::new();
        for scope in dataspaces.iter().flat_map(|dataspace| &dataspace.presented_scopes) {
            if !scopes.contains(&scope.as_str()) {
                scopes.push(scope);
            }
        }
        let token = (!scopes.is_empty()).then(|| self.access.grant(audience, &scopes, plus(now, ACCESS_LIFE)).into());
        let granted = Granted { token, until: plus(now, ACCESS_LIFE / 2), of: dataspaces };
        self.granted.insert(audience.to_owned(), granted.clone());
        granted.token
    }
}

fn refusal(error: &TokenError) -> Problem {
    let kind = if error.is_transient() { Kind::Unavailable } else { Kind::Unauthenticated };
    Problem { kind, ..refused(error.code(), error.to_string()) }.with_rule("DCP 1.0 §4.3.3")
}

fn plus(time: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}
