//! How a context is written down here: each term by its IRI and the form of its values.
//!
//! A term's name is the last part of its IRI, which holds for every vocabulary in this crate.

use serde_json::{Map, Value, json};

/// What the values of a term are.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Literals.
    Literal,
    /// Literals, always in an array.
    Literals,
    /// Nodes, named by IRI or written out.
    Node,
    /// Nodes, always in an array.
    Nodes,
    /// Words of the vocabulary: a term, or an IRI.
    Word,
}

/// A term: its IRI and the form of its values.
pub(super) type Term = (&'static str, Form);

/// The name under which an IRI is written in JSON.
pub(super) fn local_name(iri: &str) -> &str {
    iri.rsplit(['/', '#']).next().unwrap_or(iri)
}

/// The definition of one term.
pub(super) fn definition((iri, form): Term) -> Value {
    match form {
        Form::Literal => json!(iri),
        Form::Literals => json!({ "@id": iri, "@container": "@set" }),
        Form::Node => json!({ "@id": iri, "@type": "@id" }),
        Form::Nodes => json!({ "@id": iri, "@type": "@id", "@container": "@set" }),
        Form::Word => json!({ "@id": iri, "@type": "@vocab" }),
    }
}

/// The definitions of these terms by name.
pub(super) fn definitions(terms: &[Term]) -> Map<String, Value> {
    terms.iter().map(|term| (local_name(term.0).to_owned(), definition(*term))).collect()
}

/// The definition of a class with terms of its own: they exist only inside nodes of this class.
pub(super) fn class(iri: &str, scope: Map<String, Value>) -> (String, Value) {
    (local_name(iri).to_owned(), json!({ "@id": iri, "@context": scope }))
}

/// Makes the definitions final: a later context cannot give the terms another meaning.
pub(super) fn protected(mut definitions: Map<String, Value>) -> Map<String, Value> {
    definitions.insert("@version".to_owned(), json!(1.1));
    definitions.insert("@protected".to_owned(), json!(true));
    definitions
}

/// The whole document.
pub(super) fn document(definitions: Map<String, Value>) -> String {
    json!({ "@context": definitions }).to_string()
}
