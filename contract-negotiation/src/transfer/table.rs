use super::{
    MessageName::{self, Completion, Request, Start, Suspension, Termination},
    StateName,
};
use crate::{
    Condition::{AddressIfPull, AnswerToResume, NoAddressIfPull, Unconfirmed},
    Role::{Consumer, Provider},
    table,
};

type Row = table::Row<StateName, MessageName>;

/// Every move of a transfer process: DSP 2025-1, "Transfer Process Protocol", states and transitions; and the provider's answer to a
/// consumer's resume, which the standard leaves open. `step` has no other rule about who may send what when.
pub fn table() -> &'static [Row] {
    TABLE
}

static TABLE: &[Row] = &[
    Row::opening(Request, Consumer, StateName::Requested),
    Row::new(StateName::Requested, Start, Provider, StateName::Started).when(AddressIfPull),
    Row::new(StateName::Requested, Termination, Consumer, StateName::Terminated),
    Row::new(StateName::Requested, Termination, Provider, StateName::Terminated),
    Row::new(StateName::Started, Start, Provider, StateName::Started).when(AnswerToResume),
    Row::new(StateName::Started, Suspension, Consumer, StateName::Suspended),
    Row::new(StateName::Started, Suspension, Provider, StateName::Suspended),
    Row::new(StateName::Started, Completion, Consumer, StateName::Completed),
    Row::new(StateName::Started, Completion, Provider, StateName::Completed),
    Row::new(StateName::Started, Termination, Consumer, StateName::Terminated),
    Row::new(StateName::Started, Termination, Provider, StateName::Terminated),
    Row::new(StateName::Suspended, Start, Consumer, StateName::Started).when(NoAddressIfPull),
    Row::new(StateName::Suspended, Start, Provider, StateName::Started).when(AddressIfPull),
    Row::new(StateName::Suspended, Termination, Consumer, StateName::Terminated),
    Row::new(StateName::Suspended, Termination, Provider, StateName::Terminated),
    Row::new(StateName::Completed, Termination, Consumer, StateName::Terminated).accepted_only().when(Unconfirmed),
    Row::new(StateName::Completed, Termination, Provider, StateName::Terminated).accepted_only().when(Unconfirmed),
];
