//! Credentials in honest presentations (DCP 1.0 §5.4.3).

use serde_json::json;
use symbolon_e2e::Failure;
use symbolon_e2e::dcp_peer::{Jwt, Party, Reply, altered, date, now, status};

use super::stage::{BAD_BIT, GROWTH_MIB, Outcome, REVOCATIONS, Refused, SUSPENSIONS, Stage, forbidden};

/// The credential that `holder` presents instead of an honest one.
type Forge = fn(&Stage, &Party, Jwt) -> Result<String, Failure>;

const FORGERIES: &[(&str, Forge, Refused)] = &[
    (
        "expired",
        |stage, _, credential| {
            let end = now() - 60;
            stage.issuer.sign(&credential.with("exp", end).at("/vc/expirationDate", date(end)))
        },
        forbidden("credential.expired", "has expired"),
    ),
    (
        "not yet valid",
        |stage, _, credential| {
            let begin = now() + 3600;
            stage.issuer.sign(&credential.with("nbf", begin).at("/vc/issuanceDate", date(begin)))
        },
        forbidden("credential.not-yet-valid", "is not valid yet"),
    ),
    (
        "about somebody else",
        |stage, _, credential| {
            let other = stage.issuer.did.as_str();
            stage.issuer.sign(&credential.with("sub", other).at("/vc/credentialSubject/id", other))
        },
        forbidden("credential.holder", "is not about the one who presents it"),
    ),
    (
        "revoked",
        |stage, _, mut credential| {
            credential.payload["vc"]["credentialStatus"] = stage.status(REVOCATIONS, "revocation", BAD_BIT);
            stage.issuer.sign(&credential)
        },
        forbidden("credential.revoked", "has been revoked"),
    ),
    (
        "suspended",
        |stage, _, mut credential| {
            credential.payload["vc"]["credentialStatus"] = stage.status(SUSPENSIONS, "suspension", BAD_BIT);
            stage.issuer.sign(&credential)
        },
        forbidden("credential.suspended", "is suspended"),
    ),
    (
        "revoked, with an entry about something else before it",
        |stage, _, mut credential| {
            credential.payload["vc"]["credentialStatus"] =
                json!([stage.status(SUSPENSIONS, "suspension", 1), stage.status(REVOCATIONS, "revocation", BAD_BIT)]);
            stage.issuer.sign(&credential)
        },
        forbidden("credential.revoked", "has been revoked"),
    ),
    (
        "with a status of a list that is not there",
        |stage, _, mut credential| {
            credential.payload["vc"]["credentialStatus"] = stage.status("/status/gone", "revocation", 1);
            stage.issuer.sign(&credential)
        },
        forbidden("status.list-unreachable", "cannot be had"),
    ),
    (
        "with a list that is about something else",
        |stage, _, mut credential| {
            credential.payload["vc"]["credentialStatus"] = stage.status(SUSPENSIONS, "revocation", 1);
            stage.issuer.sign(&credential)
        },
        forbidden("status.list-purpose", "statusPurpose"),
    ),
    (
        "with a list of the holder's own",
        |stage, holder, mut credential| {
            let id = format!("{}{REVOCATIONS}", holder.url);
            let model = status::Model::StatusList2021;
            let list = status::list(model, &id, &holder.did, "revocation", &status::bits(&[]))?;
            stage.peer.serve(holder, REVOCATIONS, Reply::Json(list));
            credential.payload["vc"]["credentialStatus"] = status::entry(model, &id, "revocation", 1);
            stage.issuer.sign(&credential)
        },
        forbidden("status.list-other-issuer", "another issuer"),
    ),
    (
        "of an issuer that nobody knows",
        |_, holder, credential| {
            holder.sign(&credential.with("iss", holder.did.as_str()).at("/vc/issuer", holder.did.as_str()))
        },
        forbidden("dataspace.no-membership", "whom this dataspace does not know as an issuer"),
    ),
    (
        "signed by its holder in the issuer's name",
        |stage, holder, credential| credential.signed(&stage.issuer.did, holder.key()),
        forbidden("credential.signature", "does not match"),
    ),
    (
        "with a kid of its holder",
        |stage, holder, credential| {
            credential.header("kid", holder.kid(holder.key())).signed(&stage.issuer.did, holder.key())
        },
        forbidden("credential.foreign-key", "does not belong to its issuer"),
    ),
    (
        "altered after it was signed",
        |stage, _, credential| {
            altered(&stage.issuer.sign(&credential)?, |claims| {
                claims["vc"]["credentialSubject"]["holderIdentifier"] = json!("BPNL00000000EVIL");
            })
        },
        forbidden("credential.signature", "does not match"),
    ),
    (
        "alg: none",
        |stage, _, credential| Ok(credential.unsigned(&stage.issuer.kid(stage.issuer.key()))),
        forbidden("credential.algorithm", "algorithm"),
    ),
    (
        "HS256 with the issuer's public key as secret",
        |stage, _, credential| {
            let secret = stage.issuer.key().public().to_string();
            credential.hmac(&stage.issuer.kid(stage.issuer.key()), secret.as_bytes())
        },
        forbidden("credential.algorithm", "algorithm"),
    ),
    (
        "that breaks its schema",
        |stage, _, mut credential| {
            let schema = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
                "properties": {"credentialSubject": {"type": "object", "required": ["neverThere"]}}});
            stage.peer.serve(&stage.issuer, "/schema", Reply::Json(schema));
            credential.payload["vc"]["credentialSchema"] =
                json!({"id": format!("{}/schema", stage.issuer.url), "type": "JsonSchemaValidator2018"});
            stage.issuer.sign(&credential)
        },
        forbidden("schema.violated", "schema"),
    ),
];

#[tokio::test]
async fn no_bad_credential_is_believed() -> Outcome {
    let stage = Stage::set().await?;
    for (attack, forge, refused) in FORGERIES {
        let holder = stage.peer.party()?;
        let credential = forge(&stage, &holder, stage.issuer.membership(&holder.did, now()))?;
        stage.peer.presents(&holder, vec![credential]);
        let before = stage.logged();
        let answer = stage.ask_as(&holder).await?;
        stage.check(attack, &answer, refused, before);
    }
    stage.is_well().await
}

/// An issuer is believed about what it is trusted for. Its other credentials are sound, and prove nothing.
#[tokio::test]
async fn an_issuer_counts_for_its_types_only() -> Outcome {
    let stage = Stage::set().await?;
    let mut dataspace = stage.issuer.dataspace("Other", &["MembershipCredential"]);
    dataspace["issuers"][0]["types"] = json!(["BpnCredential"]);
    stage.connector.management().delete("dataspaces/example").await?;
    stage.connector.management().put("dataspaces/other", &dataspace).await?;
    let holder = stage.member()?;
    let before = stage.logged();
    let answer = stage.ask_as(&holder).await?;
    stage.check("trusted for another type", &answer, &forbidden("dataspace.no-membership", "is not believed"), before);
    Ok(())
}

/// A list of a gigabyte that is a megabyte on the wire is refused before it has taken memory.
#[tokio::test]
async fn a_status_list_that_is_a_bomb_is_refused_within_bounds() -> Outcome {
    const UNPACKED: usize = 1 << 30;
    let stage = Stage::set().await?;
    let (list, issuer) = (format!("{}/status/bomb", stage.issuer.url), stage.issuer.did.clone());
    // Packing takes seconds, in which connections that nobody looks after are closed.
    let packed = tokio::task::spawn_blocking(move || status::bomb(&list, &issuer, UNPACKED)).await.unwrap()?;
    stage.peer.serve(&stage.issuer, "/status/bomb", Reply::Json(packed));
    let most_before = stage.most_memory_when_warm().await?;
    for _ in 0..4 {
        let holder = stage.peer.party()?;
        let mut credential = stage.issuer.membership(&holder.did, now());
        credential.payload["vc"]["credentialStatus"] = stage.status("/status/bomb", "revocation", 1);
        stage.peer.presents(&holder, vec![stage.issuer.sign(&credential)?]);
        let before = stage.logged();
        let answer = stage.ask_as(&holder).await?;
        stage.check("bomb", &answer, &forbidden("status.list-bomb", "cannot be read"), before);
    }
    let most_after = stage.most_memory();
    println!(
        "a status list of {} MiB: the most memory was {most_before} MiB before, {most_after} MiB after",
        UNPACKED >> 20
    );
    assert!(most_after < most_before + GROWTH_MIB, "memory grew from {most_before} to {most_after} MiB");
    stage.is_well().await
}
