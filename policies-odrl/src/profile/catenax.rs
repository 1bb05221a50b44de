//! The Catena-X policy profile of the release 2025/9 (CX-0152): 29 left operands, each decided or contractual, and the older policies.

use symbolon_vocab::catenax as cx;

use super::meaning::Meaning;
use super::operand::{ALL_OF, ANY_OF, ANY_OR_NONE, EQ, NAMES, Operand, Place, Shape};
use crate::action;
use crate::model::{AtomicConstraint, Constraint, Operator, Policy, RuleTerms};
use crate::names::{CATENAX_LEGACY_POLICY, TRACTUSX};
use crate::value::Datatype;

const fn row(name: &'static str, label: &'static str, definition: &'static str) -> Operand {
    Operand::new(cx::NAMESPACE, name, label, definition).by(EQ).within(USAGE)
}

const USAGE: &[Place] = &[Place::Permission];
const ACCESS: &[Place] = &[Place::Access];
const BOTH: &[Place] = &[Place::Access, Place::Permission];
const PROHIBITED: &[Place] = &[Place::Prohibition];
const GRANTED_OR_NOT: &[Place] = &[Place::Permission, Place::Prohibition];
const OBLIGED: &[Place] = &[Place::Obligation];

pub(super) const EVERY_REGION: &str = "cx.region.all:1";

const REGIONS: &[&str] = &[
    EVERY_REGION,
    "cx.region.europe:1",
    "cx.region.northAmerica:1",
    "cx.region.southAmerica:1",
    "cx.region.africa:1",
    "cx.region.asia:1",
    "cx.region.oceania:1",
    "cx.region.antarctica:1",
];

const RECIPIENT_BPN: &str = "the business partner number of the party that the data would be handed to";
const RECIPIENT_REGION: &str = "the region of the party that the data would be handed to";

/// The left operands of CX-0152.
pub(super) const OPERANDS: &[Operand] = &[
    row("Membership", "membership", "The partner is a member of the dataspace.")
        .with(Shape::Names(&["active"]))
        .within(BOTH)
        .known_from("the membership credential that the partner presents"),
    row("FrameworkAgreement", "framework agreement", "The framework that both partners have signed.")
        .with(Shape::Names(&["DataExchangeGovernance:1.0"]))
        .within(BOTH)
        .known_from("the credential of the framework agreement that the partner presents"),
    row("BusinessPartnerNumber", "business partner number", "Which partners see the offer.")
        .with(Shape::Bpnl)
        .by(ANY_OR_NONE)
        .within(ACCESS)
        .known_from("the credential of the business partner number that the partner presents"),
    row("BusinessPartnerGroup", "group of partners", "Which groups of partners see the offer.")
        .by(ANY_OR_NONE)
        .within(ACCESS)
        .known_from("the groups that the provider keeps"),
    row("UsagePurpose", "purpose", "What the data may be used for.")
        .by(ANY_OF)
        .known_from("the purpose that the partner declares; under an agreement that declares none, the agreed one"),
    row("ContractReference", "referenced contract", "Contracts outside the dataspace that apply as well.")
        .by(ALL_OF)
        .contractual(),
    row("AffiliatesBpnl", "affiliated companies", "Which affiliated companies may, or may not, be given the data.")
        .with(Shape::Bpnl)
        .by(ANY_OF)
        .within(GRANTED_OR_NOT)
        .meaning(Meaning::Recipient)
        .known_from(RECIPIENT_BPN),
    row(
        "AffiliatesRegion",
        "region of affiliates",
        "In which regions affiliated companies may, or may not, be given it.",
    )
    .with(Shape::Names(REGIONS))
    .by(ANY_OF)
    .within(GRANTED_OR_NOT)
    .meaning(Meaning::Recipient)
    .known_from(RECIPIENT_REGION),
    row(
        "ManagedLegalEntityBpnl",
        "managed companies",
        "Which companies that the consumer manages may be given the data.",
    )
    .with(Shape::Bpnl)
    .by(ANY_OF)
    .meaning(Meaning::Recipient)
    .known_from(RECIPIENT_BPN),
    row(
        "ManagedLegalEntityRegion",
        "region of managed companies",
        "In which regions companies that the consumer manages may be given it.",
    )
    .with(Shape::Names(REGIONS))
    .by(ANY_OF)
    .meaning(Meaning::Recipient)
    .known_from(RECIPIENT_REGION),
    row("DataFrequency", "frequency", "Whether data is exchanged under the agreement once or repeatedly.")
        .with(Shape::Names(&["cx.dataFrequency.once:1", "cx.dataFrequency.unlimited:1"]))
        .contractual(),
    row("DataUsageEndDate", "end of use", "The instant at which use ends.")
        .of(Datatype::Moment)
        .with(Shape::Instant)
        .meaning(Meaning::EndOfUse)
        .known_from("the time of the request"),
    row("DataUsageEndDurationDays", "days of use", "For how many days after signing the data may be used.")
        .of(Datatype::Number)
        .with(Shape::Positive)
        .meaning(Meaning::DaysOfUse)
        .known_from("the time of the request and the time of signing"),
    row("DataUsageEndDefinition", "end of use", "Use has no end.")
        .with(Shape::Names(&["cx.dataUsageEnd.unlimited:1"]))
        .meaning(Meaning::Always)
        .known_from("nothing: it sets no end of use, so that every time is within it"),
    row("DataProvisioningEndDate", "end of provision", "Until when the provider has to provide the data.")
        .of(Datatype::Moment)
        .with(Shape::Instant)
        .within(OBLIGED)
        .meaning(Meaning::EndOfUse)
        .known_from("the time of the request"),
    row(
        "DataProvisioningEndDurationDays",
        "days of provision",
        "For how many days after signing the data is provided.",
    )
    .of(Datatype::Number)
    .with(Shape::Positive)
    .within(OBLIGED)
    .meaning(Meaning::DaysOfUse)
    .known_from("the time of the request and the time of signing"),
    row("ExclusiveUsage", "exclusive use", "The consumer alone may use the data for the agreed purposes.")
        .with(Shape::Names(&["cx.exclusiveUsage.dataConsumer:1"]))
        .contractual(),
    row("JurisdictionLocation", "place of jurisdiction", "The place of jurisdiction, in words.").contractual(),
    row("JurisdictionLocationReference", "place of jurisdiction", "The place of jurisdiction, by reference.")
        .with(Shape::Names(&["cx.location.dataConsumer:1", "cx.location.contractReference:1"]))
        .contractual(),
    row("Liability", "liability", "From which degree of negligence on the provider is liable.")
        .with(Shape::Names(&["cx.grossNegligence:1", "cx.slightNegligence:1"]))
        .contractual(),
    row("Precedence", "precedence", "Which contract goes first where contracts contradict each other.")
        .with(Shape::Names(&["cx.precedence.contractReference:1", "cx.precedence.rcAgreement:1"]))
        .contractual(),
    row("VersionChanges", "changes of version", "Which changes of version the agreement covers.")
        .with(Shape::Names(&["cx.versionChanges.minor:1", "cx.versionChanges.major:1"]))
        .contractual(),
    row("Warranty", "warranty", "What the provider warrants.")
        .with(Shape::Names(&[
            "cx.warranty.none:1",
            "cx.warranty.contractReference:1",
            "cx.warranty.dataQualityIssues:1",
        ]))
        .contractual(),
    row("WarrantyDefinition", "end of warranty", "Until when the warranty lasts, by reference.")
        .with(Shape::Names(&["cx.warranty.contractEndDate:1"]))
        .contractual(),
    row("WarrantyDurationMonths", "months of warranty", "For how many months the warranty lasts.")
        .of(Datatype::Number)
        .with(Shape::Positive)
        .contractual(),
    row(
        "ConfidentialInformationMeasures",
        "measures of confidentiality",
        "The consumer protects confidential information.",
    )
    .with(Shape::Names(&["cx.confidentiality.measures:1"]))
    .contractual(),
    row(
        "ConfidentialInformationSharing",
        "sharing of confidential information",
        "Whom confidential information may be shared with.",
    )
    .with(Shape::Names(&["cx.sharing.affiliates:1", "cx.sharing.managedLegalEntity:1"]))
    .by(ANY_OF)
    .meaning(Meaning::Recipient)
    .known_from("the relation between the consumer and the party that the data would be handed to"),
    row("ContractTermination", "after the agreement", "What becomes of the data when use or the agreement ends.")
        .with(Shape::Names(&["cx.data.deletion:1", "cx.data.keeping:1"]))
        .meaning(Meaning::Always)
        .known_from("the end of the agreement: data received under it is then deleted, or may be kept"),
    row("UsageRestriction", "restrictions of use", "Manners of use that are ruled out.")
        .with(Shape::Names(RESTRICTIONS))
        .by(ALL_OF)
        .within(PROHIBITED)
        .meaning(Meaning::Restriction)
        .known_from("the action of the request"),
];

/// The operands that grant passing data on.
const GRANTING: &[&str] =
    &[cx::AFFILIATES_BPNL, cx::AFFILIATES_REGION, cx::MANAGED_LEGAL_ENTITY_BPNL, cx::MANAGED_LEGAL_ENTITY_REGION];

/// Whether a Catena-X permission leaves the data with the consumer. CX-0152 grants passing on ("sublicensing") by naming affiliated or
/// managed companies, so that a permission to use that names none does not include it, although `odrl:use` does.
pub(crate) fn keeps_to_itself(policy: &Policy, terms: &RuleTerms) -> bool {
    let mut operands = Vec::new();
    for constraint in terms.constraints.iter().chain(&policy.shared.constraints) {
        left_operands(constraint, &mut operands);
    }
    let is_ours = |name: &str| name.starts_with(cx::NAMESPACE) || name.starts_with(CATENAX_LEGACY_POLICY);
    let named = policy.profiles.iter().any(|profile| is_ours(profile));
    (named || operands.iter().any(|operand| is_ours(operand))) && !operands.iter().any(|name| GRANTING.contains(name))
}

fn left_operands<'a>(constraint: &'a Constraint, found: &mut Vec<&'a str>) {
    match constraint {
        Constraint::Atomic(atomic) => found.push(&atomic.left_operand),
        Constraint::Logical(logical) => logical.operands.iter().for_each(|operand| left_operands(operand, found)),
    }
}

const fn older(name: &'static str, label: &'static str, definition: &'static str) -> Operand {
    Operand::new(CATENAX_LEGACY_POLICY, name, label, definition).by(NAMES)
}

/// The left operands of the older policies (`https://w3id.org/catenax/policy/`).
pub(super) const LEGACY_OPERANDS: &[Operand] = &[
    older("Membership", "membership", "The partner is a member of the dataspace.")
        .with(Shape::Names(&["active"]))
        .also_known_as(cx::MEMBERSHIP)
        .known_from("the membership credential that the partner presents"),
    older("FrameworkAgreement", "framework agreement", "The framework that both partners have signed.")
        .also_known_as(cx::FRAMEWORK_AGREEMENT)
        .known_from("the credential of the framework agreement that the partner presents"),
    older("UsagePurpose", "purpose", "What the data may be used for.")
        .also_known_as(cx::USAGE_PURPOSE)
        .known_from("the purpose that the partner declares; under an agreement that declares none, the agreed one"),
    older("ContractReference", "referenced contract", "Contracts outside the dataspace that apply as well.")
        .contractual(),
    older("Dismantler", "dismantler", "The partner dismantles vehicles.")
        .with(Shape::Names(&["active"]))
        .known_from("the dismantler credential that the partner presents"),
    older("Dismantler.activityType", "activity of a dismantler", "What the partner dismantles vehicles for.")
        .known_from("the dismantler credential that the partner presents"),
    older("Dismantler.allowedBrands", "brands of a dismantler", "The brands that the partner may dismantle.")
        .known_from("the dismantler credential that the partner presents"),
];

/// The left operands that older policies take from Tractus-X.
pub(super) const TRACTUSX_OPERANDS: &[Operand] = &[
    Operand::new(
        TRACTUSX,
        "BusinessPartnerNumber",
        "business partner number",
        "The partner's business partner number.",
    )
    .also_known_as(cx::BUSINESS_PARTNER_NUMBER)
    .known_from("the credential of the business partner number that the partner presents"),
    Operand::new(TRACTUSX, "BusinessPartnerGroup", "group of partners", "The groups that the partner is in.")
        .also_known_as(cx::BUSINESS_PARTNER_GROUP)
        .known_from("the groups that the provider keeps"),
];

const RESTRICTIONS: &[&str] = &[
    "cx.thirdParty.forbidden:1",
    "cx.manipulation.forbidden:1",
    "cx.derivations.forbidden:1",
    "cx.extraordinaryAnalytics.forbidden:1",
    "cx.dataProviderRemoval.forbidden:1",
];

/// The actions that each manner of use includes, by short name, in the order of [`RESTRICTIONS`].
const FORBIDDEN: &[&[&str]] = &[
    &["distribute", "reproduce", "present", "grantUse", "transfer"],
    &["modify", "transform", "translate", "annotate", "anonymize"],
    &["derive", "aggregate", "modify", "include"],
    &["extract", "index", "reverseEngineer"],
    &["removeOrigin", "anonymize"],
];

/// Whether a `UsageRestriction` names manners of use: by another operator ("none of", "other than") it may mean any use.
pub(crate) fn names_manners(constraint: &AtomicConstraint) -> bool {
    matches!(constraint.operator, Operator::Eq | Operator::IsAnyOf | Operator::IsAllOf) && constraint.unit.is_none()
}

/// Whether the manner of use that a `UsageRestriction` names includes an action; `None` for a manner that is not known.
///
/// A plain `use` is none of the manners. `cx.thirdParty.forbidden:1` names making available to others, reproducing and displaying in
/// public; the other values name what their words say.
pub fn restricts(manner: &str, action: &str) -> Option<bool> {
    let place = RESTRICTIONS.iter().position(|known| *known == manner)?;
    let actions = FORBIDDEN.get(place)?;
    Some(action::any_covers(actions, action))
}
