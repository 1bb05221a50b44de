use super::{
    MessageName::{self, Accepted, Agreement, Finalized, Offer, Request, Termination, Verification},
    StateName,
};
use crate::{
    Condition::{TargetNamed, TargetUnchanged, TermsOfLastOffer},
    Role::{Consumer, Provider},
    table,
};

pub(super) type Row = table::Row<StateName, MessageName>;

/// Every move of a contract negotiation: DSP 2025-1, "Contract Negotiation Protocol", states and transitions. `step` has no other rule
/// about who may send what when.
pub fn table() -> &'static [Row] {
    TABLE
}

static TABLE: &[Row] = &[
    Row::opening(Request, Consumer, StateName::Requested).when(TargetNamed),
    Row::opening(Offer, Provider, StateName::Offered).when(TargetNamed),
    Row::new(StateName::Requested, Offer, Provider, StateName::Offered).when(TargetUnchanged),
    Row::new(StateName::Requested, Agreement, Provider, StateName::Agreed).when(TermsOfLastOffer),
    Row::new(StateName::Requested, Termination, Consumer, StateName::Terminated),
    Row::new(StateName::Requested, Termination, Provider, StateName::Terminated),
    Row::new(StateName::Offered, Request, Consumer, StateName::Requested).when(TargetUnchanged),
    Row::new(StateName::Offered, Accepted, Consumer, StateName::Accepted),
    Row::new(StateName::Offered, Termination, Consumer, StateName::Terminated),
    Row::new(StateName::Offered, Termination, Provider, StateName::Terminated),
    Row::new(StateName::Accepted, Agreement, Provider, StateName::Agreed).when(TermsOfLastOffer),
    Row::new(StateName::Accepted, Termination, Consumer, StateName::Terminated).accepted_only(),
    Row::new(StateName::Accepted, Termination, Provider, StateName::Terminated),
    Row::new(StateName::Agreed, Verification, Consumer, StateName::Verified),
    Row::new(StateName::Agreed, Termination, Consumer, StateName::Terminated),
    Row::new(StateName::Agreed, Termination, Provider, StateName::Terminated).accepted_only(),
    Row::new(StateName::Verified, Finalized, Provider, StateName::Finalized),
    Row::new(StateName::Verified, Termination, Consumer, StateName::Terminated).accepted_only(),
    Row::new(StateName::Verified, Termination, Provider, StateName::Terminated),
];
