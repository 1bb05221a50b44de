//! What the crate's README says in tables is what the tables of the code say.

use std::fmt::Write as _;

use symbolon_policies_odrl::profile::{Enforcement, Operand, operands};
use symbolon_vocab::{admissibility, catenax, edc, export_control, idsa, odrl, symbolon};

const PROFILES: &[(&str, &[&str])] = &[
    (
        "ODRL 2.2 common vocabulary, with `edc:inForceDate` and `symbolon:participantId`",
        &[odrl::NAMESPACE, edc::NAMESPACE, symbolon::NAMESPACE],
    ),
    ("Catena-X policy profile 2025/9 (CX-0152)", &[catenax::NAMESPACE]),
    ("Admissibility (`adm:`)", &[admissibility::NAMESPACE]),
    ("Export control (`ec:`)", &[export_control::NAMESPACE]),
    ("International Data Spaces (`idsc:`)", &[idsa::CODE_NAMESPACE]),
    ("older Catena-X policies", &[catenax::LEGACY_NAMESPACE, "https://w3id.org/tractusx/v0.0.1/ns/"]),
];

#[test]
fn the_readme_tells_what_enforces_each_operand() {
    let readme = include_str!("../../README.md");
    let told = readme.split_once("<!-- operands -->\n").and_then(|(_, rest)| rest.split_once("<!-- end -->"));
    let expected = tables();
    assert!(
        told.is_some_and(|(told, _)| told == expected),
        "README.md must say between `<!-- operands -->` and `<!-- end -->`:\n{expected}"
    );
}

/// One table for each profile: the facts, and the left operands that each of them decides.
fn tables() -> String {
    let mut text = String::new();
    for (title, namespaces) in PROFILES {
        let all: Vec<&Operand> = operands().filter(|operand| namespaces.contains(&operand.namespace)).collect();
        let contractual = all.iter().filter(|operand| operand.enforcement == Enforcement::Contractual).count();
        let decided = all.len() - contractual;
        writeln!(
            text,
            "\n**{title}**: {} left operands, {decided} decided, {contractual} contractual only.\n",
            all.len()
        )
        .unwrap();
        writeln!(text, "| Decided by | Left operands |\n|---|---|").unwrap();
        let mut facts: Vec<(&str, Vec<&str>)> = Vec::new();
        for operand in &all {
            let fact = match operand.enforcement {
                Enforcement::Decided { fact } => fact,
                Enforcement::Contractual => "*nothing: by contract only*",
            };
            match facts.iter_mut().find(|(known, _)| *known == fact) {
                Some((_, names)) => names.push(operand.name),
                None => facts.push((fact, vec![operand.name])),
            }
        }
        facts.sort_by_key(|(fact, _)| fact.starts_with('*'));
        for (fact, names) in facts {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            writeln!(text, "| {fact} | {} |", names.join(", ")).unwrap();
        }
    }
    text.push('\n');
    text
}
