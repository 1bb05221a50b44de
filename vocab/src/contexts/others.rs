//! The contexts that peers name next to the Dataspace Protocol's, as far as messages use them.

use serde_json::{Map, Value, json};

use super::tables::Form::{Literal, Literals, Node, Nodes};
use super::tables::{Term, class, definition, definitions, document, protected};
use crate::{catenax, dcat, dct, did as did_terms, edc as edc_terms, odrl, tractusx};

/// What EDC connectors add: the terms of their catalog filters and some properties of datasets.
pub(super) fn edc() -> String {
    let mut context = definitions(&[
        (edc_terms::IN_FORCE_DATE, Literal),
        (edc_terms::ID, Literal),
        (edc_terms::DESCRIPTION, Literal),
        (edc_terms::IS_CATALOG, Literal),
        (dct::CONFORMS_TO, Node),
        (dct::FORMAT, Node),
        (dcat::ENDPOINT_URL, Node),
    ]);
    context.extend([
        prefix("edc", edc_terms::NAMESPACE),
        prefix("dct", dct::NAMESPACE),
        prefix("dcat", dcat::NAMESPACE),
    ]);
    context.extend([
        class(edc_terms::QUERY_SPEC, definitions(QUERY)),
        class(edc_terms::CRITERION, definitions(CRITERION)),
    ]);
    context.insert("@version".to_owned(), json!(1.1));
    document(context)
}

/// What Tractus-X connectors add: the names of the token renewal's endpoint properties.
pub(super) fn tractusx_auth() -> String {
    let mut context = definitions(&[
        (tractusx::REFRESH_ENDPOINT, Literal),
        (tractusx::REFRESH_TOKEN, Literal),
        (tractusx::REFRESH_AUDIENCE, Literal),
        (tractusx::EXPIRES_IN, Literal),
        (tractusx::AUDIENCE, Literal),
        (tractusx::AUTH_TYPE, Literal),
    ]);
    context.extend([prefix("tx-auth", tractusx::NAMESPACE)]);
    document(context)
}

/// The left operands and the action of Catena-X policies.
pub(super) fn catenax_policy() -> String {
    let mut context = protected(definitions(CATENAX_WORDS));
    context.extend([prefix("cx-policy", catenax::NAMESPACE), prefix("odrl", odrl::NAMESPACE)]);
    document(context)
}

/// The core terms of DID documents.
pub(super) fn did() -> String {
    let mut context = node_keywords();
    let terms: [(&str, Term); 8] = [
        ("alsoKnownAs", (did_terms::ALSO_KNOWN_AS, Node)),
        ("controller", (did_terms::CONTROLLER, Node)),
        ("verificationMethod", (did_terms::VERIFICATION_METHOD, Node)),
        ("authentication", (did_terms::AUTHENTICATION, Nodes)),
        ("assertionMethod", (did_terms::ASSERTION_METHOD, Nodes)),
        ("keyAgreement", (did_terms::KEY_AGREEMENT, Nodes)),
        ("capabilityInvocation", (did_terms::CAPABILITY_INVOCATION, Nodes)),
        ("capabilityDelegation", (did_terms::CAPABILITY_DELEGATION, Nodes)),
    ];
    let service = {
        let mut scope = node_keywords();
        scope.insert("serviceEndpoint".to_owned(), definition((did_terms::SERVICE_ENDPOINT, Node)));
        json!({ "@id": did_terms::SERVICE, "@type": "@id", "@context": protected(scope) })
    };
    context.extend(terms.map(|(name, term)| (name.to_owned(), definition(term))));
    context.insert("service".to_owned(), service);
    document(protected(context))
}

fn prefix(name: &str, namespace: &str) -> (String, Value) {
    (name.to_owned(), json!(namespace))
}

fn node_keywords() -> Map<String, Value> {
    let mut context = Map::new();
    context.insert("id".to_owned(), json!("@id"));
    context.insert("type".to_owned(), json!("@type"));
    context
}

const QUERY: &[Term] = &[
    (edc_terms::OFFSET, Literal),
    (edc_terms::LIMIT, Literal),
    (edc_terms::SORT_ORDER, Literal),
    (edc_terms::SORT_FIELD, Literal),
    (edc_terms::FILTER_EXPRESSION, Literals),
];

const CRITERION: &[Term] =
    &[(edc_terms::OPERAND_LEFT, Literal), (edc_terms::OPERATOR, Literal), (edc_terms::OPERAND_RIGHT, Literal)];

const CATENAX_WORDS: &[Term] = &[
    (catenax::ACCESS, Literal),
    (catenax::MEMBERSHIP, Literal),
    (catenax::FRAMEWORK_AGREEMENT, Literal),
    (catenax::BUSINESS_PARTNER_NUMBER, Literal),
    (catenax::BUSINESS_PARTNER_GROUP, Literal),
    (catenax::USAGE_PURPOSE, Literal),
    (catenax::CONTRACT_REFERENCE, Literal),
    (catenax::AFFILIATES_BPNL, Literal),
    (catenax::AFFILIATES_REGION, Literal),
    (catenax::DATA_FREQUENCY, Literal),
    (catenax::DATA_USAGE_END_DATE, Literal),
    (catenax::DATA_USAGE_END_DURATION_DAYS, Literal),
    (catenax::DATA_USAGE_END_DEFINITION, Literal),
    (catenax::DATA_PROVISIONING_END_DATE, Literal),
    (catenax::DATA_PROVISIONING_END_DURATION_DAYS, Literal),
    (catenax::EXCLUSIVE_USAGE, Literal),
    (catenax::JURISDICTION_LOCATION, Literal),
    (catenax::JURISDICTION_LOCATION_REFERENCE, Literal),
    (catenax::LIABILITY, Literal),
    (catenax::PRECEDENCE, Literal),
    (catenax::VERSION_CHANGES, Literal),
    (catenax::WARRANTY, Literal),
    (catenax::WARRANTY_DEFINITION, Literal),
    (catenax::WARRANTY_DURATION_MONTHS, Literal),
    (catenax::CONFIDENTIAL_INFORMATION_MEASURES, Literal),
    (catenax::CONFIDENTIAL_INFORMATION_SHARING, Literal),
    (catenax::CONTRACT_TERMINATION, Literal),
    (catenax::USAGE_RESTRICTION, Literal),
];
