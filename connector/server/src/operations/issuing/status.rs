//! Status lists: a bit for each credential that we issued, and what the lists look like to others.
//!
//! A bit is the state of a row, so that a list is right from the commit that changed it. What was signed a moment ago is
//! given out again until then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use symbolon_identity::credential::status::{Bits, MIN_BITS, unsigned_list};
use symbolon_identity::credential::{Draft, Model, Profile, Purpose, StatusEntry};
use symbolon_identity::did::Relationship;

use crate::config::Config;
use crate::connector::{Change, Connector};
use crate::keys::Keys;
use crate::problem::Problem;
use crate::storage::Db;
use crate::storage::issued::{self, CredentialState};
use crate::storage::status_lists::{self as rows, StatusList, StatusModel};
use crate::{clock, ids};

/// Places of a list: what both standards want at least.
const PLACES: u64 = MIN_BITS;
/// A list with this many places taken is not filled further: a place is found at random, and says nothing of when the
/// credential was issued.
const FULL: i64 = 65_536;
/// How often a place is looked for.
const TRIES: usize = 64;
/// How long a signed list may be used. Whoever reads it asks again much sooner.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long a signed list is given out again.
const KEPT: Duration = Duration::from_secs(300);

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A JWT.
    Jwt,
    /// JSON with a Data Integrity proof; a JWT where we have no key for that.
    Json,
}

/// A list as it is sent.
#[derive(Debug)]
pub struct Document {
    /// Its media type.
    pub media_type: &'static str,
    /// The list, signed.
    pub body: String,
}

/// The lists that we publish. What was signed a moment ago is kept; a change of any state empties that, and what was read
/// before the change is not kept.
#[derive(Debug)]
pub struct Published {
    db: Db,
    keys: Arc<Keys>,
    base: String,
    kept: Cache<(String, Purpose, Form), Arc<Document>>,
    epoch: AtomicU64,
}

impl Published {
    /// The lists of this database, signed with these keys, below the issuer's address of this configuration.
    pub fn new(db: Db, keys: Arc<Keys>, config: &Config) -> Self {
        let kept = Cache::builder().max_capacity(256).time_to_live(KEPT).build();
        let base = format!("{}/status-lists", config.issuer_service());
        Self { db, keys, base, kept, epoch: AtomicU64::new(0) }
    }

    /// After the commit of a change of states.
    pub fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.kept.invalidate_all();
    }

    /// The list of this purpose, signed.
    ///
    /// # Errors
    /// 404.
    pub async fn list(&self, id: &str, purpose: Purpose, form: Form) -> Result<Arc<Document>, Problem> {
        let key = (id.to_owned(), purpose, form);
        if let Some(document) = self.kept.get(&key) {
            return Ok(document);
        }
        let epoch = self.epoch.load(Ordering::SeqCst);
        let list = rows::by_id(&self.db, id).await?.ok_or_else(|| Problem::not_found("status list", id))?;
        let state = match purpose {
            Purpose::Revocation => CredentialState::Revoked,
            Purpose::Suspension => CredentialState::Suspended,
        };
        let mut bits = Bits::new(PLACES);
        for place in rows::places(&self.db, id, state).await? {
            bits.set(u64::try_from(place).unwrap_or(u64::MAX), true);
        }
        let document = Arc::new(self.sign(&list, purpose, &bits, form, clock::now()).await?);
        if self.epoch.load(Ordering::SeqCst) == epoch {
            self.kept.insert(key, Arc::clone(&document));
        }
        Ok(document)
    }

    /// Which list of ours this address is of.
    pub fn at<'a>(&self, url: &'a str) -> Option<(&'a str, Purpose)> {
        let path = url.strip_prefix(&self.base)?.strip_prefix('/')?;
        match path.split_once('/') {
            None => Some((path, Purpose::Revocation)),
            Some((id, purpose)) => Some((id, Purpose::from_name(purpose)?)),
        }
    }

    fn url(&self, id: &str, purpose: Purpose) -> String {
        match purpose {
            Purpose::Revocation => format!("{}/{id}", self.base),
            Purpose::Suspension => format!("{}/{id}/{}", self.base, purpose.name()),
        }
    }

    async fn sign(
        &self,
        list: &StatusList,
        purpose: Purpose,
        bits: &Bits,
        form: Form,
        now: Timestamp,
    ) -> Result<Document, Problem> {
        let (profile, model, jwt) = match list.model {
            StatusModel::StatusList2021 => (Profile::Vc11Sl2021Jwt, Model::V1_1, "application/jwt"),
            StatusModel::Bitstring => (Profile::Vc20BsslJwt, Model::V2_0, "application/vc+jwt"),
        };
        let url = self.url(&list.id, purpose);
        let unsigned = unsigned_list(&url, purpose, bits, profile).map_err(Problem::internal)?;
        let draft = Draft {
            id: Some(url),
            types: vec![unsigned.kind],
            contexts: unsigned.contexts,
            subject: unsigned.subject,
            valid_from: now,
            valid_until: now.checked_add(LIFE).ok(),
            statuses: Vec::new(),
            schemas: Vec::new(),
        };
        let keys = self.keys.current();
        if let (Form::Json, Some(held)) = (form, keys.data_integrity(now)) {
            let signed = draft.sign_data_integrity(model, held, now).await.map_err(Problem::internal)?;
            return Ok(Document { media_type: "application/vc", body: signed.to_string() });
        }
        let held = keys.signer(Relationship::AssertionMethod, now)?;
        let body = draft.sign(profile, held, now).await.map_err(Problem::internal)?;
        Ok(Document { media_type: jwt, body })
    }
}

/// A free place for a new credential.
#[derive(Debug)]
pub(super) struct Place {
    /// The list.
    pub(super) list: String,
    /// The place in it.
    pub(super) index: i64,
    /// What the credential says of it.
    pub(super) entries: Vec<StatusEntry>,
}

/// Finds a place. If somebody else takes it before the commit, the commit is a duplicate, and another is to be found. A new
/// list is written with the credential that is the first in it.
pub(super) async fn allocate(
    connector: &Connector,
    change: &mut Change,
    opened: &mut Option<StatusList>,
    profile: Profile,
    suspendable: bool,
) -> Result<Place, Problem> {
    let model = match profile {
        Profile::Vc11Sl2021Jwt => StatusModel::StatusList2021,
        Profile::Vc20BsslJwt => StatusModel::Bitstring,
    };
    let list = match opened.clone().filter(|list| list.model == model) {
        Some(list) => list,
        None => match rows::newest(&connector.db, model).await? {
            Some((list, taken)) if taken < FULL => list,
            Some(_) | None => {
                let list = StatusList { id: ids::plain(), model, created: clock::millis(clock::now()) };
                change.write(rows::insert(&list));
                *opened = Some(list.clone());
                list
            }
        },
    };
    let index = free(connector, &list.id).await?;
    let purposes = if suspendable { &[Purpose::Revocation, Purpose::Suspension][..] } else { &[Purpose::Revocation] };
    let entry = |purpose: &Purpose| {
        let list = connector.published.url(&list.id, *purpose);
        StatusEntry { id: None, purpose: *purpose, index, list }
    };
    let entries = purposes.iter().map(entry).collect();
    Ok(Place { list: list.id, index: i64::try_from(index).unwrap_or_default(), entries })
}

async fn free(connector: &Connector, list: &str) -> Result<u64, Problem> {
    for _ in 0..TRIES {
        let index = ids::place(PLACES);
        let taken = issued::is_taken(&connector.db, list, i64::try_from(index).unwrap_or_default()).await?;
        if !taken {
            return Ok(index);
        }
    }
    Err(Problem::internal(format!("no free place was found in the status list {list}")))
}
