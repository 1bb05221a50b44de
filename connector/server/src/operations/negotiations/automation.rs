//! What the connector does by itself in a negotiation: the one place that answers without a person.

use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::negotiation::{Command, Input, StateName};
use symbolon_policies_odrl::{PolicyDocument, evaluate};

use super::super::facts::{self, Standing};
use super::super::policies::must_follow_profile;
use super::work::Work;
use crate::connector::Connector;
use crate::ids;
use crate::problem::Problem;
use crate::storage::assets::{self, Asset};
use crate::storage::negotiations::StoredNegotiation;
use crate::storage::offers::{self, Step};

/// Takes every step that the automation rules allow, until one needs a person or the partner.
pub(super) async fn react(
    connector: &Connector,
    work: &mut Work<'_>,
    before: Option<&PolicyDocument>,
) -> Result<(), Problem> {
    let mut asked = before.cloned();
    while let Some(command) = next_command(connector, work, asked.as_ref()).await? {
        work.step(Input::Command(command)).await?;
        asked = None;
    }
    Ok(())
}

async fn next_command(
    connector: &Connector,
    work: &Work<'_>,
    asked: Option<&PolicyDocument>,
) -> Result<Option<Command>, Problem> {
    let machine = &work.stored.machine;
    let automation = &work.stored.automation;
    Ok(match (machine.role(), machine.state_name()) {
        (Role::Provider, StateName::Requested) if automation.answer == Step::Auto => {
            answer(connector, work, Published::MustEqual).await?
        }
        (Role::Provider, StateName::Accepted) if automation.answer == Step::Auto => {
            answer(connector, work, Published::Ours).await?
        }
        (Role::Provider, StateName::Verified) if automation.finalize == Step::Auto => Some(Command::Finalize),
        (Role::Consumer, StateName::Offered) if automation.accept == Step::Auto => {
            // Only what was asked for is accepted without a person.
            asked.is_some_and(|asked| asked.same_terms(machine.last_offer())).then_some(Command::Accept)
        }
        (Role::Consumer, StateName::Agreed) if automation.verify == Step::Auto => Some(Command::Verify),
        (Role::Provider | Role::Consumer, _) => None,
    })
}

/// Whether the terms must be compared with what is published, or are our own offer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Published {
    MustEqual,
    Ours,
}

/// Agree, refuse with the reason, or leave it to a person (other terms than the published ones).
async fn answer(connector: &Connector, work: &Work<'_>, published: Published) -> Result<Option<Command>, Problem> {
    let stored = &work.stored;
    let terms = stored.machine.last_offer();
    if published == Published::MustEqual {
        let usage_policy = match &work.known {
            Some(known) => known.offer.usage_policy.clone(),
            None => match offers::by_dsp_offer_id(&connector.db, &stored.offer_id).await? {
                Some((offer, _)) => offer.usage_policy,
                None => return Ok(None),
            },
        };
        if !connector.policy(&usage_policy).await?.same_terms(terms) {
            return Ok(None);
        }
    }
    let standing = match &work.known {
        Some(known) => known.standing.clone(),
        None => facts::standing(connector, &stored.partner, &stored.dataspace, work.now).await?,
    };
    let followed = must_follow_profile(connector, &stored.dataspace, terms);
    let asset = assets::by_id(&connector.db, &stored.asset).await?;
    let refusal = match followed.and_then(|()| permitted(&standing, stored, asset.as_ref(), terms)) {
        Ok(()) => return Ok(Some(Command::Agree { agreement_id: ids::urn() })),
        Err(refusal) => refusal,
    };
    Ok(Some(Command::Terminate { code: Some(refusal.code.clone()), reason: refusal.reasons() }))
}

/// Whether the partner belongs to the dataspace and satisfies the terms.
fn permitted(
    standing: &Standing,
    stored: &StoredNegotiation,
    asset: Option<&Asset>,
    terms: &PolicyDocument,
) -> Result<(), Problem> {
    standing.must_belong()?;
    let world = facts::before_any_request(standing.world.clone(), asset, terms);
    let decision = evaluate(terms.policy(), &facts::request_to_use(&stored.partner, &stored.asset), &world);
    if decision.permitted { Ok(()) } else { Err(standing.denied(&decision)) }
}
