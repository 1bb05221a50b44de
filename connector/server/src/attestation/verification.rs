//! What an exported agreement proves. Nothing is asked of anybody: keys come from the DIDs themselves, or from the DID
//! documents that the file carries and that the halves name by their digests.

mod evidence;
mod half;

use serde::Serialize;
use serde_json::Value;
use symbolon_identity::PublicKey;
use symbolon_identity::attestation::{self as signed, Half, Role, Statement};
use symbolon_identity::did::{DidDocument, Leniency, Relationship};
use symbolon_policies_odrl::PolicyDocument;

use self::half::Sound;
use super::export::FORMAT;
use super::file::{self, Carried, MAX_FILE};
use super::{canonical, id_of, named};
use crate::storage::agreements::{Attestation, StoredAgreement};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It holds.
    Ok,
    /// Nothing is wrong, and something is left to know.
    Note,
    /// It does not hold.
    Failed,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable, for programs: `content`, `consumer.signature`, …
    pub check: String,
    /// How it ended.
    pub outcome: Outcome,
    /// One sentence for people.
    pub sentence: String,
}

/// What an exported agreement proves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The agreement's id, where the file has one.
    pub agreement: Option<String>,
    /// The digest of the content as it is in the file, where it can be computed.
    pub digest: Option<String>,
    /// Whether both halves fit: `null` when only one is present.
    pub fits: Option<bool>,
    /// Everything that was checked, in order.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether nothing failed. With `fits` at `None` it is still one party's word only.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.outcome != Outcome::Failed)
    }

    /// The sentences of the checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().filter(|check| check.outcome == Outcome::Failed).map(|check| check.sentence.as_str())
    }

    fn note(&mut self, check: &str, outcome: Outcome, sentence: impl Into<String>) {
        self.checks.push(Check { check: check.to_owned(), outcome, sentence: sentence.into() });
    }

    fn expect(&mut self, check: &str, holds: bool, ok: impl Into<String>, failed: impl Into<String>) {
        let (outcome, sentence) = if holds { (Outcome::Ok, ok.into()) } else { (Outcome::Failed, failed.into()) };
        self.note(check, outcome, sentence);
    }
}

/// Whether both halves of a stored agreement fit: `None` when only one is present. `documents` are the DID documents that
/// they name.
pub fn fits(stored: &StoredAgreement, documents: &Carried) -> Option<bool> {
    let of = |role: Role| stored.attestations.iter().find(|half| half.role == role.to_string());
    let (consumer, provider) = (of(Role::Consumer)?, of(Role::Provider)?);
    let digest = canonical::digest(&stored.document).ok();
    let sound = |half: &Attestation, role: Role| {
        let statement = signed_by(half, documents)?;
        let fits = Some(&statement.digest) == digest.as_ref()
            && statement.agreement == stored.id
            && statement.role == role
            && statement.signer == half.signer;
        fits.then_some(statement)
    };
    let halves = (sound(consumer, Role::Consumer), sound(provider, Role::Provider));
    let (Some(consumer), Some(provider)) = halves else { return Some(false) };
    let seen = half::saw(&consumer, &provider, documents).is_ok() && half::saw(&provider, &consumer, documents).is_ok();
    Some(consumer.signer != provider.signer && seen)
}

/// The statement of a half whose signatures verify.
fn signed_by(half: &Attestation, documents: &Carried) -> Option<Statement> {
    let half = Half { credential: half.credential.clone(), jwt: half.jwt.clone() };
    let unverified = signed::read(&half).ok()?;
    let document = documents.find(unverified.signer(), unverified.claims().signer_document.as_deref())?;
    unverified.verify(&document).ok()
}

/// As [`verify`], from the bytes of a file.
pub fn verify_bytes(file: &[u8]) -> Report {
    if file.len() > MAX_FILE {
        return unreadable(format!("the file has {} bytes, more than {MAX_FILE}", file.len()));
    }
    match serde_json::from_slice(file) {
        Ok(value) => verify(&value),
        Err(error) => unreadable(format!("the file is not JSON: {error}")),
    }
}

/// Checks an exported agreement offline: its digest is computed anew, and each half is held against it.
pub fn verify(file: &Value) -> Report {
    let mut report = Report { agreement: None, digest: None, fits: None, checks: Vec::new() };
    let Some(document) = check_file(file, &mut report) else { return report };
    report.agreement = id_of(&document).ok().map(str::to_owned);
    check_roles(file, &mut report);
    let Some(digest) = check_digest(file, &document, &mut report) else { return report };
    let carried = Carried::of(file);
    let halves: Vec<Sound> = [Role::Consumer, Role::Provider]
        .into_iter()
        .filter_map(|role| half::check(file, role, &digest, &carried, &mut report))
        .collect();
    check_content(&halves, &digest, &mut report);
    check_signers(&halves, &mut report);
    check_parties(file, &document, &halves, &mut report);
    let seen = half::check_seen(&halves, &carried, &mut report);
    evidence::check(file, &halves, &carried, &mut report);
    report.fits = fitting(file, &halves, &digest, seen);
    report.digest = Some(digest);
    report
}

fn unreadable(sentence: String) -> Report {
    let check = Check { check: "file".to_owned(), outcome: Outcome::Failed, sentence };
    Report { agreement: None, digest: None, fits: None, checks: vec![check] }
}

fn check_file(file: &Value, report: &mut Report) -> Option<PolicyDocument> {
    let format = file.get("format").and_then(Value::as_str);
    report.expect(
        "file",
        format == Some(FORMAT),
        "the file is an exported agreement",
        format!("`format` is {}, not {FORMAT:?}: the file is no exported agreement", named(format)),
    );
    let Some(agreement) = file.get("agreement") else {
        report.note("agreement", Outcome::Failed, "the file has no `agreement`");
        return None;
    };
    match PolicyDocument::parse(agreement.clone()) {
        Ok(document) => Some(document),
        Err(error) => {
            let sentence = format!("`agreement` is not an ODRL agreement: {error}");
            report.note("agreement", Outcome::Failed, sentence);
            None
        }
    }
}

fn check_digest(file: &Value, document: &PolicyDocument, report: &mut Report) -> Option<String> {
    let digest = match canonical::digest(document) {
        Ok(digest) => digest,
        Err(problem) => {
            report.note("digest", Outcome::Failed, format!("the digest cannot be computed: {}", problem.detail));
            return None;
        }
    };
    let stated = file.get("digest").and_then(Value::as_str);
    report.expect(
        "digest",
        stated == Some(digest.as_str()),
        format!("the content has the digest {digest}, as the file states"),
        format!("the file states {}, its content has the digest {digest}", named(stated)),
    );
    Some(digest)
}

/// Every half belongs to one of the two parties.
fn check_roles(file: &Value, report: &mut Report) {
    if !file.get("attestations").is_some_and(Value::is_array) {
        report.note("attestations", Outcome::Failed, "the file has no list `attestations`");
    }
    for (index, entry) in file::entries(file, &["attestations"]).iter().enumerate() {
        let role = entry.get("role").and_then(Value::as_str);
        if ![Some("consumer"), Some("provider")].contains(&role) {
            let sentence = format!("attestations[{index}] is of {}, neither consumer nor provider", named(role));
            report.note("attestations", Outcome::Failed, sentence);
        }
    }
}

fn check_content(halves: &[Sound], digest: &str, report: &mut Report) {
    let other = halves.iter().find(|half| half.statement.digest != digest);
    match (halves, other) {
        ([], _) => report.note("content", Outcome::Failed, "nobody's valid signature is in the file"),
        (_, Some(half)) => {
            let sentence = format!(
                "the agreement's content was changed after signing: its digest is {digest}, the {} signed {}",
                half.role, half.statement.digest
            );
            report.note("content", Outcome::Failed, sentence);
        }
        ([_], None) => {
            report.note("content", Outcome::Ok, "the content is what was signed");
            report.note("halves", Outcome::Note, "only one half is present: it proves what that party agreed to");
        }
        (_, None) => report.note("content", Outcome::Ok, "the content is what both parties signed"),
    }
}

fn check_signers(halves: &[Sound], report: &mut Report) {
    if let [consumer, provider] = halves {
        report.expect(
            "signers",
            consumer.statement.signer != provider.statement.signer,
            "the halves are signed by different parties",
            format!("both halves are signed by the same party, {}", consumer.statement.signer),
        );
    }
}

/// The parties that the file names, against the signed content and the keys.
fn check_parties(file: &Value, document: &PolicyDocument, halves: &[Sound], report: &mut Report) {
    let parties = [(Role::Consumer, "assignee"), (Role::Provider, "assigner")];
    for (role, member) in parties {
        let check = format!("{role}.party");
        let named_by_file = file::party(file, role);
        let named_by_agreement = document.json().get(member).and_then(id_or_string);
        report.expect(
            &check,
            named_by_file.is_some() && named_by_file == named_by_agreement,
            format!("the {role} is {}, as the agreement says", named(named_by_agreement)),
            format!(
                "the file names {} as the {role}, the agreement's {member} is {}",
                named(named_by_file),
                named(named_by_agreement)
            ),
        );
        let Some(party) = named_by_agreement else { continue };
        for half in halves {
            if half.role == role {
                check_key(role, party, &half.statement.signer, report);
            } else if half.statement.counterparty != party {
                let (signer, counterparty) = (half.role, &half.statement.counterparty);
                let sentence =
                    format!("the {signer} signed with {counterparty:?} as the {role}, the agreement names {party:?}");
                report.note(&format!("{signer}.counterparty"), Outcome::Failed, sentence);
            }
        }
    }
}

fn check_key(role: Role, party: &str, signer: &str, report: &mut Report) {
    let check = format!("{role}.key");
    if party.starts_with("did:") {
        report.expect(
            &check,
            party == signer,
            format!("the key that signed is the {role}'s own"),
            format!("the {role} is {party:?}, and {signer:?} signed in its place"),
        );
    } else {
        let sentence =
            format!("{party:?} is no DID: that {signer} belongs to the {role} has to be known from elsewhere");
        report.note(&check, Outcome::Note, sentence);
    }
}

/// Both halves are there, verify, and say the same of this content.
fn fitting(file: &Value, halves: &[Sound], digest: &str, seen: bool) -> Option<bool> {
    let present = |role| !file::halves(file, role).is_empty();
    if !(present(Role::Consumer) && present(Role::Provider)) {
        return None;
    }
    let sound = halves.iter().all(|half| half.sound && half.statement.digest == digest);
    let two = matches!(halves, [consumer, provider] if consumer.statement.signer != provider.statement.signer);
    Some(two && sound && seen)
}

/// The key of this name, if the document lets it assert.
fn asserting(document: &DidDocument, key_id: &str) -> Option<PublicKey> {
    document.key(Some(key_id), Relationship::AssertionMethod, Leniency::Strict).ok().map(|(_, key)| key)
}

/// A party in either spelling: its id, or a node with an `@id`.
fn id_or_string(value: &Value) -> Option<&str> {
    match value {
        Value::String(id) => Some(id),
        Value::Object(node) => node.get("@id").and_then(Value::as_str),
        Value::Array(values) => match values.as_slice() {
            [one] => id_or_string(one),
            _ => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
