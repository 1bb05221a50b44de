//! Revocation and suspension: StatusList2021 and BitstringStatusList, read and written.

mod bits;
mod list;
mod refusal;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub use self::bits::{Bits, BitsError, MIN_BITS};
pub use self::list::{StatusList, UnsignedList, unsigned_list};
pub use self::refusal::StatusError;
use super::model::{Credential, Profile};
use super::refusal::Refusal;
use crate::did::{Leniency, Resolver};
use crate::fetch::{Fetch, FetchError};
use crate::kept::Kept;

/// What a status list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A set bit takes the credential back for good.
    Revocation,
    /// A set bit takes the credential back for the time being.
    Suspension,
}

impl Purpose {
    /// The member `statusPurpose`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
        }
    }

    /// The purpose of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Revocation, Self::Suspension].into_iter().find(|purpose| purpose.name() == name)
    }

    fn refusal(self) -> Refusal {
        match self {
            Self::Revocation => Refusal::Revoked,
            Self::Suspension => Refusal::Suspended,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One entry of `credentialStatus`: which bit of which list says whether the credential still holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatusEntry {
    /// Its id, if it has one.
    pub id: Option<String>,
    /// What the bit means.
    pub purpose: Purpose,
    /// Which bit, from 0.
    pub index: u64,
    /// The URL of the list.
    pub list: String,
}

impl StatusEntry {
    /// Reads an entry of either type; both occur in credentials of both data models.
    ///
    /// # Errors
    /// [`Refusal::StatusKind`] if it is of another type, purpose or size: what is not understood could be a revocation.
    pub fn parse(entry: &Value) -> Result<Self, Refusal> {
        Self::read(entry).ok_or(Refusal::StatusKind)
    }

    fn read(entry: &Value) -> Option<Self> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        if !matches!(text("type")?, "StatusList2021Entry" | "BitstringStatusListEntry") {
            return None;
        }
        if !matches!(entry.get("statusSize").map(Value::as_u64), None | Some(Some(1))) {
            return None;
        }
        let index = match entry.get("statusListIndex")? {
            Value::String(index) if index.bytes().all(|digit| digit.is_ascii_digit()) => index.parse().ok()?,
            index => index.as_u64()?,
        };
        Some(Self {
            id: text("id").map(str::to_owned),
            purpose: Purpose::from_name(text("statusPurpose")?)?,
            index,
            list: text("statusListCredential")?.to_owned(),
        })
    }

    /// As it stands in a credential of `profile`.
    pub fn to_value(&self, profile: Profile) -> Value {
        let kind = match profile {
            Profile::Vc11Sl2021Jwt => "StatusList2021Entry",
            Profile::Vc20BsslJwt => "BitstringStatusListEntry",
        };
        let id = self.id.clone().unwrap_or_else(|| format!("{}#{}", self.list, self.index));
        json!({
            "id": id,
            "type": kind,
            "statusPurpose": self.purpose.name(),
            "statusListIndex": self.index.to_string(),
            "statusListCredential": self.list,
        })
    }
}

/// A look at a status list that showed a credential to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCheck {
    /// The entry that was looked up.
    pub entry: StatusEntry,
    /// `sha-256:` and the hexadecimal SHA-256 of the list as it was received.
    pub list_digest: String,
    /// When the list was fetched.
    pub fetched_at: Timestamp,
}

/// How status lists are fetched and kept.
#[derive(Debug, Clone)]
pub struct StatusOptions {
    /// How long a list is believed. A revocation is noticed after so long at the latest.
    pub ttl: Duration,
    /// How long it is believed that a list cannot be had.
    pub failure_ttl: Duration,
    /// The largest list that is fetched, in bytes.
    pub most_fetched: usize,
    /// The largest list once it is unpacked, in bytes of eight entries each.
    pub most_unpacked: usize,
    /// How many bytes of lists are kept, roughly.
    pub capacity: u64,
    /// By how much clocks may differ.
    pub skew: SignedDuration,
}

impl Default for StatusOptions {
    /// Lists for 5 minutes, failures for 3 s, 16 MiB fetched, 4 MiB unpacked, 64 MiB kept, 5 s of skew.
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(300),
            failure_ttl: Duration::from_secs(3),
            most_fetched: 16 * 1024 * 1024,
            most_unpacked: 4 * 1024 * 1024,
            capacity: 64 * 1024 * 1024,
            skew: SignedDuration::from_secs(5),
        }
    }
}

type Outcome = Result<Arc<StatusList>, StatusError>;

/// Status lists of others, kept for a while. Fails closed: no list, no belief; and a list that is too old is no list.
#[derive(Debug)]
pub struct StatusLists {
    fetch: Arc<dyn Fetch>,
    options: StatusOptions,
    kept: Kept<Outcome>,
}

impl StatusLists {
    /// Lists that are fetched by `fetch`.
    pub fn new(fetch: Arc<dyn Fetch>, options: StatusOptions) -> Self {
        let weigh = |outcome: &Outcome| match outcome {
            Ok(list) => u32::try_from(list.weight()).unwrap_or(u32::MAX),
            Err(_) => 512,
        };
        let kept = Kept::new(options.capacity, weigh);
        Self { fetch, options, kept }
    }

    /// Looks up every entry of `credential`.
    ///
    /// # Errors
    /// [`Refusal::Revoked`], [`Refusal::Suspended`], or [`Refusal::Status`] if that cannot be established.
    pub async fn check(
        &self,
        credential: &Credential,
        resolver: &Resolver,
        leniency: Leniency,
        now: Timestamp,
    ) -> Result<Vec<StatusCheck>, Refusal> {
        let mut checks = Vec::with_capacity(credential.statuses().len());
        for entry in credential.statuses() {
            let list = self.list(&entry.list, resolver, leniency, now).await.map_err(Refusal::Status)?;
            checks.push(self.look_up(entry, &list, credential.issuer(), now)?);
        }
        Ok(checks)
    }

    fn look_up(
        &self,
        entry: &StatusEntry,
        list: &StatusList,
        issuer: &str,
        now: Timestamp,
    ) -> Result<StatusCheck, Refusal> {
        list.usable(issuer, entry.purpose, self.options.skew, now).map_err(Refusal::Status)?;
        match list.bits().get(entry.index) {
            Some(false) => Ok(StatusCheck {
                entry: entry.clone(),
                list_digest: list.digest().to_owned(),
                fetched_at: list.fetched_at(),
            }),
            Some(true) => Err(entry.purpose.refusal()),
            None => Err(Refusal::Status(StatusError::Index)),
        }
    }

    /// The list at `url` as it was at most [`StatusOptions::ttl`] ago: its signature verified if it has one. Its issuer and
    /// dates are looked at per credential.
    ///
    /// # Errors
    /// [`StatusError`] if it cannot be had or is none.
    pub async fn list(&self, url: &str, resolver: &Resolver, leniency: Leniency, now: Timestamp) -> Outcome {
        let fetch = async {
            let outcome = self.fetch_list(url, resolver, leniency, now).await.map(Arc::new);
            let life = if outcome.is_ok() { self.options.ttl } else { self.options.failure_ttl };
            let life = SignedDuration::try_from(life).unwrap_or(SignedDuration::MAX);
            (outcome, now.checked_add(life).unwrap_or(Timestamp::MAX))
        };
        self.kept.get_or(url, now, fetch).await
    }

    /// The list at `url` if it is one that is believed now: for evidence of what was seen.
    pub fn seen(&self, url: &str, now: Timestamp) -> Option<Arc<StatusList>> {
        self.kept.get(url, now)?.ok()
    }

    /// Fetches lists below this URL anew: their issuer, who is ourselves, has just changed one.
    pub fn forget_below(&self, base: &str) {
        self.kept.forget_below(base);
    }

    async fn fetch_list(
        &self,
        url: &str,
        resolver: &Resolver,
        leniency: Leniency,
        now: Timestamp,
    ) -> Result<StatusList, StatusError> {
        let accept = "application/vc+jwt, application/vc, application/jwt, application/json";
        let unreachable = |source: FetchError| StatusError::Unreachable { url: super::refusal::shown(url), source };
        let body = self.fetch.get(url, accept, self.options.most_fetched).await.map_err(unreachable)?;
        StatusList::open(body, self.options.most_unpacked, self.options.skew, resolver, leniency, now).await
    }
}
