//! The decision on data. [`Grant::decide`] is the one function that says whether data is released now: at the start of a
//! transfer and again for every request.
//!
//! What a decision rests on (agreement, transfer, facts, source) is kept as long as nothing changes it. Each change
//! forgets it after its commit, and what was read before the change is not kept.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::StateName;
use symbolon_data_plane::source::Source;
use symbolon_policies_odrl::{PolicyDocument, Request, evaluate};

use super::facts::{self, Facts};
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::agreements::{self, AgreementState, StoredAgreement};
use crate::storage::assets;
use crate::storage::transfers::{self, StoredTransfer};

/// More than this is not kept; the next request reads again.
const KEPT: usize = 50_000;

/// What data requests under one transfer are decided on.
#[derive(Debug)]
pub struct Grant {
    /// The transfer's own process id.
    pub transfer: String,
    /// Its state.
    pub state: StateName,
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
}

/// What decides whether an agreement permits use.
#[derive(Debug)]
pub struct Terms {
    state: AgreementState,
    retire_reason: Option<String>,
    document: PolicyDocument,
    request: Request,
    facts: Facts,
}

impl Terms {
    /// Gathers what is known.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn of(
        connector: &Connector,
        agreement: StoredAgreement,
        purpose: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let facts = facts::about(connector, &agreement.partner, &agreement.dataspace, now).await?;
        let facts = facts.with_purpose(purpose, &agreement.document);
        Ok(Self {
            state: agreement.state,
            retire_reason: agreement.retire_reason,
            request: facts::request_to_use(&agreement.partner, &agreement.asset),
            document: agreement.document,
            facts,
        })
    }

    /// Whether the agreement is in force, the partner still belongs to the dataspace that it was made in, and the policy
    /// permits use now. Waits only where the status of a credential is not at hand.
    ///
    /// # Errors
    /// The refusal, naming the rule.
    pub async fn decide(&self, connector: &Connector, now: Timestamp) -> Result<(), Problem> {
        self.in_force()?;
        let standing = self.facts.standing(connector, now).await;
        standing.must_belong()?;
        let decision = evaluate(self.document.policy(), &self.request, &standing.world);
        if decision.permitted { Ok(()) } else { Err(standing.denied(&decision)) }
    }

    fn in_force(&self) -> Result<(), Problem> {
        if self.state == AgreementState::Retired {
            let reason = self.retire_reason.as_deref().unwrap_or("no reason was given");
            let detail = format!("the agreement has been retired: {reason}");
            return Err(Problem::new(Kind::Forbidden, "agreement.retired", detail)
                .with_rule("agreement in force")
                .with_hint("negotiate a new agreement"));
        }
        Ok(())
    }
}

impl Grant {
    /// Whether data is released now. Waits only where the status of a credential is not at hand.
    ///
    /// # Errors
    /// The refusal, naming the rule.
    pub async fn decide(&self, connector: &Connector, now: Timestamp) -> Result<(), Problem> {
        // The transfer ended because the agreement did: that is the reason worth telling.
        self.terms.in_force()?;
        if self.state != StateName::Started {
            let detail = format!("the transfer process is {}, and data flows only while it is STARTED", self.state);
            return Err(
                Problem::new(Kind::Forbidden, "transfer.not-started", detail).with_rule("transfer process STARTED")
            );
        }
        self.terms.decide(connector, now).await
    }

    async fn read(connector: &Connector, pid: &str, now: Timestamp) -> Result<Option<Self>, Problem> {
        let Some(transfer) = transfers::by_pid(&connector.db, pid).await? else { return Ok(None) };
        if transfer.machine.role() != Role::Provider {
            return Ok(None);
        }
        let Some(agreement) = agreements::by_id(&connector.db, &transfer.agreement_id).await? else { return Ok(None) };
        let Some(asset) = assets::by_id(&connector.db, &transfer.asset).await? else {
            return Err(Problem::new(
                Kind::NotFound,
                "asset.withdrawn",
                "the asset has been withdrawn by its provider",
            ));
        };
        let source = Source::parse(asset.source).map_err(Problem::internal)?;
        let terms = Terms::of(connector, agreement, transfer.purpose.as_deref(), now).await?;
        let StoredTransfer { pid, partner, agreement_id, asset, generation, machine, .. } = transfer;
        Ok(Some(Self {
            transfer: pid,
            state: machine.state_name(),
            partner,
            agreement: agreement_id,
            asset,
            generation: u64::try_from(generation).unwrap_or_default(),
            source: Arc::new(source),
            terms,
        }))
    }
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
        inner.1.remove(transfer);
    }

    /// After a change to agreements, partners or assets.
    pub fn forget_all(&self) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        inner.1.clear();
    }
}
