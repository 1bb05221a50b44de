//! The credential as RDF, and what is signed of it (Data Integrity EdDSA Cryptosuites v1.0, §3.2: `eddsa-rdfc-2022`).

use jiff::Timestamp;
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{LiteralRef, NamedNode, NamedNodeRef};
use sha2::{Digest as _, Sha256};
use symbolon_vocab::symbolon;

use super::shape::{CRYPTOSUITE, Proof};
use super::{AttestationError, Presented, Statement, StatusCheck};

const CREDENTIAL: &str = "https://www.w3.org/2018/credentials#VerifiableCredential";
const ISSUER: &str = "https://www.w3.org/2018/credentials#issuer";
const VALID_FROM: &str = "https://www.w3.org/2018/credentials#validFrom";
const SUBJECT: &str = "https://www.w3.org/2018/credentials#credentialSubject";

const PROOF: &str = "https://w3id.org/security#DataIntegrityProof";
const SUITE: &str = "https://w3id.org/security#cryptosuite";
const SUITE_NAME: &str = "https://w3id.org/security#cryptosuiteString";
const METHOD: &str = "https://w3id.org/security#verificationMethod";
const PURPOSE: &str = "https://w3id.org/security#proofPurpose";
const ASSERTION: &str = "https://w3id.org/security#assertionMethod";
const CREATED: &str = "http://purl.org/dc/terms/created";

/// The canonical N-Quads (RDFC-1.0) that are signed: of the proof options, and of the credential.
///
/// # Errors
/// [`AttestationError::Malformed`] if the signer or the key is named by no IRI.
pub(super) fn canonical(statement: &Statement, proof: &Proof) -> Result<[String; 2], AttestationError> {
    Ok([options(proof)?.canonical()?, credential(statement)?.canonical()?])
}

fn options(proof: &Proof) -> Result<Graph, AttestationError> {
    let mut graph = Graph::default();
    let node = graph.node();
    graph.says(node, rdf::TYPE.as_str(), named(PROOF));
    graph.says(node, SUITE, typed(CRYPTOSUITE, NamedNodeRef::new_unchecked(SUITE_NAME)));
    graph.says(node, CREATED, time(proof.created));
    graph.says(node, METHOD, iri(&proof.verification_method)?);
    graph.says(node, PURPOSE, named(ASSERTION));
    Ok(graph)
}

fn credential(statement: &Statement) -> Result<Graph, AttestationError> {
    let mut graph = Graph::default();
    let node = graph.node();
    graph.says(node, rdf::TYPE.as_str(), named(CREDENTIAL));
    graph.says(node, rdf::TYPE.as_str(), named(symbolon::AGREEMENT_ATTESTATION));
    graph.says(node, ISSUER, iri(&statement.signer)?);
    graph.says(node, VALID_FROM, time(statement.attested_at));
    let subject = graph.below(node, SUBJECT);
    graph.text(subject, symbolon::AGREEMENT_ID, &statement.agreement);
    graph.text(subject, symbolon::DIGEST, &statement.digest);
    graph.text(subject, symbolon::ROLE, &statement.role.to_string());
    graph.text(subject, symbolon::COUNTERPARTY, &statement.counterparty);
    graph.optional(subject, symbolon::ISSUER_DOCUMENT, statement.signer_document.as_ref());
    graph.optional(subject, symbolon::COUNTERPARTY_DOCUMENT, statement.counterparty_document.as_ref());
    for presented in &statement.presented {
        graph.presented(subject, presented);
    }
    Ok(graph)
}

/// Statements in the default graph about nodes without a name, each of which stands below one other at most.
#[derive(Default)]
struct Graph {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    /// The property by which another node names this one.
    named_by: Option<&'static str>,
    says: Vec<(&'static str, Object)>,
}

enum Object {
    /// As it stands in N-Quads.
    Term(String),
    Node(usize),
}

impl Graph {
    fn node(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    /// A new node that `subject` names by this property.
    fn below(&mut self, subject: usize, property: &'static str) -> usize {
        let node = self.node();
        self.push(subject, property, Object::Node(node));
        if let Some(node) = self.nodes.get_mut(node) {
            node.named_by = Some(property);
        }
        node
    }

    fn says(&mut self, subject: usize, property: &'static str, term: String) {
        self.push(subject, property, Object::Term(term));
    }

    fn push(&mut self, subject: usize, property: &'static str, object: Object) {
        if let Some(node) = self.nodes.get_mut(subject) {
            node.says.push((property, object));
        }
    }

    fn text(&mut self, subject: usize, property: &'static str, value: &str) {
        self.says(subject, property, LiteralRef::new_simple_literal(value).to_string());
    }

    fn optional(&mut self, subject: usize, property: &'static str, value: Option<&String>) {
        if let Some(value) = value {
            self.text(subject, property, value);
        }
    }

    fn presented(&mut self, subject: usize, presented: &Presented) {
        let node = self.below(subject, symbolon::PRESENTED);
        self.text(node, symbolon::DIGEST, &presented.digest);
        self.optional(node, symbolon::CREDENTIAL_ID, presented.id.as_ref());
        for of_type in &presented.types {
            self.text(node, symbolon::CREDENTIAL_TYPE, of_type);
        }
        self.text(node, symbolon::CREDENTIAL_ISSUER, &presented.issuer);
        self.optional(node, symbolon::CREDENTIAL_ISSUER_DOCUMENT, presented.issuer_document.as_ref());
        if let Some(from) = presented.valid_from {
            self.says(node, symbolon::CREDENTIAL_VALID_FROM, time(from));
        }
        if let Some(until) = presented.valid_until {
            self.says(node, symbolon::CREDENTIAL_VALID_UNTIL, time(until));
        }
        for check in &presented.checks {
            self.check(node, check);
        }
    }

    fn check(&mut self, presented: usize, check: &StatusCheck) {
        let node = self.below(presented, symbolon::STATUS_CHECK);
        self.text(node, symbolon::STATUS_LIST, &check.list);
        self.text(node, symbolon::STATUS_INDEX, &check.index);
        self.text(node, symbolon::STATUS_PURPOSE, &check.purpose);
        self.text(node, symbolon::LIST_DIGEST, &check.list_digest);
        self.says(node, symbolon::CHECKED_AT, time(check.checked_at));
    }

    /// RDFC-1.0 where every node is told apart by its own statements: one hash for each (§4.6) gives their order.
    fn canonical(&self) -> Result<String, AttestationError> {
        let mut order: Vec<([u8; 32], usize)> =
            self.nodes.iter().enumerate().map(|(place, node)| (node.first_degree_hash(), place)).collect();
        order.sort_unstable();
        if order.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other)) {
            return Err(AttestationError::Malformed("says the same of two things"));
        }
        let mut labels = vec![String::new(); order.len()];
        for (number, (_, place)) in order.into_iter().enumerate() {
            if let Some(label) = labels.get_mut(place) {
                *label = format!("_:c14n{number}");
            }
        }
        let label = |place: usize| labels.get(place).map_or("", String::as_str);
        let nodes = self.nodes.iter().enumerate();
        let mut lines: Vec<String> = nodes.flat_map(|(place, node)| node.lines(label(place), &label)).collect();
        lines.sort_unstable();
        Ok(lines.concat())
    }
}

impl Node {
    /// RDFC-1.0 §4.6: the node itself is `_:a`, every other one `_:z`.
    fn first_degree_hash(&self) -> [u8; 32] {
        let mut lines: Vec<String> = self.lines("_:a", &|_| "_:z").collect();
        lines.extend(self.named_by.map(|property| format!("_:z <{property}> _:a .\n")));
        lines.sort_unstable();
        Sha256::digest(lines.concat()).into()
    }

    fn lines<'a>(&'a self, own: &'a str, label: &'a dyn Fn(usize) -> &'a str) -> impl Iterator<Item = String> + 'a {
        self.says.iter().map(move |(property, object)| {
            let object = match object {
                Object::Term(term) => term.as_str(),
                Object::Node(place) => label(*place),
            };
            format!("{own} <{property}> {object} .\n")
        })
    }
}

fn named(iri: &str) -> String {
    NamedNodeRef::new_unchecked(iri).to_string()
}

fn iri(text: &str) -> Result<String, AttestationError> {
    let node = NamedNode::new(text);
    node.map(|node| node.to_string())
        .map_err(|_| AttestationError::Malformed("names its signer by something that is no IRI"))
}

fn typed(value: &str, datatype: NamedNodeRef<'_>) -> String {
    LiteralRef::new_typed_literal(value, datatype).to_string()
}

fn time(at: Timestamp) -> String {
    typed(&at.to_string(), xsd::DATE_TIME)
}
