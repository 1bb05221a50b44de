use std::time::Duration;

use symbolon::graph::{Answer, Graph, Limits};
use symbolon::problem::Problem;

use super::fixtures::agreement;

async fn graph(dir: &tempfile::TempDir, agreements: i64) -> Graph {
    let graph = Graph::open(dir.path()).await.unwrap();
    let batch = (1..=agreements).map(|seq| (seq, agreement(&format!("urn:example:{seq}")))).collect();
    graph.apply(batch).await.unwrap();
    graph
}

async fn ask(graph: &Graph, query: &str, accept: Option<&str>) -> Result<Answer, Problem> {
    graph.query(query.to_owned(), accept, Limits::default()).await
}

#[tokio::test]
async fn queries_are_answered_in_the_form_that_was_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let graph = graph(&dir, 3).await;
    let select = "PREFIX odrl: <http://www.w3.org/ns/odrl/2/> SELECT (COUNT(?a) AS ?n) WHERE { ?a a odrl:Agreement }";
    let construct = "CONSTRUCT { <urn:example:1> ?p ?o } WHERE { <urn:example:1> ?p ?o }";
    let joined = "PREFIX s: <https://w3id.org/symbolon/1/> PREFIX prov: <http://www.w3.org/ns/prov#>
        ASK { ?g s:agreement <urn:example:2> ; s:state \"IN_FORCE\" ; prov:wasAttributedTo ?party . GRAPH ?g { ?s ?p ?party } }";
    let cases = [
        (select, None, "application/sparql-results+json", r#""value":"3""#),
        (select, Some("*/*"), "application/sparql-results+json", r#""value":"3""#),
        (select, Some("text/csv;q=0.9, application/sparql-results+xml;q=0.5"), "text/csv; charset=utf-8", "n\r\n3\r\n"),
        (select, Some("image/png, application/json"), "application/sparql-results+json", r#""value":"3""#),
        (joined, None, "application/sparql-results+json", r#""boolean":true"#),
        (construct, None, "text/turtle", "odrl:Agreement"),
        (construct, Some("application/n-triples"), "application/n-triples", "<http://www.w3.org/ns/odrl/2/Agreement>"),
        ("DESCRIBE <urn:example:1>", Some("text/turtle"), "text/turtle", "odrl:permission"),
    ];
    for (query, accept, content_type, part) in cases {
        let answer = ask(&graph, query, accept).await.unwrap();
        let body = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.content_type, content_type, "{query}");
        assert!(body.contains(part), "no {part} in {body}");
    }
}

#[tokio::test]
async fn what_may_not_be_asked_is_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let graph = graph(&dir, 1).await;
    let nested = format!("ASK {{ FILTER({}1{}) }}", "(".repeat(80), ")".repeat(80));
    let long = format!("ASK {{ }} #{}", "x".repeat(70_000));
    let cases = [
        ("SELECT", None, "sparql.syntax"),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", None, "sparql.update"),
        ("DELETE WHERE { ?s ?p ?o }", None, "sparql.update"),
        ("CLEAR ALL", None, "sparql.update"),
        ("LOAD <http://127.0.0.1/x>", None, "sparql.update"),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1/x> { ?s ?p ?o } }", None, "sparql.service"),
        ("SELECT * WHERE { SERVICE SILENT <http://127.0.0.1/x> { ?s ?p ?o } }", None, "sparql.service"),
        ("ASK { ?a ?b ?c FILTER NOT EXISTS { SERVICE <http://127.0.0.1/x> { ?s ?p ?o } } }", None, "sparql.service"),
        ("ASK { { SELECT ?x { OPTIONAL { GRAPH ?g { SERVICE ?x { ?s ?p ?o } } } } } }", None, "sparql.service"),
        ("ASK { }", Some("image/png"), "sparql.accept"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", Some("text/csv"), "sparql.accept"),
        (&nested, None, "sparql.query-too-long"),
        (&long, None, "sparql.query-too-long"),
    ];
    for (query, accept, code) in cases {
        let problem = ask(&graph, query, accept).await.unwrap_err();
        assert_eq!(problem.code, code, "{query}: {problem}");
    }
    assert_eq!(graph.position().await.unwrap(), 1);
}

/// Neither the parser nor the optimiser exhausts the stack or the patience.
#[tokio::test]
async fn large_queries_are_answered_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let graph = graph(&dir, 1).await;
    let ask_with =
        |open: &str, part: &str, times: usize, close: &str| format!("ASK {{ {open}{}{close} }}", part.repeat(times));
    let within_bounds = [
        ask_with("FILTER(0", "+1", 140, " > 0)"),
        ask_with("FILTER(false", "||true", 140, ")"),
        format!("ASK {{ FILTER({}true{}) }}", "!(".repeat(10), ")".repeat(10)),
        format!("ASK {{ {} ?s ?p ?o {} }}", "{".repeat(60), "}".repeat(60)),
        ask_with("?s ", "<urn:x>/", 140, "<urn:x> ?o"),
        ask_with("?s ", "<urn:x>|", 70, "<urn:x> ?o"),
        ask_with("", "?s <urn:x> ?o . ?o <urn:y> ?s . ", 70, ""),
        ask_with("", "OPTIONAL { ?s ?p ?o } ", 45, ""),
        ask_with("VALUES ?s { ", "<urn:example:1> ", 3_000, "} ?s ?p ?o"),
        ask_with("?s ?p ?o FILTER(?o IN (1", ",2", 3_000, "))"),
    ];
    for query in within_bounds {
        ask(&graph, &query, None).await.unwrap_or_else(|problem| panic!("{} …: {problem}", &query[..30]));
    }
    let beyond = [
        ask_with("FILTER(0", "+1", 30_000, " > 0)"),
        ask_with("?s ", "<urn:x>/", 7_000, "<urn:x> ?o"),
        ask_with("", "?s ?p ?o . ", 5_000, ""),
        ask_with("", "OPTIONAL { ?s ?p ?o } ", 2_900, ""),
        ask_with("{}", "UNION{}", 8_000, ""),
    ];
    for query in beyond {
        let problem = ask(&graph, &query, None).await.unwrap_err();
        assert_eq!(problem.code, "sparql.query-too-long", "{problem}");
    }
}

#[tokio::test]
async fn an_answer_has_a_bound() {
    let dir = tempfile::tempdir().unwrap();
    let graph = graph(&dir, 3).await;
    let limits = Limits { bytes: 500, ..Limits::default() };
    for query in ["SELECT * WHERE { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"] {
        let problem = graph.query(query.to_owned(), None, limits).await.unwrap_err();
        assert_eq!(problem.code, "sparql.result-too-large", "{problem}");
    }
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_stopped_and_leaves_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let graph = graph(&dir, 50).await;
    let limits = Limits { time: Duration::from_millis(100), ..Limits::default() };
    let endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }";
    for _ in 0..3 {
        let problem = graph.query(endless.to_owned(), None, limits).await.unwrap_err();
        assert!(matches!(problem.code.as_str(), "sparql.time" | "sparql.busy"), "{problem}");
    }
    ask(&graph, "ASK { }", None).await.unwrap();
}
