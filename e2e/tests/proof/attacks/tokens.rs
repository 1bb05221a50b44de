//! Self-issued tokens (DCP 1.0 §4.3).

use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::Config;
use symbolon_e2e::dcp_peer::{Jwt, Key, Kind, Party, Reply, altered, now};

use super::stage::{Outcome, Refused, Stage, unproved};

/// What is sent instead of the honest token of `holder`.
type Forge = fn(&Stage, &Party, Jwt) -> Result<String, Failure>;

const FORGERIES: &[(&str, Forge, Refused)] = &[
    (
        "expired",
        |_, holder, token| holder.sign(&token.with("iat", now() - 400).with("exp", now() - 100)),
        unproved("token.expired", "has expired"),
    ),
    (
        "not yet valid",
        |_, holder, token| holder.sign(&token.with("nbf", now() + 60)),
        unproved("token.not-yet-valid", "not valid yet"),
    ),
    (
        "issued in the future",
        |_, holder, token| holder.sign(&token.with("iat", now() + 60).with("exp", now() + 120)),
        unproved("token.not-yet-valid", "not valid yet"),
    ),
    (
        "for somebody else",
        |stage, holder, token| holder.sign(&token.with("aud", stage.issuer.did.as_str())),
        unproved("token.audience", "aud"),
    ),
    (
        "for us and somebody else",
        |stage, holder, token| {
            let audience = json!([stage.connector.participant(), stage.issuer.did]);
            holder.sign(&token.with("aud", audience))
        },
        unproved("token.audience", "aud"),
    ),
    (
        "alg: none",
        |_, holder, token| Ok(token.unsigned(&holder.kid(holder.key()))),
        unproved("token.algorithm", "not signed with an algorithm that is accepted"),
    ),
    (
        "HS256 with the public key as secret",
        |_, holder, token| token.hmac(&holder.kid(holder.key()), holder.key().public().to_string().as_bytes()),
        unproved("token.algorithm", "not signed with an algorithm that is accepted"),
    ),
    (
        "ES256 that says it is EdDSA",
        |_, holder, token| holder.sign(&token.header("alg", "EdDSA")),
        unproved("token.algorithm-of-key", "its key is one for ES256"),
    ),
    (
        "kid of another DID, whose key has signed",
        |stage, holder, token| {
            let kid = stage.issuer.kid(stage.issuer.key());
            token.header("kid", kid).signed(&holder.did, stage.issuer.key())
        },
        unproved("token.foreign-key", "belongs to another DID"),
    ),
    (
        "our kid, somebody else's key",
        |stage, holder, token| token.signed(&holder.did, stage.issuer.key()),
        unproved("token.signature", "does not match"),
    ),
    (
        "the key in the header",
        |stage, holder, token| token.header("jwk", stage.issuer.key().public()).signed(&holder.did, stage.issuer.key()),
        unproved("token.signature", "does not match"),
    ),
    (
        "key not in capabilityInvocation",
        |stage, holder, token| {
            let mut document = holder.document();
            document["capabilityInvocation"] = json!([]);
            stage.peer.serve(holder, "/did.json", Reply::Json(document));
            holder.sign(&token)
        },
        unproved("token.relationship", "capabilityInvocation"),
    ),
    (
        "key that is in no document",
        |_, holder, token| token.signed(&holder.did, &Key::generate("key-9", Kind::P256)?),
        unproved("token.key", "no verification method"),
    ),
    (
        "altered after it was signed",
        |_, holder, token| altered(&holder.sign(&token)?, |claims| claims["token"] = json!("stolen")),
        unproved("token.signature", "does not match"),
    ),
    (
        "issued by one about another",
        |stage, holder, token| holder.sign(&token.with("sub", stage.issuer.did.as_str())),
        unproved("token.not-self-issued", "iss and sub"),
    ),
    (
        "in the name of another",
        |stage, holder, token| {
            let victim = stage.issuer.did.as_str();
            token.with("iss", victim).with("sub", victim).signed(victim, holder.key())
        },
        unproved("token.signature", "does not match"),
    ),
    (
        "for two days",
        |_, holder, token| holder.sign(&token.with("exp", now() + 172_800)),
        unproved("token.lifetime", "lives for longer"),
    ),
    ("without id", |_, holder, token| holder.sign(&token.without("jti")), unproved("token.claim-missing", "jti")),
    (
        "a credential in place of a token",
        |stage, holder, _| stage.membership(holder),
        unproved("token.not-self-issued", "iss and sub"),
    ),
    (
        "an extension that is said to be critical",
        |_, holder, token| holder.sign(&token.header("crit", json!(["exp"]))),
        unproved("token.malformed", "crit"),
    ),
];

#[tokio::test]
async fn no_forged_token_is_accepted() -> Outcome {
    let stage = Stage::set().await?;
    for (attack, forge, refused) in FORGERIES {
        let holder = stage.member()?;
        let token = forge(&stage, &holder, holder.id_token(stage.connector.participant(), now()))?;
        let before = stage.logged();
        let answer = stage.ask(&token).await?;
        stage.check(attack, &answer, refused, before);
        let queries = stage.peer.asked(&holder).iter().filter(|asked| asked.path.contains("/presentations")).count();
        assert_eq!(queries, 0, "{attack}: nobody is asked for credentials who has not proved who it is");
    }
    stage.is_well().await
}

#[tokio::test]
async fn a_token_counts_once() -> Outcome {
    let stage = Stage::set().await?;
    let holder = stage.member()?;
    let token = holder.sign(&holder.id_token(stage.connector.participant(), now()))?;
    assert_eq!(stage.ask(&token).await?.status, 200);
    let before = stage.logged();
    let again = stage.ask(&token).await?;
    stage.check("replayed", &again, &unproved("token.replayed", "was used before"), before);
    // At another endpoint too.
    let message = json!({"@context": [symbolon_e2e::peer::CONTEXT], "@type": "ContractRequestMessage"});
    let address = format!("{}/negotiations/request", stage.connector.dsp_address());
    let elsewhere = stage.peer.post(&address, &token, &message).await?;
    assert_eq!((elsewhere.status, elsewhere.text("code")), (401, "token.replayed"), "{}", elsewhere.body);
    stage.is_well().await
}

/// Every algorithm that is accepted works: else the refusals above would say little.
#[tokio::test]
async fn honest_tokens_of_every_algorithm_are_accepted() -> Outcome {
    let stage = Stage::set().await?;
    for kind in [Kind::Ed25519, Kind::P256, Kind::Secp256k1] {
        let holder = stage.peer.party_with(kind)?;
        stage.peer.presents(&holder, vec![stage.membership(&holder)?]);
        let answer = stage.ask_as(&holder).await?;
        assert_eq!(answer.status, 200, "{kind:?}: {}", answer.body);
    }
    Ok(())
}

/// A clock that is wrong by less than the allowance does no harm; one that is wrong by more is told so.
#[tokio::test]
async fn clocks_may_differ_by_the_allowance_and_no_more() -> Outcome {
    for allowance in [5_i64, 30] {
        let config = Config::new("supplier").set("identity.clock_skew_s", &allowance.to_string());
        let stage = Stage::with(config).await?;
        // Two seconds are left for the test itself.
        let cases: [(&str, i64, Value); 4] = [
            ("ahead, inside", allowance - 2, Value::Null),
            ("ahead, outside", allowance + 5, json!("token.not-yet-valid")),
            ("behind, inside", -300 - allowance + 2, Value::Null),
            ("behind, outside", -300 - allowance - 2, json!("token.expired")),
        ];
        for (case, shift, code) in cases {
            let holder = stage.member()?;
            let token = holder.id_token(stage.connector.participant(), now() + shift);
            let answer = stage.ask(&holder.sign(&token)?).await?;
            match code.as_str() {
                // What is older than the connector may have been used before it started.
                None if shift < 0 => assert_eq!(answer.text("code"), "token.before-start", "{case}: {}", answer.body),
                None => assert_eq!(answer.status, 200, "{case}: {}", answer.body),
                Some(code) => assert_eq!((answer.status, answer.text("code")), (401, code), "{case}"),
            }
        }
    }
    Ok(())
}
