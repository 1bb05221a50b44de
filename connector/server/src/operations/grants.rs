//! The decision on data. [`Grant::decide`] is the one function that says whether data is released now: at the start of a
//! transfer and again for every request.
//!
//! What a decision rests on (agreement, transfer, facts, source) is kept as long as nothing changes it. Each change
//! forgets it after its commit, and what was read before the change is not kept.

mod terms;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::{State, StateName};
use symbolon_data_plane::source::Source;
use symbolon_data_plane::sub_path::SubPath;
use symbolon_data_plane::tokens::Claims;
use symbolon_policies_odrl::Use;

pub use self::terms::{Outlook, Terms, is_exhausted};
use super::ATTEMPTS;
use super::data::unauthenticated;
use crate::clock;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::transfers::{self, StoredTransfer};
use crate::storage::usage::{self, Used};
use crate::storage::{StorageError, agreements, assets};

/// More than this is not kept; the next request reads again.
const KEPT: usize = 50_000;

/// What data requests under one transfer are decided on.
#[derive(Debug)]
pub struct Grant {
    /// The transfer's own process id.
    pub transfer: String,
    /// Its state.
    pub state: StateName,
    /// The consumer has resumed it, and waits for the provider's answer.
    answer_due: bool,
    /// The policy monitor has suspended it.
    is_held: bool,
    /// The asking partner.
    pub partner: String,
    /// The agreement.
    pub agreement: String,
    /// The dataset.
    pub asset: String,
    /// Tokens of an older generation are refused.
    pub generation: u64,
    /// Where the bytes are.
    pub source: Arc<Source>,
    terms: Terms,
    /// What it was read from has changed.
    outdated: AtomicBool,
}

/// What asks for a decision.
#[derive(Clone, Copy, Debug)]
pub enum Occasion<'a> {
    /// Whether data could flow now: at the start of a transfer, for a new token, when the policy monitor looks. Takes no use.
    Looking,
    /// A data request.
    Request {
        /// What its token says.
        claims: &'a Claims,
        /// Path below the transfer as received, without the slash before it.
        path: &'a str,
        /// As received, without the question mark.
        query: &'a str,
    },
    /// The one delivery of a push.
    Delivery,
}

/// What was permitted.
#[derive(Clone, Debug, Default)]
pub struct Ruling {
    /// The rule of the agreement that permits it, and what is taken from its counters.
    pub rule: String,
    /// What may be fetched, where the asset confines requests by their path: this and nothing else.
    pub asked: Option<SubPath>,
    uses: Vec<Use>,
    /// What had been used before.
    before: Vec<Used>,
}

impl Grant {
    /// Whether data is released now. The uses that a request or a delivery takes are taken before this returns, and are never
    /// given back. Waits only for them, and where the status of a credential is not at hand.
    ///
    /// # Errors
    /// The refusal, naming the rule.
    pub async fn decide(&self, connector: &Connector, now: Timestamp, on: Occasion<'_>) -> Result<Ruling, Problem> {
        // The transfer ended because the agreement did: that is the reason worth telling.
        self.terms.in_force()?;
        if self.is_held {
            // Likewise, what the policy monitor holds it for.
            self.terms.rule(connector, now, Occasion::Looking).await?;
        }
        if self.state != StateName::Started {
            let detail = format!("the transfer process is {}, and data flows only while it is STARTED", self.state);
            return Err(
                Problem::new(Kind::Forbidden, "transfer.not-started", detail).with_rule("transfer process STARTED")
            );
        }
        if self.answer_due {
            let detail = "the consumer has resumed the transfer, and the provider has not answered yet";
            return Err(
                Problem::new(Kind::Forbidden, "transfer.not-started", detail).with_rule("transfer process STARTED")
            );
        }
        // A stopped transfer is the better reason than a token that ended with it.
        if let Occasion::Request { claims, .. } = on {
            claims.check_generation(self.generation).map_err(|e| unauthenticated(e.code(), e.to_string()))?;
        }
        for _ in 0..ATTEMPTS {
            let ruling = self.terms.rule(connector, now, on).await?;
            // What was decided took a while, perhaps, and something has ended meanwhile.
            if matches!(on, Occasion::Request { .. }) && self.is_outdated() {
                return Err(outdated());
            }
            match self.take(connector, now, on, &ruling).await {
                // Somebody else was faster: what is left decides.
                Err(StorageError::Conflict { .. }) => {}
                outcome => return outcome.map(|()| ruling).map_err(Problem::from),
            }
        }
        Err(super::busy())
    }

    /// Whether what it was read from has changed, so that it says nothing any more.
    pub fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Acquire)
    }

    /// Whether data may flow, whatever the state of the transfer: as [`Terms::outlook`].
    ///
    /// # Errors
    /// When it cannot be decided now.
    pub async fn outlook(&self, connector: &Connector, now: Timestamp) -> Result<Outlook, Problem> {
        self.terms.outlook(connector, now).await
    }

    /// Takes what the ruling uses, durably.
    async fn take(
        &self,
        connector: &Connector,
        now: Timestamp,
        on: Occasion<'_>,
        ruling: &Ruling,
    ) -> Result<(), StorageError> {
        let counted = match on {
            Occasion::Looking => true,
            Occasion::Request { .. } => false,
            Occasion::Delivery => self.terms.counted.is_some(),
        };
        if counted || ruling.uses.is_empty() {
            return Ok(());
        }
        let mut change = Change::default();
        for Use { counter, amount, most } in &ruling.uses {
            let [amount, most] = [*amount, *most].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
            change.write(usage::draw(&self.agreement, counter, amount, most, clock::millis(now)));
        }
        if matches!(on, Occasion::Delivery) {
            change.write(transfers::count_delivery(&self.transfer, &ruling.before));
            change.decide_anew(&self.transfer);
        }
        connector.commit(change).await
    }

    async fn read(connector: &Connector, pid: &str, now: Timestamp) -> Result<Option<Self>, Problem> {
        let Some(transfer) = transfers::by_pid(&connector.db, pid).await? else { return Ok(None) };
        if transfer.machine.role() != Role::Provider {
            return Ok(None);
        }
        let Some(agreement) = agreements::by_id(&connector.db, &transfer.agreement_id).await? else { return Ok(None) };
        let Some(asset) = assets::by_id(&connector.db, &transfer.asset).await? else {
            return Err(withdrawn());
        };
        let terms = Terms::of(connector, agreement, &asset, &transfer, now).await?;
        let source = Source::parse(asset.source).map_err(Problem::internal)?;
        let StoredTransfer { pid, partner, agreement_id, asset, generation, machine, held, .. } = transfer;
        Ok(Some(Self {
            transfer: pid,
            state: machine.state_name(),
            answer_due: matches!(machine.state(), State::Started { answer_due: true, .. }),
            is_held: held.is_some() && machine.state_name() == StateName::Suspended,
            partner,
            agreement: agreement_id,
            asset,
            generation: u64::try_from(generation).unwrap_or_default(),
            source: Arc::new(source),
            terms,
            outdated: AtomicBool::new(false),
        }))
    }
}

/// What was decided on is no longer so; it is to be decided again.
const OUTDATED: &str = "grant.outdated";

fn outdated() -> Problem {
    Problem::new(Kind::Unavailable, OUTDATED, "what this is decided on has changed meanwhile").with_hint("try again")
}

/// Whether it is to be decided again on what is known now.
pub(super) fn is_outdated(problem: &Problem) -> bool {
    problem.code == OUTDATED
}

/// There is no data any more.
pub(super) fn withdrawn() -> Problem {
    Problem::new(Kind::NotFound, "asset.withdrawn", "the asset has been withdrawn by its provider")
}

/// The grants kept, with a count of changes.
#[derive(Debug, Default)]
pub struct Grants {
    inner: RwLock<(u64, HashMap<String, Arc<Grant>>)>,
}

impl Grants {
    /// What requests under this transfer are decided on; `None` if there is no such transfer to provide for.
    ///
    /// # Errors
    /// When storage fails or the asset is gone.
    pub async fn of(
        &self,
        connector: &Connector,
        transfer: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<Grant>>, Problem> {
        let changes = {
            let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(grant) = inner.1.get(transfer) {
                return Ok(Some(Arc::clone(grant)));
            }
            inner.0
        };
        let Some(grant) = Grant::read(connector, transfer, now).await?.map(Arc::new) else { return Ok(None) };
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if inner.0 == changes && inner.1.len() < KEPT {
            inner.1.insert(transfer.to_owned(), Arc::clone(&grant));
        }
        Ok(Some(grant))
    }

    /// After a change to this transfer.
    pub fn forget(&self, transfer: &str) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        if let Some(grant) = inner.1.remove(transfer) {
            grant.outdated.store(true, Ordering::Release);
        }
    }

    /// After a change to agreements, partners or assets.
    pub fn forget_all(&self) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        inner.1.drain().for_each(|(_, grant)| grant.outdated.store(true, Ordering::Release));
    }
}
