//! Presentations with honest credentials (DCP 1.0 §5.4).

use std::slice::from_ref;
use std::sync::Arc;

use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::dcp_peer::{Asked, Jwt, Party, Reply, VC_2, altered, now};

use super::stage::{BAD_BIT, GROWTH_MIB, Outcome, Refused, Stage, forbidden};

/// What is presented: by the holder, to whoever asked, of an honest credential; `other` is somebody else with its credential.
type Present = fn(&Scene, &Asked) -> Result<Vec<Value>, Failure>;
/// A presentation in the form in which it is sent, from its JWT.
type Envelope = fn(String) -> Value;

struct Scene {
    holder: Party,
    credential: String,
    other: Party,
    foreign: String,
}

const FORGERIES: &[(&str, Present, Refused)] = &[
    ("nothing at all", |_, _| Ok(Vec::new()), forbidden("presentation.empty", "presented nothing")),
    (
        "no credential",
        |scene, query| scene.presentation(query, &[], |jwt| jwt),
        forbidden("dataspace.no-membership", "MembershipCredential"),
    ),
    (
        "signed by somebody else",
        |scene, query| {
            let jwt = scene.holder.presentation(&query.verifier(), from_ref(&scene.credential), now());
            Ok(vec![jwt.signed(&scene.holder.did, scene.other.key())?.into()])
        },
        forbidden("presentation.signature", "does not match"),
    ),
    (
        "of somebody else, whole",
        |scene, query| {
            let jwt = scene.other.presentation(&query.verifier(), from_ref(&scene.foreign), now());
            Ok(vec![scene.other.sign(&jwt)?.into()])
        },
        forbidden("presentation.holder", "another"),
    ),
    (
        "with the credential of somebody else",
        |scene, query| scene.presentation(query, from_ref(&scene.foreign), |jwt| jwt),
        forbidden("credential.holder", "is not about the one who presents it"),
    ),
    (
        "to somebody else",
        |scene, query| {
            scene.presentation(query, from_ref(&scene.credential), |jwt| jwt.with("aud", scene.other.did.as_str()))
        },
        forbidden("presentation.audience", "aud"),
    ),
    (
        "expired",
        |scene, query| {
            scene.presentation(query, from_ref(&scene.credential), |jwt| {
                jwt.with("iat", now() - 400).with("nbf", now() - 400).with("exp", now() - 60)
            })
        },
        forbidden("presentation.expired", "has expired"),
    ),
    (
        "not yet valid",
        |scene, query| scene.presentation(query, from_ref(&scene.credential), |jwt| jwt.with("nbf", now() + 3600)),
        forbidden("presentation.not-yet-valid", "not valid yet"),
    ),
    (
        "altered: a credential added",
        |scene, query| {
            let jwt = scene.holder.presentation(&query.verifier(), &[], now());
            let signed = scene.holder.sign(&jwt)?;
            let added = altered(&signed, |claims| claims["vp"]["verifiableCredential"] = json!([scene.credential]))?;
            Ok(vec![added.into()])
        },
        forbidden("presentation.signature", "does not match"),
    ),
    (
        "alg: none",
        |scene, query| {
            let jwt = scene.holder.presentation(&query.verifier(), from_ref(&scene.credential), now());
            Ok(vec![jwt.unsigned(&scene.holder.kid(scene.holder.key())).into()])
        },
        forbidden("presentation.algorithm", "algorithm"),
    ),
    (
        "the bare credential in place of a presentation",
        |scene, _| Ok(vec![scene.credential.clone().into()]),
        forbidden("presentation.malformed", "presentation"),
    ),
    (
        "one honest, one not",
        |scene, query| {
            let mut both = scene.presentation(query, from_ref(&scene.credential), |jwt| jwt)?;
            both.extend(scene.presentation(query, from_ref(&scene.foreign), |jwt| jwt)?);
            Ok(both)
        },
        forbidden("credential.holder", "is not about the one who presents it"),
    ),
];

impl Scene {
    fn set(stage: &Stage) -> Result<Self, Failure> {
        let (holder, other) = (stage.peer.party()?, stage.member()?);
        let (credential, foreign) = (stage.membership(&holder)?, stage.membership(&other)?);
        Ok(Self { holder, credential, other, foreign })
    }

    fn presentation(
        &self,
        query: &Asked,
        credentials: &[String],
        change: impl FnOnce(Jwt) -> Jwt,
    ) -> Result<Vec<Value>, Failure> {
        let jwt = change(self.holder.presentation(&query.verifier(), credentials, now()));
        Ok(vec![self.holder.sign(&jwt)?.into()])
    }
}

#[tokio::test]
async fn no_forged_presentation_is_accepted() -> Outcome {
    let stage = Stage::set().await?;
    for (attack, present, refused) in FORGERIES {
        let scene = Scene::set(&stage)?;
        let holder = scene.holder.clone();
        stage.peer.presents_by(&holder, move |query| present(&scene, query).unwrap());
        let before = stage.logged();
        let answer = stage.ask_as(&holder).await?;
        stage.check(attack, &answer, refused, before);
    }
    stage.is_well().await
}

/// The key that signs presentations must be one for authentication.
#[tokio::test]
async fn a_key_that_may_not_authenticate_signs_no_presentation() -> Outcome {
    let stage = Stage::set().await?;
    let holder = stage.member()?;
    let mut document = holder.document();
    document["authentication"] = json!([]);
    stage.peer.serve(&holder, "/did.json", Reply::Json(document));
    let before = stage.logged();
    let answer = stage.ask_as(&holder).await?;
    stage.check("not for authentication", &answer, &forbidden("presentation.key", "authentication"), before);
    stage.is_well().await
}

/// A credential service that redirects is not followed, and one that never ends is not listened to.
#[tokio::test]
async fn a_hostile_credential_service_gets_nowhere() -> Outcome {
    let stage = Stage::set().await?;
    let victim = stage.peer.party()?;
    let most_before = stage.most_memory_when_warm().await?;
    let cases = [
        Reply::Redirect(format!("{}/secret", victim.url)),
        Reply::Stream(50 << 20),
        Reply::Status(500),
        Reply::Status(401),
        Reply::Body("application/json", "not JSON".into()),
    ];
    for reply in cases {
        let holder = stage.peer.party()?;
        let told = format!("{reply:?}");
        stage.peer.answers(&holder, "/presentations/query", Arc::new(move |_| reply.clone()));
        let before = stage.logged();
        let answer = stage.ask_as(&holder).await?;
        assert!([401, 403, 502, 503].contains(&answer.status), "{told}: {} {}", answer.status, answer.body);
        assert!(!answer.text("code").is_empty() && !answer.reasons().is_empty(), "{told}: {}", answer.body);
        let log = stage.connector.log();
        assert!(log.get(before..).unwrap_or_default().contains(&holder.did), "{told}: nothing in the log");
        println!("{told}: {} {}: {}", answer.status, answer.text("code"), answer.reasons());
    }
    let followed = stage.peer.asked(&victim);
    assert!(followed.is_empty(), "a redirect was followed: {followed:?}");
    let most_after = stage.most_memory();
    println!("a presentation of 50 MB: the most memory was {most_before} MiB before, {most_after} MiB after");
    assert!(most_after < most_before + GROWTH_MIB, "memory grew from {most_before} to {most_after} MiB");
    stage.is_well().await
}

/// Both data models, and every form in which a presentation may come: else the refusals above would say little.
#[tokio::test]
async fn honest_presentations_of_both_data_models_are_accepted() -> Outcome {
    let stage = Stage::set().await?;
    let forms: [(&str, Envelope); 2] = [
        ("a JWT", Value::String),
        ("enveloped", |jwt| {
            json!({"@context": VC_2, "type": "EnvelopedVerifiablePresentation",
                "id": format!("data:application/vp+jwt,{jwt}")})
        }),
    ];
    for (form, envelope) in forms {
        let holder = stage.peer.party()?;
        let claims = json!({"holderIdentifier": "BPNL000000000H01"});
        let mut credential = stage.issuer.credential_2("MembershipCredential", &holder.did, claims, now());
        credential.payload["credentialStatus"] = stage.bitstring_status(1);
        let credential = stage.issuer.sign(&credential)?;
        let presenting = holder.clone();
        stage.peer.presents_by(&holder, move |query| {
            let jwt = presenting.presentation_2(&query.verifier(), from_ref(&credential), now());
            vec![envelope(presenting.sign(&jwt).unwrap())]
        });
        let answer = stage.ask_as(&holder).await?;
        assert_eq!(answer.status, 200, "{form}: {}", answer.body);
    }
    let revoked = stage.peer.party()?;
    let mut credential = stage.issuer.credential_2("MembershipCredential", &revoked.did, json!({}), now());
    credential.payload["credentialStatus"] = stage.bitstring_status(BAD_BIT);
    let credential = stage.issuer.sign(&credential)?;
    let presenting = revoked.clone();
    stage.peer.presents_by(&revoked, move |query| {
        let jwt = presenting.presentation_2(&query.verifier(), from_ref(&credential), now());
        vec![presenting.sign(&jwt).unwrap().into()]
    });
    let before = stage.logged();
    let answer = stage.ask_as(&revoked).await?;
    stage.check("revoked, 2.0", &answer, &forbidden("credential.revoked", "has been revoked"), before);
    Ok(())
}

/// A presentation is asked for once, and believed for as long as it lives; only then is it asked for again.
#[tokio::test]
async fn a_presentation_is_asked_for_once() -> Outcome {
    let stage = Stage::set().await?;
    let holder = stage.member()?;
    for _ in 0..3 {
        assert_eq!(stage.ask_as(&holder).await?.status, 200);
    }
    let queries: Vec<Asked> =
        stage.peer.asked(&holder).into_iter().filter(|asked| asked.path.ends_with("/presentations/query")).collect();
    assert_eq!(queries.len(), 1, "{queries:?}");
    assert_eq!(queries[0].scopes(), ["org.eclipse.dspace.dcp.vc.type:MembershipCredential:read"]);
    let claims = queries[0].claims();
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(stage.connector.participant()), &json!(holder.did)));
    Ok(())
}
