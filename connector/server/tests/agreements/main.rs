//! Agreements as RDF and as evidence: the graph, its projection from the database, attestation and its verification.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod attestation;
mod comparison;
mod evidence;
mod fixtures;
mod graph;
mod projector;
mod sparql;
