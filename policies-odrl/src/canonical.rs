//! A policy written again from the model: one spelling, one order, no descriptions.

mod turtle;

use serde_json::{Map, Value as Json, json};

use crate::model::{
    Action, AtomicConstraint, Conflict, Constraint, Duty, Entity, LogicalConstraint, Policy, RuleTerms, Unknown,
};
use crate::names::{ODRL, Prefixes};
use crate::read::datatype;
use crate::value::{Datatype, Typed, Value};

impl Policy {
    /// The policy in its canonical form, as the Dataspace Protocol spells policies: rules, constraints and names in order, names in full
    /// or with a standard prefix. Descriptions are left out. What was not understood is there as it was.
    ///
    /// Reading it gives the same terms again; it is the same for all spellings of a policy. Places in the policy, such as
    /// `permission[1]`, may differ from those in the original.
    ///
    /// ```
    /// use serde_json::json;
    /// use symbolon_policies_odrl::PolicyDocument;
    ///
    /// let policy = json!({"uid": "urn:p", "odrl:permission": {"odrl:action": {"@id": "odrl:use"}}});
    /// let policy = PolicyDocument::parse(policy)?;
    /// let canonical = json!({"@id": "urn:p", "@type": "Set", "permission": [{"action": "use"}]});
    /// assert_eq!(policy.policy().canonical_json(), canonical);
    /// # Ok::<_, symbolon_policies_odrl::PolicyError>(())
    /// ```
    pub fn canonical_json(&self) -> Json {
        let mut sorted = self.clone();
        sorted.sort();
        Json::Object(Form::Short.policy(&sorted))
    }

    /// The canonical form as Turtle. What RDF cannot say, because its name is no IRI, is a literal: the reader takes it back, and
    /// refuses as it refused the original.
    pub fn to_turtle(&self) -> String {
        let mut sorted = self.clone();
        sorted.sort();
        turtle::document(&Form::Typed.policy(&sorted))
    }
}

/// How values are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As plain strings where the left operand says how they are meant.
    Short,
    /// With their datatypes.
    Typed,
}

impl Form {
    fn policy(self, policy: &Policy) -> Map<String, Json> {
        let mut written = Written::of(self);
        written.some("@id", policy.id.as_deref());
        written.add("@type", policy.kind.name().into());
        written.names("profile", &policy.profiles);
        written.names("inheritFrom", &policy.inherit_from);
        written.names("dct:isReplacedBy", &policy.replaced_by);
        match &policy.conflict {
            Conflict::Invalid => {}
            Conflict::Prohibit => written.add("conflict", "prohibit".into()),
            Conflict::Permit => written.add("conflict", "perm".into()),
            Conflict::Unknown(name) => written.add("conflict", name.as_str().into()),
        }
        written.some("timestamp", policy.timestamp.as_deref());
        written.terms(&policy.shared);
        let permissions =
            policy.permissions.iter().map(|rule| self.rule("Permission", &rule.terms, "duty", &rule.duties));
        written.list("permission", permissions.collect());
        let prohibitions =
            policy.prohibitions.iter().map(|rule| self.rule("Prohibition", &rule.terms, "remedy", &rule.remedies));
        written.list("prohibition", prohibitions.collect());
        written.list("obligation", self.duties(&policy.obligations));
        written.unknown(&policy.unknown);
        written.members
    }

    fn rule(self, class: &str, terms: &RuleTerms, member: &str, duties: &[Duty]) -> Json {
        let mut written = Written::of(self);
        written.some("@id", terms.id.as_deref());
        // A rule that says nothing else would be the name of one.
        written.some("@type", terms.actions.is_empty().then_some(class));
        written.terms(terms);
        written.list(member, self.duties(duties));
        written.unknown(&terms.unknown);
        written.members.into()
    }

    fn duties(self, duties: &[Duty]) -> Vec<Json> {
        duties.iter().map(|duty| self.rule("Duty", &duty.terms, "consequence", &duty.consequences)).collect()
    }
}

/// Members as they are written.
struct Written {
    form: Form,
    members: Map<String, Json>,
}

impl Written {
    fn of(form: Form) -> Self {
        Self { form, members: Map::new() }
    }

    /// A member that may come again adds up.
    fn add(&mut self, member: &str, value: Json) {
        match self.members.get_mut(member) {
            None => {
                self.members.insert(member.to_owned(), value);
            }
            Some(Json::Array(values)) => values.push(value),
            Some(known) => *known = json!([known.take(), value]),
        }
    }

    fn some(&mut self, member: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(member, value.into());
        }
    }

    /// A list that is left out when it is empty.
    fn list(&mut self, member: &str, values: Vec<Json>) {
        if !values.is_empty() {
            self.members.insert(member.to_owned(), values.into());
        }
    }

    /// One value as it is, several as a list.
    fn values(&mut self, member: &str, mut values: Vec<Json>) {
        match values.len() {
            1 => self.members.extend(values.pop().map(|value| (member.to_owned(), value))),
            _ => self.list(member, values),
        }
    }

    fn names(&mut self, member: &str, names: &[String]) {
        self.values(member, names.iter().map(|name| name.as_str().into()).collect());
    }

    fn terms(&mut self, terms: &RuleTerms) {
        let form = self.form;
        self.values("target", terms.targets.iter().map(|asset| form.entity(asset, "AssetCollection")).collect());
        self.values("assigner", terms.assigners.iter().map(|party| form.entity(party, "PartyCollection")).collect());
        self.values("assignee", terms.assignees.iter().map(|party| form.entity(party, "PartyCollection")).collect());
        for (function, party) in &terms.functions {
            self.add(function.strip_prefix(ODRL).unwrap_or(function), form.entity(party, "PartyCollection"));
        }
        for (relation, asset) in &terms.relations {
            self.add(relation.strip_prefix(ODRL).unwrap_or(relation), form.entity(asset, "AssetCollection"));
        }
        self.values("action", terms.actions.iter().map(|one| form.action(one)).collect());
        self.list("constraint", terms.constraints.iter().map(|one| form.constraint(one)).collect());
    }

    fn unknown(&mut self, unknown: &[Unknown]) {
        for Unknown { member, value } in unknown {
            self.add(member, serde_json::from_str(value).unwrap_or_else(|_| value.as_str().into()));
        }
    }
}

impl Form {
    fn entity(self, entity: &Entity, collection: &str) -> Json {
        let Entity { id, collection: is_collection, source, part_of, refinements, unknown } = entity;
        if let Some(id) = id
            && !is_collection
            && source.is_none()
            && part_of.is_empty()
            && refinements.is_empty()
            && unknown.is_empty()
        {
            return id.as_str().into();
        }
        let mut written = Written::of(self);
        written.some("@id", id.as_deref());
        written.some("@type", is_collection.then_some(collection));
        written.some("source", source.as_deref());
        written.names("partOf", part_of);
        written.list("refinement", refinements.iter().map(|one| self.constraint(one)).collect());
        written.unknown(unknown);
        written.members.into()
    }

    fn action(self, action: &Action) -> Json {
        let name = match action.iri.strip_prefix(ODRL) {
            Some("use") => "use".to_owned(),
            Some(local) if !local.is_empty() => format!("odrl:{local}"),
            Some(_) | None => action.iri.clone(),
        };
        if action.refinements.is_empty() && action.unknown.is_empty() {
            return name.into();
        }
        let mut written = Written::of(self);
        written.add("rdf:value", json!({"@id": name}));
        written.list("refinement", action.refinements.iter().map(|one| self.constraint(one)).collect());
        written.unknown(&action.unknown);
        written.members.into()
    }

    fn constraint(self, constraint: &Constraint) -> Json {
        match constraint {
            Constraint::Atomic(constraint) => self.atomic(constraint),
            Constraint::Logical(constraint) => self.logical(constraint),
        }
    }

    fn logical(self, logical: &LogicalConstraint) -> Json {
        let mut written = Written::of(self);
        written.some("@id", logical.id.as_deref());
        written.add(logical.connective.name(), logical.operands.iter().map(|one| self.constraint(one)).collect());
        written.unknown(&logical.unknown);
        written.members.into()
    }

    fn atomic(self, atomic: &AtomicConstraint) -> Json {
        let datatype = datatype(&atomic.left_operand, atomic.data_type.as_deref());
        let mut written = Written::of(self);
        written.some("@id", atomic.id.as_deref());
        let left = match atomic.left_operand.strip_prefix(ODRL) {
            Some(local) if !local.is_empty() => format!("odrl:{local}"),
            Some(_) | None => atomic.left_operand.clone(),
        };
        written.add("leftOperand", left.into());
        written.add("operator", atomic.operator.name().into());
        match (atomic.right_operands.as_slice(), atomic.references.is_empty()) {
            ([], true) => written.add("rightOperand", json!([])),
            (values, _) => written.values("rightOperand", values.iter().map(|one| self.value(one, datatype)).collect()),
        }
        written.names("rightOperandReference", &atomic.references);
        written.some("dataType", atomic.data_type.as_deref());
        written.some("unit", atomic.unit.as_deref());
        written.values("status", atomic.status.iter().map(|status| self.value(status, datatype)).collect());
        written.unknown(&atomic.unknown);
        written.members.into()
    }

    /// The shortest way to write a value that reads as the same value.
    fn value(self, value: &Value, datatype: Datatype) -> Json {
        let text = value.lexical();
        let typed = |kind: &str| json!({"@value": text, "@type": kind});
        let plain = Json::from(text);
        let other = match value.typed() {
            Typed::Iri => json!({"@id": text}),
            Typed::Text => typed("xsd:string"),
            Typed::Number(_) if !text.contains(['.', 'e', 'E']) => typed("xsd:integer"),
            Typed::Number(_) if text.contains(['e', 'E']) => typed("xsd:double"),
            Typed::Number(_) | Typed::Unread => typed("xsd:decimal"),
            Typed::Moment(_) if text.contains('T') => typed("xsd:dateTime"),
            Typed::Moment(_) => typed("xsd:date"),
            Typed::SinceAgreement(_) => typed("xsd:dateTime"),
            Typed::Duration(_) => typed("xsd:duration"),
            Typed::Boolean(_) => typed("xsd:boolean"),
            Typed::Foreign(kind) => match kind.strip_prefix('@') {
                Some(language) => json!({"@value": text, "@language": language}),
                None => typed(kind),
            },
        };
        let whole = serde_json::from_str(text).unwrap_or_else(|_| other.clone());
        let same = |json: &Json| Value::read(json, &Prefixes::default(), datatype) == *value;
        let text_is_plain = matches!(value.typed(), Typed::Text | Typed::SinceAgreement(_) | Typed::Unread);
        // No text is both a boolean and a duration, so one of the two leaves what is not read unread.
        let (boolean, duration) = (typed("xsd:boolean"), typed("xsd:duration"));
        let forms = match self {
            Form::Typed if !text_is_plain => [other.clone(), plain, whole, boolean, duration],
            Form::Short | Form::Typed => [plain, other.clone(), whole, boolean, duration],
        };
        forms.into_iter().find(same).unwrap_or(other)
    }
}
