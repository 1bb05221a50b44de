use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use symbolon_identity::attestation::{self as signed, Role, Statement};
use symbolon_policies_odrl::PolicyDocument;

use super::export::{FORMAT, export};
use super::{canonical, id_of};
use crate::storage::agreements::{Attestation, StoredAgreement};

/// The largest file that is looked at, in bytes.
pub const MAX_FILE: usize = 8 * 1024 * 1024;

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

/// Whether both halves of a stored agreement fit: `None` when only one is present.
pub fn fits(stored: &StoredAgreement) -> Option<bool> {
    verify(&export(stored, "", Timestamp::UNIX_EPOCH)).fits
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
    let halves: Vec<Half> = [Role::Consumer, Role::Provider]
        .into_iter()
        .filter_map(|role| check_half(file, role, &digest, &mut report))
        .collect();
    check_content(&halves, &digest, &mut report);
    check_signers(&halves, &mut report);
    check_parties(file, &document, &halves, &mut report);
    report.fits = fitting(file, &halves, &digest);
    report.digest = Some(digest);
    report
}

fn unreadable(sentence: String) -> Report {
    let check = Check { check: "file".to_owned(), outcome: Outcome::Failed, sentence };
    Report { agreement: None, digest: None, fits: None, checks: vec![check] }
}

/// A half whose signature verifies.
struct Half {
    role: Role,
    statement: Statement,
    sound: bool,
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
    let entries = file.get("attestations").and_then(Value::as_array);
    if entries.is_none() {
        report.note("attestations", Outcome::Failed, "the file has no list `attestations`");
    }
    for (index, entry) in entries.into_iter().flatten().enumerate() {
        let role = entry.get("role").and_then(Value::as_str);
        if ![Some("consumer"), Some("provider")].contains(&role) {
            let sentence = format!("attestations[{index}] is of {}, neither consumer nor provider", named(role));
            report.note("attestations", Outcome::Failed, sentence);
        }
    }
}

/// Everything about one party's half. `None` when there is none, or nothing in it can be believed.
fn check_half(file: &Value, role: Role, digest: &str, report: &mut Report) -> Option<Half> {
    let attestations = attestations(file, role);
    let signature = format!("{role}.signature");
    let [attestation] = attestations.as_slice() else {
        match attestations.len() {
            0 => report.note(&signature, Outcome::Note, format!("the half of the {role} is not in the file")),
            count => {
                report.note(&signature, Outcome::Failed, format!("there are {count} halves of the {role}, not one"))
            }
        }
        return None;
    };
    let statement = match signed::verify(&attestation.jws) {
        Ok(statement) => statement,
        Err(error) => {
            let sentence = format!("the {role}'s signature does not verify: {error}");
            report.note(&signature, Outcome::Failed, sentence);
            return None;
        }
    };
    let ok = format!("the {role}'s signature by {} of {} verifies", statement.signer, statement.attested_at);
    report.note(&signature, Outcome::Ok, ok);
    let failures = report.failures().count();
    check_statement(&statement, attestation, role, report);
    let sound = report.failures().count() == failures && statement.digest == digest;
    Some(Half { role, statement, sound })
}

/// The entries of `attestations` for one role. An entry that cannot be read is one whose signature does not verify.
fn attestations(file: &Value, role: Role) -> Vec<Attestation> {
    let entries = file.get("attestations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let member = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    entries
        .iter()
        .map(|entry| Attestation {
            role: member(entry, "role"),
            signer: member(entry, "signer"),
            jws: member(entry, "jws"),
        })
        .filter(|attestation| attestation.role == role.to_string())
        .collect()
}

fn check_statement(statement: &Statement, attestation: &Attestation, role: Role, report: &mut Report) {
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
    if statement.signer != attestation.signer {
        let sentence = format!(
            "the file says that {:?} signed as the {role}, the signature is by {:?}",
            attestation.signer, statement.signer
        );
        report.note(&format!("{role}.signer"), Outcome::Failed, sentence);
    }
}

fn check_content(halves: &[Half], digest: &str, report: &mut Report) {
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

fn check_signers(halves: &[Half], report: &mut Report) {
    if let [consumer, provider] = halves {
        report.expect(
            "signers",
            consumer.statement.signer != provider.statement.signer,
            "the halves are signed with different keys",
            format!("both halves are signed with the same key, {}", consumer.statement.signer),
        );
    }
}

/// The parties that the file names, against the signed content and the keys.
fn check_parties(file: &Value, document: &PolicyDocument, halves: &[Half], report: &mut Report) {
    for (role, member) in [(Role::Consumer, "assignee"), (Role::Provider, "assigner")] {
        let check = format!("{role}.party");
        let named_by_file =
            file.get("parties").and_then(|parties| parties.get(role.to_string())).and_then(Value::as_str);
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
        let half = halves.iter().find(|half| half.role == role);
        let (Some(half), Some(party)) = (half, named_by_agreement) else { continue };
        check_key(role, party, &half.statement.signer, report);
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
fn fitting(file: &Value, halves: &[Half], digest: &str) -> Option<bool> {
    let present = |role| !attestations(file, role).is_empty();
    if !(present(Role::Consumer) && present(Role::Provider)) {
        return None;
    }
    let sound = halves.iter().all(|half| half.sound && half.statement.digest == digest);
    Some(matches!(halves, [consumer, provider] if consumer.statement.signer != provider.statement.signer) && sound)
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

fn named(value: Option<&str>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| format!("{value:?}"))
}
