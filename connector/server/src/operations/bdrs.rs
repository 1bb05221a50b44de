//! Directories of business partner numbers (BDRS of Catena-X): which number is which DID.
//!
//! A directory gives the whole map at once to whoever presents a membership credential. It is asked for anew when it is ten
//! minutes old. If it gives no answer, what it said before counts until it is fifteen minutes old, and then nothing does.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::ACCEPT;
use symbolon_data_plane::client::causes;
use symbolon_identity::catenax::is_bpnl;
use symbolon_identity::credential::Credential;
use symbolon_identity::did::{self, Relationship};
use symbolon_identity::presentation::Presenter;
use url::Url;

use super::founding::MEMBERSHIP;
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::credentials::{self, StoredCredential};

/// From this age on the directory is asked again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// From this age on what it said does not count.
const COUNTS: Duration = Duration::from_secs(15 * 60);
/// A directory that has just been asked for something that it does not have, or that failed, is left alone for this long.
const LEFT_ALONE: Duration = Duration::from_secs(30);
/// Largest answer as it comes, in bytes.
const COMPRESSED: usize = 8 << 20;
/// Largest answer once unpacked, in bytes.
const UNPACKED: u64 = 64 << 20;
/// Credentials of ours that are looked through for one of membership.
const HELD: i64 = 1000;
/// Life of the presentation that a directory is asked with.
const LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// What the directories of our dataspaces say.
#[derive(Debug, Default)]
pub struct Directories {
    kept: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Kept>>>>,
}

/// What one directory said, and when it was asked.
#[derive(Debug, Default)]
struct Kept {
    entries: Option<Arc<Entries>>,
    /// The last attempt, whether it succeeded or not.
    asked: Option<Timestamp>,
    failure: Option<Problem>,
}

/// The map, both ways.
#[derive(Debug)]
struct Entries {
    came: Timestamp,
    by_number: HashMap<String, String>,
    by_did: HashMap<String, String>,
}

impl Directories {
    /// The number of a participant in a dataspace; `None` if the dataspace has no directory, or the directory no such entry.
    ///
    /// # Errors
    /// 502 if the directory does not answer as it should, and what it said before is too old.
    pub async fn number_of(
        &self,
        connector: &Connector,
        dataspace: &str,
        did: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Problem> {
        let entries = self.entries(connector, dataspace, now, |entries| entries.by_did.contains_key(did)).await?;
        Ok(entries.and_then(|entries| entries.by_did.get(did).cloned()))
    }

    /// The DID behind a number, in the first of our dataspaces whose directory has it.
    ///
    /// # Errors
    /// 502 if no directory has it, and one of them does not answer.
    pub async fn did_of(&self, connector: &Connector, number: &str, now: Timestamp) -> Result<Option<String>, Problem> {
        let mut failure = None;
        for dataspace in connector.dataspaces.all().iter() {
            let known = |entries: &Entries| entries.by_number.contains_key(number);
            match self.entries(connector, &dataspace.id, now, known).await {
                Ok(entries) => {
                    if let Some(did) = entries.and_then(|entries| entries.by_number.get(number).cloned()) {
                        return Ok(Some(did));
                    }
                }
                Err(problem) => failure = Some(problem),
            }
        }
        failure.map_or(Ok(None), Err)
    }

    /// What counts of a dataspace's directory. It is asked anew if it is not fresh, or lacks what is `known` to be wanted.
    /// Others who want the same meanwhile wait for the one answer.
    async fn entries(
        &self,
        connector: &Connector,
        dataspace: &str,
        now: Timestamp,
        known: impl Fn(&Entries) -> bool,
    ) -> Result<Option<Arc<Entries>>, Problem> {
        let described = connector.dataspaces.get(dataspace);
        let Some(base) = described.and_then(|described| described.directory) else { return Ok(None) };
        let place = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(kept.entry(base.clone()).or_default())
        };
        let mut kept = place.lock().await;
        if kept.is_due(now, known) {
            let outcome = fetch(connector, dataspace, &base, now).await;
            // Nobody was asked where we have nothing to ask with, and our credential may come at any moment.
            if let Err(problem) = &outcome
                && problem.kind == Kind::Conflict
                && kept.entries.is_none()
            {
                return Err(problem.clone());
            }
            kept.asked = Some(now);
            match outcome {
                Ok(entries) => *kept = Kept { entries: Some(Arc::new(entries)), asked: Some(now), failure: None },
                Err(problem) => {
                    tracing::warn!(dataspace, directory = base, %problem, "the directory of business partners failed");
                    kept.failure = Some(problem);
                }
            }
        }
        kept.that_counts(now)
    }
}

impl Kept {
    fn is_due(&self, now: Timestamp, known: impl Fn(&Entries) -> bool) -> bool {
        let left_alone = self.asked.is_some_and(|asked| younger(asked, now, LEFT_ALONE));
        let fresh = self.entries.as_ref().is_some_and(|entries| younger(entries.came, now, FRESH) && known(entries));
        !fresh && !left_alone
    }

    fn that_counts(&self, now: Timestamp) -> Result<Option<Arc<Entries>>, Problem> {
        let entries = self.entries.as_ref().filter(|entries| younger(entries.came, now, COUNTS));
        match (entries, &self.failure) {
            (Some(entries), _) => Ok(Some(Arc::clone(entries))),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Ok(None),
        }
    }
}

fn younger(since: Timestamp, now: Timestamp, than: Duration) -> bool {
    now.duration_since(since).unsigned_abs() < than
}

/// Asks the directory at `base`, proving our membership.
async fn fetch(connector: &Connector, dataspace: &str, base: &str, now: Timestamp) -> Result<Entries, Problem> {
    let url = format!("{}/bpn-directory", base.trim_end_matches('/'));
    let presentation = presentation(connector, dataspace, now).await?;
    let body = get(connector, &url, &presentation).await.map_err(|why| failed(&url, &why))?;
    let unpacked = unpacked(body).map_err(|why| failed(&url, why))?;
    let map: BTreeMap<String, String> = serde_json::from_slice(&unpacked)
        .map_err(|error| failed(&url, &format!("it is no map of numbers: {error}")))?;
    entries_of(map, now).map_err(|why| failed(&url, &why))
}

/// Our membership credentials of the dataspace, and nothing else, as a presentation in our own name to ourselves: that is
/// what directories ask for.
async fn presentation(connector: &Connector, dataspace: &str, now: Timestamp) -> Result<String, Problem> {
    let described = connector.dataspaces.get(dataspace);
    let issuers = described.map(|described| described.issuers).unwrap_or_default();
    let held = credentials::newest(&connector.db, HELD).await?;
    let usable = |one: &StoredCredential| {
        one.types.iter().any(|kind| kind == MEMBERSHIP)
            && one.is_current(clock::millis(now))
            && issuers.iter().any(|issuer| did::same(&issuer.did, &one.issuer))
    };
    let parse = |one: StoredCredential| Credential::parse(&one.raw.into(), &connector.identity.compatibility);
    let held: Vec<Credential> = held.into_iter().filter(usable).filter_map(|one| parse(one).ok()).collect();
    // The data models do not mix in one presentation; the newest credential says which.
    let Some(model) = held.first().map(Credential::model) else {
        let detail =
            format!("we hold no membership credential of the dataspace {dataspace:?} to ask its directory with");
        return Err(Problem::new(Kind::Conflict, "directory.no-membership", detail).with_rule(MEMBERSHIP));
    };
    let chosen: Vec<Credential> = held.into_iter().filter(|one| one.model() == model).collect();
    let keys = connector.keys();
    let signer = keys.signer(Relationship::Authentication, now).map_err(Problem::internal)?;
    let presenter = Presenter { held: signer, audience: &connector.participant, lifetime: LIFETIME };
    let presented = presenter.present(&chosen, now).await.map_err(Problem::internal)?;
    let jwt = presented.first().and_then(serde_json::Value::as_str).map(str::to_owned);
    jwt.ok_or_else(|| Problem::internal("a presentation without a JWT"))
}

async fn get(connector: &Connector, url: &str, presentation: &str) -> Result<Vec<u8>, String> {
    let exchange = async {
        let address = Url::parse(url).map_err(|error| error.to_string())?;
        let client = connector.http.data_client();
        client.check(&address).map_err(|error| error.to_string())?;
        let request = client.http().get(address).bearer_auth(presentation).header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(causes)?;
        if !response.status().is_success() {
            return Err(format!("it answers with the status {}", response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(causes)? {
            if body.len() + chunk.len() > COMPRESSED {
                return Err("it answers with more than 8 MiB".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    let within = Duration::from_secs(connector.config.outgoing.request_timeout_s);
    let answer = tokio::time::timeout(within, exchange).await;
    answer.unwrap_or_else(|_| Err(format!("it does not answer within {} s", within.as_secs())))
}

/// The answer is packed whatever its headers say; a proxy on the way may have unpacked it.
fn unpacked(body: Vec<u8>) -> Result<Vec<u8>, &'static str> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Ok(body);
    }
    let mut unpacked = Vec::new();
    let mut reader = MultiGzDecoder::new(body.as_slice()).take(UNPACKED + 1);
    reader.read_to_end(&mut unpacked).map_err(|_| "its gzip is broken")?;
    if unpacked.len() as u64 > UNPACKED {
        return Err("it is larger than 64 MiB once unpacked");
    }
    Ok(unpacked)
}

fn entries_of(map: BTreeMap<String, String>, now: Timestamp) -> Result<Entries, String> {
    let (mut by_number, mut by_did) = (HashMap::new(), HashMap::new());
    for (number, did) in map {
        if !is_bpnl(&number) || !did.starts_with("did:") {
            return Err(format!("its entry {number:?} is no business partner number with a DID"));
        }
        // Of several numbers with one DID the first counts.
        by_did.entry(did.clone()).or_insert_with(|| number.clone());
        by_number.insert(number, did);
    }
    Ok(Entries { came: now, by_number, by_did })
}

fn failed(url: &str, why: &str) -> Problem {
    let detail = format!("the directory of business partners at {url} gives no usable answer: {why}");
    Problem::new(Kind::BadGateway, "directory.failed", detail)
        .with_rule("directory")
        .with_hint("name the partner by its DID meanwhile")
}

/// The DID behind what an operator calls a partner: a business partner number is looked up, anything else stays.
///
/// # Errors
/// 404 if no directory has the number; as [`Directories::did_of`].
pub(super) async fn resolved(connector: &Connector, id: &str) -> Result<String, Problem> {
    if !is_bpnl(id) {
        return Ok(id.to_owned());
    }
    let found = connector.directories.did_of(connector, id, clock::now()).await?;
    found.ok_or_else(|| {
        let hint = "no directory of our dataspaces has this number; name the partner by its DID";
        Problem::not_found("partner", id).with_hint(hint)
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries.iter().map(|(number, did)| ((*number).to_owned(), (*did).to_owned())).collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    #[test]
    fn an_answer_is_read_packed_or_not_and_not_beyond_its_bound() {
        assert_eq!(unpacked(packed(b"{}")), Ok(b"{}".to_vec()));
        assert_eq!(unpacked(b"{}".to_vec()), Ok(b"{}".to_vec()));
        assert!(unpacked(packed(b"{}")[..10].to_vec()).unwrap_err().contains("broken"));
        let bomb = packed(&vec![b' '; (64 << 20) + 1]);
        assert!(bomb.len() < COMPRESSED && unpacked(bomb).unwrap_err().contains("larger"));
    }

    #[test]
    fn what_is_no_number_with_a_did_is_refused() {
        let sound =
            entries_of(map(&[("BPNL00000003CRHK", "did:web:a"), ("BPNL00000003CRHL", "did:web:a")]), at(0)).unwrap();
        assert_eq!(sound.by_did["did:web:a"], "BPNL00000003CRHK");
        assert_eq!(sound.by_number.len(), 2);
        for (number, did) in [("BPNX", "did:web:a"), ("BPNL00000003CRHK", "https://a")] {
            assert!(entries_of(map(&[(number, did)]), at(0)).is_err(), "{number} {did}");
        }
    }

    #[test]
    fn what_was_said_counts_for_a_quarter_of_an_hour_and_is_asked_for_after_ten_minutes() {
        let entries = Arc::new(entries_of(map(&[("BPNL00000003CRHK", "did:web:a")]), at(0)).unwrap());
        let failure = Some(failed("https://directory.example", "down"));
        let kept = Kept { entries: Some(entries), asked: Some(at(0)), failure };
        let due = |second: i64, known: bool| kept.is_due(at(second), |_| known);
        assert!(!due(599, true) && due(601, true), "asked again after ten minutes");
        assert!(!due(29, false) && due(31, false), "what is missing is asked for at most twice a minute");
        assert!(kept.that_counts(at(899)).unwrap().is_some());
        assert_eq!(kept.that_counts(at(901)).unwrap_err().code, "directory.failed");
        assert!(Kept::default().is_due(at(0), |_| true));
    }
}
