//! Two exported files held side by side: whether they are about one agreement, and where they first differ.

use serde::Serialize;
use serde_json::{Value, json};
use symbolon_identity::attestation::Role;
use symbolon_policies_odrl::PolicyDocument;

use super::file::{self, MAX_FILE};
use super::verification::{Outcome, Report, verify};
use super::{canonical, named};

/// So many places where two agreements differ are looked at one by one, to find one that matters.
const MAX_PLACES: usize = 64;

/// What comparing two exported files found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The agreement's id in the first file, where it has one.
    pub agreement: Option<String>,
    /// Whether both halves are there and fit, taken from either file.
    pub fits: bool,
    /// Where the files first differ, or what is wrong with a half.
    pub difference: Option<Difference>,
}

/// Where two files first differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `file`, `agreement`, `digest`, `party`, `half` or `key`.
    pub what: &'static str,
    /// The place in the file, such as `agreement.permission[0].action`; a check of `symbolon verify` where both are at odds.
    pub path: String,
    /// What the first file has there; null for nothing.
    pub a: Value,
    /// What the second file has there; null for nothing.
    pub b: Value,
    /// One sentence for people.
    pub sentence: String,
}

/// Compares two exported files. Neither needs to hold both halves.
pub fn compare(a: &[u8], b: &[u8]) -> Comparison {
    let (a, b) = match (read(a), read(b)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(why), _) => return unreadable("first", &why),
        (Ok(_), Err(why)) => return unreadable("second", &why),
    };
    let agreement = a.get("agreement").and_then(|agreement| agreement.get("@id")).and_then(Value::as_str);
    let difference =
        agreements(&a, &b).or_else(|| parties(&a, &b)).or_else(|| halves(&a, &b)).or_else(|| together(&a, &b));
    Comparison { agreement: agreement.map(str::to_owned), fits: difference.is_none(), difference }
}

fn unreadable(which: &str, why: &str) -> Comparison {
    let sentence = format!("the {which} file cannot be compared: {why}");
    let difference = Difference { what: "file", path: String::new(), a: Value::Null, b: Value::Null, sentence };
    Comparison { agreement: None, fits: false, difference: Some(difference) }
}

fn read(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() > MAX_FILE {
        return Err(format!("it has {} bytes, more than {MAX_FILE}", bytes.len()));
    }
    let file: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let format = file.get("format").and_then(Value::as_str);
    if format == Some(super::FORMAT) {
        Ok(file)
    } else {
        Err(format!("its format is {}, not {:?}", named(format), super::FORMAT))
    }
}

/// The agreements, by their digests: spelling and order make no difference.
fn agreements(a: &Value, b: &Value) -> Option<Difference> {
    let (one, other) = (a.get("agreement"), b.get("agreement"));
    let digests = (digest(one), digest(other));
    if let (Ok(one), Ok(other)) = &digests
        && one == other
    {
        return None;
    }
    let mut places = Vec::new();
    differing(one, other, &mut Vec::new(), &mut places);
    let matters = |place: &&Place<'_>| match (&digests.0, one) {
        (Ok(digest_of_one), Some(one)) => digest(Some(&place.put_into(one))).as_ref() != Ok(digest_of_one),
        (Err(_), _) | (_, None) => true,
    };
    let first = places.iter().take(MAX_PLACES).find(matters).or_else(|| places.first());
    let why = [&digests.0, &digests.1].into_iter().find_map(|digest| digest.as_ref().err());
    let (path, a, b) = match first {
        Some(place) => (place.path("agreement"), place.a.cloned(), place.b.cloned()),
        None => ("agreement".to_owned(), None, None),
    };
    let sentence = match why {
        Some(why) => format!("an agreement has no digest: {why}"),
        None => format!(
            "the agreements differ at {path}: {} in the first, {} in the second",
            shown(a.as_ref()),
            shown(b.as_ref())
        ),
    };
    Some(Difference { what: "agreement", path, a: a.unwrap_or_default(), b: b.unwrap_or_default(), sentence })
}

fn digest(agreement: Option<&Value>) -> Result<String, String> {
    let agreement = agreement.ok_or("there is none")?;
    let document = PolicyDocument::parse(agreement.clone()).map_err(|error| error.to_string())?;
    canonical::digest(&document).map_err(|problem| problem.detail)
}

/// A step from a value to one in it.
#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Item(usize),
}

/// A place at which two values differ, as small as can be.
struct Place<'a> {
    steps: Vec<Step<'a>>,
    a: Option<&'a Value>,
    b: Option<&'a Value>,
}

impl Place<'_> {
    fn path(&self, root: &str) -> String {
        self.steps.iter().fold(root.to_owned(), |path, step| match step {
            Step::Member(name) => format!("{path}.{name}"),
            Step::Item(index) => format!("{path}[{index}]"),
        })
    }

    /// The first value with what the second has at this place.
    fn put_into(&self, first: &Value) -> Value {
        let mut changed = first.clone();
        let Some((last, before)) = self.steps.split_last() else { return owned(self.b) };
        let parent = before.iter().try_fold(&mut changed, |value, step| match step {
            Step::Member(name) => value.get_mut(*name),
            Step::Item(index) => value.get_mut(*index),
        });
        match (parent, last, self.b) {
            (Some(Value::Object(members)), Step::Member(name), Some(b)) => {
                drop(members.insert((*name).to_owned(), b.clone()))
            }
            (Some(Value::Object(members)), Step::Member(name), None) => drop(members.shift_remove(*name)),
            (Some(Value::Array(items)), Step::Item(index), b) if *index < items.len() => {
                items.splice(index..=index, b.cloned());
            }
            (Some(Value::Array(items)), Step::Item(_), b) => items.extend(b.cloned()),
            (Some(_) | None, Step::Member(_) | Step::Item(_), _) => {}
        }
        changed
    }
}

fn differing<'a>(a: Option<&'a Value>, b: Option<&'a Value>, at: &mut Vec<Step<'a>>, places: &mut Vec<Place<'a>>) {
    let mut step = |step: Step<'a>, a, b| {
        at.push(step);
        differing(a, b, at, places);
        at.pop();
    };
    match (a, b) {
        (Some(one), Some(other)) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let only_there = other.keys().filter(|name| !one.contains_key(*name));
            for name in one.keys().chain(only_there) {
                step(Step::Member(name), one.get(name), other.get(name));
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                step(Step::Item(index), one.get(index), other.get(index));
            }
        }
        (a, b) => places.push(Place { steps: at.clone(), a, b }),
    }
}

fn parties(a: &Value, b: &Value) -> Option<Difference> {
    [Role::Consumer, Role::Provider].into_iter().find_map(|role| {
        let (one, other) = (file::party(a, role), file::party(b, role));
        (one != other).then(|| Difference {
            what: "party",
            path: format!("parties.{role}"),
            a: json!(one),
            b: json!(other),
            sentence: format!("the {role} is {} in the first file and {} in the second", named(one), named(other)),
        })
    })
}

/// A half that is in both files is the same half.
fn halves(a: &Value, b: &Value) -> Option<Difference> {
    [Role::Consumer, Role::Provider].into_iter().find_map(|role| {
        let (one, other) = (file::halves(a, role), file::halves(b, role));
        let (one, other) = (one.first()?, other.first()?);
        let (of_one, of_other) = (json!(one), json!(other));
        let mut places = Vec::new();
        differing(Some(&of_one), Some(&of_other), &mut Vec::new(), &mut places);
        let first = places.first()?;
        let path = first.path(&format!("attestations.{role}"));
        let key = |half: &Value| half["credential"]["proof"]["verificationMethod"].clone();
        let what = if key(&of_one) == key(&of_other) { "half" } else { "key" };
        let (a, b) = if what == "key" { (key(&of_one), key(&of_other)) } else { (owned(first.a), owned(first.b)) };
        let sentence = match what {
            "key" => format!("the half of the {role} is signed with {a} in the first file and with {b} in the second"),
            _ => format!(
                "the half of the {role} differs at {path}: {} in the first file, {} in the second",
                shown(first.a),
                shown(first.b)
            ),
        };
        Some(Difference { what, path, a, b, sentence })
    })
}

/// Both halves, wherever they are, with everything that both files carry.
fn together(a: &Value, b: &Value) -> Option<Difference> {
    let failed = |what, path: &str, sentence: String| Difference {
        what,
        path: path.to_owned(),
        a: Value::Null,
        b: Value::Null,
        sentence,
    };
    let roles = [Role::Consumer, Role::Provider];
    let one_of = |role: &Role| file::halves(a, *role).into_iter().chain(file::halves(b, *role)).next();
    let both = |list| -> Vec<&Value> { [a, b].iter().flat_map(|of| file::entries(of, &["evidence", list])).collect() };
    let whole = json!({
        "format": a.get("format"),
        "agreement": a.get("agreement"),
        "digest": a.get("digest"),
        "parties": a.get("parties"),
        "attestations": roles.iter().filter_map(one_of).collect::<Vec<_>>(),
        "evidence": {"documents": both("documents"), "presented": both("presented")},
    });
    let report = verify(&whole);
    if let Some(check) = report.checks.iter().find(|check| check.outcome == Outcome::Failed) {
        return Some(failed(kind_of(&check.check), &check.check, check.sentence.clone()));
    }
    match report {
        Report { fits: Some(true), .. } => None,
        Report { fits: Some(false) | None, .. } => {
            let missing = roles.into_iter().find(|role| file::halves(&whole, *role).is_empty());
            let missing = missing.map_or("a".to_owned(), |role| format!("the {role}'s"));
            Some(failed("half", "attestations", format!("{missing} half is in neither file")))
        }
    }
}

/// What a check of the verification is about.
fn kind_of(check: &str) -> &'static str {
    let last = check.rsplit('.').next().unwrap_or(check);
    match last {
        "digest" | "content" => "digest",
        "party" | "counterparty" => "party",
        "key" | "signers" | "seen" => "key",
        "file" => "file",
        "agreement" => "agreement",
        _ => "half",
    }
}

fn owned(value: Option<&Value>) -> Value {
    value.cloned().unwrap_or_default()
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}
