//! Business partner numbers, looked up in a directory that checks who asks.

use std::slice::from_ref;

use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::bdrs::{Answering, Bdrs};
use symbolon_e2e::connector::{Config, Connector, odrl};
use symbolon_e2e::dcp_peer::DcpPeer;

type Outcome = Result<(), Failure>;

const OEM: &str = "BPNL00000000OEM1";
const SUPPLIER: &str = "BPNL00000000SUP1";
const NUMBER: &str = "https://w3id.org/catenax/2025/9/policy/BusinessPartnerNumber";

/// An OEM that has founded a dataspace with a directory, and a supplier that has joined it.
struct Stage {
    oem: Connector,
    supplier: Connector,
    bdrs: Bdrs,
}

impl Stage {
    /// `numbered`: whether the dataspace issues credentials that say the number.
    async fn set(numbered: bool) -> Result<Self, Failure> {
        let oem = Connector::start(Config::new("oem").web().relaxed()).await?;
        let supplier = Connector::start(Config::new("supplier").web().relaxed()).await?;
        let bdrs = Bdrs::start(&[oem.participant()], "directory-key")?;
        bdrs.enter(OEM, oem.participant()).await?;
        bdrs.enter(SUPPLIER, supplier.participant()).await?;
        let body = json!({"id": "brakes", "name": "Makers of brakes", "bpn": OEM, "directory": bdrs.url()});
        let founded = oem.management().post("dataspaces", &body).await?;
        oem.happened("credential-request.issued", text(&founded, "credentialRequest")).await?;
        if !numbered {
            describe(&oem, |dataspace| {
                let is_number = |text: &str| text.contains("BpnCredential");
                let scopes = dataspace["requiredScopes"].as_array_mut().unwrap();
                scopes.retain(|scope| !is_number(scope.as_str().unwrap()));
                let types = dataspace["issuing"]["types"].as_array_mut().unwrap();
                types.retain(|kind| !is_number(kind["type"].as_str().unwrap()));
            })
            .await?;
        }
        let newcomer = json!({"dataspace": "brakes", "name": "Newcomer", "bpn": SUPPLIER, "expiresInSeconds": 3600});
        let invitation = oem.management().post("invitations", &newcomer).await?;
        let joined = json!({"invitation": text(&invitation, "invitation")});
        let joined = supplier.management().post("dataspaces/join", &joined).await?;
        supplier.happened("credential-request.issued", text(&joined, "credentialRequest")).await?;
        Ok(Self { oem, supplier, bdrs })
    }

    /// The supplier asks for the catalogue of a partner by this name.
    async fn catalog(&self, partner: &str) -> Result<Value, Failure> {
        self.supplier.management().post("catalog", &json!({"partner": partner})).await
    }
}

/// Changes what is known of the dataspace, as an operator does.
async fn describe(connector: &Connector, change: impl FnOnce(&mut Value)) -> Outcome {
    let mut dataspace = connector.management().get("dataspaces/brakes").await?;
    change(&mut dataspace);
    let kept = ["name", "issuers", "requiredScopes", "presentedScopes", "profile", "directory", "issuing"];
    dataspace.as_object_mut().unwrap().retain(|member, value| kept.contains(&member.as_str()) && !value.is_null());
    connector.management().put("dataspaces/brakes", &dataspace).await.map(drop)
}

#[tokio::test]
async fn a_partner_is_found_by_its_number() -> Outcome {
    let stage = Stage::set(true).await?;
    describe(&stage.supplier, |dataspace| dataspace["directory"] = stage.bdrs.url().into()).await?;
    stage.oem.publish_openly("drawing", b"a drawing").await?;
    let catalog = stage.catalog(OEM).await?;
    assert_eq!(text(&catalog["catalog"]["dataset"][0], "@id"), "drawing", "{catalog}");
    let mut offer = catalog["catalog"]["dataset"][0]["hasPolicy"][0].clone();
    offer["target"] = json!("drawing");
    let asked = json!({"partner": OEM, "offer": offer});
    let begun = stage.supplier.management().post("negotiations", &asked).await?;
    stage.supplier.happened("negotiation.finalized", text(&begun, "pid")).await?;
    let negotiation = stage.supplier.read("negotiations", text(&begun, "pid")).await?;
    assert_eq!(text(&negotiation, "partner"), stage.oem.participant(), "{negotiation}");
    // It proved who it is, and asked once.
    let served = stage.bdrs.served();
    let callers: Vec<_> = served.iter().map(|one| (one.status, one.caller.clone())).collect();
    assert_eq!(callers, [(200, Ok(stage.supplier.participant().to_owned()))]);

    let unknown = stage.catalog("BPNL00000000ZZZ9").await.unwrap_err();
    assert_eq!(unknown.status(), Some(404), "{unknown}");
    Ok(())
}

/// Where no credential says a number, the directory does; the policy is decided on it.
#[tokio::test]
async fn a_number_is_found_by_its_did() -> Outcome {
    let stage = Stage::set(false).await?;
    let only = |number: &str| odrl(&[json!({"leftOperand": NUMBER, "operator": "isAnyOf", "rightOperand": [number]})]);
    stage.oem.store_policy("use", odrl(&[])).await?;
    for (asset, number) in [("for-supplier", SUPPLIER), ("for-oem", OEM)] {
        stage.oem.store_policy(asset, only(number)).await?;
        stage.oem.store_file(asset, b"data").await?;
        let offer = json!({"id": asset, "assets": {"ids": [asset]}, "accessPolicy": asset, "usagePolicy": "use"});
        stage.oem.management().post("offers", &offer).await?;
    }
    let offered = stage.supplier.offers_of(&stage.oem).await?;
    let assets: Vec<&str> = offered.iter().map(|offered| offered.asset.as_str()).collect();
    assert_eq!(assets, ["for-supplier"]);
    assert!(stage.bdrs.served().iter().all(|one| one.caller.as_deref() == Ok(stage.oem.participant())));
    Ok(())
}

/// A directory that fails says so to the operator, and costs neither memory nor the connector.
#[tokio::test]
async fn a_bad_directory_is_an_error_that_says_why() -> Outcome {
    let stage = Stage::set(true).await?;
    let cases = [
        (Answering::Status(500), "500"),
        (Answering::Status(401), "401"),
        (Answering::Text("<html>down</html>".to_owned()), "no map"),
        (
            Answering::Text(r#"{"BPNL00000000OEM1": "https://not-a-did"}"#.to_owned()),
            "no business partner number with a DID",
        ),
        (Answering::Bomb(256 << 20), "larger than"),
    ];
    for (answering, because) in cases {
        let told = format!("{answering:?}");
        let directory = Bdrs::start(&[stage.oem.participant()], "directory-key")?;
        directory.answer(answering);
        describe(&stage.supplier, |dataspace| dataspace["directory"] = directory.url().into()).await?;
        let refused = stage.catalog(OEM).await.unwrap_err();
        assert_eq!(refused.status(), Some(502), "{told}: {refused}");
        let refused = refused.to_string();
        assert!(refused.contains("directory.failed") && refused.contains(because), "{told}: {refused}");
        assert!(stage.supplier.log().contains(&directory.url()), "{told}: nothing in the log");
        // It is not asked again at once.
        stage.catalog(OEM).await.unwrap_err();
        assert_eq!(directory.served().len(), 1, "{told}");
    }
    // A partner that is named by its DID needs no directory.
    stage.oem.publish_openly("drawing", b"a drawing").await?;
    stage.catalog(stage.oem.participant()).await.map(drop)
}

/// The directory itself: whoever is no member learns nothing. (Else the tests above would say little.)
#[tokio::test]
async fn the_directory_opens_for_members_only() -> Outcome {
    let peer = DcpPeer::start()?;
    let (issuer, other, holder) = (peer.party()?, peer.party()?, peer.party()?);
    let bdrs = Bdrs::start(&[&issuer.did], "directory-key")?;
    let now = symbolon_e2e::dcp_peer::now();
    let membership = issuer.sign(&issuer.membership(&holder.did, now))?;
    let foreign = other.sign(&other.membership(&holder.did, now))?;
    let number = issuer.sign(&issuer.credential("BpnCredential", &holder.did, json!({"bpn": OEM}), now))?;
    let present = |credentials: &[String]| holder.sign(&holder.presentation(&holder.did, credentials, now));
    let cases = [
        (present(from_ref(&membership))?, 200),
        (present(&[])?, 401),
        (present(&[foreign])?, 401),
        (present(&[membership.clone(), number])?, 401),
        (holder.sign(&holder.presentation(&other.did, from_ref(&membership), now))?, 401),
        (other.sign(&other.presentation(&other.did, from_ref(&membership), now))?, 401),
        (membership, 401),
        ("nonsense".to_owned(), 401),
    ];
    for (number, (token, status)) in cases.into_iter().enumerate() {
        let request = symbolon_e2e::connector::http_client()?.get(format!("{}/bpn-directory", bdrs.url()));
        let answer = request.bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), status, "case {number}: {:?}", bdrs.served().last());
    }
    Ok(())
}

/// A text member, empty if there is none.
fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
