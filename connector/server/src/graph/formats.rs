//! What the graph is written as.

use std::io;

use oxigraph::io::{JsonLdProfileSet, RdfFormat, RdfSerializer};
use oxigraph::model::GraphName;
use oxigraph::sparql::results::QueryResultsFormat;
use oxigraph::store::Store;
use symbolon_vocab::{dspace, odrl, prov, symbolon, xsd};

use super::GraphError;
use crate::problem::Problem;

/// The forms of an agreement's RDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgreementFormat {
    /// The signed statements.
    Turtle,
    /// Both named graphs.
    NQuads,
    /// Both named graphs.
    TriG,
}

impl AgreementFormat {
    /// The form that an Accept header asks for; Turtle if it leaves the choice.
    ///
    /// # Errors
    /// 400 `rdf.accept` when it asks for something else.
    pub fn accepted(accept: Option<&str>) -> Result<Self, Problem> {
        let forms = [Self::Turtle, Self::NQuads, Self::TriG];
        preferred(accept, Self::Turtle, |media| forms.into_iter().find(|form| form.media_type() == media)).ok_or_else(
            || {
                Problem::bad_request(
                    "rdf.accept",
                    "the Accept header asks for a form that an agreement cannot be given in",
                )
                .with_hint("ask for text/turtle, application/n-quads or application/trig")
            },
        )
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        self.rdf().media_type()
    }

    fn rdf(self) -> RdfFormat {
        match self {
            Self::Turtle => RdfFormat::Turtle,
            Self::NQuads => RdfFormat::NQuads,
            Self::TriG => RdfFormat::TriG,
        }
    }
}

/// The agreement's graphs (`[signed, record]`) in the given form; `None` if there are none.
pub(super) fn agreement(
    store: &Store,
    graphs: &[GraphName; 2],
    format: AgreementFormat,
) -> Result<Option<Vec<u8>>, GraphError> {
    let [signed, _] = graphs;
    let mut writer = serializer(format.rdf())?.for_writer(Vec::new());
    let mut found = false;
    for graph in graphs {
        for quad in store.quads_for_pattern(None, None, None, Some(graph.as_ref())) {
            let quad = quad?;
            found = true;
            match format {
                AgreementFormat::NQuads | AgreementFormat::TriG => writer.serialize_quad(&quad)?,
                AgreementFormat::Turtle if graph == signed => writer.serialize_triple(quad.as_ref())?,
                AgreementFormat::Turtle => {}
            }
        }
    }
    let written = writer.finish()?;
    Ok(found.then_some(written))
}

/// A serializer with the prefixes that agreements use.
pub(super) fn serializer(format: RdfFormat) -> Result<RdfSerializer, GraphError> {
    let prefixes = [
        ("odrl", odrl::NAMESPACE),
        ("dspace", dspace::NAMESPACE),
        ("prov", prov::NAMESPACE),
        ("symbolon", symbolon::NAMESPACE),
        ("xsd", xsd::NAMESPACE),
    ];
    prefixes.into_iter().try_fold(RdfSerializer::from_format(format), |serializer, (prefix, namespace)| {
        serializer.with_prefix(prefix, namespace).map_err(|e| GraphError::Engine { detail: e.to_string() })
    })
}

/// The form of solutions and of yes or no.
pub(super) fn results(accept: Option<&str>) -> Result<QueryResultsFormat, Problem> {
    let forms = [QueryResultsFormat::Json, QueryResultsFormat::Xml, QueryResultsFormat::Csv, QueryResultsFormat::Tsv];
    let by_media = |media: &str| forms.into_iter().find(|form| essence(form.media_type()) == media);
    let also_json = |media: &str| (media == "application/json").then_some(QueryResultsFormat::Json);
    preferred(accept, QueryResultsFormat::Json, |media| by_media(media).or_else(|| also_json(media))).ok_or_else(|| {
        Problem::bad_request("sparql.accept", "the Accept header asks for a form that solutions cannot be given in").with_hint(
            "ask for application/sparql-results+json, application/sparql-results+xml, text/csv or text/tab-separated-values",
        )
    })
}

/// The form of a graph that a query constructs.
pub(super) fn constructed(accept: Option<&str>) -> Result<RdfFormat, Problem> {
    let json_ld = RdfFormat::JsonLd { profile: JsonLdProfileSet::empty() };
    let forms =
        [RdfFormat::Turtle, RdfFormat::NTriples, RdfFormat::NQuads, RdfFormat::TriG, RdfFormat::RdfXml, json_ld];
    preferred(accept, RdfFormat::Turtle, |media| forms.into_iter().find(|form| form.media_type() == media)).ok_or_else(
        || {
            Problem::bad_request("sparql.accept", "the Accept header asks for a form that a graph cannot be given in")
                .with_hint("ask for text/turtle, application/n-triples, application/rdf+xml or application/ld+json")
        },
    )
}

/// What the Accept header (RFC 9110 §12.5.1) likes best of what there is; `default` if it leaves the choice.
fn preferred<F: Copy>(accept: Option<&str>, default: F, form: impl Fn(&str) -> Option<F>) -> Option<F> {
    let accept = accept.map(str::trim).filter(|accept| !accept.is_empty()).unwrap_or("*/*");
    let mut ranges: Vec<(f32, &str)> =
        accept.split(',').map(|range| (weight(range), essence(range))).filter(|(weight, _)| *weight > 0.0).collect();
    ranges.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    ranges.into_iter().find_map(|(_, media)| match media {
        "*/*" | "application/*" | "text/*" => Some(default),
        media => form(&media.to_ascii_lowercase()),
    })
}

/// A media type without its parameters.
fn essence(media: &str) -> &str {
    media.split(';').next().unwrap_or_default().trim()
}

fn weight(range: &str) -> f32 {
    let parameters = range.split(';').skip(1);
    parameters.filter_map(|parameter| parameter.trim().strip_prefix("q=")).find_map(|q| q.parse().ok()).unwrap_or(1.0)
}

/// Keeps what is written as long as it is within a bound.
#[derive(Debug)]
pub(super) struct Bounded {
    pub(super) bytes: Vec<u8>,
    pub(super) limit: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + part.len() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
