//! The credential as RDF, and what is signed of it (Data Integrity EdDSA Cryptosuites v1.0, §3.2: `eddsa-rdfc-2022`).

use jiff::Timestamp;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::vocab::{rdf, xsd};
use oxrdf::{BlankNode, Dataset, GraphName, Literal, NamedNode, NamedNodeRef, Quad, Term};
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
    Ok([options(proof)?, credential(statement)?].map(nquads))
}

/// No two blank nodes have the same statements, so the canonical form takes one hash for each.
fn nquads(mut dataset: Dataset) -> String {
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
    lines.sort_unstable();
    lines.concat()
}

fn options(proof: &Proof) -> Result<Dataset, AttestationError> {
    let mut graph = Graph::default();
    let node = blank("proof");
    graph.says(&node, rdf::TYPE, named(PROOF));
    graph.says(&node, property(SUITE), Literal::new_typed_literal(CRYPTOSUITE, named(SUITE_NAME)));
    graph.says(&node, property(CREATED), time(proof.created));
    graph.says(&node, property(METHOD), iri(&proof.verification_method)?);
    graph.says(&node, property(PURPOSE), named(ASSERTION));
    Ok(graph.0)
}

fn credential(statement: &Statement) -> Result<Dataset, AttestationError> {
    let mut graph = Graph::default();
    let (node, subject) = (blank("credential"), blank("subject"));
    graph.says(&node, rdf::TYPE, named(CREDENTIAL));
    graph.says(&node, rdf::TYPE, named(symbolon::AGREEMENT_ATTESTATION));
    graph.says(&node, property(ISSUER), iri(&statement.signer)?);
    graph.says(&node, property(VALID_FROM), time(statement.attested_at));
    graph.says(&node, property(SUBJECT), subject.clone());
    graph.text(&subject, symbolon::AGREEMENT_ID, &statement.agreement);
    graph.text(&subject, symbolon::DIGEST, &statement.digest);
    graph.text(&subject, symbolon::ROLE, &statement.role.to_string());
    graph.text(&subject, symbolon::COUNTERPARTY, &statement.counterparty);
    graph.optional(&subject, symbolon::ISSUER_DOCUMENT, statement.signer_document.as_ref());
    graph.optional(&subject, symbolon::COUNTERPARTY_DOCUMENT, statement.counterparty_document.as_ref());
    for (index, presented) in statement.presented.iter().enumerate() {
        let presented = graph.presented(index, presented);
        graph.says(&subject, property(symbolon::PRESENTED), presented);
    }
    Ok(graph.0)
}

/// Statements in the default graph.
#[derive(Default)]
struct Graph(Dataset);

impl Graph {
    fn says(&mut self, subject: &BlankNode, predicate: NamedNodeRef<'_>, object: impl Into<Term>) {
        let statement = Quad::new(subject.clone(), predicate.into_owned(), object, GraphName::DefaultGraph);
        self.0.insert(&statement);
    }

    fn text(&mut self, subject: &BlankNode, predicate: &str, value: &str) {
        self.says(subject, property(predicate), Literal::new_simple_literal(value));
    }

    fn optional(&mut self, subject: &BlankNode, predicate: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.text(subject, predicate, value);
        }
    }

    fn presented(&mut self, index: usize, presented: &Presented) -> BlankNode {
        let node = blank(&format!("p{index}"));
        self.text(&node, symbolon::DIGEST, &presented.digest);
        self.optional(&node, symbolon::CREDENTIAL_ID, presented.id.as_ref());
        for of_type in &presented.types {
            self.text(&node, symbolon::CREDENTIAL_TYPE, of_type);
        }
        self.text(&node, symbolon::CREDENTIAL_ISSUER, &presented.issuer);
        self.optional(&node, symbolon::CREDENTIAL_ISSUER_DOCUMENT, presented.issuer_document.as_ref());
        if let Some(from) = presented.valid_from {
            self.says(&node, property(symbolon::CREDENTIAL_VALID_FROM), time(from));
        }
        if let Some(until) = presented.valid_until {
            self.says(&node, property(symbolon::CREDENTIAL_VALID_UNTIL), time(until));
        }
        for (of_one, check) in presented.checks.iter().enumerate() {
            let check = self.check(&format!("p{index}c{of_one}"), check);
            self.says(&node, property(symbolon::STATUS_CHECK), check);
        }
        node
    }

    fn check(&mut self, label: &str, check: &StatusCheck) -> BlankNode {
        let node = blank(label);
        self.text(&node, symbolon::STATUS_LIST, &check.list);
        self.text(&node, symbolon::STATUS_INDEX, &check.index);
        self.text(&node, symbolon::STATUS_PURPOSE, &check.purpose);
        self.text(&node, symbolon::LIST_DIGEST, &check.list_digest);
        self.says(&node, property(symbolon::CHECKED_AT), time(check.checked_at));
        node
    }
}

fn blank(label: &str) -> BlankNode {
    BlankNode::new_unchecked(label)
}

fn property(iri: &str) -> NamedNodeRef<'_> {
    NamedNodeRef::new_unchecked(iri)
}

fn named(iri: &str) -> NamedNode {
    NamedNode::new_unchecked(iri)
}

fn iri(text: &str) -> Result<NamedNode, AttestationError> {
    NamedNode::new(text).map_err(|_| AttestationError::Malformed("names its signer by something that is no IRI"))
}

fn time(at: Timestamp) -> Literal {
    Literal::new_typed_literal(at.to_string(), xsd::DATE_TIME)
}
