//! What the two named graphs of an agreement hold.

use jiff::Timestamp;
use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{BlankNode, BlankNodeRef, GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode};
use oxigraph::model::{NamedOrBlankNodeRef, Quad, Term, TermRef};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use symbolon_contract_negotiation::{Party, Role};
use symbolon_identity::attestation::Presented;
use symbolon_vocab::{prov, symbolon};

use super::names;
use crate::attestation::{claims, dataset, resource};
use crate::clock;
use crate::storage::agreements::{Attestation, StoredAgreement};

/// The statements that were signed, blank nodes labelled apart from those of every other agreement.
///
/// An agreement that cannot be written as RDF could not be attested either; should one be in the database nevertheless,
/// its record alone is in the graph.
pub(super) fn signed(agreement: &StoredAgreement) -> Vec<Quad> {
    let graph = names::agreement(&agreement.id);
    let statements = match dataset(&agreement.document) {
        Ok(statements) => statements,
        Err(problem) => {
            tracing::error!(agreement = agreement.id, %problem, "an agreement has no RDF form; the graph holds its record only");
            return Vec::new();
        }
    };
    let own = |node: BlankNodeRef<'_>| own_blank_node(&agreement.id, node);
    statements
        .iter()
        .map(|quad| {
            let subject = match quad.subject {
                NamedOrBlankNodeRef::NamedNode(node) => NamedOrBlankNode::from(node.into_owned()),
                NamedOrBlankNodeRef::BlankNode(node) => own(node).into(),
            };
            let object = match quad.object {
                TermRef::NamedNode(node) => Term::from(node.into_owned()),
                TermRef::BlankNode(node) => own(node).into(),
                TermRef::Literal(literal) => literal.into_owned().into(),
            };
            Quad::new(subject, quad.predicate.into_owned(), object, graph.clone())
        })
        .collect()
}

/// What this connector knows about the agreement. Only what is about this agreement: a statement that the records of
/// several agreements made would be found several times by a query over all graphs.
pub(super) fn known(agreement: &StoredAgreement) -> Vec<Quad> {
    let subject = names::agreement_node(&agreement.id);
    let mut record = Record { graph: names::record(&agreement.id), quads: Vec::with_capacity(32) };
    record.kind(&subject, prov::ENTITY);
    record.says(&subject, names::term("agreement"), resource(&agreement.id));
    record.says(&subject, names::term("agreementId"), text(&agreement.id));
    record.says(&subject, names::term("asset"), text(&agreement.asset));
    record.says(&subject, names::term("ownRole"), text(&agreement.role.to_string()));
    record.says(&subject, names::term("digest"), text(&agreement.digest));
    let state = serde_json::to_value(agreement.state).unwrap_or_default();
    record.says(&subject, names::term("state"), text(state.as_str().unwrap_or_default()));
    record.says(&subject, property(prov::GENERATED_AT_TIME), time(agreement.concluded));
    record.parties(agreement, &subject);
    if let Some(retired) = agreement.retired {
        record.says(&subject, property(prov::INVALIDATED_AT_TIME), time(retired));
    }
    if let Some(reason) = &agreement.retire_reason {
        record.says(&subject, names::term("retireReason"), text(reason));
    }
    if let Some(end) = &agreement.termination {
        record.says(&subject, property(prov::INVALIDATED_AT_TIME), time(end.at));
        let by = match end.by {
            Party::Own => "us",
            Party::Peer => "partner",
        };
        record.says(&subject, names::term("terminatedBy"), text(by));
        for reason in &end.reason {
            record.says(&subject, names::term("terminationReason"), text(reason));
        }
    }
    for attestation in &agreement.attestations {
        record.half(agreement, &subject, attestation);
    }
    record.quads
}

struct Record {
    graph: GraphName,
    quads: Vec<Quad>,
}

impl Record {
    fn says(&mut self, subject: &NamedNode, predicate: NamedNode, object: impl Into<Term>) {
        self.quads.push(Quad::new(subject.clone(), predicate, object, self.graph.clone()));
    }

    fn kind(&mut self, subject: &NamedNode, class: &str) {
        self.says(subject, rdf::TYPE.into_owned(), property(class));
    }

    /// Both parties, and the negotiation that brought them together.
    fn parties(&mut self, agreement: &StoredAgreement, subject: &NamedNode) {
        let own = match agreement.role {
            Role::Consumer => "assignee",
            Role::Provider => "assigner",
        };
        let own = agreement.document.json().get(own).and_then(Value::as_str).map(|id| (agreement.role, id));
        let parties = [Some((agreement.role.peer(), agreement.partner.as_str())), own];
        let negotiation = agreement.negotiation.as_deref().map(resource);
        if let Some(negotiation) = &negotiation {
            self.kind(negotiation, prov::ACTIVITY);
            self.says(negotiation, property(prov::ENDED_AT_TIME), time(agreement.concluded));
            self.says(subject, property(prov::WAS_GENERATED_BY), negotiation.clone());
        }
        for (role, id) in parties.into_iter().flatten() {
            let party = resource(id);
            self.says(subject, names::term(&role.to_string()), party.clone());
            self.says(subject, property(prov::WAS_ATTRIBUTED_TO), party);
        }
    }

    /// One party's half: who signed, when, and which credentials of the other one it rests on. Its signed forms are in the
    /// database.
    fn half(&mut self, agreement: &StoredAgreement, subject: &NamedNode, attestation: &Attestation) {
        let half = names::half(&agreement.id, &attestation.role);
        self.kind(&half, symbolon::AGREEMENT_ATTESTATION);
        self.says(&half, property(prov::WAS_DERIVED_FROM), subject.clone());
        self.says(&half, property(prov::WAS_ATTRIBUTED_TO), resource(&attestation.signer));
        self.says(&half, property(symbolon::ROLE), text(&attestation.role));
        self.says(&half, names::term("jwt"), text(&attestation.jwt));
        let Some(statement) = claims(attestation) else { return };
        self.says(&half, property(prov::GENERATED_AT_TIME), dated(statement.attested_at));
        self.says(&half, property(symbolon::COUNTERPARTY), text(&statement.counterparty));
        for presented in &statement.presented {
            self.presented(agreement, &half, presented);
        }
    }

    fn presented(&mut self, agreement: &StoredAgreement, half: &NamedNode, presented: &Presented) {
        let node = names::presented(&agreement.id, &presented.digest);
        self.says(half, property(symbolon::PRESENTED), node.clone());
        self.says(&node, property(symbolon::DIGEST), text(&presented.digest));
        self.says(&node, property(symbolon::CREDENTIAL_ISSUER), resource(&presented.issuer));
        for kind in &presented.types {
            self.says(&node, property(symbolon::CREDENTIAL_TYPE), text(kind));
        }
        let dates = [
            (symbolon::CREDENTIAL_VALID_FROM, presented.valid_from),
            (symbolon::CREDENTIAL_VALID_UNTIL, presented.valid_until),
        ];
        for (predicate, date) in dates {
            if let Some(date) = date {
                self.says(&node, property(predicate), dated(date));
            }
        }
    }
}

/// A label that no other agreement gives, and always the same for this node: a blank node is one node of the whole store.
fn own_blank_node(agreement: &str, node: BlankNodeRef<'_>) -> BlankNode {
    let hash = Sha256::new().chain_update(agreement).chain_update([0]).chain_update(node.as_str()).finalize();
    let id = hash.iter().take(16).fold(0_u128, |id, byte| (id << 8) | u128::from(*byte));
    // The label is written in hexadecimal, and RDF/XML takes none that begins with a digit.
    BlankNode::new_from_unique_id((0xa << 124) | (id >> 4))
}

fn property(iri: &str) -> NamedNode {
    NamedNodeRef::new_unchecked(iri).into_owned()
}

fn text(value: &str) -> Literal {
    Literal::new_simple_literal(value)
}

fn time(millis: i64) -> Literal {
    dated(clock::from_millis(millis))
}

fn dated(at: Timestamp) -> Literal {
    Literal::new_typed_literal(at.to_string(), xsd::DATE_TIME)
}
