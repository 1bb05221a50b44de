//! Sessions of people: the cookie that carries one, and how it is made into an operator again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::browser::Browser;
use super::passwords::Secret;
use super::{Operator, OperatorKind, hash_key};
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::people;
use crate::storage::sessions::{self, Joined, Means, StoredSession};

/// A session that is not used for this long ends, in milliseconds.
pub(crate) const IDLE: i64 = 8 * 3_600_000;
/// That it is used is written down so often, in milliseconds.
const SEEN_EVERY: i64 = 60_000;

/// The session behind an operator. Not the token: what is here opens nothing, but for the proof against forged requests.
#[derive(Clone, Debug)]
pub struct Session {
    hash: String,
    csrf: Secret,
    ends: i64,
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Session {}

impl Session {
    /// Its key in storage.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// What requests that change something have to bring as `X-Csrf-Token`.
    pub fn csrf(&self) -> &str {
        self.csrf.expose()
    }

    /// When it ends if it is not used any more, in milliseconds since the epoch.
    pub fn ends(&self) -> i64 {
        self.ends
    }
}

/// The name of the session cookie. Cookies do not tell ports apart, so that each connector has a name of its own. `__Host-`
/// makes browsers keep others from setting it, and needs https.
pub fn cookie_name(connector: &Connector) -> String {
    let prefix = if connector.config.management.is_secure() { "__Host-" } else { "" };
    let own: String = hash_key(&connector.participant).chars().take(8).collect();
    format!("{prefix}symbolon-{own}")
}

/// The operator whose session the request's cookie carries, if there is a cookie. A cookie goes along with requests that
/// others make; so whatever `changes` something needs the proof that our own page made it.
///
/// # Errors
/// 401 for a session that has ended; 403 `host`, `origin`, `csrf`.
pub(super) async fn operator(
    connector: &Connector,
    browser: &Browser<'_>,
    changes: bool,
) -> Result<Option<Operator>, Problem> {
    let Some(token) = browser.cookie(&cookie_name(connector)) else { return Ok(None) };
    let management = &connector.config.management;
    browser.must_be_for(management)?;
    if changes {
        browser.must_be_ours(management)?;
    } else {
        browser.must_not_be_foreign(management)?;
    }
    let now = clock::millis(clock::now());
    let joined = sessions::by_hash(&connector.db, &hash_key(token)).await?;
    let Some(joined) = joined.filter(|joined| holds(joined, now)) else { return Err(ended()) };
    if changes && !browser.csrf().is_some_and(|given| proves(token, given)) {
        return Err(Problem::new(Kind::Forbidden, "csrf", "the request does not prove that one of our pages made it")
            .with_rule("X-Csrf-Token")
            .with_hint("send `csrf` of GET /session as X-Csrf-Token"));
    }
    if now - joined.session.seen >= SEEN_EVERY {
        let seen = vec![sessions::seen(&joined.session.hash, now), people::seen(&joined.session.person, now)];
        connector.db.commit_later(seen).await;
    }
    Ok(Some(begun(token, joined, now)))
}

/// The operator of a session that begins now.
pub(crate) fn begun(token: &str, joined: Joined, now: i64) -> Operator {
    let Joined { session: StoredSession { hash, person, means, expires, .. }, role, .. } = joined;
    let kind = match means {
        Means::Password => OperatorKind::User,
        Means::Oidc => OperatorKind::Oidc,
    };
    let csrf = proof(token).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).unwrap_or_default();
    let session = Session { hash, csrf: Secret::new(csrf), ends: expires.min(now + IDLE) };
    Operator { name: person, role, kind, session: Some(session) }
}

/// Whether what the operator was made of still holds: what stays open longer than a request asks again. A key holds as long
/// as the process.
///
/// # Errors
/// 401 for a session that has ended.
pub(crate) async fn still(connector: &Connector, operator: &Operator) -> Result<(), Problem> {
    let Some(session) = &operator.session else { return Ok(()) };
    let now = clock::millis(clock::now());
    let joined = sessions::by_hash(&connector.db, &session.hash).await?;
    let same = joined.is_some_and(|joined| holds(&joined, now) && joined.role == operator.role);
    if same { Ok(()) } else { Err(ended()) }
}

fn holds(joined: &Joined, now: i64) -> bool {
    !joined.disabled && now < joined.session.expires && now < joined.session.seen + IDLE
}

fn ended() -> Problem {
    Problem::new(Kind::Unauthenticated, "session.none", "this session has ended").with_hint("sign in again")
}

/// Only who knows the token can make it, and it does not tell the token. HMAC takes keys of any length.
fn proof(token: &str) -> Option<Hmac<Sha256>> {
    Hmac::<Sha256>::new_from_slice(token.as_bytes()).ok().map(|mac| mac.chain_update(b"symbolon csrf"))
}

/// The comparison takes the same time wherever they differ.
fn proves(token: &str, given: &str) -> bool {
    let given = URL_SAFE_NO_PAD.decode(given).ok();
    proof(token).zip(given).is_some_and(|(mac, given)| mac.verify_slice(&given).is_ok())
}
