//! The running connector: what operations work with, and the one way in which they change anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;
use symbolon_data_plane::client::Client;
use symbolon_data_plane::tokens::TokenKey;
use symbolon_identity::access::AccessKey;
use symbolon_identity::credential::schema::Schemas;
use symbolon_identity::credential::status::StatusLists;
use symbolon_identity::credential::{Checker, Issuers};
use symbolon_identity::did::Resolver;
use symbolon_identity::fetch::Fetch;
use symbolon_identity::presentation::ScopeAliases;
use symbolon_identity::{Compatibility, Keyring};
use symbolon_policies_odrl::PolicyDocument;

use tokio::sync::mpsc::UnboundedSender;

use crate::authentication::Authentication;
use crate::authentication::openid::Provider;
use crate::authentication::passwords::Passwords;
use crate::clock;
use crate::config::Config;
use crate::graph::Graph;
use crate::http_client::HttpClient;
use crate::identity::did::OwnDocument;
use crate::keys::Keys;
use crate::operations::bdrs::Directories;
use crate::operations::catalogs::KeptCatalogs;
use crate::operations::dataspaces::Dataspaces;
use crate::operations::grants::Grants;
use crate::operations::issuing::status::Published;
use crate::operations::presenting::Presenting;
use crate::operations::transfers::Renewals;
use crate::operations::transfers::flows::Flows;
use crate::problem::Problem;
use crate::storage::events::{self, NewEvent};
use crate::storage::messages::StoredMessage;
use crate::storage::negotiations::StoredNegotiation;
use crate::storage::transfers::StoredTransfer;
use crate::storage::{Db, Statement, Transaction, messages, policies};
use crate::worker::crawler::{Crawler, Why};
use crate::worker::monitor::{About, Monitor};
use crate::worker::outbox::Delivering;
use crate::worker::projector::Projector;
use crate::worker::push::Pushing;
use crate::worker::recorder::Recorder;
use crate::worker::retention::Retention;

/// Everything an operation may need.
#[derive(Debug)]
pub struct Connector {
    /// As read at start.
    pub config: Config,
    /// Our participant id.
    pub participant: String,
    /// Our keys, and what is known of the identities of others.
    pub identity: Identity,
    /// The dataspaces that we live in.
    pub dataspaces: Arc<Dataspaces>,
    /// What their directories of business partner numbers say.
    pub directories: Directories,
    /// How partners and we prove who we are.
    pub authentication: Arc<Authentication>,
    /// Compares the passwords of people, and counts those that were wrong.
    pub passwords: Passwords,
    /// Where people sign in besides, if the configuration names a provider.
    pub openid: Option<Provider>,
    /// The commit point.
    pub db: Db,
    /// Signs and checks data access tokens.
    pub tokens: TokenKey,
    /// Writes down decisions on data requests.
    pub recorder: Recorder,
    /// Data from sources, from background work; each worker thread of the server has its own.
    pub sources: Client,
    /// Agreements as RDF: a projection of the database.
    pub graph: Graph,
    /// Keeps the graph up with the database.
    pub projector: Projector,
    /// Requests to partners.
    pub http: HttpClient,
    /// Messages whose rows are committed, on their way to the worker that delivers them.
    pub outbox: UnboundedSender<StoredMessage>,
    /// What delivery does about each partner.
    pub delivering: Delivering,
    /// Transfers that have started, on their way to the worker that pushes.
    pub pushes: UnboundedSender<String>,
    /// The pushes that are under way.
    pub pushing: Pushing,
    /// Requests for credentials, ours and those of holders, on their way to the worker that follows them up.
    pub errands: UnboundedSender<Errand>,
    /// Decides running transfers again when what they were decided on changes.
    pub monitor: Monitor,
    /// Deletes what our inbox received, when its time has come.
    pub retention: Retention,
    /// Catalogues of partners, as they are searched.
    pub catalogs: KeptCatalogs,
    /// Reads them.
    pub crawler: Crawler,
    /// Status lists that we publish.
    pub published: Arc<Published>,
    /// What data requests are decided on, as long as nothing changes.
    pub grants: Grants,
    /// What moves under transfers right now.
    pub flows: Flows,
    /// Access tokens of providers that were renewed.
    pub renewals: Renewals,
    /// Parsed policies by id.
    pub policies: PolicyCache,
    /// Negotiations that were written a moment ago, as written.
    pub recent: Recent,
    /// Offers and assets change one at a time, so that the listing fits both.
    pub publishing: tokio::sync::Mutex<()>,
}

/// Our keys, and what is known of the identities of others.
#[derive(Debug)]
pub struct Identity {
    /// Our keys.
    pub keys: Arc<Keys>,
    /// Our DID document.
    pub document: Arc<OwnDocument>,
    /// Opens our credential service to those whom we gave access.
    pub access: AccessKey,
    /// Documents of others: past the guard, bounded, and in time.
    pub fetch: Arc<dyn Fetch>,
    /// DID documents.
    pub resolver: Arc<Resolver>,
    /// Status lists.
    pub statuses: StatusLists,
    /// Schemas of credentials.
    pub schemas: Schemas,
    /// How scopes are spelled.
    pub aliases: ScopeAliases,
    /// Leniency with partners' wallets.
    pub compatibility: Compatibility,
    /// Difference of clocks that is allowed for.
    pub skew: SignedDuration,
    /// What partners have presented.
    pub presenting: Presenting,
}

impl Identity {
    /// What verifies credentials; in presentations those of `issuers` only.
    pub fn checker<'a>(&'a self, issuers: &'a Issuers) -> Checker<'a> {
        Checker {
            resolver: &self.resolver,
            statuses: &self.statuses,
            schemas: &self.schemas,
            issuers,
            compatibility: &self.compatibility,
            skew: self.skew,
        }
    }
}

/// What an operation changes: rows, messages to send, events. All of it happens or none.
#[derive(Debug, Default)]
pub struct Change {
    transaction: Transaction,
    outgoing: Vec<StoredMessage>,
    grants: Vec<String>,
    about: Vec<About>,
    stirred: Vec<About>,
    deletes: bool,
    pushes: Vec<String>,
    errands: Vec<Errand>,
    registered: Vec<String>,
    qualifies: bool,
}

/// What a worker has to do about credentials once a row is committed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Errand {
    /// Send a request of ours to its issuer, and follow it up. Holds the request's id.
    Ask(String),
    /// Decide a holder's request, and deliver the answer. Holds the issuance's id.
    Issue(String),
}

impl Change {
    /// A row.
    pub fn write(&mut self, statement: Statement) {
        self.transaction.push(statement);
    }

    /// A message: its row, and its delivery after the commit.
    pub fn send(&mut self, message: StoredMessage) {
        self.transaction.push(messages::insert(&message));
        self.outgoing.push(message);
    }

    /// Something that happened.
    pub fn event(&mut self, kind: &str, subject: &str, partner: Option<&str>, body: Value) {
        let at = clock::millis(clock::now());
        let event = NewEvent {
            at,
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            partner: partner.map(str::to_owned),
            body,
        };
        self.transaction.push(events::insert(&event));
    }

    /// Data requests under this transfer are decided anew from the rows.
    pub fn decide_anew(&mut self, transfer: &str) {
        self.grants.push(transfer.to_owned());
    }

    /// Running transfers that rest on this are decided again; what data requests are decided on has not changed.
    pub fn look_again(&mut self, about: About) {
        self.stirred.push(about);
    }

    /// A push begins after the commit, if this transfer is one.
    pub fn start_push(&mut self, transfer: &StoredTransfer) {
        if transfer.is_pushing() {
            self.pushes.push(transfer.pid.clone());
        }
    }

    /// A worker takes this up after the commit.
    pub fn errand(&mut self, errand: Errand) {
        self.errands.push(errand);
    }

    /// Takes over everything that another change holds.
    pub fn merge(&mut self, other: Self) {
        self.transaction.append(other.transaction);
        self.outgoing.extend(other.outgoing);
        self.grants.extend(other.grants);
        self.about.extend(other.about);
        self.stirred.extend(other.stirred);
        self.deletes |= other.deletes;
        self.pushes.extend(other.pushes);
        self.errands.extend(other.errands);
        self.registered.extend(other.registered);
        self.qualifies |= other.qualifies;
    }

    /// The partner has come, changed or gone, and its kept catalogue with it.
    pub fn registered(&mut self, partner: &str) {
        self.registered.push(partner.to_owned());
    }

    /// What we can prove has changed, and with it whether we qualify for offers.
    pub fn qualify_anew(&mut self) {
        self.qualifies = true;
    }

    /// Data requests are decided anew from the rows, and running transfers that rest on this are decided again.
    pub fn decide_anew_about(&mut self, about: About) {
        self.about.push(about);
    }

    /// All data requests are decided anew from the rows, and all running transfers are decided again.
    pub fn decide_everything_anew(&mut self) {
        self.about.push(About::Everything);
    }

    /// Something that was received may have to be deleted.
    pub fn delete_what_is_due(&mut self) {
        self.deletes = true;
    }
}

impl Connector {
    /// Whether agreements are signed with the key that our participant id names. Not with mock identity.
    pub fn signs_as_participant(&self) -> bool {
        matches!(*self.authentication, Authentication::Did(_))
    }

    /// Our keys as they count now.
    pub fn keys(&self) -> Arc<Keyring> {
        self.identity.keys.current()
    }

    /// Commits the change, then sends its messages and forgets what it made untrue.
    ///
    /// # Errors
    /// When a row was changed meanwhile, exists already, or storage fails; nothing has happened then.
    pub async fn commit(&self, change: Change) -> Result<(), crate::storage::StorageError> {
        let Change { transaction, outgoing, grants, about, stirred, deletes, pushes, errands, registered, qualifies } =
            change;
        let outcome = self.db.commit(transaction).await;
        // Also after a failure: forgetting costs a read, keeping could cost a wrong release.
        for transfer in &grants {
            self.grants.forget(transfer);
        }
        if !about.is_empty() {
            self.grants.forget_all();
        }
        outcome?;
        grants.iter().for_each(|transfer| self.pushing.changed(transfer));
        // The workers are gone only while the connector stops; the rows wait for the next start.
        for message in outgoing {
            let _ = self.outbox.send(message);
        }
        for transfer in pushes {
            let _ = self.pushes.send(transfer);
        }
        for errand in errands {
            let _ = self.errands.send(errand);
        }
        about.into_iter().chain(stirred).for_each(|about| self.monitor.stir(about));
        if deletes {
            self.retention.wake();
        }
        registered.iter().for_each(|partner| self.crawler.read(partner, Why::Registered));
        if qualifies {
            self.crawler.qualify();
        }
        Ok(())
    }

    /// The parsed policy with this id.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn policy(&self, id: &str) -> Result<Arc<PolicyDocument>, Problem> {
        if let Some(policy) = self.policies.get(id) {
            return Ok(policy);
        }
        let epoch = self.policies.epoch();
        let stored = policies::by_id(&self.db, id).await?.ok_or_else(|| Problem::not_found("policy", id))?;
        let policy = Arc::new(PolicyDocument::parse(stored.document).map_err(Problem::internal)?);
        self.policies.keep(id, &policy, epoch);
        Ok(policy)
    }
}

/// Policies that are read at once.
const READ_AT_ONCE: usize = 1_000;

impl Connector {
    /// Has these policies at hand: whoever asks for many of them next reads none alone.
    ///
    /// # Errors
    /// When storage fails, or one cannot be read.
    pub async fn read_policies(&self, ids: impl Iterator<Item = &str>) -> Result<(), Problem> {
        let epoch = self.policies.epoch();
        let missing: Vec<&str> = ids.filter(|id| self.policies.get(id).is_none()).take(POLICIES_KEPT).collect();
        for some in missing.chunks(READ_AT_ONCE) {
            for stored in policies::by_ids(&self.db, some).await? {
                let policy = PolicyDocument::parse(stored.document).map_err(Problem::internal)?;
                self.policies.keep(&stored.id, &Arc::new(policy), epoch);
            }
        }
        Ok(())
    }
}

/// Negotiations that were written a moment ago. Taking one saves reading and parsing its row; that it is the newest is
/// not promised, and need not be: an update names the version that it read.
#[derive(Clone, Debug)]
pub struct Recent {
    kept: moka::sync::Cache<String, Arc<StoredNegotiation>>,
}

impl Default for Recent {
    fn default() -> Self {
        let kept = moka::sync::Cache::builder().max_capacity(512).time_to_idle(Duration::from_secs(30)).build();
        Self { kept }
    }
}

impl Recent {
    /// The negotiation, if it was written a moment ago.
    pub fn get(&self, pid: &str) -> Option<Arc<StoredNegotiation>> {
        self.kept.get(pid)
    }

    /// After a commit: this is what the row holds now.
    pub fn keep(&self, written: &StoredNegotiation) {
        if written.machine.state_name().is_terminal() {
            self.kept.invalidate(&written.pid);
        } else {
            self.kept.insert(written.pid.clone(), Arc::new(written.clone()));
        }
    }

    /// Somebody else wrote it, or may have.
    pub fn forget(&self, pid: &str) {
        self.kept.invalidate(pid);
    }
}

/// Parsed policies. A change empties it; what was read before the change is not kept.
#[derive(Debug, Default)]
pub struct PolicyCache {
    inner: RwLock<(u64, HashMap<String, Arc<PolicyDocument>>)>,
    /// How many of all policies break rules of their profiles, as counted before some change.
    findings: Mutex<Option<(u64, usize)>>,
}

/// More policies than this are not kept.
const POLICIES_KEPT: usize = 10_000;

impl PolicyCache {
    fn get(&self, id: &str) -> Option<Arc<PolicyDocument>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).1.get(id).cloned()
    }

    /// How many of all policies break rules of their profiles, if that was counted since the last change.
    pub(crate) fn with_findings(&self) -> Option<usize> {
        let counted = *self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        counted.filter(|(epoch, _)| *epoch == self.epoch()).map(|(_, count)| count)
    }

    /// What was counted, of the policies as they were at this epoch.
    pub(crate) fn keep_findings(&self, epoch: u64, count: usize) {
        *self.findings.lock().unwrap_or_else(PoisonError::into_inner) = Some((epoch, count));
    }

    /// Grows with each change.
    pub(crate) fn epoch(&self) -> u64 {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).0
    }

    fn keep(&self, id: &str, policy: &Arc<PolicyDocument>, epoch: u64) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if inner.0 == epoch && inner.1.len() < POLICIES_KEPT {
            inner.1.insert(id.to_owned(), Arc::clone(policy));
        }
    }

    /// After a policy was changed.
    pub fn clear(&self) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        inner.1.clear();
    }
}
