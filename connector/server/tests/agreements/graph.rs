use std::collections::BTreeSet;
#[cfg(feature = "rocksdb")]
use std::path::Path;

use symbolon::graph::{AgreementFormat, Graph};
use symbolon_policies_odrl::PolicyDocument;

use super::fixtures::{agreement, agreement_json, document, retired, stored};

const URN: &str = "urn:uuid:8f1f5a1e-0000-4000-8000-000000000001";

#[tokio::test]
async fn an_agreement_is_two_named_graphs() {
    let dir = tempfile::tempdir().unwrap();
    let graph = Graph::open(dir.path()).await.unwrap();
    assert_eq!(graph.position().await.unwrap(), 0);
    assert_eq!(graph.agreement(URN, AgreementFormat::Turtle).await.unwrap(), None);
    graph.apply(vec![(7, agreement(URN))]).await.unwrap();
    assert_eq!(graph.position().await.unwrap(), 7);
    let quads = quads(&graph, URN).await;
    let graphs: BTreeSet<&str> = quads.iter().filter_map(|quad| quad.rsplit(' ').nth(1)).collect();
    let name = "https://w3id.org/symbolon/1/agreement/urn%3Auuid%3A8f1f5a1e-0000-4000-8000-000000000001";
    assert_eq!(graphs, BTreeSet::from([&*format!("<{name}>"), &*format!("<{name}/record>")]));
    let has = |part: &str| assert!(quads.iter().any(|quad| quad.contains(part)), "no {part} in {quads:#?}");
    has(&format!("<{URN}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/odrl/2/Agreement>"));
    has("<https://w3id.org/symbolon/1/state> \"IN_FORCE\"");
    has(&format!("<{name}/half/consumer> <https://w3id.org/symbolon/1/role> \"consumer\""));
}

#[tokio::test]
async fn the_signed_graph_has_the_digest_that_was_signed() {
    for id in [URN, "ATP0101", "https://provider.example/agreements/1?x=\"<>\"", "ä b/c"] {
        let dir = tempfile::tempdir().unwrap();
        let graph = Graph::open(dir.path()).await.unwrap();
        let agreement = agreement(id);
        graph.apply(vec![(1, agreement.clone())]).await.unwrap();
        let turtle = graph.agreement(id, AgreementFormat::Turtle).await.unwrap().unwrap();
        assert_eq!(digest_of_turtle(&turtle), agreement.digest, "{id}");
    }
}

#[tokio::test]
async fn taking_up_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let graph = Graph::open(dir.path()).await.unwrap();
    graph.apply(vec![(1, agreement(URN)), (2, agreement("ATP0101"))]).await.unwrap();
    let before = dump(&graph).await;
    graph.apply(vec![(1, agreement(URN)), (2, agreement("ATP0101")), (2, agreement(URN))]).await.unwrap();
    assert_eq!(dump(&graph).await, before);
    assert_eq!(graph.position().await.unwrap(), 2);
}

#[tokio::test]
async fn a_change_replaces_what_was_known() {
    let dir = tempfile::tempdir().unwrap();
    let graph = Graph::open(dir.path()).await.unwrap();
    let agreement = agreement(URN);
    graph.apply(vec![(1, agreement.clone())]).await.unwrap();
    let signed = graph.agreement(URN, AgreementFormat::Turtle).await.unwrap().unwrap();
    graph.apply(vec![(2, retired(&agreement))]).await.unwrap();
    let quads = quads(&graph, URN).await;
    assert!(quads.iter().any(|quad| quad.contains("\"RETIRED\"")));
    assert!(quads.iter().any(|quad| quad.contains("invalidatedAtTime")));
    assert!(!quads.iter().any(|quad| quad.contains("\"IN_FORCE\"")), "{quads:#?}");
    let after = graph.agreement(URN, AgreementFormat::Turtle).await.unwrap().unwrap();
    assert_eq!(digest_of_turtle(&after), digest_of_turtle(&signed));
}

#[tokio::test]
async fn blank_nodes_of_different_agreements_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let graph = Graph::open(dir.path()).await.unwrap();
    graph.apply(vec![(1, agreement(URN)), (2, agreement("ATP0101"))]).await.unwrap();
    let blank = |quads: &BTreeSet<String>| -> BTreeSet<String> {
        let terms = quads.iter().flat_map(|quad| quad.split(' '));
        terms.filter(|term| term.starts_with("_:")).map(str::to_owned).collect()
    };
    let (one, other) = (blank(&quads(&graph, URN).await), blank(&quads(&graph, "ATP0101").await));
    assert!(!one.is_empty() && one.len() == other.len());
    assert!(one.is_disjoint(&other));
}

/// What a crash leaves is what was committed: agreements and position together.
#[cfg(feature = "rocksdb")]
#[tokio::test]
async fn what_was_taken_up_survives_without_a_flush() {
    let dir = tempfile::tempdir().unwrap();
    let graph = Graph::open(dir.path()).await.unwrap();
    graph.apply(vec![(1, agreement(URN)), (3, agreement("ATP0101"))]).await.unwrap();
    let before = dump(&graph).await;
    let crashed = copy(dir.path());
    let reopened = Graph::open(crashed.path()).await.unwrap();
    assert_eq!(reopened.position().await.unwrap(), 3);
    assert_eq!(dump(&reopened).await, before);
}

/// A log that ends in the middle of a transaction: that transaction is gone as a whole, with its position.
#[cfg(feature = "rocksdb")]
#[tokio::test]
async fn a_torn_transaction_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let graph = Graph::open(dir.path()).await.unwrap();
    graph.apply(vec![(1, agreement(URN))]).await.unwrap();
    let before = dump(&graph).await;
    let first = log_length(dir.path());
    graph.apply(vec![(2, agreement("ATP0101")), (3, agreement("ATP0102"))]).await.unwrap();
    let second = log_length(dir.path());
    assert!(second > first + 1_000, "{first} {second}");
    for cut in [first + 1, first + 100, first.midpoint(second), second - 1] {
        let crashed = copy(dir.path());
        cut_log(crashed.path(), cut);
        let reopened = Graph::open(crashed.path()).await.unwrap();
        assert_eq!(reopened.position().await.unwrap(), 1, "cut at {cut}");
        assert_eq!(dump(&reopened).await, before, "cut at {cut}");
        reopened.apply(vec![(2, agreement("ATP0101")), (3, agreement("ATP0102"))]).await.unwrap();
        assert_eq!(dump(&reopened).await, dump(&graph).await);
    }
}

#[cfg(feature = "rocksdb")]
#[tokio::test]
async fn a_graph_that_is_open_elsewhere_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let _open = Graph::open(dir.path()).await.unwrap();
    let error = Graph::open(dir.path()).await.unwrap_err();
    assert!(error.to_string().contains("Is another symbolon running on it?"), "{error}");
}

#[tokio::test]
async fn a_cleared_graph_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let graph = Graph::open(dir.path()).await.unwrap();
    graph.apply(vec![(1, agreement(URN))]).await.unwrap();
    graph.clear().await.unwrap();
    assert_eq!(graph.position().await.unwrap(), 0);
    assert_eq!(dump(&graph).await, BTreeSet::new());
}

/// The digest of what somebody else reads from the Turtle we give.
fn digest_of_turtle(turtle: &[u8]) -> String {
    use oxigraph::io::{RdfFormat, RdfParser};
    use oxigraph::model::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
    use sha2::Digest as _;
    let quads = RdfParser::from_format(RdfFormat::Turtle).for_slice(turtle);
    let mut dataset: oxigraph::model::Dataset = quads.map(Result::unwrap).collect();
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let lines: BTreeSet<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
    format!("sha-256:{}", hex::encode(sha2::Sha256::digest(lines.into_iter().collect::<String>())))
}

async fn quads(graph: &Graph, id: &str) -> BTreeSet<String> {
    let bytes = graph.agreement(id, AgreementFormat::NQuads).await.unwrap().unwrap();
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

/// Everything there is about agreements.
pub(crate) async fn dump(graph: &Graph) -> BTreeSet<String> {
    let query = "SELECT ?s ?p ?o ?g WHERE { GRAPH ?g { ?s ?p ?o } }".to_owned();
    let answer = graph.query(query, Some("text/tab-separated-values"), Default::default()).await.unwrap();
    String::from_utf8(answer.body).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// The folder as it was at one moment. The engine tidies up beside us after it was opened: what was copied while files came or went
/// is thrown away.
#[cfg(feature = "rocksdb")]
fn copy(dir: &Path) -> tempfile::TempDir {
    loop {
        let copy = tempfile::tempdir().unwrap();
        let before = files(dir);
        let mut copied = before.keys().map(|name| std::fs::copy(dir.join(name), copy.path().join(name)));
        if copied.all(|copied| copied.is_ok()) && files(dir) == before {
            return copy;
        }
    }
}

/// Every file but the lock, with its length.
#[cfg(feature = "rocksdb")]
fn files(dir: &Path) -> std::collections::BTreeMap<std::ffi::OsString, Option<u64>> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let entries = entries.filter(|entry| entry.file_name() != "LOCK");
    entries.map(|entry| (entry.file_name(), entry.metadata().ok().map(|metadata| metadata.len()))).collect()
}

/// RocksDB's write-ahead log, the newest.
#[cfg(feature = "rocksdb")]
fn log(dir: &Path) -> std::path::PathBuf {
    let logs = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    logs.filter(|path| path.extension().is_some_and(|extension| extension == "log")).max().unwrap()
}

#[cfg(feature = "rocksdb")]
fn log_length(dir: &Path) -> u64 {
    std::fs::metadata(log(dir)).unwrap().len()
}

#[cfg(feature = "rocksdb")]
fn cut_log(dir: &Path, length: u64) {
    std::fs::File::options().write(true).open(log(dir)).unwrap().set_len(length).unwrap();
}

#[test]
fn an_agreement_without_names_of_its_own_has_a_digest() {
    let bare: PolicyDocument = document(agreement_json("ATP0101"));
    assert_ne!(stored(bare.json().clone(), "consumer").digest, agreement(URN).digest);
}
