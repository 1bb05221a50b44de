//! What an asset, and what a request, may state values of. Who asks is never among it: that is proved.

use serde_json::{Map, Value};
use symbolon_policies_odrl::Policy;
use symbolon_policies_odrl::model::{AtomicConstraint, Constraint, Operator};
use symbolon_vocab::{admissibility, export_control};

use crate::problem::{Kind, Problem};
use crate::storage::assets::Asset;

/// What may be written where an operand of a request is asked for.
pub const OF_REQUEST_HINT: &str = "use adm:partNumber, adm:lot, adm:asset, adm:semanticId, adm:recordedAt, adm:site, adm:region, adm:country, or the IRI of one";
/// What a request may be about, in the admissibility namespace.
const SCOPE: [&str; 8] = ["partNumber", "lot", "asset", "semanticId", "recordedAt", "site", "region", "country"];
/// How an asset may be classified, and how much of a licence it takes, in the export control namespace.
const CLASSES: [&str; 4] = ["eccn", "usml", "euDualUse", "quantity"];
/// Operands of one scope.
const OPERANDS: usize = 16;
/// Values of one operand.
const VALUES: usize = 100;
/// Longest value, in bytes.
const VALUE_BYTES: usize = 1024;

/// The IRI of an operand that a request may state: given as an IRI, or with the prefix `adm:`.
pub fn of_request(name: &str) -> Option<String> {
    let iri = expanded(name);
    let known = iri.strip_prefix(admissibility::NAMESPACE).is_some_and(|local| SCOPE.contains(&local));
    known.then_some(iri)
}

/// The IRI of an operand that an asset may state: as [`of_request`], or how it is classified (`ec:`).
fn of_asset(name: &str) -> Option<String> {
    let iri = expanded(name);
    let class = iri.strip_prefix(export_control::NAMESPACE).is_some_and(|local| CLASSES.contains(&local));
    if class { Some(iri) } else { of_request(&iri) }
}

/// An IRI written with one of the two prefixes that need no declaration here, in full.
pub fn expanded(name: &str) -> String {
    let prefixes = [("adm:", admissibility::NAMESPACE), ("ec:", export_control::NAMESPACE)];
    let full =
        prefixes.iter().find_map(|(prefix, namespace)| Some(format!("{namespace}{}", name.strip_prefix(prefix)?)));
    full.unwrap_or_else(|| name.to_owned())
}

/// What an asset states by the names of its properties, public and private: operand and values.
pub fn of(asset: &Asset) -> Vec<(String, Value)> {
    let properties = asset.properties.iter().chain(&asset.private_properties);
    properties.filter_map(|(name, value)| Some((of_asset(name)?, value.clone()))).collect()
}

/// The operands whose values an asset keeps from partners: those of its private properties.
pub fn confidential(asset: &Asset) -> impl Iterator<Item = String> {
    asset.private_properties.keys().filter_map(|name| of_asset(name))
}

/// A scope with its operands as IRIs, if every one of them is one that a request may state.
///
/// # Errors
/// 400, naming the operand.
pub fn scope(given: Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    let refused = |operand: &str, detail: String| {
        Problem::bad_request("transfer.scope", detail).with_rule(format!("scope.{operand}")).with_hint(OF_REQUEST_HINT)
    };
    if given.len() > OPERANDS {
        return Err(refused("", format!("a scope names at most {OPERANDS} operands")));
    }
    let mut scope = Map::new();
    for (name, value) in given {
        let Some(operand) = of_request(&name) else {
            return Err(refused(&name, format!("{name:?} is nothing that a transfer can be confined to")));
        };
        let count = values(&value).count();
        if count == 0 || count > VALUES || !values(&value).all(is_plain) {
            let detail = format!("{name} needs 1 to {VALUES} values, each a text of at most {VALUE_BYTES} bytes");
            return Err(refused(&name, detail));
        }
        if scope.insert(operand, value).is_some() {
            return Err(refused(&name, format!("{name} stands there twice")));
        }
    }
    Ok(scope)
}

fn is_plain(value: &Value) -> bool {
    text(value).is_some_and(|text| (1..=VALUE_BYTES).contains(&text.len()) && !text.chars().any(char::is_control))
}

/// The values of an operand: one, or those of an array.
pub fn values(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(several) => several.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

/// A value as text: written plainly, as an IRI, or as a literal.
pub fn text(value: &Value) -> Option<&str> {
    let named = |name: &str| value.get(name).and_then(Value::as_str);
    value.as_str().or_else(|| named("@id")).or_else(|| named("@value"))
}

/// Refuses a scope that contradicts what the asset is.
///
/// # Errors
/// 403, naming operand and value.
pub fn fits_asset(scope: &Map<String, Value>, stated: &[(String, Value)]) -> Result<(), Problem> {
    for (operand, declared) in scope {
        let mut of_asset = stated.iter().filter(|(known, _)| known == operand).peekable();
        if of_asset.peek().is_none() {
            continue;
        }
        let own: Vec<&str> = of_asset.flat_map(|(_, value)| values(value)).filter_map(text).collect();
        if let Some(other) = values(declared).filter_map(text).find(|one| !own.contains(one)) {
            let detail = format!("the transfer is confined to {operand} {other:?}, which this asset is not about");
            return Err(Problem::new(Kind::Forbidden, "policy.scope", detail)
                .with_rule(format!("scope of the transfer, {operand}"))
                .with_hint("ask for the asset that holds what is wanted"));
        }
    }
    Ok(())
}

/// What the permissions of a policy ask of those operands that a request may state, `wanted` alone: values that a request
/// would have to have. By signing, the consumer agrees to ask for nothing else.
pub fn agreed(policy: &Policy, wanted: impl Fn(&str) -> bool) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = Vec::new();
    let rules = policy.permissions.iter().map(|permission| &permission.terms);
    let mut open: Vec<&Constraint> = rules.chain([&policy.shared]).flat_map(|terms| &terms.constraints).collect();
    while let Some(constraint) = open.pop() {
        match constraint {
            Constraint::Logical(logical) => open.extend(&logical.operands),
            Constraint::Atomic(atomic) => {
                let operand = &atomic.left_operand;
                if let Some(value) = value_that_meets(atomic)
                    && of_request(operand).is_some()
                    && wanted(operand)
                    && !found.iter().any(|(known, _)| known == operand)
                {
                    found.push((operand.clone(), value));
                }
            }
        }
    }
    found
}

/// A value that meets the constraint, where one can be read off.
fn value_that_meets(constraint: &AtomicConstraint) -> Option<Value> {
    let values = &constraint.right_operands;
    let all = || values.iter().map(|value| Value::from(value.lexical())).collect();
    match constraint.operator {
        Operator::Eq | Operator::IsA | Operator::IsPartOf | Operator::IsAnyOf => Some(values.first()?.lexical().into()),
        Operator::IsAllOf | Operator::HasPart => Some(Value::Array(all())),
        Operator::Lteq | Operator::Gteq => Some(values.first()?.lexical().into()),
        Operator::Neq | Operator::Lt | Operator::Gt | Operator::IsNoneOf | Operator::Unknown(_) => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use serde_json::json;
    use symbolon_policies_odrl::PolicyDocument;

    use super::*;

    const PART: &str = "https://w3id.org/symbolon/admissibility/1/partNumber";

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_scope_is_about_what_is_asked_for_and_never_about_who_asks() {
        let read = scope(object(json!({"adm:partNumber": ["P-1", {"@value": "P-2"}], "adm:lot": "L-1"}))).unwrap();
        assert_eq!(read[PART], json!(["P-1", {"@value": "P-2"}]));
        let cases = [
            json!({"https://w3id.org/symbolon/export-control/1/nationality": "DE"}),
            json!({"ec:eccn": "EAR99"}),
            json!({"https://w3id.org/symbolon/1/participantId": "did:web:other.example"}),
            json!({"https://w3id.org/catenax/2025/9/policy/Membership": "active"}),
            json!({"partNumber": "P-1"}),
            json!({"": "P-1"}),
            json!({"adm:partNumber": "P-1", PART: "P-2"}),
            json!({"adm:partNumber": []}),
            json!({"adm:partNumber": ""}),
            json!({"adm:partNumber": 7}),
            json!({"adm:partNumber": null}),
            json!({"adm:partNumber": {"any": "P-1"}}),
            json!({"adm:partNumber": [["P-1"]]}),
            json!({"adm:partNumber": "P\n1"}),
            json!({"adm:partNumber": "P".repeat(VALUE_BYTES + 1)}),
            json!({"adm:partNumber": vec!["P"; VALUES + 1]}),
        ];
        for given in cases {
            let refused = scope(object(given.clone())).map_err(|problem| problem.code);
            assert_eq!(refused, Err("transfer.scope".to_owned()), "{given}");
        }
    }

    #[test]
    fn a_scope_does_not_contradict_the_asset() {
        let stated = vec![(PART.to_owned(), json!(["P-1", "P-2"]))];
        for (part, fits) in [("P-1", true), ("P-3", false)] {
            let declared = object(json!({PART: part}));
            let found = fits_asset(&declared, &stated).map_err(|problem| problem.code);
            assert_eq!(found, if fits { Ok(()) } else { Err("policy.scope".to_owned()) }, "{part}");
        }
        assert_eq!(fits_asset(&object(json!({PART: "P-9"})), &[]), Ok(()));
    }

    #[test]
    fn what_was_agreed_is_read_off_the_permissions() {
        let constraint =
            |operator: &str, value: Value| json!([{"leftOperand": PART, "operator": operator, "rightOperand": value}]);
        let cases = [
            (json!({"permission": [{"action": "use", "constraint": constraint("eq", json!("P-1"))}]}), Some("P-1")),
            (
                json!({"permission": [{"action": "use", "constraint": constraint("isAnyOf", json!(["P-1", "P-2"]))}]}),
                Some("P-1"),
            ),
            (json!({"permission": [{"action": "use", "constraint": constraint("neq", json!("P-1"))}]}), None),
            (
                json!({"permission": [{"action": "use"}],
                "prohibition": [{"action": "use", "constraint": constraint("eq", json!("P-1"))}]}),
                None,
            ),
        ];
        for (policy, expected) in cases {
            let document = PolicyDocument::parse(policy.clone()).unwrap();
            let found = agreed(document.policy(), |_| true);
            assert_eq!(found.first().map(|(_, value)| value.clone()), expected.map(Value::from), "{policy}");
        }
    }
}
