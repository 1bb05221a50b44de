use symbolon::graph::{AgreementFormat, Graph};
use symbolon::worker::projector::{Progress, Projector, reindex, wait_for};

use super::fixtures::{agreement, conclude, database, retire};
use super::graph::dump;

#[tokio::test]
async fn what_is_committed_appears_in_the_graph() {
    let dir = tempfile::tempdir().unwrap();
    let (db, graph) = (database(dir.path()).await, Graph::open(&dir.path().join("graph")).await.unwrap());
    conclude(&db, [agreement("urn:example:before")]).await;
    let projector = Projector::start(db.clone(), graph.clone());
    projector.caught_up(&db).await.unwrap();
    assert!(graph.agreement("urn:example:before", AgreementFormat::Turtle).await.unwrap().is_some());
    let later = agreement("urn:example:later");
    conclude(&db, [later.clone()]).await;
    wait_for(&mut projector.position(), 2).await.unwrap();
    assert!(graph.agreement("urn:example:later", AgreementFormat::Turtle).await.unwrap().is_some());
    retire(&db, &later).await;
    projector.caught_up(&db).await.unwrap();
    let quads = graph.agreement("urn:example:later", AgreementFormat::NQuads).await.unwrap().unwrap();
    assert!(String::from_utf8(quads).unwrap().contains("the line was sold"));
}

#[tokio::test]
async fn a_long_absence_is_caught_up_in_batches() {
    let dir = tempfile::tempdir().unwrap();
    let (db, graph) = (database(dir.path()).await, Graph::open(&dir.path().join("graph")).await.unwrap());
    conclude(&db, (0..450).map(|number| agreement(&format!("urn:example:{number}")))).await;
    let projector = Projector::start(db.clone(), graph.clone());
    projector.caught_up(&db).await.unwrap();
    assert_eq!(graph.position().await.unwrap(), 450);
    assert!(graph.agreement("urn:example:449", AgreementFormat::Turtle).await.unwrap().is_some());
}

#[tokio::test]
async fn a_rebuilt_graph_is_equal() {
    let dir = tempfile::tempdir().unwrap();
    let (db, graph) = (database(dir.path()).await, Graph::open(&dir.path().join("graph")).await.unwrap());
    let first = agreement("urn:example:1");
    conclude(&db, [first.clone(), agreement("ATP0101")]).await;
    retire(&db, &first).await;
    Projector::start(db.clone(), graph.clone()).caught_up(&db).await.unwrap();
    let before = dump(&graph).await;
    let mut steps = Vec::new();
    let done = reindex(&db, &graph, |progress| steps.push(progress)).await.unwrap();
    assert_eq!(done, Progress { entries: 3, position: 3 });
    assert_eq!(steps, [done]);
    assert_eq!(graph.position().await.unwrap(), 3);
    assert_eq!(dump(&graph).await, before);
    let elsewhere = Graph::open(&dir.path().join("elsewhere")).await.unwrap();
    reindex(&db, &elsewhere, |_| {}).await.unwrap();
    assert_eq!(dump(&elsewhere).await, before);
}

#[tokio::test]
async fn a_graph_ahead_of_the_database_is_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    let (db, graph) = (database(dir.path()).await, Graph::open(&dir.path().join("graph")).await.unwrap());
    graph.apply(vec![(40, agreement("urn:example:of-a-later-database"))]).await.unwrap();
    conclude(&db, [agreement("urn:example:1")]).await;
    let projector = Projector::start(db.clone(), graph.clone());
    wait_for(&mut projector.position(), 1).await.unwrap();
    assert!(graph.agreement("urn:example:1", AgreementFormat::Turtle).await.unwrap().is_some());
    let gone = graph.agreement("urn:example:of-a-later-database", AgreementFormat::Turtle).await.unwrap();
    assert_eq!(gone, None);
}

#[tokio::test]
async fn it_ends_with_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let (db, graph) = (database(dir.path()).await, Graph::open(&dir.path().join("graph")).await.unwrap());
    let projector = Projector::start(db.clone(), graph);
    conclude(&db, [agreement("urn:example:1")]).await;
    db.close().await;
    projector.ended().await;
    let stopped = wait_for(&mut projector.position(), 99).await.unwrap_err();
    assert_eq!(stopped.code, "graph.stopped");
}
