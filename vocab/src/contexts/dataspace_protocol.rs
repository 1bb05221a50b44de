//! The two contexts of the Dataspace Protocol 2025-1.

use serde_json::{Map, Value, json};

use super::tables::Form::{Literal, Literals, Node, Nodes, Word};
use super::tables::{Term, class, definitions, document, protected};
use crate::{dcat, dct, did, dspace, odrl, xsd};

/// The context that every message names.
pub(super) fn messages() -> String {
    let mut context = protected(definitions(STATES));
    let prefixes = [
        ("xsd", xsd::NAMESPACE),
        ("dct", dct::NAMESPACE),
        ("dcat", dcat::NAMESPACE),
        ("odrl", odrl::NAMESPACE),
        ("dspace", dspace::NAMESPACE),
    ];
    context.extend(prefixes.map(|(prefix, namespace)| (prefix.to_owned(), json!(namespace))));
    context.extend(CLASSES.iter().map(|(iri, terms)| class(iri, protected(definitions(terms)))));
    context.extend(CLASSES_WITH_POLICIES.iter().map(|(iri, terms)| class(iri, with_policy_terms(definitions(terms)))));
    context.extend([class(dspace::CATALOG_SERVICE, did_service_entry())]);
    document(context)
}

/// The context with the policy terms.
pub(super) fn odrl_profile() -> String {
    let mut context = definitions(POLICY_TERMS);
    context.insert("odrl".to_owned(), json!(odrl::NAMESPACE));
    document(context)
}

/// Policies nest deeper than one node, so the terms stay known further in.
fn with_policy_terms(definitions: Map<String, Value>) -> Map<String, Value> {
    let mut scope = protected(definitions);
    scope.insert("@import".to_owned(), json!(dspace::ODRL_PROFILE));
    scope.insert("@propagate".to_owned(), json!(true));
    scope
}

fn did_service_entry() -> Map<String, Value> {
    let mut scope = definitions(&[(did::SERVICE_ENDPOINT, Node)]);
    scope.insert("id".to_owned(), json!("@id"));
    scope.insert("type".to_owned(), json!("@type"));
    scope
}

const STATES: &[Term] = &[
    (dspace::REQUESTED, Literal),
    (dspace::OFFERED, Literal),
    (dspace::ACCEPTED, Literal),
    (dspace::AGREED, Literal),
    (dspace::VERIFIED, Literal),
    (dspace::FINALIZED, Literal),
    (dspace::STARTED, Literal),
    (dspace::SUSPENDED, Literal),
    (dspace::COMPLETED, Literal),
    (dspace::TERMINATED, Literal),
];

const CONSUMER_PID: Term = (dspace::CONSUMER_PID, Node);
const PROVIDER_PID: Term = (dspace::PROVIDER_PID, Node);
const CALLBACK_ADDRESS: Term = (dspace::CALLBACK_ADDRESS, Literal);
const DATA_ADDRESS: Term = (dspace::DATA_ADDRESS_OF, Literal);
const FORMAT: Term = (dct::FORMAT, Word);
const CODE: Term = (dspace::CODE, Literal);
const REASON: Term = (dspace::REASON, Literals);
const STATE: Term = (dspace::STATE, Word);
const DISTRIBUTION: Term = (dcat::DISTRIBUTION_OF, Literals);

const CLASSES: &[(&str, &[Term])] = &[
    (dspace::CATALOG_REQUEST_MESSAGE, &[(dspace::FILTER, Literals)]),
    (dspace::DATASET_REQUEST_MESSAGE, &[(dspace::DATASET, Literal)]),
    (dspace::CATALOG_ERROR, &[CODE, REASON]),
    (
        dcat::CATALOG,
        &[
            (dspace::PARTICIPANT_ID, Node),
            (dcat::CATALOG_OF, Literals),
            (dcat::DATASET_OF, Literals),
            (dcat::SERVICE, Literals),
            DISTRIBUTION,
        ],
    ),
    (dcat::DISTRIBUTION, &[FORMAT, (dcat::ACCESS_SERVICE, Literal)]),
    (dcat::DATA_SERVICE, &[(dcat::ENDPOINT_URL, Literal), (dcat::ENDPOINT_DESCRIPTION, Literal)]),
    (dspace::CONTRACT_AGREEMENT_VERIFICATION_MESSAGE, &[CONSUMER_PID, PROVIDER_PID]),
    (dspace::CONTRACT_NEGOTIATION_EVENT_MESSAGE, &[CONSUMER_PID, PROVIDER_PID, (dspace::EVENT_TYPE, Word)]),
    (dspace::CONTRACT_NEGOTIATION_TERMINATION_MESSAGE, &[CONSUMER_PID, PROVIDER_PID, CODE, REASON]),
    (dspace::CONTRACT_NEGOTIATION, &[CONSUMER_PID, PROVIDER_PID, STATE]),
    (dspace::CONTRACT_NEGOTIATION_ERROR, &[CONSUMER_PID, PROVIDER_PID, CODE, REASON]),
    (
        dspace::TRANSFER_REQUEST_MESSAGE,
        &[CONSUMER_PID, (dspace::AGREEMENT_ID, Node), FORMAT, DATA_ADDRESS, CALLBACK_ADDRESS],
    ),
    (dspace::TRANSFER_START_MESSAGE, &[CONSUMER_PID, PROVIDER_PID, DATA_ADDRESS]),
    (dspace::TRANSFER_SUSPENSION_MESSAGE, &[CONSUMER_PID, PROVIDER_PID, CODE, REASON]),
    (dspace::TRANSFER_COMPLETION_MESSAGE, &[CONSUMER_PID, PROVIDER_PID]),
    (dspace::TRANSFER_TERMINATION_MESSAGE, &[CONSUMER_PID, PROVIDER_PID, CODE, REASON]),
    (dspace::TRANSFER_PROCESS, &[CONSUMER_PID, PROVIDER_PID, STATE]),
    // The standard's context leaves the process ids of this one class literals.
    (dspace::TRANSFER_ERROR, &[(dspace::CONSUMER_PID, Literal), (dspace::PROVIDER_PID, Literal), CODE, REASON]),
    (
        dspace::DATA_ADDRESS,
        &[(dspace::ENDPOINT_TYPE, Word), (dspace::ENDPOINT, Literal), (dspace::ENDPOINT_PROPERTIES, Literals)],
    ),
    (dspace::ENDPOINT_PROPERTY, &[(dspace::NAME, Literal), (dspace::VALUE, Literal)]),
    (dspace::VERSIONS_ERROR, &[CODE, REASON]),
];

const CLASSES_WITH_POLICIES: &[(&str, &[Term])] = &[
    (dcat::DATASET, &[DISTRIBUTION, (odrl::HAS_POLICY, Literals)]),
    (dspace::CONTRACT_REQUEST_MESSAGE, &[CONSUMER_PID, PROVIDER_PID, CALLBACK_ADDRESS, (dspace::OFFER, Node)]),
    (dspace::CONTRACT_OFFER_MESSAGE, &[CONSUMER_PID, PROVIDER_PID, CALLBACK_ADDRESS, (dspace::OFFER, Node)]),
    (
        dspace::CONTRACT_AGREEMENT_MESSAGE,
        &[CONSUMER_PID, PROVIDER_PID, (dspace::AGREEMENT, Node), (dspace::TIMESTAMP, Literal)],
    ),
];

const POLICY_TERMS: &[Term] = &[
    (odrl::POLICY, Literal),
    (odrl::SET, Literal),
    (odrl::OFFER, Literal),
    (odrl::AGREEMENT, Literal),
    (odrl::ASSERTION, Literal),
    (odrl::RULE, Literal),
    (odrl::PERMISSION, Literal),
    (odrl::PROHIBITION, Literal),
    (odrl::DUTY, Literal),
    (odrl::ASSET, Literal),
    (odrl::ACTION, Literal),
    (odrl::CONSTRAINT, Literal),
    (odrl::OPERATOR_CLASS, Literal),
    (odrl::LEFT_OPERAND_CLASS, Literal),
    (odrl::RIGHT_OPERAND_CLASS, Literal),
    (odrl::HAS_POLICY, Node),
    (odrl::PROFILE, Node),
    (odrl::TARGET, Node),
    (odrl::ASSIGNER, Node),
    (odrl::ASSIGNEE, Node),
    (odrl::PERMISSION_OF, Nodes),
    (odrl::PROHIBITION_OF, Nodes),
    (odrl::OBLIGATION, Nodes),
    (odrl::DUTY_OF, Nodes),
    (odrl::CONSTRAINT_OF, Nodes),
    (odrl::ACTION_OF, Word),
    (odrl::LEFT_OPERAND, Word),
    (odrl::OPERATOR, Word),
    (odrl::RIGHT_OPERAND, Literal),
    (odrl::AND, Literal),
    (odrl::AND_SEQUENCE, Literal),
    (odrl::OR, Literal),
    (odrl::XONE, Literal),
    (odrl::EQ, Literal),
    (odrl::NEQ, Literal),
    (odrl::GT, Literal),
    (odrl::GTEQ, Literal),
    (odrl::LT, Literal),
    (odrl::LTEQ, Literal),
    (odrl::IS_A, Literal),
    (odrl::HAS_PART, Literal),
    (odrl::IS_PART_OF, Literal),
    (odrl::IS_ALL_OF, Literal),
    (odrl::IS_ANY_OF, Literal),
    (odrl::IS_NONE_OF, Literal),
    (odrl::USE, Literal),
    (odrl::PROHIBIT, Literal),
];
