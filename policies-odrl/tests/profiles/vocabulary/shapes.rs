//! The shapes of left operands, made from the Turtle files.

use std::fmt::Write as _;

use super::{Vocabulary, adm, ec, odrl, short};

const HEADER: &str = "# Made from the vocabularies beside it: change those, then run the tests with UPDATE=1.

@prefix adm: <https://w3id.org/symbolon/admissibility/1/> .
@prefix ec: <https://w3id.org/symbolon/export-control/1/> .
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/symbolon/shapes/1/> .
";

/// The rules of a policy by class, as paths from the policy.
const RULES: [(&str, &str); 3] = [
    (odrl::PERMISSION, "odrl:permission"),
    (odrl::PROHIBITION, "odrl:prohibition"),
    (
        odrl::DUTY,
        "[ sh:alternativePath ( odrl:obligation ( odrl:permission odrl:duty ) ( odrl:prohibition odrl:remedy ) ) ]",
    ),
];

/// The shapes as Turtle.
pub(super) fn shapes(vocabularies: &[Vocabulary]) -> String {
    let mut text = HEADER.to_owned();
    for vocabulary in vocabularies {
        for iri in vocabulary.all(odrl::LEFT_OPERAND_CLASS) {
            operand(&mut text, vocabulary, &iri);
        }
    }
    for (namespace, class, path) in [
        (adm::NAMESPACE, odrl::LEFT_OPERAND_CLASS, "leftOperand"),
        (ec::NAMESPACE, odrl::LEFT_OPERAND_CLASS, "leftOperand"),
        (adm::NAMESPACE, odrl::ACTION, "action"),
        (ec::NAMESPACE, odrl::ACTION, "action"),
    ] {
        known(&mut text, vocabularies, namespace, class, path);
    }
    for (class, path) in RULES {
        places(&mut text, vocabularies, class, path);
    }
    text
}

/// Operators and right operands of the constraints on one left operand.
fn operand(text: &mut String, vocabulary: &Vocabulary, iri: &str) {
    let own = |property: &str| vocabulary.values(iri, &format!("{}{property}", adm::NAMESPACE));
    let operators: Vec<_> = own("takesOperator").iter().map(|operator| short(operator)).collect();
    let datatype = own("takesDatatype").concat();
    let pattern = own("takesPattern").pop().unwrap_or_else(|| of_datatype(&datatype).to_owned());
    let (name, local) = (short(iri), short(iri).replace(':', "-"));
    let pattern = pattern.replace('\\', "\\\\");
    write!(
        text,
        "
shape:{local} a sh:NodeShape ;
    sh:targetSubjectsOf odrl:leftOperand ;
    sh:message \"A constraint on {name} has one of its operators, and right operands of its form.\" ;
    sh:or (
        [ sh:not [ sh:property [ sh:path odrl:leftOperand ; sh:hasValue {name} ] ] ]
        [
            sh:property [ sh:path odrl:operator ; sh:minCount 1 ; sh:maxCount 1 ; sh:in ( {} ) ] ;
            sh:property [ sh:path odrl:rightOperand ; sh:minCount 1 ; sh:pattern \"{pattern}\" ] ;
        ]
    ) .
",
        operators.join(" ")
    )
    .unwrap();
}

/// What a value of the datatype looks like, where the vocabulary says no more.
fn of_datatype(datatype: &str) -> &'static str {
    match short(datatype).as_str() {
        "xsd:decimal" => r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$",
        "xsd:dateTime" => "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}.*)?$",
        "xsd:duration" => "^P[0-9YMDTHS.]+$",
        "xsd:boolean" => "^(true|false|1|0)$",
        _ => r"\S",
    }
}

/// Names in our namespaces are names that the vocabulary has.
fn known(text: &mut String, vocabularies: &[Vocabulary], namespace: &str, class: &str, path: &str) {
    let terms = vocabularies.iter().flat_map(|vocabulary| vocabulary.all(class));
    let names: Vec<_> = terms.filter(|iri| iri.starts_with(namespace)).map(|iri| short(&iri)).collect();
    let prefix = short(namespace);
    write!(
        text,
        "
shape:{}{path} a sh:NodeShape ;
    sh:targetObjectsOf odrl:{path} ;
    sh:message \"The vocabulary has no such term.\" ;
    sh:or (
        [ sh:not [ sh:pattern \"^{namespace}\" ] ]
        [ sh:in ( {} ) ]
    ) .
",
        prefix.replace(':', "-"),
        names.join(" ")
    )
    .unwrap();
}

/// Left operands that may not stand in a class of rules.
fn places(text: &mut String, vocabularies: &[Vocabulary], class: &str, path: &str) {
    let stands = |vocabulary: &Vocabulary, iri: &str| {
        vocabulary.values(iri, &format!("{}standsIn", adm::NAMESPACE)).iter().any(|place| place == class)
    };
    let mut elsewhere = Vec::new();
    for vocabulary in vocabularies {
        let operands = vocabulary.all(odrl::LEFT_OPERAND_CLASS);
        elsewhere.extend(operands.into_iter().filter(|iri| !stands(vocabulary, iri)).map(|iri| short(&iri)));
    }
    let name = short(class).replace(':', "-");
    write!(
        text,
        "
shape:{name}-operands a sh:NodeShape ;
    sh:targetSubjectsOf odrl:permission, odrl:prohibition, odrl:obligation ;
    sh:property [
        sh:path ( {path} odrl:constraint [ sh:zeroOrMorePath [ sh:alternativePath ( odrl:and odrl:or odrl:xone ) ] ] odrl:leftOperand ) ;
        sh:not [ sh:in ( {} ) ] ;
        sh:message \"The left operand may not stand in a rule of the class {}.\" ;
    ] .
",
        elsewhere.join(" "),
        short(class)
    )
    .unwrap();
}
