//! From the typed profile to ODRL.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use symbolon_vocab::{admissibility as adm, export_control as ec, odrl, xsd};

use super::{Aggregation, Derivation, Disclosure, Profile, Retention, Survival, Terms, Window};
use crate::profile::export_control::ExportRule;
use crate::{PolicyDocument, PolicyError};

/// The actions by which a receiver hands data on. `use` includes them, so that they are prohibited where they are not meant.
pub(super) const ONWARD: [&str; 3] = [odrl::DISTRIBUTE, odrl::GRANT_USE, odrl::PRESENT];

impl Profile {
    /// The profile as a policy with the `@id` given: one permission to use, prohibitions of what is not meant, and duties.
    ///
    /// # Errors
    /// When the profile is larger than a policy may be.
    pub fn to_policy(&self, id: &str) -> Result<PolicyDocument, PolicyError> {
        PolicyDocument::parse(self.terms().json(id))
    }
}

impl Terms {
    fn json(&self, id: &str) -> Json {
        let mut profiles = vec![json!(adm::NAMESPACE)];
        if !self.export_control.is_empty() {
            profiles.push(json!(ec::NAMESPACE));
        }
        let mut policy = json!({
            "@type": "Set",
            "@id": id,
            "profile": profiles,
            // In full: the context of the Dataspace Protocol has no such term, and would lose it.
            odrl::CONFLICT: { "@id": odrl::PROHIBIT },
            "permission": [rule("use", self.conditions())],
        });
        if let Some(members) = policy.as_object_mut() {
            for (name, rules) in [("prohibition", self.prohibitions()), ("obligation", self.obligations())] {
                if !rules.is_empty() {
                    members.insert(name.to_owned(), rules.into());
                }
            }
        }
        policy
    }

    fn conditions(&self) -> Vec<Json> {
        let mut conditions = Vec::new();
        let purposes = self.purposes.iter().map(|purpose| constraint(odrl::PURPOSE, "isA", purpose.as_str()));
        conditions.extend(any_of(purposes.collect()));
        let scope = &self.scope;
        for (operand, values) in [
            (adm::PART_NUMBER, &scope.part_numbers),
            (adm::LOT, &scope.lots),
            (adm::ASSET, &scope.assets),
            (adm::SEMANTIC_ID, &scope.semantic_ids),
            (adm::SITE, &scope.sites),
            (adm::REGION, &scope.regions),
        ] {
            conditions.extend(listed(operand, "isAnyOf", values));
        }
        conditions.extend(listed(adm::COUNTRY, "isAnyOf", &scope.countries));
        conditions.extend(any_of(scope.windows.iter().map(|window| all_of(span(odrl::DATE_TIME, window))).collect()));
        conditions.extend(scope.recorded.iter().flat_map(|window| span(adm::RECORDED_AT, window)));
        conditions.extend(listed(adm::STORAGE_LOCATION, "isAnyOf", &self.localisation.storage));
        conditions.extend(listed(adm::PROCESSING_LOCATION, "isAnyOf", &self.localisation.processing));
        conditions.extend(any_of(self.export_control.iter().map(|rule| all_of(rule.conditions())).collect()));
        conditions
    }

    fn prohibitions(&self) -> Vec<Json> {
        let survival = self.survival();
        let with_survival = |mut conditions: Vec<Json>| {
            conditions.extend(survival.clone());
            conditions
        };
        let mut rules = Vec::new();
        match &self.disclosure {
            Disclosure::Free => {}
            Disclosure::Forbidden => rules.extend(ONWARD.map(|action| rule(action, with_survival(Vec::new())))),
            Disclosure::To { recipients, hops } => {
                let elsewhere = constraint(odrl::RECIPIENT, "isNoneOf", json!(recipients));
                let beyond = json!({ "or": [elsewhere, constraint(adm::HOPS, "gt", *hops)] });
                rules.extend(ONWARD.map(|action| rule(action, with_survival(vec![beyond.clone()]))));
            }
        }
        match self.derivation {
            Derivation::Allowed => {}
            Derivation::Forbidden => rules.push(rule(odrl::DERIVE, Vec::new())),
        }
        match self.aggregation {
            Aggregation::Allowed => {}
            Aggregation::Forbidden => rules.push(rule(odrl::AGGREGATE, Vec::new())),
            Aggregation::GroupOf(size) => {
                rules.push(rule(odrl::AGGREGATE, vec![constraint(adm::GROUP_SIZE, "lt", size)]));
            }
        }
        if self.trade_secret.is_some() {
            rules.push(rule(adm::REVERSE_ENGINEER, with_survival(Vec::new())));
        }
        rules
    }

    fn obligations(&self) -> Vec<Json> {
        let mut rules = Vec::new();
        match &self.retention {
            Some(Retention::For(duration)) => {
                rules.push(rule(odrl::DELETE, vec![constraint(adm::RETAINED_FOR, "gteq", duration.as_str())]));
            }
            Some(Retention::Until(end)) => rules.push(rule(odrl::DELETE, vec![moment(odrl::DATE_TIME, "gteq", *end)])),
            None => {}
        }
        if self.trade_secret.is_some() {
            rules.push(rule(adm::KEEP_SECRET, self.survival().into_iter().collect()));
        }
        if self.export_control.iter().any(|rule| rule.licence.is_some()) {
            rules.push(rule(ec::RECORD_EXPORT, Vec::new()));
        }
        rules
    }

    /// The condition that says how long a rule outlives the agreement. One that does so for ever needs none.
    fn survival(&self) -> Option<Json> {
        match self.trade_secret.as_ref()? {
            Survival::For(duration) => Some(constraint(adm::SURVIVES_FOR, "eq", duration.as_str())),
            Survival::Until(end) => Some(moment(adm::SURVIVES_UNTIL, "eq", *end)),
            Survival::Forever => None,
        }
    }
}

impl ExportRule {
    fn conditions(&self) -> Vec<Json> {
        let mut conditions = Vec::new();
        conditions.extend(listed(ec::ECCN, "isAnyOf", &self.eccn));
        conditions.extend(listed(ec::USML, "isAnyOf", &self.usml));
        conditions.extend(listed(ec::EU_DUAL_USE, "isAnyOf", &self.dual_use));
        conditions.extend(listed(ec::LOCATION, "isAnyOf", &self.destinations));
        conditions.extend(listed(ec::NATIONALITY, "isAnyOf", &self.nationalities));
        conditions.extend(listed(ec::ORGANIZATION, "isAnyOf", &self.organisations));
        conditions.extend(self.us_person.map(|wanted| constraint(ec::US_PERSON, "eq", wanted)));
        conditions.extend(listed(ec::END_USE, "isNoneOf", &self.forbidden_end_uses));
        if let Some(licence) = &self.licence {
            conditions.push(constraint(ec::LICENCE, "eq", licence.id.as_str()));
            conditions.extend(licence.quantity.map(|most| constraint(ec::LICENCE_QUANTITY, "lteq", most)));
            conditions.extend(licence.expires.map(|end| moment(odrl::DATE_TIME, "lt", end)));
        }
        conditions
    }
}

fn rule(action: &str, constraints: Vec<Json>) -> Json {
    if constraints.is_empty() {
        json!({ "action": action })
    } else {
        json!({ "action": action, "constraint": constraints })
    }
}

fn constraint(left: &str, operator: &str, right: impl Into<Json>) -> Json {
    json!({ "leftOperand": left, "operator": operator, "rightOperand": on_the_wire(right.into()) })
}

/// The Dataspace Protocol has no bare numbers and booleans in right operands.
fn on_the_wire(right: Json) -> Json {
    let typed = |value: String, datatype: &str| json!({ "@value": value, "@type": datatype });
    match right {
        Json::Number(number) => typed(number.to_string(), xsd::INTEGER),
        Json::Bool(boolean) => typed(boolean.to_string(), xsd::BOOLEAN),
        Json::Null | Json::String(_) | Json::Array(_) | Json::Object(_) => right,
    }
}

fn moment(left: &str, operator: &str, at: Timestamp) -> Json {
    constraint(left, operator, at.to_string())
}

fn span(left: &str, window: &Window) -> Vec<Json> {
    let from = window.from.map(|from| moment(left, "gteq", from));
    let until = window.until.map(|until| moment(left, "lt", until));
    from.into_iter().chain(until).collect()
}

fn listed<T: ToString>(left: &str, operator: &str, values: &BTreeSet<T>) -> Option<Json> {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    (!values.is_empty()).then(|| constraint(left, operator, values))
}

/// Nothing, the one condition, or a choice.
fn any_of(mut conditions: Vec<Json>) -> Option<Json> {
    if conditions.len() > 1 { Some(json!({ "or": conditions })) } else { conditions.pop() }
}

fn all_of(mut conditions: Vec<Json>) -> Json {
    match (conditions.len(), conditions.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            conditions.extend(last);
            json!({ "and": conditions })
        }
    }
}
