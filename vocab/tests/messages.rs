//! Messages against the official JSON Schemas and examples: both judge alike, and refusals name the member.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod official;

use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};
use symbolon_vocab::dspace;
use symbolon_vocab::messages::*;

/// A message as judged by [`parse_value`], and written again.
type Reparse = fn(Value) -> Result<Value, Malformed>;

#[rustfmt::skip]
const EXAMPLES: &[(&str, &str, Reparse)] = &[
    ("catalog/example/catalog-error", "catalog/catalog-error", reparse::<CatalogError>),
    ("catalog/example/catalog-request-message", "catalog/catalog-request-message", reparse::<CatalogRequestMessage>),
    ("catalog/example/catalog", "catalog/catalog", reparse::<Catalog>),
    ("catalog/example/dataset-request-message", "catalog/dataset-request-message", reparse::<DatasetRequestMessage>),
    ("catalog/example/dataset", "catalog/dataset", reparse::<RootDataset>),
    ("catalog/example/nested-catalog", "catalog/catalog", reparse::<Catalog>),
    ("common/example/catalogservice-did-service", "common/did-service", reparse::<DidService>),
    ("common/example/dataservice-did-service", "common/did-service", reparse::<DidService>),
    ("common/example/protocol-version", "common/protocol-version", reparse::<ProtocolVersions>),
    ("negotiation/example/contract-agreement-message-full", "negotiation/contract-agreement-message", reparse::<ContractAgreementMessage>),
    ("negotiation/example/contract-agreement-message", "negotiation/contract-agreement-message", reparse::<ContractAgreementMessage>),
    ("negotiation/example/contract-agreement-verification-message", "negotiation/contract-agreement-verification-message", reparse::<ContractAgreementVerificationMessage>),
    ("negotiation/example/contract-negotiation-error", "negotiation/contract-negotiation-error", reparse::<ContractNegotiationError>),
    ("negotiation/example/contract-negotiation-event-message", "negotiation/contract-negotiation-event-message", reparse::<ContractNegotiationEventMessage>),
    ("negotiation/example/contract-negotiation-termination-message", "negotiation/contract-negotiation-termination-message", reparse::<ContractNegotiationTerminationMessage>),
    ("negotiation/example/contract-negotiation", "negotiation/contract-negotiation", reparse::<ContractNegotiation>),
    ("negotiation/example/contract-offer-message", "negotiation/contract-offer-message", reparse::<ContractOfferMessage>),
    ("negotiation/example/contract-offer-message_initial", "negotiation/contract-offer-message", reparse::<ContractOfferMessage>),
    ("negotiation/example/contract-request-message", "negotiation/contract-request-message", reparse::<ContractRequestMessage>),
    ("negotiation/example/contract-request-message_initial", "negotiation/contract-request-message", reparse::<ContractRequestMessage>),
    ("transfer/example/transfer-completion-message", "transfer/transfer-completion-message", reparse::<TransferCompletionMessage>),
    ("transfer/example/transfer-error", "transfer/transfer-error", reparse::<TransferError>),
    ("transfer/example/transfer-process", "transfer/transfer-process", reparse::<TransferProcess>),
    ("transfer/example/transfer-request-message", "transfer/transfer-request-message", reparse::<TransferRequestMessage>),
    ("transfer/example/transfer-start-message", "transfer/transfer-start-message", reparse::<TransferStartMessage>),
    ("transfer/example/transfer-suspension-message", "transfer/transfer-suspension-message", reparse::<TransferSuspensionMessage>),
    ("transfer/example/transfer-termination-message", "transfer/transfer-termination-message", reparse::<TransferTerminationMessage>),
];

/// The official example that its own schema refuses: it does not end in `/catalog`.
const AGAINST_ITS_SCHEMA: &str = "common/example/dataservice-did-service";

#[test]
fn every_official_example_is_in_the_table() {
    let Some(folder) = official::folder() else { return };
    let mut listed: Vec<_> = EXAMPLES.iter().map(|(example, ..)| folder.join(format!("{example}.json"))).collect();
    listed.sort();
    assert_eq!(official::files(&folder, "example", ".json"), listed);
}

#[test]
fn examples_come_out_as_they_went_in() {
    let Some(examples) = examples() else { return };
    for Example { name, schema, json, reparse } in examples {
        let written = reparse(json.clone()).unwrap();
        assert_eq!(written, without_empty_arrays(json), "{name}");
        assert!(schema.is_valid(&written) || name == AGAINST_ITS_SCHEMA, "{name}");
    }
}

#[test]
fn what_we_write_is_valid() {
    let Some(folder) = official::folder() else { return };
    let registry = registry(&folder);
    let written = [full_messages(), sparse_messages()].concat();
    for (schema, bytes) in written {
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let validator = validator(&registry, schema);
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{schema}: {errors:?} in {value:#}");
        assert!(!value.to_string().contains("[]"), "{schema}: empty array in {value:#}");
    }
}

/// Removes every member, and gives every value a wrong type, in every example: schema and parser agree on every mutant,
/// and the parser names the member.
#[test]
fn schema_and_parser_agree_on_mutants() {
    let Some(examples) = examples() else { return };
    let (mut refused, mut accepted) = (0, 0);
    for Example { name, schema, json, reparse } in examples {
        if name == AGAINST_ITS_SCHEMA {
            continue;
        }
        for mutant in mutants(&json) {
            let what = format!("{name}, {} at `{}`", mutant.change, mutant.place);
            match (schema.is_valid(&mutant.json), reparse(mutant.json)) {
                (true, Ok(_)) => accepted += 1,
                (false, Err(refusal)) => {
                    let Malformed { member, reason } = &refusal;
                    let exclusive = ["callbackAddress", "providerPid", "consumerPid"];
                    let related = member.starts_with(&mutant.place)
                        || (member == "@context" && mutant.place.starts_with("@context["))
                        || (exclusive.contains(&mutant.place.as_str()) && reason.contains(&mutant.place));
                    assert!(related, "{what}: blames `{member}`");
                    assert!(reason.contains(&format!("`{member}`")) && reason.ends_with('.'), "{what}: {reason}");
                    refused += 1;
                }
                (false, Ok(_)) if patience(name, &mutant.place, &mutant.change) => accepted += 1,
                (schema, parser) => panic!("{what}: schema says {schema}, parser says {parser:?}"),
            }
        }
    }
    assert!(refused > 1000 && accepted > 50, "{refused} refused, {accepted} accepted");
}

#[test]
fn broken_bytes_never_panic() {
    let Some(examples) = examples() else { return };
    for Example { json, reparse, .. } in examples {
        let bytes = json.to_string().into_bytes();
        for (index, noise) in bytes.iter().zip([0x01_u8, 0x02, 0x20, 0x40, 0x80, 0x7c].into_iter().cycle()).enumerate()
        {
            let mut broken = bytes.clone();
            broken[index] = noise.0 ^ noise.1;
            if let Ok(value) = serde_json::from_slice(&broken) {
                let _ = reparse(value);
            }
            assert!(parse::<Catalog>(&bytes[..index]).is_err());
        }
    }
}

#[test]
fn unknown_members_are_ignored() {
    let Some(examples) = examples() else { return };
    for Example { name, json, reparse, .. } in examples {
        let expected = reparse(json.clone()).unwrap();
        let widened = with_unknown_members(json);
        let written = reparse(widened.clone()).unwrap();
        // Policies stay as they are, and a dataset keeps its further members.
        let keeps = ["offer", "agreement", "dataset", "hasPolicy"].iter().any(|kept| widened.get(kept).is_some());
        assert!(written == expected || keeps, "{name}: {written:#}");
    }
}

#[test]
fn a_catalog_request_may_be_in_expanded_form() {
    let class = "https://w3id.org/dspace/2025/1/CatalogRequestMessage";
    let filter = "https://w3id.org/dspace/2025/1/filter";
    let cases = [
        (json!({ "@type": class }), vec![]),
        (json!({ "@type": class, filter: {} }), vec![]),
        (json!([{ "@type": [class], filter: [{}] }]), vec![]),
        (
            json!([{ "@type": [class], filter: [{ "@value": "x" }, { "@id": "urn:y" }] }]),
            vec![json!("x"), json!({ "@id": "urn:y" })],
        ),
        (json!({ "@type": class, "filter": ["means nothing without a context"] }), vec![]),
    ];
    for (body, filter) in cases {
        let expected = CatalogRequestMessage { id: None, filter };
        assert_eq!(parse_value::<CatalogRequestMessage>(body.clone()), Ok(expected), "{body}");
    }
    let refused = [
        (json!({ "@type": "CatalogRequestMessage" }), "`@context` is missing."),
        (json!({ "@type": "https://w3id.org/dspace/2025/1/CatalogError" }), "`@type` must be"),
        (json!({ "@type": class, "@context": [dspace::CONTEXT] }), "`@type` must be"),
        (json!([{ "@type": class }, { "@type": class }]), "The body must be an object"),
    ];
    for (body, reason) in refused {
        let refusal = parse_value::<CatalogRequestMessage>(body.clone()).unwrap_err();
        assert!(refusal.reason.starts_with(reason), "{body}: {refusal}");
    }
}

#[test]
fn an_empty_filter_is_no_filter() {
    let body = json!({ "@context": [dspace::CONTEXT], "@type": "CatalogRequestMessage", "filter": [{}] });
    assert_eq!(parse_value(body), Ok(CatalogRequestMessage { id: None, filter: vec![] }));
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |levels: usize| {
        let inner = (0..levels).fold(json!("x"), |inner, _| json!([inner]));
        json!({ "@context": [dspace::CONTEXT], "@type": "CatalogRequestMessage", "filter": inner })
    };
    assert!(parse_value::<CatalogRequestMessage>(nested(MAX_DEPTH - 1)).is_ok());
    let refusal = parse_value::<CatalogRequestMessage>(nested(MAX_DEPTH)).unwrap_err();
    assert_eq!(refusal.reason, "The body is nested deeper than 64 levels.");
    let flood = [b"[".repeat(1_000_000), b"]".repeat(1_000_000)].concat();
    assert!(parse::<CatalogRequestMessage>(&flood).unwrap_err().reason.contains("recursion"));
}

#[test]
fn refusals_say_what_was_expected() {
    let check = |member: &str, value: Option<Value>, expected: &str| {
        let mut body = transfer_start();
        match value {
            Some(value) => *body.pointer_mut(member).unwrap() = value,
            None => drop(body.as_object_mut().unwrap().remove(&member[1..])),
        }
        assert_eq!(parse_value::<TransferStartMessage>(body).unwrap_err().reason, expected);
    };
    check("/providerPid", None, "`providerPid` is missing.");
    check("/providerPid", Some(json!(7)), "`providerPid` must be a string, but it is a number.");
    check(
        "/@type",
        Some(json!(["TransferStartMessage"])),
        "`@type` must be \"TransferStartMessage\", but it is an array.",
    );
    check("/@context", Some(json!(dspace::CONTEXT)), "`@context` must be an array, but it is another string.");
    check("/@context", Some(json!([])), "`@context` must contain \"https://w3id.org/dspace/2025/1/context.jsonld\".");
    check("/@context", Some(json!([{}])), "`@context[0]` must be a string, but it is an object.");
    check(
        "/dataAddress/endpointProperties/0/value",
        Some(json!(7)),
        "`dataAddress.endpointProperties[0].value` must be a string, but it is a number.",
    );
    check(
        "/dataAddress/endpointProperties",
        Some(json!([])),
        "`dataAddress.endpointProperties` must be an array with at least one item, but it is an empty array.",
    );
    assert_eq!(parse::<Catalog>(b"[]").unwrap_err().reason, "The body must be an object, but it is an empty array.");
    assert!(parse::<Catalog>(b"").unwrap_err().reason.starts_with("The body is not acceptable JSON: EOF"));
}

#[test]
fn callback_address_and_process_id_exclude_each_other() {
    let mut request = json!({
        "@context": [dspace::CONTEXT], "@type": "ContractRequestMessage", "consumerPid": "c", "offer": offer()
    });
    let refusal = parse_value::<ContractRequestMessage>(request.clone()).unwrap_err();
    assert_eq!(refusal.reason, "One of `callbackAddress` and `providerPid` is missing; send exactly one.");
    request["providerPid"] = json!("p");
    assert!(parse_value::<ContractRequestMessage>(request.clone()).is_ok());
    request["callbackAddress"] = json!("https://consumer.example");
    let refusal = parse_value::<ContractRequestMessage>(request).unwrap_err();
    assert_eq!(refusal.reason, "`callbackAddress` and `providerPid` exclude each other; send exactly one.");
}

#[test]
fn peers_catalogs_are_read_with_patience() {
    let catalog = json!({
        "@context": [dspace::CONTEXT, "https://w3id.org/edc/dspace/v0.0.1"], "@type": "Catalog", "@id": "c",
        "participantId": "did:web:provider.example", "distribution": [], "catalog": [],
        "service": { "@id": "s", "@type": "DataService", "endpointURL": "https://p.example", "endpointDescription": {} },
        "dataset": {
            "@id": "d", "dct:title": "Twin", "hasPolicy": { "@id": "o", "permission": [] },
            "distribution": { "format": { "@id": "HttpData-PULL" }, "accessService": "s" }
        }
    });
    let catalog: Catalog = parse_value(catalog).unwrap();
    assert_eq!(catalog.service[0].endpoint_url, "https://p.example");
    assert_eq!(catalog.dataset[0].distribution[0].format, "HttpData-PULL");
    assert_eq!(catalog.dataset[0].distribution[0].access_service, AccessService::Id("s".into()));
    assert_eq!(catalog.dataset[0].properties["dct:title"], "Twin");
    let written = serde_json::to_value(&catalog).unwrap();
    assert_eq!(written["dataset"][0]["hasPolicy"][0]["@type"], "Offer");
}

#[test]
fn catalogs_carry_ready_json() {
    let whole = Catalog {
        id: "c".into(),
        participant_id: "did:web:provider.example".into(),
        dataset: vec![dataset()],
        catalog: vec![],
        service: vec![],
        distribution: vec![],
    };
    let ready = Catalog {
        dataset: vec![serde_json::value::to_raw_value(&dataset()).unwrap()],
        id: whole.id.clone(),
        participant_id: whole.participant_id.clone(),
        catalog: vec![],
        service: vec![],
        distribution: vec![],
    };
    assert_eq!(to_bytes(&ready), to_bytes(&whole));
    let read: Catalog<Box<serde_json::value::RawValue>> = parse(&to_bytes(&whole)).unwrap();
    let json = |raw: &serde_json::value::RawValue| serde_json::from_str::<Value>(raw.get()).unwrap();
    assert_eq!(json(&read.dataset[0]), json(&ready.dataset[0]));
    let broken = r#"{"@id": "d", "hasPolicy": []}"#;
    let body = String::from_utf8(to_bytes(&whole)).unwrap().replace(ready.dataset[0].get(), broken);
    let refusal = parse::<Catalog<Box<serde_json::value::RawValue>>>(body.as_bytes()).unwrap_err();
    assert_eq!(refusal.member, "dataset[0].distribution");
}

#[test]
fn reasons_become_sentences() {
    let error: CatalogError = parse_value(json!({
        "@context": [dspace::CONTEXT], "@type": "CatalogError",
        "reason": ["plain", { "@value": "worded", "@language": "en" }, { "why": 1 }, 7]
    }))
    .unwrap();
    assert_eq!(error.reason, ["plain", "worded", r#"{"why":1}"#, "7"]);
}

fn attestation() -> Attestation {
    Attestation { credential: json!({"@context": ["https://www.w3.org/ns/credentials/v2"]}), jwt: "a.b.c".into() }
}

#[test]
fn attestation_travels_under_its_full_iri() {
    let event = ContractNegotiationEventMessage {
        id: Some("urn:uuid:1".into()),
        provider_pid: "p".into(),
        consumer_pid: "c".into(),
        event_type: EventType::Finalized,
        attestation: Some(attestation()),
    };
    let written = serde_json::to_value(&event).unwrap();
    // A JSON literal: contexts that the credential names mean nothing to whoever reads the message as JSON-LD.
    let literal = json!({"@type": "@json", "@value": {"credential": {"@context": ["https://www.w3.org/ns/credentials/v2"]}, "jwt": "a.b.c"}});
    assert_eq!(written["https://w3id.org/symbolon/1/attestation"], literal);
    assert_eq!(serde_json::from_value::<ContractNegotiationEventMessage>(written.clone()).unwrap(), event);
    let cases = [
        (json!("a.b.c"), ""),
        (json!({"credential": {}, "jwt": "a.b.c"}), ".@type"),
        (json!({"@type": "@json", "@value": []}), ".@value"),
        (json!({"@type": "@json", "@value": {"credential": {}}}), ".@value.jwt"),
        (json!({"@type": "@json", "@value": {"jwt": "a.b.c"}}), ".@value.credential"),
    ];
    for (attestation, place) in cases {
        let mut message = written.clone();
        message["https://w3id.org/symbolon/1/attestation"] = attestation;
        let refused = parse::<ContractNegotiationEventMessage>(message.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused.member, format!("https://w3id.org/symbolon/1/attestation{place}"), "{message}");
    }
}

#[test]
fn debug_hides_the_values_of_endpoint_properties() {
    let address = data_address();
    assert_eq!(address.property("authorization"), Some("secret-token"));
    assert!(!format!("{address:?}").contains("secret-token"));
}

struct Example {
    name: &'static str,
    schema: Validator,
    json: Value,
    reparse: Reparse,
}

fn examples() -> Option<Vec<Example>> {
    let folder = official::folder()?;
    let registry = registry(&folder);
    let read = EXAMPLES.iter().map(|&(name, schema, reparse)| Example {
        name,
        schema: validator(&registry, schema),
        json: official::json(&folder.join(format!("{name}.json"))),
        reparse,
    });
    Some(read.collect())
}

/// All official schemas. Three of them refer to a definition without the slash that JSON Pointer wants.
fn registry(folder: &std::path::Path) -> Registry<'static> {
    let mut registry = Registry::new();
    for path in official::files(folder, "", "-schema.json") {
        let text = official::json(&path).to_string().replace("#definitions/", "#/definitions/");
        let schema: Value = serde_json::from_str(&text).unwrap();
        let id = schema["$id"].as_str().unwrap().to_owned();
        registry = registry.add(id, schema).unwrap();
    }
    registry.prepare().unwrap()
}

fn validator(registry: &Registry<'_>, schema: &str) -> Validator {
    let id = format!("{}{schema}-schema.json", dspace::NAMESPACE);
    let root = if schema == "catalog/catalog" {
        // The schema's root is the nested form; bodies are the root form.
        json!({ "$ref": format!("{id}#/definitions/RootCatalog") })
    } else if schema == "catalog/dataset" {
        json!({ "$ref": format!("{id}#/definitions/RootDataset") })
    } else {
        json!({ "$ref": id })
    };
    jsonschema::options().with_registry(registry).build(&root).unwrap()
}

fn reparse<M: Message>(value: Value) -> Result<Value, Malformed> {
    let message: M = parse_value(value)?;
    Ok(serde_json::from_slice(&to_bytes(&message)).unwrap())
}

struct Mutant {
    /// The path of the changed value, written as [`Malformed::member`] writes it.
    place: String,
    change: String,
    json: Value,
}

fn mutants(json: &Value) -> Vec<Mutant> {
    let mut pointers = Vec::new();
    collect_pointers(json, String::new(), String::new(), &mut pointers);
    let wrong =
        [json!(null), json!(true), json!(7), json!("wrong"), json!([]), json!({}), json!(["wrong"]), json!([7])];
    let mut mutants = Vec::new();
    for (pointer, place) in pointers {
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        let mut removed = json.clone();
        let change = "nothing".to_owned();
        if let Some(members) = removed.pointer_mut(parent).unwrap().as_object_mut() {
            members.remove(last);
            mutants.push(Mutant { place: place.clone(), change, json: removed });
        }
        for value in &wrong {
            let mut replaced = json.clone();
            *replaced.pointer_mut(&pointer).unwrap() = value.clone();
            mutants.push(Mutant { place: place.clone(), change: value.to_string(), json: replaced });
        }
    }
    mutants
}

/// Every value below `value`, except the rules of policies: those are not this crate's business.
fn collect_pointers(value: &Value, pointer: String, place: String, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let rules = ["permission", "prohibition", "obligation", "profile"];
                if rules.contains(&name.as_str()) {
                    continue;
                }
                let pointer = format!("{pointer}/{name}");
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                into.push((pointer.clone(), place.clone()));
                collect_pointers(member, pointer, place, into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let (pointer, place) = (format!("{pointer}/{index}"), format!("{place}[{index}]"));
                into.push((pointer.clone(), place.clone()));
                collect_pointers(item, pointer, place, into);
            }
        }
        _ => {}
    }
}

/// Where the parser knowingly accepts more than the schemas.
fn patience(example: &str, place: &str, change: &str) -> bool {
    let last = place.rsplit('.').next().unwrap();
    let catalog_list = ["dataset", "catalog", "service", "distribution", "hasPolicy"].contains(&last);
    let in_catalog = example.starts_with("catalog/");
    (in_catalog && catalog_list && change == "[]")
        // The form of timestamps, bindings and URLs is judged where they are used.
        || (change == "\"wrong\"" && ["timestamp", "binding", "serviceEndpoint"].contains(&last))
}

fn without_empty_arrays(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| member.as_array().is_none_or(|items| !items.is_empty()))
            .map(|(name, member)| (name, without_empty_arrays(member)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_empty_arrays).collect(),
        plain => plain,
    }
}

fn with_unknown_members(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut widened: Map<String, Value> =
                members.into_iter().map(|(name, member)| (name, with_unknown_members(member))).collect();
            widened.insert("https://example.com/unknown".into(), json!({ "deep": [1, null, "x"] }));
            widened.insert("unknown".into(), json!(null));
            Value::Object(widened)
        }
        Value::Array(items) => items.into_iter().map(with_unknown_members).collect(),
        plain => plain,
    }
}

fn offer() -> Value {
    json!({ "@id": "o", "@type": "Offer", "target": "d", "permission": [{ "action": "use" }] })
}

fn agreement() -> Value {
    json!({
        "@id": "a", "@type": "Agreement", "target": "d", "assigner": "did:web:p", "assignee": "did:web:c",
        "timestamp": "2026-01-01T00:00:00Z", "permission": [{ "action": "use" }]
    })
}

fn data_address() -> DataAddress {
    DataAddress {
        endpoint_type: "https://w3id.org/idsa/v4.1/HTTP".into(),
        endpoint: Some("https://provider.example/data".into()),
        endpoint_properties: vec![EndpointProperty::new("authorization", "secret-token")],
    }
}

fn transfer_start() -> Value {
    serde_json::to_value(TransferStartMessage {
        id: None,
        provider_pid: "p".into(),
        consumer_pid: "c".into(),
        data_address: Some(data_address()),
    })
    .unwrap()
}

fn data_service() -> DataService {
    DataService {
        id: "s".into(),
        endpoint_url: "https://provider.example/dsp/2025-1".into(),
        endpoint_description: Some("dspace:connector".into()),
    }
}

fn dataset() -> Dataset {
    let untyped_offer = json!({ "@id": "o", "permission": [{ "action": "use" }] });
    Dataset {
        id: "d".into(),
        has_policy: vec![untyped_offer.clone()],
        distribution: vec![
            Distribution {
                format: "HttpData-PULL".into(),
                access_service: AccessService::Id("s".into()),
                has_policy: vec![untyped_offer],
            },
            Distribution {
                format: "HttpData-PUSH".into(),
                access_service: AccessService::Service(data_service()),
                has_policy: vec![],
            },
        ],
        properties: Map::from_iter([("http://purl.org/dc/terms/title".into(), json!("Twin"))]),
    }
}

/// Every message type with every member.
fn full_messages() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (
            "catalog/catalog-request-message",
            to_bytes(&CatalogRequestMessage { id: Some("urn:uuid:1".into()), filter: vec![json!("x")] }),
        ),
        (
            "catalog/dataset-request-message",
            to_bytes(&DatasetRequestMessage { id: Some("urn:uuid:1".into()), dataset: "d".into() }),
        ),
        (
            "catalog/catalog-error",
            to_bytes(&CatalogError {
                id: Some("urn:uuid:1".into()),
                code: Some("1".into()),
                reason: vec!["because".into()],
            }),
        ),
        (
            "negotiation/contract-agreement-message",
            to_bytes(&ContractAgreementMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                agreement: agreement(),
            }),
        ),
        (
            "negotiation/contract-agreement-verification-message",
            to_bytes(&ContractAgreementVerificationMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                attestation: Some(attestation()),
            }),
        ),
        (
            "negotiation/contract-negotiation-event-message",
            to_bytes(&ContractNegotiationEventMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                event_type: EventType::Accepted,
                attestation: Some(attestation()),
            }),
        ),
        (
            "negotiation/contract-negotiation-termination-message",
            to_bytes(&ContractNegotiationTerminationMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: Some("1".into()),
                reason: vec!["because".into()],
            }),
        ),
        (
            "negotiation/contract-negotiation",
            to_bytes(&ContractNegotiation {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                state: ContractNegotiationState::Requested,
            }),
        ),
        (
            "negotiation/contract-negotiation-error",
            to_bytes(&ContractNegotiationError {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: Some("1".into()),
                reason: vec!["because".into()],
            }),
        ),
        (
            "transfer/transfer-request-message",
            to_bytes(&TransferRequestMessage {
                id: Some("urn:uuid:1".into()),
                consumer_pid: "c".into(),
                agreement_id: "a".into(),
                format: "HttpData-PUSH".into(),
                data_address: Some(data_address()),
                callback_address: "https://c.example".into(),
                purpose: None,
                scope: None,
            }),
        ),
        (
            "transfer/transfer-start-message",
            to_bytes(&TransferStartMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                data_address: Some(data_address()),
            }),
        ),
        (
            "transfer/transfer-suspension-message",
            to_bytes(&TransferSuspensionMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: Some("1".into()),
                reason: vec!["because".into()],
            }),
        ),
        (
            "transfer/transfer-completion-message",
            to_bytes(&TransferCompletionMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
            }),
        ),
        (
            "transfer/transfer-termination-message",
            to_bytes(&TransferTerminationMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: Some("1".into()),
                reason: vec!["because".into()],
            }),
        ),
        (
            "transfer/transfer-process",
            to_bytes(&TransferProcess {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                state: TransferState::Started,
            }),
        ),
        (
            "transfer/transfer-error",
            to_bytes(&TransferError {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: Some("1".into()),
                reason: vec!["because".into()],
            }),
        ),
        (
            "negotiation/contract-request-message",
            to_bytes(&ContractRequestMessage {
                id: Some("urn:uuid:1".into()),
                consumer_pid: "c".into(),
                provider_pid: Some("p".into()),
                offer: offer(),
                callback_address: None,
            }),
        ),
        (
            "negotiation/contract-offer-message",
            to_bytes(&ContractOfferMessage {
                id: Some("urn:uuid:1".into()),
                provider_pid: "p".into(),
                consumer_pid: Some("c".into()),
                offer: offer(),
                callback_address: None,
            }),
        ),
        ("catalog/dataset", to_bytes(&RootDataset(dataset()))),
        (
            "catalog/catalog",
            to_bytes(&Catalog {
                id: "c".into(),
                participant_id: "did:web:p".into(),
                dataset: vec![dataset()],
                catalog: vec![NestedCatalog {
                    id: "n".into(),
                    participant_id: Some("did:web:n".into()),
                    dataset: vec![dataset()],
                    catalog: vec![],
                    service: vec![data_service()],
                    distribution: vec![],
                }],
                service: vec![data_service()],
                distribution: dataset().distribution,
            }),
        ),
        (
            "common/protocol-version",
            to_bytes(&ProtocolVersions {
                protocol_versions: vec![ProtocolVersion {
                    version: "2025-1".into(),
                    path: "/2025-1".into(),
                    binding: "HTTPS".into(),
                    service_id: Some("s".into()),
                    identifier_type: Some("did:web".into()),
                    auth: Some(Auth {
                        protocol: "DCP".into(),
                        version: "1.0".into(),
                        profile: vec!["vc11-sl2021/jwt".into()],
                    }),
                }],
            }),
        ),
        (
            "common/did-service",
            to_bytes(&DidService {
                id: "did:web:p#catalog".into(),
                service_type: DidServiceType::CatalogService,
                service_endpoint: "https://p.example/catalog".into(),
            }),
        ),
    ]
}

/// Every message type with no more than it needs.
fn sparse_messages() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("catalog/catalog-request-message", to_bytes(&CatalogRequestMessage { id: None, filter: vec![] })),
        ("catalog/dataset-request-message", to_bytes(&DatasetRequestMessage { id: None, dataset: "d".into() })),
        ("catalog/catalog-error", to_bytes(&CatalogError { id: None, code: None, reason: vec![] })),
        (
            "negotiation/contract-agreement-message",
            to_bytes(&ContractAgreementMessage {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                agreement: agreement(),
            }),
        ),
        (
            "negotiation/contract-agreement-verification-message",
            to_bytes(&ContractAgreementVerificationMessage {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                attestation: None,
            }),
        ),
        (
            "negotiation/contract-negotiation-event-message",
            to_bytes(&ContractNegotiationEventMessage {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                event_type: EventType::Accepted,
                attestation: None,
            }),
        ),
        (
            "negotiation/contract-negotiation-termination-message",
            to_bytes(&ContractNegotiationTerminationMessage {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: None,
                reason: vec![],
            }),
        ),
        (
            "negotiation/contract-negotiation",
            to_bytes(&ContractNegotiation {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                state: ContractNegotiationState::Requested,
            }),
        ),
        (
            "negotiation/contract-negotiation-error",
            to_bytes(&ContractNegotiationError {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: None,
                reason: vec![],
            }),
        ),
        (
            "transfer/transfer-request-message",
            to_bytes(&TransferRequestMessage {
                id: None,
                consumer_pid: "c".into(),
                agreement_id: "a".into(),
                format: "HttpData-PUSH".into(),
                data_address: None,
                callback_address: "https://c.example".into(),
                purpose: None,
                scope: None,
            }),
        ),
        (
            "transfer/transfer-start-message",
            to_bytes(&TransferStartMessage {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                data_address: None,
            }),
        ),
        (
            "transfer/transfer-suspension-message",
            to_bytes(&TransferSuspensionMessage {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: None,
                reason: vec![],
            }),
        ),
        (
            "transfer/transfer-completion-message",
            to_bytes(&TransferCompletionMessage { id: None, provider_pid: "p".into(), consumer_pid: "c".into() }),
        ),
        (
            "transfer/transfer-termination-message",
            to_bytes(&TransferTerminationMessage {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: None,
                reason: vec![],
            }),
        ),
        (
            "transfer/transfer-process",
            to_bytes(&TransferProcess {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                state: TransferState::Started,
            }),
        ),
        (
            "transfer/transfer-error",
            to_bytes(&TransferError {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: "c".into(),
                code: None,
                reason: vec![],
            }),
        ),
        (
            "negotiation/contract-request-message",
            to_bytes(&ContractRequestMessage {
                id: None,
                consumer_pid: "c".into(),
                provider_pid: None,
                offer: offer(),
                callback_address: Some("https://c.example".into()),
            }),
        ),
        (
            "negotiation/contract-offer-message",
            to_bytes(&ContractOfferMessage {
                id: None,
                provider_pid: "p".into(),
                consumer_pid: None,
                offer: offer(),
                callback_address: Some("https://p.example".into()),
            }),
        ),
        (
            "catalog/catalog",
            to_bytes(&Catalog::<Dataset> {
                id: "c".into(),
                participant_id: "did:web:p".into(),
                dataset: vec![],
                catalog: vec![],
                service: vec![],
                distribution: vec![],
            }),
        ),
        (
            "common/protocol-version",
            to_bytes(&ProtocolVersions {
                protocol_versions: vec![ProtocolVersion {
                    version: "2025-1".into(),
                    path: "/2025-1".into(),
                    binding: "HTTPS".into(),
                    service_id: None,
                    identifier_type: None,
                    auth: Some(Auth { protocol: "DCP".into(), version: "1.0".into(), profile: vec![] }),
                }],
            }),
        ),
    ]
}
