//! How long a decision stands, and whether one that refuses can come to permit again. The policy monitor asks.

use jiff::Timestamp;
use symbolon_policies_odrl::{World, next_change_in, refused_for_good};

use super::Terms;
use crate::connector::Connector;
use crate::operations::grants::Occasion;
use crate::problem::{Kind, Problem};

/// Everything has been used; what was used is never given back.
const EXHAUSTED: &str = "usage.exhausted";

/// Whether the refusal is that nothing is left to be used.
pub fn is_exhausted(refusal: &Problem) -> bool {
    refusal.code == EXHAUSTED
}

/// A decision, and what it is worth.
#[derive(Debug)]
pub struct Outlook {
    /// Whether data may flow now.
    pub decision: Result<(), Problem>,
    /// When it may be decided otherwise without anybody changing anything.
    pub next: Option<Timestamp>,
    /// A refusal is final: time has passed that does not come back, everything has been used, or the agreement, or one of the
    /// asset's origins, has ended.
    pub is_final: bool,
    /// The agreements that the asset has its origins in.
    pub origins: Vec<String>,
}

impl Terms {
    /// The decision of [`decide`](Self::decide), until when it stands, and whether it is final.
    ///
    /// # Errors
    /// When it cannot be decided now; a refusal is not an error.
    pub async fn outlook(&self, connector: &Connector, now: Timestamp) -> Result<Outlook, Problem> {
        let decision = match self.decide(connector, now).await {
            Err(problem) if problem.kind != Kind::Forbidden => return Err(problem),
            decision => decision,
        };
        let weighed = self.facts.weighed(connector, now).await;
        let stated = self.stated_on(None)?;
        let world = self.world_when_looking(connector, now).await?;
        let mut next = next_change_in(self.document.policy(), &world).into_iter().chain(weighed.until).min();
        for origin in &self.origins {
            next = next.into_iter().chain(origin.next_change(connector, &stated, now).await).min();
        }
        let mut is_over = self.ended.is_some()
            || decision.as_ref().is_err_and(is_exhausted)
            || refused_for_good(self.document.policy(), &self.request, &world, self.concluded);
        for origin in &self.origins {
            is_over |= origin.is_over(connector, &stated, now).await;
        }
        let is_final = decision.is_err() && is_over;
        let origins = self.origins.iter().map(|origin| origin.agreement().to_owned()).collect();
        Ok(Outlook { decision, next, is_final, origins })
    }

    /// What is known now, with what paths will have to state, and what has been used.
    async fn world_when_looking(&self, connector: &Connector, now: Timestamp) -> Result<World, Problem> {
        let weighed = self.facts.weighed(connector, now).await;
        let mut world = self.facts.world_of(&weighed).into_owned();
        world.set_now(now);
        if self.template.is_some() {
            let expected = self.expected.iter();
            world = expected.fold(world, |world, (operand, value)| world.with(operand, value.clone()));
        }
        Ok(match self.used(connector, Occasion::Looking).await? {
            Some(used) => world.with_uses(super::ledger(&used)),
            None => world,
        })
    }
}
