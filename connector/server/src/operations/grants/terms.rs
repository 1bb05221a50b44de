//! What decides whether an agreement permits use: its policy, and what is known.

mod outlook;

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};
use symbolon_data_plane::sub_path::SubPath;
use symbolon_policies_odrl::{Activation, Decision, PolicyDocument, Request, Use, Uses, World, evaluate};

pub use self::outlook::{Outlook, is_exhausted};
use super::{Occasion, Ruling};
use crate::clock;
use crate::connector::Connector;
use crate::operations::agreements::must_be_in_force;
use crate::operations::facts::{self, Facts, Weighed};
use crate::operations::operands;
use crate::operations::origins::{self, Origin, Recipient};
use crate::operations::path_facts::{self, Template};
use crate::problem::{Kind, Problem};
use crate::storage::agreements::StoredAgreement;
use crate::storage::assets::Asset;
use crate::storage::transfers::StoredTransfer;
use crate::storage::usage::{self, Used};

/// What decides whether an agreement permits use. Everything that does not change from one request to the next is put
/// together once.
#[derive(Debug)]
pub struct Terms {
    agreement: String,
    /// Why the agreement grants nothing any more.
    ended: Option<Problem>,
    /// When it was concluded.
    concluded: Timestamp,
    document: PolicyDocument,
    request: Request,
    facts: Facts,
    /// Everything that is known while all claims hold, its time being that of the last decision.
    whole: Mutex<World>,
    /// How the path of a request states facts.
    template: Option<Template>,
    /// What its path will have to state, as far as it is known before there is a path.
    expected: Vec<(String, Value)>,
    scope: Map<String, Value>,
    /// What the asset is made of.
    origins: Vec<Origin>,
    /// What is known of the asset and the request, whatever its path.
    stated: Vec<(String, Value)>,
    /// What the consumer asks for is not what the asset is.
    contradiction: Option<Problem>,
    /// Whether the policy counts uses.
    counts: bool,
    /// What had been used before this transfer's delivery was counted.
    pub(super) counted: Option<Vec<Used>>,
}

impl Terms {
    /// Gathers what is known.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn of(
        connector: &Connector,
        agreement: StoredAgreement,
        asset: &Asset,
        transfer: &StoredTransfer,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let template = asset.path_facts.as_deref().map(Template::read).transpose().map_err(Problem::internal)?;
        let by_path = |operand: &str| template.iter().flat_map(Template::operands).any(|known| known == operand);
        let scope = transfer.scope.clone().unwrap_or_default();
        let stated: Vec<_> = operands::of(asset).into_iter().filter(|(operand, _)| !by_path(operand)).collect();
        let asked = |operand: &str| !by_path(operand) && !stated.iter().any(|(known, _)| known == operand);
        let facts = facts::about(connector, &agreement.partner, &agreement.dataspace, now).await?;
        let asked_for = scope.iter().filter(|(operand, _)| asked(operand)).map(|(o, value)| (o.clone(), value.clone()));
        let known = stated.iter().cloned().chain(asked_for).collect();
        let facts = facts.with(|known| {
            let known = facts::with_purpose(known, transfer.purpose.as_deref(), &agreement.document);
            let known = facts::in_confidence(known, Some(asset));
            let asked = scope.iter().filter(|(operand, _)| asked(operand));
            let all = stated.iter().map(|(operand, value)| (operand, value)).chain(asked);
            all.fold(known, |known, (operand, value)| known.with(operand, value.clone()))
        });
        let recipient = Recipient {
            participant: &agreement.partner,
            purpose: facts::declared_purpose(transfer.purpose.as_deref(), &agreement.document),
        };
        let origins = origins::of(connector, &asset.origins, &recipient, now).await?;
        let mut expected =
            operands::agreed(agreement.document.policy(), |operand| by_path(operand) && !scope.contains_key(operand));
        expected
            .extend(scope.iter().filter(|(operand, _)| by_path(operand)).map(|(o, value)| (o.clone(), value.clone())));
        Ok(Self {
            whole: Mutex::new(facts.whole().clone()),
            contradiction: operands::fits_asset(&scope, &stated).err(),
            stated: known,
            counts: agreement.document.policy().counts(),
            counted: transfer.counted.clone(),
            ended: must_be_in_force(&agreement, Kind::Forbidden).err(),
            concluded: clock::from_millis(agreement.concluded),
            origins,
            request: facts::request_to_use(&agreement.partner, &agreement.asset),
            agreement: agreement.id,
            document: agreement.document,
            facts,
            template,
            expected,
            scope,
        })
    }

    /// Whether the agreement is in force, the partner still belongs to the dataspace that it was made in, and the policy
    /// permits use now. Takes no use.
    ///
    /// # Errors
    /// The refusal, naming the rule.
    pub async fn decide(&self, connector: &Connector, now: Timestamp) -> Result<(), Problem> {
        self.in_force()?;
        self.rule(connector, now, Occasion::Looking).await.map(|_| ())
    }

    /// What the policy says now, on this occasion.
    pub(super) async fn rule(
        &self,
        connector: &Connector,
        now: Timestamp,
        on: Occasion<'_>,
    ) -> Result<Ruling, Problem> {
        let weighed = self.facts.weighed(connector, now).await;
        weighed.must_belong()?;
        if let Some(contradiction) = &self.contradiction {
            return Err(contradiction.clone());
        }
        let asked = self.asked(on)?;
        let before = self.used(connector, on).await?;
        let decision = self.evaluated(&weighed, now, asked.as_ref(), before.as_deref())?;
        if decision.permitted {
            self.origins_permit(connector, now, asked.as_ref()).await?;
            let before = before.unwrap_or_default();
            Ok(Ruling { rule: rule_of(&decision, &before), asked, uses: decision.uses, before })
        } else {
            Err(weighed.denied(&decision))
        }
    }

    /// What the asset is made of may be passed on to this partner: each origin decides by its own terms.
    async fn origins_permit(
        &self,
        connector: &Connector,
        now: Timestamp,
        asked: Option<&SubPath>,
    ) -> Result<(), Problem> {
        if self.origins.is_empty() {
            return Ok(());
        }
        let stated = self.stated_on(asked)?;
        for origin in &self.origins {
            origin.decide(connector, &stated, now).await?;
        }
        Ok(())
    }

    /// What is known of the asset and the request, with what its path states or will have to.
    fn stated_on(&self, asked: Option<&SubPath>) -> Result<Vec<(String, Value)>, Problem> {
        let by_path = match (&self.template, asked) {
            (Some(template), Some(asked)) => {
                template.facts(asked)?.into_iter().map(|(operand, value)| (operand.to_owned(), value.into())).collect()
            }
            (Some(_), None) => self.expected.clone(),
            (None, _) => Vec::new(),
        };
        Ok(self.stated.iter().cloned().chain(by_path).collect())
    }

    /// What is asked for, read in the one way in which it will be fetched.
    fn asked(&self, on: Occasion<'_>) -> Result<Option<SubPath>, Problem> {
        let Some(template) = &self.template else { return Ok(None) };
        match on {
            Occasion::Looking => Ok(None),
            Occasion::Delivery => Ok(Some(SubPath::default())),
            Occasion::Request { path, query, .. } => SubPath::read(path, query).map(Some).map_err(|ambiguous| {
                let detail = format!("what is asked for can be read in more than one way: it {ambiguous}");
                Problem::new(Kind::Forbidden, "policy.path-spelling", detail)
                    .with_rule(format!("pathFacts {}", template.text()))
                    .with_hint("write the path plainly, each segment encoded once")
            }),
        }
    }

    /// What has been used; `None` where nothing is counted.
    async fn used(&self, connector: &Connector, on: Occasion<'_>) -> Result<Option<Vec<Used>>, Problem> {
        match (&self.counted, self.counts, on) {
            (_, false, _) => Ok(None),
            (Some(before), true, Occasion::Looking | Occasion::Delivery) => Ok(Some(before.clone())),
            (_, true, _) => Ok(Some(usage::under(&connector.db, &self.agreement).await?)),
        }
    }

    fn evaluated(
        &self,
        weighed: &Weighed,
        now: Timestamp,
        asked: Option<&SubPath>,
        used: Option<&[Used]>,
    ) -> Result<Decision, Problem> {
        let policy = self.document.policy();
        if self.template.is_none() && used.is_none() && weighed.is_whole() {
            let mut world = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
            world.set_now(now);
            return Ok(evaluate(policy, &self.request, &world));
        }
        let mut world = self.facts.world_of(weighed).into_owned();
        world.set_now(now);
        world = match (&self.template, asked) {
            (Some(template), Some(asked)) => {
                let stated = template.facts(asked)?;
                path_facts::within_scope(&self.scope, &stated)?;
                stated.into_iter().fold(world, |world, (operand, value)| world.with(operand, value))
            }
            (Some(_), None) => {
                self.expected.iter().fold(world, |world, (operand, value)| world.with(operand, value.clone()))
            }
            (None, _) => world,
        };
        if let Some(used) = used {
            world = world.with_uses(ledger(used));
        }
        Ok(evaluate(policy, &self.request, &world))
    }

    pub(super) fn in_force(&self) -> Result<(), Problem> {
        self.ended.clone().map_or(Ok(()), Err)
    }
}

fn ledger(used: &[Used]) -> Uses {
    used.iter().fold(Uses::default(), |ledger, Used { counter, amount, first, last }| {
        let [first, last] = [*first, *last].map(clock::from_millis);
        ledger.with(counter, u64::try_from(*amount).unwrap_or(u64::MAX)).with_times(counter, first, last)
    })
}

/// The permission that holds, and what it takes: `permission[0]; use 3 of 5 of permission[0].constraint[1]`.
fn rule_of(decision: &Decision, before: &[Used]) -> String {
    let holds = decision.rules.iter().find(|report| report.activation == Activation::Active);
    let mut rule = holds.map_or_else(|| "the agreement".to_owned(), |report| report.rule.to_string());
    for Use { counter, amount, most } in &decision.uses {
        let used = before.iter().find(|used| used.counter == *counter).map_or(0, |used| used.amount);
        let now = u64::try_from(used).unwrap_or(u64::MAX).saturating_add(*amount);
        rule.push_str(&format!("; use {now} of {most} of {counter}"));
    }
    rule
}
