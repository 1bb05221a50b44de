//! A dataspace without an operator: founded by one company, joined by invitation, and what it keeps from whom.

use reqwest::StatusCode;
use serde_json::{Value, json};
use symbolon_e2e::connector::{Config, Connector, http_client, odrl, segment};
use symbolon_e2e::{Failure, eventually};

type Outcome = Result<(), Failure>;

/// Namespace of the Catena-X policy terms.
const CX: &str = "https://w3id.org/catenax/2025/9/policy/";

#[tokio::test]
async fn from_an_invitation_to_the_last_byte() -> Outcome {
    whole_way(web("oem").await?, web("supplier").await?, "vc11-sl2021/jwt").await
}

#[tokio::test]
async fn credentials_of_the_newer_model_do_as_well() -> Outcome {
    whole_way(web("oem").await?, web("supplier").await?, "vc20-bssl/jwt").await
}

/// A did:key has no document to say where anything is: the invitation and the tokens say it.
#[tokio::test]
async fn companies_whose_did_is_their_key_do_as_well() -> Outcome {
    let start = async |name: &str| Connector::start(Config::new(name).relaxed()).await;
    whole_way(start("oem").await?, start("supplier").await?, "vc11-sl2021/jwt").await
}

/// The OEM founds and publishes, the supplier joins, negotiates and fetches.
async fn whole_way(oem: Connector, supplier: Connector, profile: &str) -> Outcome {
    found_with(&oem, "brakes", profile).await?;
    let invitation = invite(&oem, "brakes").await?;
    let told = supplier.management().post("invitations/inspect", &json!({"invitation": invitation})).await?;
    assert_eq!((text(&told, "inviter"), text(&told, "dataspace")), (oem.participant(), "brakes"));
    join(&supplier, &invitation).await?;

    let held = supplier.all("credentials", "").await?;
    assert!(held.iter().all(|credential| text(credential, "format") == profile), "{held:?}");
    let mut types: Vec<&str> = held.iter().map(|credential| text(credential, "type")).collect();
    types.sort_unstable();
    assert_eq!(types, ["BpnCredential", "DataExchangeGovernanceCredential", "MembershipCredential"]);
    let members = oem.all("dataspaces/brakes/members", "").await?;
    let member = members.iter().find(|member| text(member, "did") == supplier.participant()).unwrap();
    let number = text(&member["attributes"], "bpn");
    assert!(number.starts_with("BPNL") && number.len() == 16, "{member}");

    // Seen by this number alone, and used by members who signed the governance rules.
    oem.store_policy("open", number_is(number)).await?;
    oem.store_policy("partners", partners_only()).await?;
    oem.store_file("drawing", b"a drawing").await?;
    oem.publish("drawings", &["drawing"], "partners", json!({})).await?;
    let agreement = supplier.conclude(&oem, "drawing").await?;
    for connector in [&oem, &supplier] {
        let agreement = connector.read("agreements", &agreement).await?;
        assert_eq!((&agreement["fits"], text(&agreement, "dataspace")), (&json!(true), "brakes"), "{agreement}");
    }
    let pid = supplier.pull(&agreement).await?;
    assert_eq!(data(&supplier, &pid).await?, (StatusCode::OK, "a drawing".to_owned()));
    Ok(())
}

#[tokio::test]
async fn a_policy_is_decided_on_what_was_proved_and_on_nothing_that_an_operator_wrote() -> Outcome {
    let (oem, supplier) = (web("oem").await?, web("supplier").await?);
    found(&oem, "brakes").await?;
    join(&supplier, &invite(&oem, "brakes").await?).await?;
    let claims = json!({format!("{CX}BusinessPartnerNumber"): ["BPNL0000000WRONG"], format!("{CX}BusinessPartnerGroup"): ["gold"]});
    let partner = json!({"name": "supplier", "dspAddress": supplier.dsp_address(), "claims": claims});
    oem.management().put(&format!("partners/{}", segment(supplier.participant())), &partner).await?;
    oem.store_file("drawing", b"a drawing").await?;
    oem.store_policy("partners", partners_only()).await?;
    for (policy, seen) in
        [(number_is("BPNL0000000WRONG"), false), (group_is("gold"), true), (group_is("silver"), false)]
    {
        oem.management().post("policies", &json!({"id": "open", "policy": policy})).await.ok();
        oem.management().put("policies/open", &json!({"policy": policy})).await?;
        oem.publish("drawings", &["drawing"], "partners", json!({})).await.ok();
        let offered = supplier.offers_of(&oem).await?;
        assert_eq!(offered.len(), usize::from(seen), "{policy}");
    }
    Ok(())
}

#[tokio::test]
async fn a_stranger_is_refused_and_a_known_partner_without_credentials_sees_what_is_outside() -> Outcome {
    let (oem, stranger) = (web("oem").await?, web("stranger").await?);
    found(&oem, "brakes").await?;
    publish_inside_and_outside(&oem).await?;
    stranger.meet(&oem).await?;
    let refused = stranger.offers_of(&oem).await.unwrap_err();
    assert_eq!(refused.status(), Some(502), "{refused}");
    assert!(oem.log().contains(stranger.participant()), "the refusal is in the log");

    // A registered partner passes on its DID alone, and is no member for that.
    oem.meet(&stranger).await?;
    let offered = stranger.offers_of(&oem).await?;
    assert_eq!(offered.iter().map(|offered| offered.asset.as_str()).collect::<Vec<_>>(), ["outside"]);
    let mut hidden = offered[0].offer.clone();
    hidden["@id"] = json!("members:inside");
    hidden["target"] = json!("inside");
    let pid = stranger.ask(&oem, &hidden, json!({})).await?;
    stranger.happened("negotiation.terminated", &pid).await?;
    Ok(())
}

#[tokio::test]
async fn a_credential_of_one_dataspace_is_nothing_in_another() -> Outcome {
    let (oem, other, supplier) = (web("oem").await?, web("other").await?, web("supplier").await?);
    found(&oem, "brakes").await?;
    found(&other, "gears").await?;
    // Its credentials are sound, and of an issuer that nobody here believes.
    other.meet(&oem).await?;
    assert_eq!(other.offers_of(&oem).await.unwrap_err().status(), Some(502));

    // The OEM lives in both; the supplier in the one, the other company in the other.
    join(&oem, &invite(&other, "gears").await?).await?;
    join(&supplier, &invite(&oem, "brakes").await?).await?;
    oem.store_policy("open", odrl(&[])).await?;
    for (asset, dataspace) in [("of-brakes", "brakes"), ("of-gears", "gears")] {
        oem.store_file(asset, b"data").await?;
        publish_in(&oem, asset, dataspace).await?;
    }
    for (caller, seen) in [(&supplier, "of-brakes"), (&other, "of-gears")] {
        let offered = caller.offers_of(&oem).await?;
        let assets: Vec<&str> = offered.iter().map(|offered| offered.asset.as_str()).collect();
        assert_eq!(assets, [seen], "{}", caller.participant());
    }
    Ok(())
}

#[tokio::test]
async fn whoever_is_put_out_loses_access_at_once() -> Outcome {
    let (oem, supplier) = (web("oem").await?, web("supplier").await?);
    found(&oem, "brakes").await?;
    join(&supplier, &invite(&oem, "brakes").await?).await?;
    oem.store_policy("open", odrl(&[])).await?;
    oem.store_policy("partners", partners_only()).await?;
    oem.store_file("drawing", b"a drawing").await?;
    oem.publish("drawings", &["drawing"], "partners", json!({})).await?;
    let agreement = supplier.conclude(&oem, "drawing").await?;
    let pid = supplier.pull(&agreement).await?;
    assert_eq!(data(&supplier, &pid).await?.0, StatusCode::OK);

    oem.management().delete(&format!("dataspaces/brakes/members/{}", segment(supplier.participant()))).await?;
    let refused = eventually("a refused data request", async || {
        let (status, body) = data(&supplier, &pid).await.unwrap();
        (status != StatusCode::OK).then_some((status, body))
    });
    let (status, body) = refused.await?;
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, text(&told, "code")), (StatusCode::FORBIDDEN, "dataspace.membership"), "{told}");
    assert!(text(&told, "detail").contains("revoked"), "{told}");
    assert_eq!(supplier.offers_of(&oem).await.unwrap_err().status(), Some(502));
    Ok(())
}

#[tokio::test]
async fn an_invitation_counts_once_and_only_while_it_holds() -> Outcome {
    let (oem, supplier, late) = (web("oem").await?, web("supplier").await?, web("late").await?);
    found(&oem, "brakes").await?;
    let invitation = invite(&oem, "brakes").await?;
    join(&supplier, &invitation).await?;
    assert!(refusal(&late, &invitation).await?.contains("invitation.used"));

    let (withdrawn, record) = invite_as(&oem, "brakes", 3600).await?;
    oem.management().delete(&format!("invitations/{record}")).await?;
    assert_eq!(oem.management().get(&format!("invitations/{record}")).await?["state"], "WITHDRAWN");
    assert!(refusal(&late, &withdrawn).await?.contains("invitation.withdrawn"));
    assert_eq!(oem.management().delete(&format!("invitations/{record}")).await.unwrap_err().status(), Some(409));

    let (short, record) = invite_as(&oem, "brakes", 1).await?;
    let ended = eventually("the end of the invitation", async || {
        let stored = oem.management().get(&format!("invitations/{record}")).await.unwrap();
        (stored["state"] == "EXPIRED").then_some(())
    });
    ended.await?;
    let expired = late.management().post("dataspaces/join", &json!({"invitation": short})).await.unwrap_err();
    assert!(expired.to_string().contains("invitation.expired"), "{expired}");

    let (head, tail) = invitation.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", tail.chars().rev().collect::<String>());
    for text in [forged.as_str(), "nonsense", head] {
        let refused = late.management().post("dataspaces/join", &json!({"invitation": text})).await.unwrap_err();
        assert_eq!(refused.status(), Some(422), "{refused}");
    }
    assert!(late.all("credentials", "").await?.is_empty());
    Ok(())
}

/// What `make first-transfer` times, every step a command of the binary.
#[tokio::test]
async fn a_newcomer_has_its_first_data_within_a_minute() -> Outcome {
    let steps = symbolon_e2e::first_transfer::run().await?;
    assert!(steps.total().as_secs() < 60, "{steps}");
    assert!(steps.to_string().contains("symbolon join"), "{steps}");
    Ok(())
}

/// A connector with a did:web of its own, which looks at the status of credentials each time.
async fn web(name: &str) -> Result<Connector, Failure> {
    Connector::start(Config::new(name).web().relaxed().set("identity.status_cache_s", "0")).await
}

async fn found(founder: &Connector, id: &str) -> Outcome {
    found_with(founder, id, "vc11-sl2021/jwt").await
}

async fn found_with(founder: &Connector, id: &str, profile: &str) -> Outcome {
    let body = json!({"id": id, "name": format!("Makers of {id}"), "bpn": "auto", "credentials": profile});
    let founded = founder.management().post("dataspaces", &body).await?;
    founder.happened("credential-request.issued", text(&founded, "credentialRequest")).await?;
    Ok(())
}

async fn invite(founder: &Connector, dataspace: &str) -> Result<String, Failure> {
    Ok(invite_as(founder, dataspace, 3600).await?.0)
}

/// The text of an invitation, and the id of its record.
async fn invite_as(founder: &Connector, dataspace: &str, seconds: u64) -> Result<(String, String), Failure> {
    let body = json!({"dataspace": dataspace, "name": "Newcomer", "bpn": "auto", "expiresInSeconds": seconds});
    let created = founder.management().post("invitations", &body).await?;
    Ok((text(&created, "invitation").to_owned(), text(&created, "id").to_owned()))
}

async fn join(newcomer: &Connector, invitation: &str) -> Outcome {
    let joined = newcomer.management().post("dataspaces/join", &json!({"invitation": invitation})).await?;
    newcomer.happened("credential-request.issued", text(&joined, "credentialRequest")).await?;
    Ok(())
}

/// Why the issuer refuses who comes with this invitation.
async fn refusal(newcomer: &Connector, invitation: &str) -> Result<String, Failure> {
    let joined = newcomer.management().post("dataspaces/join", &json!({"invitation": invitation})).await?;
    let request = text(&joined, "credentialRequest");
    newcomer.happened("credential-request.rejected", request).await?;
    Ok(newcomer.read("credential-requests", request).await?.to_string())
}

async fn publish_inside_and_outside(oem: &Connector) -> Outcome {
    oem.store_policy("open", odrl(&[])).await?;
    for (asset, id, dataspace) in [("inside", "members", "brakes"), ("outside", "anybody", "")] {
        oem.store_file(asset, b"data").await?;
        let offer = json!({"id": id, "assets": {"ids": [asset]}, "accessPolicy": "open", "usagePolicy": "open",
            "dataspace": dataspace});
        oem.management().post("offers", &offer).await?;
    }
    Ok(())
}

async fn publish_in(oem: &Connector, asset: &str, dataspace: &str) -> Outcome {
    let offer = json!({"id": asset, "assets": {"ids": [asset]}, "accessPolicy": "open", "usagePolicy": "open",
        "dataspace": dataspace});
    oem.management().post("offers", &offer).await?;
    Ok(())
}

/// What a data request under this transfer is answered now.
async fn data(consumer: &Connector, pid: &str) -> Result<(StatusCode, String), Failure> {
    let address = consumer.management().get(&format!("transfers/{}/data-address", segment(pid))).await?;
    let request = http_client()?.get(text(&address, "endpoint"));
    let answer = request.header("Authorization", text(&address, "authorization")).send().await.unwrap();
    Ok((answer.status(), answer.text().await.unwrap()))
}

/// Members who signed the rules of data exchange.
fn partners_only() -> Value {
    odrl(&[
        constraint("Membership", "eq", json!("active")),
        constraint("FrameworkAgreement", "eq", json!("DataExchangeGovernance:1.0")),
    ])
}

fn number_is(number: &str) -> Value {
    odrl(&[constraint("BusinessPartnerNumber", "isAnyOf", json!([number]))])
}

fn group_is(group: &str) -> Value {
    odrl(&[constraint("BusinessPartnerGroup", "isAnyOf", json!([group]))])
}

fn constraint(operand: &str, operator: &str, value: Value) -> Value {
    json!({"leftOperand": format!("{CX}{operand}"), "operator": operator, "rightOperand": value})
}

/// A text member, empty if there is none.
fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
