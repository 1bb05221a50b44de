//! Which steps the connector takes by itself: the JSON shape of automation rules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::storage::{negotiations, offers};

/// Whether the connector takes a step by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// At once, if the rules allow it.
    Auto,
    /// A person decides.
    Hold,
}

/// Steps of the provider under an offer. What is not said is `auto`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct OfferAutomation {
    /// Agree to a request that equals the published offer and whose policy the partner satisfies.
    answer: Step,
    /// Finalize when the partner has verified.
    finalize: Step,
    /// Start a requested transfer whose agreement is in force and whose policy holds.
    transfer: Step,
}

/// Steps in a negotiation; those of the other role have no meaning. What is not said is `auto`, but for `accept`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NegotiationAutomation {
    /// Consumer: accept an offer whose terms are those that were asked for; `hold` if absent.
    accept: Step,
    /// Consumer: verify an agreement that is the last offer.
    verify: Step,
    /// Provider: agree to a request that equals the published offer and whose policy the partner satisfies.
    answer: Step,
    /// Provider: finalize when verified.
    finalize: Step,
    /// Provider: start transfers under the agreement.
    transfer: Step,
}

impl Default for OfferAutomation {
    fn default() -> Self {
        Self { answer: Step::Auto, finalize: Step::Auto, transfer: Step::Auto }
    }
}

impl Default for NegotiationAutomation {
    fn default() -> Self {
        let auto = Step::Auto;
        Self { accept: Step::Hold, verify: auto, answer: auto, finalize: auto, transfer: auto }
    }
}

impl From<Step> for offers::Step {
    fn from(step: Step) -> Self {
        match step {
            Step::Auto => Self::Auto,
            Step::Hold => Self::Hold,
        }
    }
}

impl From<offers::Step> for Step {
    fn from(step: offers::Step) -> Self {
        match step {
            offers::Step::Auto => Self::Auto,
            offers::Step::Hold => Self::Hold,
        }
    }
}

impl From<OfferAutomation> for offers::OfferAutomation {
    fn from(automation: OfferAutomation) -> Self {
        let OfferAutomation { answer, finalize, transfer } = automation;
        Self { answer: answer.into(), finalize: finalize.into(), transfer: transfer.into() }
    }
}

impl From<offers::OfferAutomation> for OfferAutomation {
    fn from(automation: offers::OfferAutomation) -> Self {
        let offers::OfferAutomation { answer, finalize, transfer } = automation;
        Self { answer: answer.into(), finalize: finalize.into(), transfer: transfer.into() }
    }
}

impl From<NegotiationAutomation> for negotiations::Automation {
    fn from(automation: NegotiationAutomation) -> Self {
        let NegotiationAutomation { accept, verify, answer, finalize, transfer } = automation;
        Self {
            accept: accept.into(),
            verify: verify.into(),
            answer: answer.into(),
            finalize: finalize.into(),
            transfer: transfer.into(),
        }
    }
}

impl From<negotiations::Automation> for NegotiationAutomation {
    fn from(automation: negotiations::Automation) -> Self {
        let negotiations::Automation { accept, verify, answer, finalize, transfer } = automation;
        Self {
            accept: accept.into(),
            verify: verify.into(),
            answer: answer.into(),
            finalize: finalize.into(),
            transfer: transfer.into(),
        }
    }
}
