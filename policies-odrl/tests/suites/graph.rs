//! Questions to a graph of statements.

use oxrdf::{Graph, NamedNodeRef, Term, TermRef};

pub(crate) const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

pub(crate) fn subjects(graph: &Graph, property: &str, value: &str) -> Vec<String> {
    graph.subjects_for_predicate_object(named(property), named(value)).map(|subject| text(subject.into())).collect()
}

pub(crate) fn object(graph: &Graph, subject: &str, property: &str) -> Option<String> {
    graph.object_for_subject_predicate(named(subject), named(property)).map(text)
}

pub(crate) fn object_of_any(graph: &Graph, property: &str) -> String {
    graph.triples_for_predicate(named(property)).next().map(|triple| text(triple.object)).unwrap()
}

pub(crate) fn named(iri: &str) -> NamedNodeRef<'_> {
    NamedNodeRef::new(iri).unwrap()
}

pub(crate) fn text(term: TermRef<'_>) -> String {
    match term.into_owned() {
        Term::NamedNode(node) => node.into_string(),
        Term::BlankNode(node) => node.into_string(),
        Term::Literal(literal) => literal.value().to_owned(),
    }
}
