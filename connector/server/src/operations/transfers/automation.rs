//! What the connector does by itself in a transfer, and the start that operators and automation share.

use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::{Command, Input, State, StateName};

use super::super::StepError;
use super::super::grants::{Terms, withdrawn};
use super::addresses;
use super::holding::refuse;
use super::work::Work;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::offers::Step;
use crate::storage::{agreements, assets};

/// Takes the step that the automation rules allow.
pub(super) async fn react(connector: &Connector, work: &mut Work<'_>) -> Result<(), Problem> {
    let machine = &work.stored.machine;
    let requested = machine.role() == Role::Provider && machine.state_name() == StateName::Requested;
    if work.stored.automation.start != Step::Auto || !(requested || work.answer_due) {
        return Ok(());
    }
    match start(connector, work).await {
        Ok(()) => Ok(()),
        Err(StepError::Failed(problem)) if problem.kind == Kind::Forbidden => {
            // What was asked for and may not start is over; what ran before may come to run again.
            let is_final = requested || terms_of(connector, work).await?.outlook(connector, work.now).await?.is_final;
            Ok(refuse(work, &problem, is_final)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Starts, resumes, or answers the consumer's resume. A provider does so only while the agreement is in force and its
/// policy permits use.
pub(super) async fn start(connector: &Connector, work: &mut Work<'_>) -> Result<(), StepError> {
    let machine = &work.stored.machine;
    if machine.role() == Role::Consumer {
        return work.step(Input::Command(Command::Start { data_address: None }));
    }
    terms_of(connector, work).await?.decide(connector, work.now).await?;
    // Tokens given before end here: each start has its own generation.
    work.stored.generation += 1;
    let data_address = machine.is_pull().then(|| addresses::endpoint(connector, &work.stored, work.now));
    let answer_due = matches!(machine.state(), State::Started { answer_due: true, .. });
    let command = if answer_due { Command::Answer { data_address } } else { Command::Start { data_address } };
    work.step(Input::Command(command))?;
    work.answer_due = false;
    Ok(())
}

async fn terms_of(connector: &Connector, work: &Work<'_>) -> Result<Terms, Problem> {
    let id = &work.stored.agreement_id;
    let agreement = agreements::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("agreement", id))?;
    let asset = assets::by_id(&connector.db, &agreement.asset).await?.ok_or_else(withdrawn)?;
    Terms::of(connector, agreement, &asset, &work.stored, work.now).await
}
