//! The IRIs of our own that appear in the graph.

use oxigraph::model::{GraphName, NamedNode, NamedNodeRef};
use symbolon_vocab::symbolon::NAMESPACE;

use crate::attestation::escaped;

/// The named graph with the statements that were signed: `https://w3id.org/symbolon/1/agreement/<id, percent-encoded>`.
pub fn agreement(id: &str) -> GraphName {
    agreement_node(id).into()
}

/// The named graph with what this connector knows about the agreement: the former with `/record` after it.
pub fn record(id: &str) -> GraphName {
    NamedNode::new_unchecked(format!("{NAMESPACE}agreement/{}/record", escaped(id))).into()
}

/// The named graph as a thing that the record speaks about.
pub fn agreement_node(id: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{NAMESPACE}agreement/{}", escaped(id)))
}

/// One party's half.
pub(super) fn half(id: &str, role: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{NAMESPACE}agreement/{}/half/{}", escaped(id), escaped(role)))
}

/// A credential that a party presented, as a half of this agreement names it.
pub(super) fn presented(id: &str, digest: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{NAMESPACE}agreement/{}/presented/{}", escaped(id), escaped(digest)))
}

/// The projection itself.
pub(super) fn projection() -> NamedNodeRef<'static> {
    NamedNodeRef::new_unchecked("https://w3id.org/symbolon/1/projection")
}

/// Property of the projection: its place in the database's log.
pub(super) fn position() -> NamedNodeRef<'static> {
    NamedNodeRef::new_unchecked("https://w3id.org/symbolon/1/position")
}

/// A term of the Symbolon vocabulary.
pub(super) fn term(local: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{NAMESPACE}{local}"))
}
