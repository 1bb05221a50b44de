//! The official JSON Schemas judge every message that a connector emits, and say which messages it must refuse.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, web};
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};
use symbolon_e2e::connector::{Config, Connector, http_client, odrl, segment};
use symbolon_e2e::official;
use symbolon_e2e::peer::{self, CONTEXT, Peer, fresh_id, message};
use symbolon_e2e::recorder::{Exchange, Recorder};
use symbolon_e2e::server::Serving;
use symbolon_e2e::{Failure, eventually};

type Outcome = Result<(), Failure>;

/// Every type that has a schema, and that a connector sends, as message or as answer.
const EMITTED: [&str; 21] = [
    "Catalog",
    "CatalogError",
    "CatalogRequestMessage",
    "ContractAgreementMessage",
    "ContractAgreementVerificationMessage",
    "ContractNegotiation",
    "ContractNegotiationError",
    "ContractNegotiationEventMessage",
    "ContractNegotiationTerminationMessage",
    "ContractOfferMessage",
    "ContractRequestMessage",
    "Dataset",
    "TransferCompletionMessage",
    "TransferError",
    "TransferProcess",
    "TransferRequestMessage",
    "TransferStartMessage",
    "TransferSuspensionMessage",
    "TransferTerminationMessage",
    "VersionResponse",
    "counter-offers",
];

#[tokio::test]
async fn all_that_is_emitted_fits_its_schema() -> Outcome {
    let Some(folder) = official::folder() else { return Ok(()) };
    let schemas = Schemas::read(&folder)?;
    let recorded = Recorded::start().await?;
    recorded.walk().await?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for exchange in recorded.exchanges() {
        let Exchange { method, path, request, status, response } = &exchange;
        if !(path.starts_with("/dsp/") || path.starts_with("/.well-known/")) {
            continue;
        }
        // What the harness itself sends through the recorder is malformed on purpose.
        let bodies = if request.get("from-the-harness").is_some() { vec![response] } else { vec![request, response] };
        for body in bodies.into_iter().filter(|body| !body.is_null()) {
            let kind =
                schemas.judge(body).unwrap_or_else(|errors| panic!("{method} {path} {status}: {errors}\n{body:#}"));
            if body.get("callbackAddress").is_none()
                && ["ContractRequestMessage", "ContractOfferMessage"].contains(&kind.as_str())
            {
                *seen.entry("counter-offers".to_owned()).or_default() += 1;
            }
            *seen.entry(kind).or_default() += 1;
        }
    }
    println!("{} bodies fit their schemas: {seen:?}", seen.values().sum::<usize>());
    assert_eq!(seen.keys().map(String::as_str).collect::<Vec<_>>(), EMITTED);
    Ok(())
}

/// Two connectors with mock identity, each reached through a recorder.
struct Recorded {
    supplier: Connector,
    oem: Connector,
    recorders: [Recorder; 2],
}

impl Recorded {
    async fn start() -> Result<Self, Failure> {
        let recorders = [Recorder::start()?, Recorder::start()?];
        let config = |name: &str, participant: &str, recorder: &Recorder| {
            Config::new(name).mock(participant).relaxed().set("public.url", &recorder.url())
        };
        let supplier = Connector::start(config("supplier", "SUPPLIER", &recorders[0])).await?;
        let oem = Connector::start(config("oem", "OEM", &recorders[1])).await?;
        recorders[0].point_to(supplier.public_url());
        recorders[1].point_to(oem.public_url());
        let partner =
            |recorder: &Recorder| json!({"name": "partner", "dspAddress": format!("{}/dsp/2025-1", recorder.url())});
        oem.management().put("partners/SUPPLIER", &partner(&recorders[0])).await?;
        supplier.management().put("partners/OEM", &partner(&recorders[1])).await?;
        Ok(Self { supplier, oem, recorders })
    }

    fn exchanges(&self) -> Vec<Exchange> {
        self.recorders.iter().flat_map(Recorder::exchanges).collect()
    }

    /// Makes the two say everything that they can say to each other.
    async fn walk(&self) -> Outcome {
        let Self { supplier, oem, .. } = self;
        let constraint =
            json!({"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["quality", "recall"]});
        let either = json!({"or": [constraint, {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2099-01-01T00:00:00Z"}]});
        supplier.store_policy("open", odrl(&[])).await?;
        supplier.store_policy("usage", odrl(&[either])).await?;
        supplier.store_file("part", b"data").await?;
        supplier.store_file("held", b"data").await?;
        supplier.publish("auto", &["part"], "usage", json!({})).await?;
        supplier.publish("hold", &["held"], "open", json!({"answer": "hold"})).await?;
        let dataset = json!({"partner": "SUPPLIER", "dataset": "part"});
        oem.management().post("catalog/dataset", &dataset).await?;
        self.negotiate().await?;
        let agreement = oem.conclude(supplier, "part").await?;
        self.transfer(&agreement).await?;
        self.refuse().await
    }

    /// Counter-offers both ways, acceptance, rejection, and a negotiation that the provider begins.
    async fn negotiate(&self) -> Outcome {
        let Self { supplier, oem, .. } = self;
        let offer = oem.offer_of(supplier, "held").await?;
        let pid = oem.ask(supplier, &offer, json!({"accept": "hold"})).await?;
        let theirs = self.theirs("negotiations", &pid).await?;
        supplier.act("negotiations", &theirs, "offer", json!({"offer": offer})).await?;
        oem.happened("negotiation.offered", &pid).await?;
        oem.act("negotiations", &pid, "counter", json!({"offer": offer})).await?;
        supplier.happened_times("negotiation.requested", &theirs, 2).await?;
        supplier.act("negotiations", &theirs, "offer", json!({"offer": offer})).await?;
        oem.happened_times("negotiation.offered", &pid, 2).await?;
        oem.act("negotiations", &pid, "accept", json!({})).await?;
        supplier.happened("negotiation.accepted", &theirs).await?;
        supplier.act("negotiations", &theirs, "approve", json!({})).await?;
        oem.happened("negotiation.finalized", &pid).await?;

        let pid = oem.ask(supplier, &offer, json!({})).await?;
        let theirs = self.theirs("negotiations", &pid).await?;
        supplier.act("negotiations", &theirs, "reject", json!({"reason": "no", "code": "no"})).await?;
        oem.happened("negotiation.terminated", &pid).await?;

        let body = json!({"role": "provider", "partner": "OEM", "policy": "open", "asset": "part"});
        let begun = supplier.management().post("negotiations", &body).await?;
        supplier.happened("negotiation.offered", begun["pid"].as_str().unwrap()).await?;
        let theirs = self.of_partner(supplier, "negotiations", begun["pid"].as_str().unwrap()).await?;
        oem.act("negotiations", &theirs, "accept", json!({})).await?;
        oem.happened("negotiation.finalized", &theirs).await?;
        Ok(())
    }

    async fn transfer(&self, agreement: &str) -> Outcome {
        let Self { supplier, oem, .. } = self;
        let pid = oem.pull(agreement).await?;
        let theirs = oem.partner_pid("transfers", &pid).await?;
        supplier.act("transfers", &theirs, "suspend", json!({"reason": "stopped", "code": "x"})).await?;
        oem.happened("transfer.suspended", &pid).await?;
        // Refused while the connector settles with the partner which of two messages came first.
        eventually("a resumption", async || oem.act("transfers", &pid, "resume", json!({})).await.ok()).await?;
        supplier.happened_times("transfer.started", &theirs, 2).await?;
        supplier.act("transfers", &theirs, "complete", json!({})).await?;
        oem.happened("transfer.completed", &pid).await?;
        let pid = oem.pull(agreement).await?;
        oem.act("transfers", &pid, "terminate", json!({"reason": "enough"})).await?;
        supplier.happened("transfer.terminated", &oem.partner_pid("transfers", &pid).await?).await?;
        let pid = oem.transfer(agreement, "HttpData-PUSH").await?;
        oem.happened("transfer.completed", &pid).await?;
        Ok(())
    }

    /// Errors of each part of the protocol, and what is asked without a message.
    async fn refuse(&self) -> Outcome {
        let dsp = format!("{}/dsp/2025-1", self.recorders[0].url());
        let peer = Peer::start("OEM")?;
        let malformed = json!({"from-the-harness": true});
        for path in ["/catalog/request", "/negotiations/request", "/negotiations/offers", "/transfers/request"] {
            assert_eq!(peer.post(&dsp, path, &malformed).await?.status, 400);
        }
        for path in ["/catalog/datasets/absent", "/negotiations/absent", "/transfers/absent"] {
            assert_eq!(peer.get(&dsp, path).await?.status, 404);
        }
        for (collection, path) in [("negotiations", "termination"), ("transfers", "suspension")] {
            let process = &self.supplier.all(collection, "").await?[0];
            let pid = process["pid"].as_str().unwrap();
            assert_eq!(peer.get(&dsp, &format!("/{collection}/{}", segment(pid))).await?.status, 200);
            let kind = if collection == "transfers" {
                "TransferSuspensionMessage"
            } else {
                "ContractNegotiationTerminationMessage"
            };
            let ids = [process["consumerPid"].as_str().unwrap(), process["providerPid"].as_str().unwrap()];
            let late = message(kind, ids[0], ids[1], json!({}));
            assert_eq!(peer.post(&dsp, &format!("/{collection}/{}/{path}", segment(pid)), &late).await?.status, 400);
        }
        let version = format!("{}/.well-known/dspace-version", self.recorders[0].url());
        assert_eq!(http_client()?.get(version).send().await.unwrap().status(), 200);
        Ok(())
    }

    async fn theirs(&self, collection: &str, pid: &str) -> Result<String, Failure> {
        self.of_partner(&self.oem, collection, pid).await
    }

    /// The partner's process id, once its answer has arrived.
    async fn of_partner(&self, connector: &Connector, collection: &str, pid: &str) -> Result<String, Failure> {
        eventually("the partner's process id", async || connector.partner_pid(collection, pid).await.ok()).await
    }
}

/// The schemas of all types.
struct Schemas {
    validators: BTreeMap<String, Validator>,
}

impl Schemas {
    fn read(folder: &std::path::Path) -> Result<Self, Failure> {
        let mut registry = Registry::new();
        let mut kinds = BTreeMap::new();
        for (id, schema) in official::schemas(folder)? {
            for kind in schema["definitions"].as_object().into_iter().flat_map(serde_json::Map::keys) {
                kinds.insert(kind.clone(), format!("{id}#/definitions/{kind}"));
            }
            registry = registry.add(id, schema).unwrap();
        }
        let registry = registry.prepare().unwrap();
        // The bodies are the root forms.
        kinds.insert("Catalog".to_owned(), kinds["RootCatalog"].clone());
        kinds.insert("Dataset".to_owned(), kinds["RootDataset"].clone());
        let validators = kinds.into_iter().map(|(kind, reference)| {
            let validator = jsonschema::options().with_registry(&registry).build(&json!({"$ref": reference}));
            (kind, validator.unwrap())
        });
        Ok(Self { validators: validators.collect() })
    }

    /// The body's type, or what is wrong with it.
    fn judge(&self, body: &Value) -> Result<String, String> {
        let kind = match body.get("protocolVersions") {
            Some(_) => "VersionResponse",
            None => body["@type"].as_str().ok_or("it has no @type")?,
        };
        let validator = self.validators.get(kind).ok_or_else(|| format!("{kind} has no schema"))?;
        let errors: Vec<String> =
            validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        if errors.is_empty() { Ok(kind.to_owned()) } else { Err(errors.join("; ")) }
    }

    fn is_valid(&self, kind: &str, body: &Value) -> bool {
        self.validators[kind].is_valid(body)
    }
}

/// A supplier that is consumer and provider of one process of each kind with a foreign partner.
struct Stage {
    supplier: Connector,
    partner: Peer,
    /// Where a message of a type goes, and the type of the refusal.
    endpoints: BTreeMap<&'static str, (String, &'static str)>,
}

impl Stage {
    async fn set() -> Result<Self, Failure> {
        let supplier = Connector::start(Config::new("supplier").mock("SUPPLIER").relaxed()).await?;
        supplier.store_policy("open", odrl(&[])).await?;
        supplier.store_file("part", b"data").await?;
        supplier.publish("held", &["part"], "open", json!({"answer": "hold", "transfer": "hold"})).await?;
        let partner = Peer::start("OEM")?;
        let dsp = supplier.dsp_address();
        let mut offer = partner.get(&dsp, "/catalog/datasets/part").await?.body["hasPolicy"][0].clone();
        offer["target"] = json!("part");
        let request = peer::request(&fresh_id(), &offer, &partner.address());
        let provided = partner.post(&dsp, "/negotiations/request", &request).await?.text("providerPid").to_owned();
        let mut opening = json!({"@context": [CONTEXT], "@id": fresh_id(), "@type": "ContractOfferMessage",
            "providerPid": fresh_id(), "offer": offer, "callbackAddress": partner.address()});
        opening["offer"]["assigner"] = json!("OEM");
        let consumed = partner.post(&dsp, "/negotiations/offers", &opening).await?.text("consumerPid").to_owned();
        let agreement = json!({"@context": ["https://w3id.org/dspace/2025/1/odrl-profile.jsonld"], "@type": "Agreement", "@id": "urn:example:a",
            "target": "part", "assigner": "SUPPLIER", "assignee": "OEM", "timestamp": "2026-01-01T00:00:00Z", "permission": [{"action": "use"}]});
        let import =
            json!({"agreement": agreement, "role": "provider", "partner": "OEM", "automation": {"transfer": "hold"}});
        supplier.management().post("agreements", &import).await?;
        let members =
            json!({"agreementId": "urn:example:a", "format": "HttpData-PULL", "callbackAddress": partner.address()});
        let request = message("TransferRequestMessage", &fresh_id(), "", members);
        let transfer = partner.post(&dsp, "/transfers/request", &request).await?.text("providerPid").to_owned();
        let negotiation = "ContractNegotiationError";
        let endpoints = BTreeMap::from([
            ("CatalogRequestMessage", ("/catalog/request".to_owned(), "CatalogError")),
            ("initial ContractRequestMessage", ("/negotiations/request".to_owned(), negotiation)),
            ("initial ContractOfferMessage", ("/negotiations/offers".to_owned(), negotiation)),
            ("ContractRequestMessage", (format!("/negotiations/{provided}/request"), negotiation)),
            ("ContractOfferMessage", (format!("/negotiations/{consumed}/offers"), negotiation)),
            ("ContractAgreementMessage", (format!("/negotiations/{consumed}/agreement"), negotiation)),
            (
                "ContractAgreementVerificationMessage",
                (format!("/negotiations/{provided}/agreement/verification"), negotiation),
            ),
            ("ContractNegotiationEventMessage", (format!("/negotiations/{provided}/events"), negotiation)),
            ("ContractNegotiationTerminationMessage", (format!("/negotiations/{provided}/termination"), negotiation)),
            ("TransferRequestMessage", ("/transfers/request".to_owned(), "TransferError")),
            ("TransferStartMessage", (format!("/transfers/{transfer}/start"), "TransferError")),
            ("TransferCompletionMessage", (format!("/transfers/{transfer}/completion"), "TransferError")),
            ("TransferSuspensionMessage", (format!("/transfers/{transfer}/suspension"), "TransferError")),
            ("TransferTerminationMessage", (format!("/transfers/{transfer}/termination"), "TransferError")),
        ]);
        Ok(Self { supplier, partner, endpoints })
    }

    /// The endpoint of an example message; `None` if the example is an answer.
    fn endpoint(&self, example: &Value) -> Option<&(String, &'static str)> {
        let kind = example["@type"].as_str()?;
        let opens = example.get("callbackAddress").is_some() && kind.starts_with("Contract");
        let key = if opens { format!("initial {kind}") } else { kind.to_owned() };
        self.endpoints.get(key.as_str())
    }
}

/// Codes of refusals for the form of a message, as against its content.
const OF_THE_FORM: [&str; 4] = ["message.malformed", "offer.malformed", "agreement.malformed", "callback.missing"];

#[tokio::test]
async fn every_official_example_is_understood() -> Outcome {
    let Some(folder) = official::folder() else { return Ok(()) };
    let stage = Stage::set().await?;
    let mut posted = BTreeSet::new();
    for (name, example) in official::examples(&folder)? {
        let Some((path, _)) = stage.endpoint(&example) else { continue };
        let mut messages = vec![example];
        if messages[0]["@type"] == "CatalogRequestMessage" {
            // This connector knows no filters, and says so: without its filter the example is answered.
            messages.push(json!({"@context": messages[0]["@context"], "@type": "CatalogRequestMessage"}));
        }
        for message in messages {
            let answer = stage.partner.post(&stage.supplier.dsp_address(), path, &message).await?;
            assert!((200..=400).contains(&answer.status), "{name} at {path}: {} {}", answer.status, answer.body);
            assert!(!OF_THE_FORM.contains(&answer.text("code")), "{name} at {path}: {}", answer.body);
            posted.insert(message["@type"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(posted.len(), 12, "{posted:?}");
    Ok(())
}

/// Examples that are answers are understood as a partner's answers.
#[tokio::test]
async fn every_official_catalogue_is_understood() -> Outcome {
    let Some(folder) = official::folder() else { return Ok(()) };
    let oem = Connector::start(Config::new("oem").mock("OEM").relaxed()).await?;
    for (name, example) in official::examples(&folder)? {
        let (path, question) = match example["@type"].as_str() {
            Some("Catalog") => ("/catalog/request", json!({"page": null})),
            Some("Dataset") => ("/catalog/datasets/x", json!({"dataset": "x"})),
            _ => continue,
        };
        let answer = example.to_string();
        let serving = Serving::start(move |service| {
            let answer = answer.clone();
            let give =
                move || std::future::ready(HttpResponse::Ok().content_type("application/json").body(answer.clone()));
            service.route(path, web::to(give));
        })?;
        let mut body = json!({"counterPartyId": "SUPPLIER", "counterPartyAddress": serving.url()});
        body.as_object_mut().unwrap().extend(question.as_object().unwrap().clone());
        let call = if path.ends_with("request") { "catalog" } else { "catalog/dataset" };
        let seen = oem.management().post(call, &body).await?;
        assert_eq!(seen.get("catalog").unwrap_or(&seen), &example, "{name}");
    }
    Ok(())
}

/// Each member of each example is taken away and given wrong values; where the schema then refuses, so does the connector,
/// with the error of the endpoint and a reason that names the member.
#[tokio::test]
async fn a_missing_or_malformed_member_is_named() -> Outcome {
    let Some(folder) = official::folder() else { return Ok(()) };
    let schemas = Schemas::read(&folder)?;
    let stage = Stage::set().await?;
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for (name, example) in official::examples(&folder)? {
        let Some((path, error)) = stage.endpoint(&example) else { continue };
        let kind = example["@type"].as_str().unwrap().to_owned();
        for mutant in mutants(&example) {
            if schemas.is_valid(&kind, &mutant.body) || is_patience(&mutant) {
                continue;
            }
            let answer = stage.partner.post(&stage.supplier.dsp_address(), path, &mutant.body).await?;
            let what = format!("{name}, {}: {} {}", mutant.change, answer.status, answer.body);
            assert_eq!((answer.status, answer.text("@type")), (400, *error), "{what}");
            assert!(OF_THE_FORM.contains(&answer.text("code")), "{what}");
            let named = mutant.names.iter().any(|name| answer.reasons().contains(name.as_str()));
            assert!(named, "{what} names none of {:?}", mutant.names);
            assert_eq!(schemas.judge(&answer.body).as_deref(), Ok(*error), "{what}");
            *refused.entry(kind.clone()).or_default() += 1;
        }
    }
    println!("refused, naming the member: {refused:?}");
    assert_eq!(refused.len(), 12);
    assert!(refused.values().sum::<usize>() > 500);
    Ok(())
}

/// What the connector takes although the schema does not: a time is judged where it is used.
fn is_patience(mutant: &Mutant) -> bool {
    mutant.change == "timestamp is \"wrong\""
}

struct Mutant {
    body: Value,
    change: String,
    /// Any of these in the reason is a name of the member.
    names: Vec<String>,
}

fn mutants(example: &Value) -> Vec<Mutant> {
    let mut places = Vec::new();
    collect(example, Vec::new(), &mut places);
    let mut found = Vec::new();
    for place in places {
        let names = names_of(&place);
        let told = place.join(".");
        found.push(Mutant {
            body: changed(example, &place, None),
            change: format!("{told} is missing"),
            names: names.clone(),
        });
        for wrong in [json!(null), json!(true), json!(7), json!("wrong"), json!([]), json!({}), json!([7])] {
            let change = format!("{told} is {wrong}");
            found.push(Mutant { body: changed(example, &place, Some(wrong)), change, names: names.clone() });
        }
    }
    found
}

/// What a reason may call the member at this place. Which of the members that exclude each other is blamed is left open, as is
/// which part of a constraint that is neither atomic nor logical any more.
fn names_of(place: &[String]) -> Vec<String> {
    let exclusive = ["callbackAddress", "providerPid", "consumerPid"];
    let mut named: Vec<String> = place.iter().filter(|step| step.parse::<usize>().is_err()).cloned().collect();
    if exclusive.contains(&place[0].as_str()) {
        return vec![place[0].clone(), "callbackAddress".to_owned()];
    }
    // An item is named by its array, a member by itself, a part of a constraint by the constraint.
    let nearest = named.len().saturating_sub(if named.iter().any(|step| step == "constraint") { 2 } else { 1 });
    named.split_off(nearest)
}

fn collect(value: &Value, place: Vec<String>, found: &mut Vec<Vec<String>>) {
    let steps: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (step, member) in steps {
        let place: Vec<String> = place.iter().cloned().chain([step]).collect();
        found.push(place.clone());
        collect(member, place, found);
    }
}

/// The example with another value at a place, or with none.
fn changed(example: &Value, place: &[String], value: Option<Value>) -> Value {
    let mut body = example.clone();
    let (last, above) = place.split_last().unwrap();
    let parent = above.iter().fold(&mut body, |value, step| match value {
        Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
        other => &mut other[step.as_str()],
    });
    match (parent, value) {
        (Value::Object(members), Some(value)) => {
            members.insert(last.clone(), value);
        }
        (Value::Object(members), None) => {
            members.remove(last);
        }
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().unwrap()] = value,
        (Value::Array(items), None) => {
            items.remove(last.parse::<usize>().unwrap());
        }
        _ => unreachable!("a place has members or items above it"),
    }
    body
}
