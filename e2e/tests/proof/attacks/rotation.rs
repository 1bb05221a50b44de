//! Keys that are replaced, theirs and ours.

use serde_json::json;
use symbolon_e2e::dcp_peer::{Key, Kind, Party, Reply, header, now};

use super::stage::{Outcome, Stage, unproved};

/// A partner that replaces its key is known by the new one at once, and by the old one no more.
#[tokio::test]
async fn their_old_key_opens_nothing_once_it_is_replaced() -> Outcome {
    let stage = Stage::set().await?;
    let mut holder = stage.member()?;
    let us = stage.connector.participant();
    let used = holder.sign(&holder.id_token(us, now()))?;
    assert_eq!(stage.ask(&used).await?.status, 200);
    let kept = holder.sign(&holder.id_token(us, now()))?;

    holder.keys = vec![Key::generate("key-2", Kind::P256)?];
    stage.peer.serve(&holder, "/did.json", Reply::Json(holder.document()));
    stage.peer.presents(&holder, vec![stage.membership(&holder)?]);
    let answer = stage.ask_as(&holder).await?;
    assert_eq!(answer.status, 200, "the new key is found: {}", answer.body);

    for (attack, token) in [("used before", &used), ("kept until now", &kept)] {
        let before = stage.logged();
        let answer = stage.ask(token).await?;
        stage.check(attack, &answer, &unproved("token.key", "no verification method"), before);
    }
    stage.is_well().await
}

/// Replacing our own keys forgets no token that was used, and partners that ask us find the new key.
#[tokio::test]
async fn a_used_token_stays_used_when_we_replace_our_keys() -> Outcome {
    let stage = Stage::set().await?;
    let holder = stage.member()?;
    let used = holder.sign(&holder.id_token(stage.connector.participant(), now()))?;
    assert_eq!(stage.ask(&used).await?.status, 200);
    let first = signed_with(&stage, &holder);
    let document = || async {
        let url = format!("{}/.well-known/did.json", stage.connector.public_url());
        symbolon_e2e::connector::http_client().unwrap().get(url).send().await.unwrap().text().await.unwrap()
    };
    let before = document().await;
    stage.connector.management().post("keys/rotate", &json!({})).await?;
    let after = document().await;
    assert_ne!(before, after, "the document shows the new keys");
    // What we signed before is still found in the document; what we sign now is signed with another key.
    let newcomer = stage.member()?;
    assert_eq!(stage.ask_as(&newcomer).await?.status, 200);
    let second = signed_with(&stage, &newcomer);
    assert_ne!(first, second);
    assert!(after.contains(&first) && after.contains(&second) && !before.contains(&second), "{after}");
    let logged = stage.logged();
    let answer = stage.ask(&used).await?;
    stage.check("used before", &answer, &unproved("token.replayed", "was used before"), logged);
    stage.is_well().await
}

/// The key by which the connector asked this party for its presentation.
fn signed_with(stage: &Stage, party: &Party) -> String {
    let asked = stage.peer.asked(party).into_iter().find(|asked| asked.path.ends_with("/presentations/query")).unwrap();
    let token = asked.authorization.strip_prefix("Bearer ").unwrap().to_owned();
    header(&token).unwrap()["kid"].as_str().unwrap().to_owned()
}
