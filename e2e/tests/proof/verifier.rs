//! Credentials, judged by libraries that are not ours.

use std::fs;

use symbolon_e2e::Failure;
use symbolon_e2e::judge::Judge;
use symbolon_e2e::tools::repository;

type Outcome = Result<(), Failure>;

/// The judge knows good from bad, and its vectors are those that stand in the repository, made by the same fixed key.
#[tokio::test]
async fn vectors_are_judged_as_they_say() -> Outcome {
    let judge = Judge::ready().await?;
    let file = repository().join("e2e/vectors/others.json");
    let counted = judge.vectors(&[file.to_str().unwrap()]).await?;
    assert_eq!(counted, "vectors: 18 agree, 0 differ");
    assert_eq!(judge.remake().await?, fs::read_to_string(&file).unwrap(), "make them anew with make.mjs");
    Ok(())
}
