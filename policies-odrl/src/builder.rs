//! Policies made in code.

use serde_json::{Map, Value as Json, json};

use crate::model::{Conflict, Connective, Operator, PolicyKind};
use crate::profile::{self, Finding};
use crate::{PolicyDocument, PolicyError};

/// Makes a policy, of which only valid ones come out: [`build`](Self::build) refuses what the information model or the profiles that
/// it names do not allow.
///
/// ```
/// use symbolon_policies_odrl::PolicyBuilder;
/// use symbolon_policies_odrl::model::Operator;
///
/// let offer = PolicyBuilder::offer("urn:uuid:3a1f6f5e-6c55-4c7b-9d0f-0c1d2e3f4a5b")
///     .target("urn:example:spindle")
///     .permit("use", |rule| {
///         rule.constraint("purpose", Operator::Eq, "https://oem.example/purpose/quality")
///             .constraint("dateTime", Operator::Lt, "2035-12-31T23:00:00Z")
///             .duty("inform", |duty| duty.party("informedParty", "did:web:supplier.example"))
///     })
///     .prohibit("distribute", |rule| rule)
///     .build()?;
/// assert_eq!(offer.policy().permissions.len(), 1);
///
/// let misspelt = PolicyBuilder::offer("urn:x").permit("uze", |rule| rule).build();
/// assert!(misspelt.unwrap_err().to_string().contains("uze"));
/// # Ok::<_, symbolon_policies_odrl::PolicyError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PolicyBuilder {
    members: Map<String, Json>,
}

/// Makes a permission or a prohibition.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct RuleBuilder {
    members: Map<String, Json>,
    refinements: Vec<Json>,
}

/// Makes a duty, a remedy, a consequence or an obligation.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct DutyBuilder {
    rule: RuleBuilder,
}

/// Makes the operands of a logical constraint.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ConstraintBuilder {
    operands: Vec<Json>,
}

impl PolicyBuilder {
    /// A policy of a kind, named by an IRI.
    pub fn new(kind: PolicyKind, id: impl Into<String>) -> Self {
        let members = [("@id".to_owned(), id.into().into()), ("@type".to_owned(), kind.name().into())];
        Self { members: members.into_iter().collect() }
    }

    /// An offer.
    pub fn offer(id: impl Into<String>) -> Self {
        Self::new(PolicyKind::Offer, id)
    }

    /// A set.
    pub fn set(id: impl Into<String>) -> Self {
        Self::new(PolicyKind::Set, id)
    }

    /// An agreement, which needs a target, an assigner and an assignee.
    pub fn agreement(id: impl Into<String>) -> Self {
        Self::new(PolicyKind::Agreement, id)
    }

    /// `target`: an asset that all rules are about.
    pub fn target(self, asset: impl Into<Json>) -> Self {
        self.with("target", asset)
    }

    /// `assigner`: the party that grants, for all rules.
    pub fn assigner(self, party: impl Into<Json>) -> Self {
        self.with("assigner", party)
    }

    /// `assignee`: the party that receives, for all rules.
    pub fn assignee(self, party: impl Into<Json>) -> Self {
        self.with("assignee", party)
    }

    /// `profile`: a vocabulary that the policy uses, by its IRI; may be given several times.
    pub fn profile(self, iri: impl Into<String>) -> Self {
        self.with("profile", iri.into())
    }

    /// `conflict`: what wins when a permission and a prohibition both apply.
    pub fn conflict(mut self, strategy: Conflict) -> Self {
        let name = match strategy {
            Conflict::Invalid => "invalid".to_owned(),
            Conflict::Prohibit => "prohibit".to_owned(),
            Conflict::Permit => "perm".to_owned(),
            Conflict::Unknown(name) => name,
        };
        self.members.insert("conflict".to_owned(), name.into());
        self
    }

    /// `inheritFrom`: a policy whose rules apply as well.
    pub fn inherit_from(self, policy: impl Into<String>) -> Self {
        self.with("inheritFrom", policy.into())
    }

    /// A condition that all rules share.
    pub fn constraint(self, left: impl Into<String>, operator: Operator, right: impl Into<Json>) -> Self {
        self.with_part("constraint", atomic(left.into(), &operator, right.into()))
    }

    /// A permission of an action.
    pub fn permit(self, action: impl Into<String>, rule: impl FnOnce(RuleBuilder) -> RuleBuilder) -> Self {
        self.with_part("permission", rule(RuleBuilder::default()).finished(action.into()))
    }

    /// A prohibition of an action.
    pub fn prohibit(self, action: impl Into<String>, rule: impl FnOnce(RuleBuilder) -> RuleBuilder) -> Self {
        self.with_part("prohibition", rule(RuleBuilder::default()).finished(action.into()))
    }

    /// An obligation to an action.
    pub fn oblige(self, action: impl Into<String>, duty: impl FnOnce(DutyBuilder) -> DutyBuilder) -> Self {
        self.with_part("obligation", duty(DutyBuilder::default()).rule.finished(action.into()))
    }

    /// The policy.
    ///
    /// # Errors
    /// When it is not valid: the path, what is wrong, and what to do. Operands of other vocabularies are allowed, by their IRI.
    pub fn build(self) -> Result<PolicyDocument, PolicyError> {
        let document = PolicyDocument::parse(Json::Object(self.members))?;
        let policy = document.policy();
        let of_profiles = profile::check(policy).into_iter().filter(|finding| !is_allowed(finding));
        match policy.validity().into_iter().chain(of_profiles).next() {
            None => Ok(document),
            Some(Finding { path, sentence, hint, .. }) => Err(PolicyError::new(path, format!("{sentence}: {hint}"))),
        }
    }

    fn with(mut self, member: &str, value: impl Into<Json>) -> Self {
        add(&mut self.members, member, value.into());
        self
    }

    fn with_part(mut self, member: &str, value: Json) -> Self {
        push(&mut self.members, member, value);
        self
    }
}

/// What a policy may have that is decided elsewhere: parents, and operands that others give a meaning to.
fn is_allowed(finding: &Finding) -> bool {
    matches!(finding.code, "policy.inherits" | "operand.unknown")
}

impl RuleBuilder {
    /// `@id` of the rule.
    pub fn id(mut self, iri: impl Into<String>) -> Self {
        self.members.insert("@id".to_owned(), iri.into().into());
        self
    }

    /// A condition. All conditions of a rule must hold.
    pub fn constraint(mut self, left: impl Into<String>, operator: Operator, right: impl Into<Json>) -> Self {
        push(&mut self.members, "constraint", atomic(left.into(), &operator, right.into()));
        self
    }

    /// Several conditions as one.
    pub fn logical(
        mut self,
        connective: Connective,
        operands: impl FnOnce(ConstraintBuilder) -> ConstraintBuilder,
    ) -> Self {
        push(&mut self.members, "constraint", logical(connective, operands(ConstraintBuilder::default())));
        self
    }

    /// A condition that narrows the action.
    pub fn refinement(mut self, left: impl Into<String>, operator: Operator, right: impl Into<Json>) -> Self {
        self.refinements.push(atomic(left.into(), &operator, right.into()));
        self
    }

    /// `target`: an asset, in place of those of the policy.
    pub fn target(mut self, asset: impl Into<Json>) -> Self {
        add(&mut self.members, "target", asset.into());
        self
    }

    /// `assigner`: a party, in place of those of the policy.
    pub fn assigner(mut self, party: impl Into<Json>) -> Self {
        add(&mut self.members, "assigner", party.into());
        self
    }

    /// `assignee`: a party, in place of those of the policy.
    pub fn assignee(mut self, party: impl Into<Json>) -> Self {
        add(&mut self.members, "assignee", party.into());
        self
    }

    /// What must have been done before a permission holds.
    pub fn duty(mut self, action: impl Into<String>, duty: impl FnOnce(DutyBuilder) -> DutyBuilder) -> Self {
        push(&mut self.members, "duty", duty(DutyBuilder::default()).rule.finished(action.into()));
        self
    }

    /// What must be done after a prohibition was infringed.
    pub fn remedy(mut self, action: impl Into<String>, remedy: impl FnOnce(DutyBuilder) -> DutyBuilder) -> Self {
        push(&mut self.members, "remedy", remedy(DutyBuilder::default()).rule.finished(action.into()));
        self
    }

    fn finished(mut self, action: String) -> Json {
        let action = if self.refinements.is_empty() {
            action.into()
        } else {
            json!({"rdf:value": {"@id": action}, "refinement": self.refinements})
        };
        self.members.insert("action".to_owned(), action);
        self.members.into()
    }
}

impl DutyBuilder {
    /// `@id` of the duty, under which it can be reported as fulfilled.
    pub fn id(self, iri: impl Into<String>) -> Self {
        self.map(|rule| rule.id(iri))
    }

    /// When the duty is in force.
    pub fn constraint(self, left: impl Into<String>, operator: Operator, right: impl Into<Json>) -> Self {
        self.map(|rule| rule.constraint(left, operator, right))
    }

    /// When the duty is in force: several conditions as one.
    pub fn logical(
        self,
        connective: Connective,
        operands: impl FnOnce(ConstraintBuilder) -> ConstraintBuilder,
    ) -> Self {
        self.map(|rule| rule.logical(connective, operands))
    }

    /// A condition that narrows the action.
    pub fn refinement(self, left: impl Into<String>, operator: Operator, right: impl Into<Json>) -> Self {
        self.map(|rule| rule.refinement(left, operator, right))
    }

    /// `target`: the asset that the duty is about.
    pub fn target(self, asset: impl Into<Json>) -> Self {
        self.map(|rule| rule.target(asset))
    }

    /// `assignee`: who has the duty.
    pub fn assignee(self, party: impl Into<Json>) -> Self {
        self.map(|rule| rule.assignee(party))
    }

    /// A party in another function, for example `informedParty` or `compensatedParty`.
    pub fn party(self, function: &str, party: impl Into<Json>) -> Self {
        self.map(|mut rule| {
            add(&mut rule.members, function, party.into());
            rule
        })
    }

    /// What must be done besides when the duty was not fulfilled.
    pub fn consequence(self, action: impl Into<String>, duty: impl FnOnce(DutyBuilder) -> DutyBuilder) -> Self {
        let consequence = duty(DutyBuilder::default()).rule.finished(action.into());
        self.map(|mut rule| {
            push(&mut rule.members, "consequence", consequence);
            rule
        })
    }

    fn map(self, change: impl FnOnce(RuleBuilder) -> RuleBuilder) -> Self {
        Self { rule: change(self.rule) }
    }
}

impl ConstraintBuilder {
    /// A condition.
    pub fn constraint(mut self, left: impl Into<String>, operator: Operator, right: impl Into<Json>) -> Self {
        self.operands.push(atomic(left.into(), &operator, right.into()));
        self
    }

    /// Several conditions as one of the operands.
    pub fn logical(
        mut self,
        connective: Connective,
        operands: impl FnOnce(ConstraintBuilder) -> ConstraintBuilder,
    ) -> Self {
        self.operands.push(logical(connective, operands(Self::default())));
        self
    }
}

fn atomic(left: String, operator: &Operator, right: Json) -> Json {
    json!({"leftOperand": left, "operator": operator.name(), "rightOperand": right})
}

fn logical(connective: Connective, operands: ConstraintBuilder) -> Json {
    json!({ connective.name(): operands.operands })
}

/// One value as it is, several as a list.
fn add(members: &mut Map<String, Json>, member: &str, value: Json) {
    match members.get_mut(member) {
        None => {
            members.insert(member.to_owned(), value);
        }
        Some(Json::Array(values)) => values.push(value),
        Some(known) => *known = json!([known.take(), value]),
    }
}

fn push(members: &mut Map<String, Json>, member: &str, value: Json) {
    match members.get_mut(member) {
        Some(Json::Array(values)) => values.push(value),
        Some(_) | None => {
            members.insert(member.to_owned(), json!([value]));
        }
    }
}
