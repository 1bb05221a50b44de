//! One party's half, and what each half says of the other's key.

use serde_json::Value;
use symbolon_identity::PublicKey;
use symbolon_identity::attestation::{self as signed, Half, Role, Statement, Unverified};
use symbolon_identity::credential::data_integrity::{self, Inline};
use symbolon_identity::did;

use super::super::file::{self, Carried};
use super::super::named;
use super::{Outcome, Report, asserting};
use crate::storage::agreements::Attestation;

/// A half whose signature verifies.
pub(super) struct Sound {
    pub(super) role: Role,
    pub(super) statement: Statement,
    /// The DID URL of the key, and the key.
    pub(super) key: (String, PublicKey),
    /// Nothing in it is wrong.
    pub(super) sound: bool,
}

/// Everything about one party's half. `None` when there is none, or nothing in it can be believed.
pub(super) fn check(file: &Value, role: Role, digest: &str, carried: &Carried, report: &mut Report) -> Option<Sound> {
    let halves = file::halves(file, role);
    let signature = format!("{role}.signature");
    let [half] = halves.as_slice() else {
        match halves.len() {
            0 => report.note(&signature, Outcome::Note, format!("the half of the {role} is not in the file")),
            count => {
                report.note(&signature, Outcome::Failed, format!("there are {count} halves of the {role}, not one"));
            }
        }
        return None;
    };
    let failures = report.failures().count();
    let (statement, key) = match verified(half, role, carried, report) {
        Ok(verified) => verified,
        Err(why) => {
            report.note(&signature, Outcome::Failed, format!("the {role}'s signature does not verify: {why}"));
            return None;
        }
    };
    check_statement(&statement, half, role, report);
    let sound = report.failures().count() == failures && statement.digest == digest;
    Some(Sound { role, statement, key, sound })
}

/// The statement, signed by a key of the document that it names. An error completes "the signature does not verify: …".
fn verified(
    half: &Attestation,
    role: Role,
    carried: &Carried,
    report: &mut Report,
) -> Result<(Statement, (String, PublicKey)), String> {
    let both = Half { credential: half.credential.clone(), jwt: half.jwt.clone() };
    let unverified = signed::read(&both).map_err(|error| error.to_string())?;
    let named_document = unverified.claims().signer_document.clone();
    let (signer, key_id) = (unverified.signer().to_owned(), unverified.key_id().to_owned());
    let document = carried.find(&signer, named_document.as_deref()).ok_or_else(|| match &named_document {
        Some(digest) => {
            format!("the file does not carry the DID document of {signer} with the digest {digest}, which was signed")
        }
        None => format!("{signer} is no did:key, and the half names no DID document of it"),
    })?;
    let key = asserting(&document, &key_id);
    let statement = Unverified::verify(unverified, &document).map_err(|error| error.to_string())?;
    let key = key.ok_or("the key is not one that the document names for assertions")?;
    let at = statement.attested_at;
    report.note(
        &format!("{role}.signature"),
        Outcome::Ok,
        format!("the {role}'s signature by {signer} of {at} verifies"),
    );
    check_as_json_ld(&half.credential, &key, role, report);
    match &named_document {
        None => {
            let sentence = format!("the {role}'s key is its DID: the signature rests on nothing else");
            report.note(&format!("{role}.document"), Outcome::Ok, sentence);
        }
        Some(digest) => {
            let sentence =
                format!("the {role}'s key {key_id} is taken from the DID document that the file carries, {digest}");
            report.note(&format!("{role}.document"), Outcome::Note, sentence);
        }
    }
    Ok((statement, (key_id, key)))
}

/// The half is read by its fixed shape above; here a general JSON-LD processor reads it, as any other verifier would.
fn check_as_json_ld(credential: &Value, key: &PublicKey, role: Role, report: &mut Report) {
    let check = format!("{role}.proof");
    match data_integrity::check(credential, key, Inline::Accepted) {
        Ok(()) => {
            let sentence = format!("the {role}'s proof verifies as JSON-LD and as a JWT, and both say the same");
            report.note(&check, Outcome::Ok, sentence);
        }
        Err(error) => {
            let sentence = format!("the {role}'s proof does not verify as JSON-LD: {error}");
            report.note(&check, Outcome::Failed, sentence);
        }
    }
}

fn check_statement(statement: &Statement, half: &Attestation, role: Role, report: &mut Report) {
    let stated = report.agreement.clone();
    if Some(&statement.agreement) != stated.as_ref() {
        let sentence = format!(
            "the {role} signed agreement {:?}, the file holds agreement {}",
            statement.agreement,
            named(stated.as_deref())
        );
        report.note(&format!("{role}.agreement"), Outcome::Failed, sentence);
    }
    if statement.role != role {
        let sentence = format!("the half of the {role} was signed as that of the {}", statement.role);
        report.note(&format!("{role}.role"), Outcome::Failed, sentence);
    }
    if statement.signer != half.signer {
        let sentence = format!(
            "the file says that {:?} signed as the {role}, the signature is by {:?}",
            half.signer, statement.signer
        );
        report.note(&format!("{role}.signer"), Outcome::Failed, sentence);
    }
}

/// Each party signed which DID document of the other it saw: the keys of both are in them.
pub(super) fn check_seen(halves: &[Sound], carried: &Carried, report: &mut Report) -> bool {
    let [consumer, provider] = halves else { return true };
    let mut all = true;
    for (one, other) in [(consumer, provider), (provider, consumer)] {
        let check = format!("{}.seen", one.role);
        let seen = saw_key(&one.statement, &one.key, &other.statement, carried);
        all &= seen.is_ok();
        match seen {
            Ok(Some(sentence)) => report.note(&check, Outcome::Ok, sentence),
            Ok(None) => {}
            Err(sentence) => report.note(&check, Outcome::Failed, sentence),
        }
    }
    all
}

/// As [`saw_key`], for halves whose signatures were verified with the documents they name.
pub(super) fn saw(one: &Statement, other: &Statement, carried: &Carried) -> Result<(), String> {
    let same = one.signer_document == other.counterparty_document;
    let unseen = other.counterparty_document.is_none();
    let known = carried.find(&one.signer, other.counterparty_document.as_deref()).is_some();
    if same || unseen || known { Ok(()) } else { Err(unknown(one, other)) }
}

/// Whether the DID document of `one` that `other` saw has the key with which `one` signed. `None` when there is no document
/// to see.
fn saw_key(
    one: &Statement,
    (key_id, key): &(String, PublicKey),
    other: &Statement,
    carried: &Carried,
) -> Result<Option<String>, String> {
    let Some(digest) = other.counterparty_document.as_deref() else { return Ok(None) };
    if one.signer_document.as_deref() == Some(digest) {
        return Ok(Some(format!("the {} saw the DID document that the {}'s key is taken from", other.role, one.role)));
    }
    let document = carried.find(&one.signer, Some(digest)).ok_or_else(|| unknown(one, other))?;
    if asserting(&document, key_id).as_ref() != Some(key) {
        return Err(format!(
            "the DID document of {} that the {} saw does not have the key with which the {} signed",
            did::split(key_id).0,
            other.role,
            one.role
        ));
    }
    Ok(Some(format!("the {} saw another DID document of the {}, with the same key", other.role, one.role)))
}

fn unknown(one: &Statement, other: &Statement) -> String {
    format!(
        "the {} saw a DID document of {} with the digest {}, which the file does not carry",
        other.role,
        one.signer,
        named(other.counterparty_document.as_deref())
    )
}
