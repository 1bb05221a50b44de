use serde_json::Value as Json;

use super::members::{Members, kind, name_of};
use super::{Actions, Reader, not_understood};
use crate::PolicyError;
use crate::model::{Action, Duty, Entity, Permission, Prohibition, RuleTerms};
use crate::names::{self, ODRL};

/// The sub-properties of `function` in the ODRL vocabulary, besides `assigner` and `assignee`.
pub(crate) const FUNCTIONS: &[&str] = &[
    "function",
    "attributedParty",
    "attributingParty",
    "compensatedParty",
    "compensatingParty",
    "consentedParty",
    "consentingParty",
    "contractedParty",
    "contractingParty",
    "informedParty",
    "informingParty",
    "trackedParty",
    "trackingParty",
];

/// The sub-properties of `relation` in the ODRL vocabulary, besides `target`.
pub(crate) const RELATIONS: &[&str] = &["relation", "output"];

impl Reader {
    pub(super) fn permissions(
        &mut self,
        rules: Vec<&Json>,
        shared: &RuleTerms,
    ) -> Result<Vec<Permission>, PolicyError> {
        self.each(rules, "permission", |reader, json, path| {
            let mut members = Members::of(json, path, &reader.prefixes)?;
            let mut terms = reader.terms(&mut members, &["Rule", "Permission"], shared)?;
            let duties = reader.duties(members.take("duty"), &format!("{path}.duty"), &RuleTerms::default())?;
            terms.unknown.extend(reader.unknown(members));
            Ok(Permission { terms, duties })
        })
    }

    pub(super) fn prohibitions(
        &mut self,
        rules: Vec<&Json>,
        shared: &RuleTerms,
    ) -> Result<Vec<Prohibition>, PolicyError> {
        self.each(rules, "prohibition", |reader, json, path| {
            let mut members = Members::of(json, path, &reader.prefixes)?;
            let mut terms = reader.terms(&mut members, &["Rule", "Prohibition"], shared)?;
            let remedies = reader.duties(members.take("remedy"), &format!("{path}.remedy"), &RuleTerms::default())?;
            terms.unknown.extend(reader.unknown(members));
            Ok(Prohibition { terms, remedies })
        })
    }

    pub(super) fn duties(
        &mut self,
        rules: Vec<&Json>,
        path: &str,
        shared: &RuleTerms,
    ) -> Result<Vec<Duty>, PolicyError> {
        self.each(rules, path, |reader, json, path| {
            let mut members = Members::of(json, path, &reader.prefixes)?;
            let mut terms = reader.terms(&mut members, &["Rule", "Duty"], shared)?;
            let consequences = members.take("consequence");
            let consequences = reader.duties(consequences, &format!("{path}.consequence"), &RuleTerms::default())?;
            terms.unknown.extend(reader.unknown(members));
            Ok(Duty { terms, consequences })
        })
    }

    /// What a compact policy says once for all its rules.
    pub(super) fn shared_terms(&mut self, members: &mut Members<'_>) -> Result<RuleTerms, PolicyError> {
        self.qualifiers(members)
    }

    fn terms(
        &mut self,
        members: &mut Members<'_>,
        types: &[&str],
        shared: &RuleTerms,
    ) -> Result<RuleTerms, PolicyError> {
        self.bounds.count_rule(members.path())?;
        if members.is_name() {
            return Err(PolicyError::new(members.path(), "expected a rule, found the name of one that is not here"));
        }
        let id = members.name("@id")?.map(|id| self.prefixes.expand(id));
        let unknown = self.types(members, types);
        let terms = RuleTerms { id, unknown, ..self.qualifiers(members)? };
        if self.actions == Actions::Required && terms.actions.is_empty() && shared.actions.is_empty() {
            return Err(PolicyError::new(members.path_of("action"), "a rule needs an action"));
        }
        Ok(terms)
    }

    fn qualifiers(&mut self, members: &mut Members<'_>) -> Result<RuleTerms, PolicyError> {
        let mut terms = RuleTerms {
            targets: self.entities(members, "target")?,
            assigners: self.entities(members, "assigner")?,
            assignees: self.entities(members, "assignee")?,
            ..RuleTerms::default()
        };
        for function in FUNCTIONS.iter().filter(|function| members.has(function)).collect::<Vec<_>>() {
            let parties = self.entities(members, function)?;
            terms.functions.extend(parties.into_iter().map(|party| (format!("{ODRL}{function}"), party)));
        }
        for relation in RELATIONS.iter().filter(|relation| members.has(relation)).collect::<Vec<_>>() {
            let assets = self.entities(members, relation)?;
            terms.relations.extend(assets.into_iter().map(|asset| (format!("{ODRL}{relation}"), asset)));
        }
        let path = members.path_of("action");
        terms.actions = self.each(members.take("action"), &path, Self::action)?;
        let path = members.path_of("constraint");
        terms.constraints = self.constraints(members.take("constraint"), &path, 1)?;
        Ok(terms)
    }

    fn action(&mut self, json: &Json, path: &str) -> Result<Action, PolicyError> {
        let missing = || PolicyError::new(path, format!("expected the name of an action, found {}", kind(json)));
        let action = match name_of(json) {
            Some(name) => Action { iri: self.prefixes.action(name), ..Action::default() },
            None => {
                let mut members = Members::of(json, path, &self.prefixes).map_err(|_| missing())?;
                let name = self.action_name(&mut members)?.ok_or_else(missing)?;
                let iri = self.prefixes.action(name);
                let path = members.path_of("refinement");
                let refinements = self.constraints(members.take("refinement"), &path, 1)?;
                let mut unknown = self.types(&mut members, &["Action"]);
                unknown.extend(self.unknown(members));
                Action { iri, refinements, unknown }
            }
        };
        Ok(action)
    }

    /// The action is the `rdf:value` of a refined action, otherwise the node itself, and with older EDC peers its `odrl:type`.
    fn action_name<'a>(&self, members: &mut Members<'a>) -> Result<Option<&'a str>, PolicyError> {
        let own = members.name("@id")?;
        let value = members.name("value")?;
        match value.or(own) {
            Some(name) => Ok(Some(name)),
            None => members.name("@type"),
        }
    }

    fn entities(&mut self, members: &mut Members<'_>, member: &str) -> Result<Vec<Entity>, PolicyError> {
        let path = members.path_of(member);
        self.each(members.take(member), &path, Self::entity)
    }

    fn entity(&mut self, json: &Json, path: &str) -> Result<Entity, PolicyError> {
        if let Some(id) = name_of(json) {
            return Ok(Entity { id: Some(self.prefixes.expand(id)), ..Entity::default() });
        }
        let mut members = Members::of(json, path, &self.prefixes)?;
        let kinds = members.take("@type");
        let (kinds, foreign): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|kind| name_of(kind).is_some());
        let names = || kinds.iter().filter_map(|kind| name_of(kind));
        let refinement = members.path_of("refinement");
        let mut entity = Entity {
            id: members.name("@id")?.map(|id| self.prefixes.expand(id)),
            collection: names().any(|name| name.ends_with("AssetCollection") || name.ends_with("PartyCollection")),
            source: members.name("source")?.map(|source| self.prefixes.expand(source)),
            part_of: self.names(&mut members, "partOf")?,
            refinements: self.constraints(members.take("refinement"), &refinement, 1)?,
            unknown: Vec::new(),
        };
        entity.unknown = foreign.into_iter().map(|kind| not_understood("@type", kind)).collect();
        entity.unknown.extend(self.unless(members, names::describes));
        if entity.id.is_none() && entity.source.is_none() {
            return Err(PolicyError::new(path, "expected an IRI, or an object with `@id` or `source`"));
        }
        Ok(entity)
    }

    pub(super) fn each<T>(
        &mut self,
        values: Vec<&Json>,
        path: &str,
        mut read: impl FnMut(&mut Self, &Json, &str) -> Result<T, PolicyError>,
    ) -> Result<Vec<T>, PolicyError> {
        let numbered = values.into_iter().enumerate();
        numbered.map(|(index, value)| read(self, value, &format!("{path}[{index}]"))).collect()
    }
}
