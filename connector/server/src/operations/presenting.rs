//! What partners have presented: asked for once, kept for as long as it holds, and weighed by each dataspace's own trust.
//!
//! What is kept is what was verified, not what was concluded: a dataspace that changes whom it believes or what it requires
//! decides anew with the next message, and so does a credential that its issuer takes back.

mod asking;
mod rules;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use symbolon_identity::catenax;
use symbolon_identity::credential::{Credential, CredentialError, Raw, Refusal, StatusCheck};
use symbolon_identity::presentation::Presented;
use symbolon_identity::token::Verified;

use self::rules::{Rules, Weighed};
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::partners;
use crate::storage::presentations::PresentedCredential;

/// Presentations that are kept, in bytes, roughly.
const KEPT_BYTES: u64 = 64 << 20;
/// Credentials that are kept parsed, in bytes, roughly.
const PARSED_BYTES: u64 = 64 << 20;
/// Partners that are being asked, or were a moment ago.
const FLIGHTS: u64 = 10_000;
/// A partner that has proved some of our dataspaces is asked for the rest this often at most.
const REST_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// A status list that a decision rests on and that cannot be had is asked for again after so many seconds.
const LIST_AGAIN_S: i64 = 5;
/// A registered partner that has proved nothing is asked this often at most.
const ALL_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// What partners have presented.
#[derive(Debug)]
pub struct Presenting {
    kept: Cache<String, Arc<Kept>>,
    parsed: Cache<String, Arc<Credential>>,
    flights: Cache<String, Arc<Flight>>,
    rules: rules::Current,
}

/// A presentation that was verified.
#[derive(Debug)]
struct Kept {
    presented: Presented,
    /// What our dataspaces asked for then, and whom they believed: of others nothing was looked at.
    rules: Arc<Rules>,
    /// Hash of the access token that it was had by.
    token: [u8; 32],
    verified: Timestamp,
    until: Timestamp,
}

/// One partner is asked once at a time. Who comes while it is asked with the same access token takes what comes of it.
#[derive(Debug, Default)]
struct Flight {
    last: tokio::sync::Mutex<Option<Asked>>,
    rounds: AtomicU64,
}

/// How asking ended. What was presented is kept elsewhere, or not at all.
#[derive(Debug)]
struct Asked {
    token: [u8; 32],
    outcome: Result<Weak<Kept>, Problem>,
}

impl Default for Presenting {
    fn default() -> Self {
        let weight = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        let kept = Cache::builder().max_capacity(KEPT_BYTES).weigher(move |_: &String, kept: &Arc<Kept>| {
            let credentials = kept.presented.credentials.iter().map(|one| bytes_of(one));
            weight(credentials.sum::<usize>() + 512 * kept.presented.unknown.len() + 1024)
        });
        let parsed = Cache::builder().max_capacity(PARSED_BYTES);
        let parsed = parsed.weigher(move |_: &String, credential: &Arc<Credential>| weight(bytes_of(credential)));
        let flights = Cache::new(FLIGHTS);
        Self { kept: kept.build(), parsed: parsed.build(), flights, rules: rules::Current::default() }
    }
}

/// A parsed JSON takes a multiple of its text.
fn bytes_of(credential: &Credential) -> usize {
    let raw = match credential.raw() {
        Raw::Jwt(jwt) => jwt.len(),
        Raw::Json(json) => json.to_string().len(),
    };
    1024 + 5 * raw
}

/// The dataspaces that the sender of this token has proved to belong to. Without dataspaces that require something: none, and
/// nobody is asked.
///
/// # Errors
/// 401 `token.claim-missing` if it lets us ask for nothing and nobody has registered it; 403 for what it presents, does not
/// present or refuses; 503 where something cannot be had now.
pub(crate) async fn memberships(connector: &Connector, verified: &Verified) -> Result<Vec<String>, Problem> {
    let presenting = &connector.identity.presenting;
    let rules = rules(connector);
    if rules.required.is_empty() {
        return Ok(Vec::new());
    }
    let (partner, now) = (verified.participant.id(), clock::now());
    let token = verified.claims.token.as_deref();
    let mut standing = Vec::new();
    if let Some(kept) = presenting.known(partner, now) {
        let weighed = weigh(connector, &rules, &kept, now).await;
        // Since then we may have come to believe others, of whose credentials nothing was looked at.
        let changed = token.is_some() && !Arc::ptr_eq(&kept.rules, &rules);
        let worth_asking = changed || weighed.is_worth_asking(&kept, token.map(hash), now);
        if weighed.is_complete() || (!worth_asking && stands(connector, &weighed, partner).await?) {
            return Ok(weighed.memberships);
        }
        standing = weighed.memberships;
    }
    let Some(token) = token else { return without_token(connector, partner).await };
    match ask_once(connector, verified, token, &rules).await {
        Ok(kept) => {
            let weighed = rules.weigh(&kept.presented, Vec::new());
            if stands(connector, &weighed, partner).await? { Ok(weighed.memberships) } else { Err(weighed.refusal()) }
        }
        // What may pass does not end what was proved before.
        Err(problem) if problem.kind == Kind::Unavailable && !standing.is_empty() => Ok(standing),
        Err(problem) => Err(problem),
    }
}

/// Whether a partner that has proved nothing is let in, because an operator has registered it or nothing has to be proved.
///
/// # Errors
/// When storage fails.
pub(crate) async fn lets_in_without_proof(connector: &Connector, partner: &str) -> Result<bool, Problem> {
    Ok(rules(connector).required.is_empty() || is_registered(connector, partner).await?)
}

/// Whether the partner is let in with what it has proved: that it belongs somewhere, or, where nothing that it presented was
/// wrong, that it is one whom an operator has registered.
async fn stands(connector: &Connector, weighed: &Weighed, partner: &str) -> Result<bool, Problem> {
    Ok(!weighed.memberships.is_empty() || (!weighed.lapsed && is_registered(connector, partner).await?))
}

/// A credential that was presented, and its status as it is now.
///
/// # Errors
/// Why it does not hold any more: the end of a sentence that begins with the credential's name.
pub(crate) async fn looked_up(
    connector: &Connector,
    credential: &PresentedCredential,
    now: Timestamp,
) -> Result<(Arc<Credential>, Vec<StatusCheck>), Refusal> {
    let identity = &connector.identity;
    if clock::from_millis(credential.expires) <= now {
        return Err(Refusal::Expired);
    }
    let parsed = parsed(connector, credential).map_err(|error| error.refusal().clone())?;
    let leniency = identity.compatibility.leniency();
    let checks = identity.statuses.check(&parsed, &identity.resolver, leniency, now).await?;
    Ok((parsed, checks))
}

/// When what [`looked_up`] said may change without anybody saying so: the credential ends, or its status is to be looked at
/// anew. `None` for one that has ended, which is final.
pub(crate) fn changes_at(
    connector: &Connector,
    credential: &PresentedCredential,
    looked_up: &Result<(Arc<Credential>, Vec<StatusCheck>), Refusal>,
    now: Timestamp,
) -> Option<Timestamp> {
    let ends = clock::from_millis(credential.expires);
    let after = |from: Timestamp| {
        let ttl = i64::try_from(connector.config.identity.status_cache_s).unwrap_or(i64::MAX);
        in_seconds(from, ttl)
    };
    if ends <= now {
        return None;
    }
    let status = match looked_up {
        Ok((_, checks)) => checks.iter().map(|check| after(check.fetched_at).max(in_seconds(now, 1))).min(),
        Err(Refusal::Status(_)) => Some(in_seconds(now, LIST_AGAIN_S)),
        Err(_) if credential.statuses.is_empty() => None,
        Err(_) => Some(after(now)),
    };
    status.into_iter().chain([ends]).min()
}

fn in_seconds(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Whether the dataspace believes the credential, as it is now.
pub(crate) fn is_believed(connector: &Connector, dataspace: &str, credential: &Credential) -> bool {
    rules(connector).of_dataspace(dataspace).is_some_and(|rule| rule.believes(credential))
}

/// Whether these credentials are all that the dataspace requires of its members, as it is now.
pub(crate) fn prove_membership(connector: &Connector, dataspace: &str, credentials: &[&Credential]) -> bool {
    rules(connector).of_dataspace(dataspace).is_some_and(|rule| rule.is_met_by(credentials))
}

/// A credential of our own wallet as a partner that believes whom our dataspaces believe would keep it. It was verified when
/// it came.
pub(crate) fn as_presented(connector: &Connector, held: &Credential) -> PresentedCredential {
    asking::row(held, catenax::said(held), &rules(connector))
}

fn rules(connector: &Connector) -> Arc<Rules> {
    connector.identity.presenting.rules.of(&connector.dataspaces.all(), &connector.identity.aliases)
}

/// The credential, parsed once.
///
/// # Errors
/// When it cannot be read any more.
pub(crate) fn parsed(
    connector: &Connector,
    credential: &PresentedCredential,
) -> Result<Arc<Credential>, CredentialError> {
    let presenting = &connector.identity.presenting;
    if let Some(parsed) = presenting.parsed.get(&credential.digest) {
        return Ok(parsed);
    }
    let parsed = Arc::new(Credential::from_text(&credential.raw, &connector.identity.compatibility)?);
    presenting.parsed.insert(credential.digest.clone(), Arc::clone(&parsed));
    Ok(parsed)
}

impl Presenting {
    fn known(&self, partner: &str, now: Timestamp) -> Option<Arc<Kept>> {
        self.kept.get(partner).filter(|kept| now < kept.until)
    }
}

/// What of it still holds, and what that proves.
async fn weigh(connector: &Connector, rules: &Rules, kept: &Kept, now: Timestamp) -> Weighed {
    let checker = connector.identity.checker(&rules.issuers);
    let mut lapsed = Vec::new();
    for (place, credential) in kept.presented.credentials.iter().enumerate() {
        if let Err(error) = checker.recheck(credential, now).await {
            lapsed.push((place, error));
        }
    }
    if lapsed.is_empty() {
        return rules.weigh(&kept.presented, lapsed);
    }
    let mut left = kept.presented.clone();
    for (place, _) in lapsed.iter().rev() {
        left.credentials.remove(*place);
    }
    rules.weigh(&left, lapsed)
}

impl Weighed {
    /// Whether everything is proved that can be.
    fn is_complete(&self) -> bool {
        !self.memberships.is_empty() && self.missing.is_empty()
    }

    /// Whether the partner, asked again, may prove more: not with the access token that it had proved something with, and not
    /// a moment later.
    fn is_worth_asking(&self, kept: &Kept, token: Option<[u8; 32]>, now: Timestamp) -> bool {
        let age = now.duration_since(kept.verified);
        match (token, self.memberships.is_empty()) {
            (None, _) => false,
            (Some(_), true) => age >= ALL_AGAIN,
            (Some(token), false) => token != kept.token && age >= REST_AGAIN,
        }
    }

    /// Why the partner is not let in.
    fn refusal(&self) -> Problem {
        let missing = self.missing.join("; ");
        let detail = format!("the partner has not proved that it belongs to a dataspace of this connector: {missing}");
        Problem::new(Kind::Forbidden, "dataspace.no-membership", detail)
            .with_rule("DCP 1.0 §5.4.3: what was asked for is presented, and its issuer is trusted for its type")
            .with_hint("get the credential from an issuer of the dataspace, or ask to be invited")
    }
}

/// An operator may have registered the partner: it is who its DID says, and belongs to no dataspace.
async fn without_token(connector: &Connector, partner: &str) -> Result<Vec<String>, Problem> {
    if is_registered(connector, partner).await? {
        return Ok(Vec::new());
    }
    let detail = "the token has no token claim, which lets this connector ask its sender's credential service";
    Err(Problem::new(Kind::Unauthenticated, "token.claim-missing", detail)
        .with_rule("DCP 1.0 §5.2: a request names the access token for its sender's credential service in `token`")
        .with_hint("send a self-issued token with an access token in its `token` claim"))
}

async fn is_registered(connector: &Connector, partner: &str) -> Result<bool, Problem> {
    Ok(partners::by_id(&connector.db, partner).await?.is_some())
}

/// Asks the partner, unless somebody who came a moment before does.
async fn ask_once(
    connector: &Connector,
    verified: &Verified,
    token: &str,
    rules: &Arc<Rules>,
) -> Result<Arc<Kept>, Problem> {
    let partner = verified.participant.id();
    let flight = connector.identity.presenting.flights.get_with(partner.to_owned(), Arc::default);
    let seen = flight.rounds.load(Ordering::Acquire);
    let mut last = flight.last.lock().await;
    let hash = hash(token);
    if flight.rounds.load(Ordering::Acquire) != seen
        && let Some(asked) = last.as_ref().filter(|asked| asked.token == hash)
        && let Some(outcome) = asked.outcome.as_ref().map_err(Clone::clone).map(Weak::upgrade).transpose()
    {
        return outcome;
    }
    let outcome = asking::ask(connector, verified, token, rules).await;
    let outcome = outcome.map(|(presented, verified, until)| {
        Arc::new(Kept { presented, rules: Arc::clone(rules), token: hash, verified, until })
    });
    if let Ok(kept) = &outcome {
        connector.identity.presenting.kept.insert(partner.to_owned(), Arc::clone(kept));
    }
    *last = Some(Asked { token: hash, outcome: outcome.as_ref().map(Arc::downgrade).map_err(Clone::clone) });
    flight.rounds.fetch_add(1, Ordering::Release);
    outcome
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
