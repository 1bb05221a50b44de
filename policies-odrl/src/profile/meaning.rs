/// How a constraint is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meaning {
    /// The time of the request.
    Clock,
    /// `eq` names the last moment (Catena-X `DataUsageEndDate`).
    EndOfUse,
    /// `eq` counts the days from the day of signing (Catena-X `DataUsageEndDurationDays`).
    DaysOfUse,
    /// The party that asks.
    Participant,
    /// A fact that the caller supplies.
    Fact,
    /// A fact that the caller supplies, and of which every value counts (all nationalities, all places of storage, all part numbers). In
    /// a permission `isAnyOf` holds where *every* known value is one of the right operands, and at least one is known. Elsewhere
    /// `isNoneOf` holds where *any* is not one of them: a prohibition of all but these. Otherwise as for [`Self::Fact`].
    EveryFact,
    /// How often something was done so far, from the ledger of uses; a request adds to it. Without a ledger a fact of the same operand,
    /// as for [`Self::Fact`].
    Counter,
    /// How much was taken so far, from the ledger of uses; the request takes as much as a fact of the same operand says, rounded up.
    Quantity,
    /// The time since the last use, from the ledger of uses. Without a ledger a fact of the same operand, as for [`Self::Fact`].
    Interval,
    /// The time since the first use, from the ledger of uses. Without a ledger a fact of the same operand, as for [`Self::Fact`].
    Elapsed,
    /// Never blocks a permission, never makes a prohibition apply; always reported as contractual.
    Contractual,
    /// Holds for every request: it says what happens afterwards.
    Always,
    /// Catena-X `UsageRestriction`: holds where one of the right operands names a manner of use that includes the action of the request
    /// ([`catenax::restricts`](super::catenax::restricts)); a manner that is not known leaves it open.
    Restriction,
    /// Whom data may be passed on to. Of an action that hands nothing on ([`is_onward`](crate::action::is_onward)) it says nothing: in a
    /// permission it holds, in a prohibition it does not. Otherwise a fact about the recipient decides, as for [`Self::Fact`];
    /// a region also equals the one that it lies within.
    Recipient,
}

impl Meaning {
    /// In a prohibition each of these names something that is forbidden: several of them joined by `and`, or standing beside each other,
    /// forbid when *any* holds (CX-0152 chains them with `and` where it means a list).
    pub(crate) fn names_the_forbidden(self) -> bool {
        match self {
            Self::Restriction | Self::Recipient => true,
            Self::Clock
            | Self::EndOfUse
            | Self::DaysOfUse
            | Self::Participant
            | Self::Fact
            | Self::EveryFact
            | Self::Counter
            | Self::Quantity
            | Self::Interval
            | Self::Elapsed
            | Self::Contractual
            | Self::Always => false,
        }
    }
}
