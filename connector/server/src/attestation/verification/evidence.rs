//! What the halves rest on: the credentials that were presented, and what a partner that does not attest has sent.

use std::sync::Arc;

use futures_util::FutureExt as _;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;
use symbolon_identity::Compatibility;
use symbolon_identity::attestation::{Presented, Statement};
use symbolon_identity::credential::schema::Schemas;
use symbolon_identity::credential::status::StatusLists;
use symbolon_identity::credential::{Checker, Credential, Issuers};
use symbolon_identity::did::{Did, DidDocument, Leniency, Relationship, Resolver, ResolverOptions, web};
use symbolon_identity::fetch::Documents;
use symbolon_identity::jws::Compact;

use super::super::file::{self, Carried};
use super::half::Sound;
use super::{Outcome, Report};

/// As much may clocks differ where a credential's dates are looked at.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// Checks everything that the file carries beside the halves.
pub(super) fn check(file: &Value, halves: &[Sound], carried: &Carried, report: &mut Report) {
    let texts = file::presented(file);
    for half in halves {
        for (index, presented) in half.statement.presented.iter().enumerate() {
            let check = format!("{}.presented[{index}]", half.role);
            let text = texts.get(&presented.digest).copied();
            check_presented(&check, &half.statement, presented, text, carried, report);
        }
    }
    for (index, entry) in file::entries(file, &["evidence", "received"]).iter().enumerate() {
        check_received(&format!("received[{index}]"), file, entry, halves, carried, report);
    }
    if file.get("evidence").and_then(|evidence| evidence.get("withheld")) == Some(&Value::Bool(true)) {
        let sentence = "credentials and tokens were left out: an auditor's export has them";
        report.note("evidence", Outcome::Note, sentence);
    }
}

/// One credential that the signer's counterparty presented.
fn check_presented(
    check: &str,
    statement: &Statement,
    presented: &Presented,
    text: Option<&str>,
    carried: &Carried,
    report: &mut Report,
) {
    let kind = presented.types.iter().find(|kind| *kind != "VerifiableCredential").map_or("credential", String::as_str);
    let (other, issuer) = (statement.role.peer(), &presented.issuer);
    let what = format!("the {kind} of {issuer} that the {other} presented");
    for seen in &presented.checks {
        let sentence = format!(
            "the {} saw no {} of {what} at place {} of {} as of {}",
            statement.role, seen.purpose, seen.index, seen.list, seen.checked_at
        );
        report.note(&format!("{check}.status"), Outcome::Note, sentence);
    }
    let Some(text) = text else {
        report.note(check, Outcome::Note, format!("{what} is not in the file; its digest is signed"));
        return;
    };
    match presented_holds(statement, presented, text, carried) {
        Ok(None) => {
            report.note(check, Outcome::Ok, format!("{what} verifies, and was valid when the agreement was signed"))
        }
        Ok(Some(note)) => report.note(check, Outcome::Note, format!("{what} {note}")),
        Err(why) => report.note(check, Outcome::Failed, format!("{what} does not hold: {why}")),
    }
}

fn presented_holds(
    statement: &Statement,
    presented: &Presented,
    text: &str,
    carried: &Carried,
) -> Result<Option<&'static str>, String> {
    let compatibility = Compatibility::default();
    let credential = Credential::from_text(text, &compatibility).map_err(|error| error.to_string())?;
    let same = credential.issuer() == presented.issuer
        && credential.id() == presented.id.as_deref()
        && credential.types() == presented.types
        && credential.valid_from() == presented.valid_from
        && credential.valid_until() == presented.valid_until;
    if !same {
        return Err("its issuer, types, id or dates are not those that were signed".to_owned());
    }
    let Some(document) = carried.find(&presented.issuer, presented.issuer_document.as_deref()) else {
        return Ok(Some("is what was signed; without its issuer's DID document its own signature cannot be checked"));
    };
    let fetch = Arc::new(published(&document));
    let resolver = Resolver::new(fetch.clone(), ResolverOptions::default());
    let (statuses, schemas) =
        (StatusLists::new(fetch.clone(), Default::default()), Schemas::new(fetch, Default::default()));
    let checker = Checker {
        resolver: &resolver,
        statuses: &statuses,
        schemas: &schemas,
        issuers: &Issuers::Anyone,
        compatibility: &compatibility,
        skew: SKEW,
    };
    // Nothing in it waits: documents are at hand.
    let verified = checker.verify_alone(&credential, &statement.counterparty, statement.attested_at).now_or_never();
    verified.ok_or("it needs what the file does not carry")?.map_err(|error| error.to_string())?;
    Ok(None)
}

/// The document where a resolver looks for it.
fn published(document: &DidDocument) -> Documents {
    let mut documents = Documents::default();
    if let Some(url) = Did::parse(document.id()).ok().and_then(|did| web::url(&did, false).ok()) {
        documents.insert(url, document.json().to_string());
    }
    documents
}

/// The claims of a self-issued token.
#[derive(Deserialize)]
struct Token {
    iss: String,
    sub: String,
    aud: Value,
}

/// A message of a partner that does not attest. Its token proves that the partner called; it does not cover the body.
fn check_received(check: &str, file: &Value, entry: &Value, halves: &[Sound], carried: &Carried, report: &mut Report) {
    let kind = entry.get("type").and_then(Value::as_str).unwrap_or("message");
    let Some(token) = entry.get("token").and_then(Value::as_str) else {
        report.note(check, Outcome::Note, format!("the {kind} came without a signed token, or it was left out"));
        return;
    };
    let [ours] = halves else {
        report.note(check, Outcome::Note, format!("the {kind} and its token add nothing to the halves"));
        return;
    };
    match caller(token, &ours.statement, file, carried) {
        Ok(()) => {
            let sentence = format!("the {kind} came with a token that {} signed for us", ours.statement.counterparty);
            report.note(check, Outcome::Ok, sentence);
        }
        Err(Unproven::Open(why)) => {
            report.note(check, Outcome::Note, format!("the token of the {kind} cannot be checked: {why}"));
        }
        Err(Unproven::Wrong(why)) => {
            report.note(check, Outcome::Failed, format!("the token of the {kind} does not hold: {why}"));
        }
    }
}

/// Why a token proves nothing.
enum Unproven {
    /// It is not what it has to be.
    Wrong(String),
    /// Its key is not at hand: the partner may have changed its keys during the negotiation.
    Open(String),
}

fn caller(token: &str, ours: &Statement, file: &Value, carried: &Carried) -> Result<(), Unproven> {
    let document = carried.find(&ours.counterparty, ours.counterparty_document.as_deref());
    let compact = claimed(token, ours, file).map_err(Unproven::Wrong)?;
    let document = document.ok_or_else(|| Unproven::Open("its sender's DID document is not in the file".to_owned()))?;
    let key = document.key(compact.kid(), Relationship::CapabilityInvocation, Leniency::WithoutRelationships);
    let (_, key) = key.map_err(|error| Unproven::Open(error.to_string()))?;
    compact.verify(&key).map_err(|error| Unproven::Wrong(error.to_string()))
}

/// The token, which says that it is of the other party and for us.
fn claimed<'a>(token: &'a str, ours: &Statement, file: &Value) -> Result<Compact<'a>, String> {
    let compact = Compact::parse(token).map_err(|why| format!("it {why}"))?;
    let claims: Token = compact.claims().ok_or("it has no claims")?;
    if claims.iss != ours.counterparty || claims.sub != ours.counterparty {
        return Err(format!("it is of {:?}, the other party is {:?}", claims.iss, ours.counterparty));
    }
    let own = file::party(file, ours.role).unwrap_or_default();
    if claims.aud != own && claims.aud.get(0).is_none_or(|first| first != own) {
        return Err(format!("it was made for {}, not for {own:?}", claims.aud));
    }
    Ok(compact)
}
