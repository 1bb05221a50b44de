//! Whether we qualify for offers of partners: their terms decided with what our own wallet proves.
//!
//! The one place that says so. It is a forecast: the provider decides, with records of its own. So there are three answers. *Yes*:
//! what our credentials say satisfies the terms, in a dataspace that we live in or outside any. *No*: they ask for what a
//! credential has to say, and none of ours says it, or for what is not so (a date). *Unknown*: it depends on what only the provider
//! knows, or on what is not understood here.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use symbolon_identity::catenax::{BPN_CREDENTIAL, GOVERNANCE_CREDENTIAL, MEMBERSHIP_CREDENTIAL};
use symbolon_identity::credential::Credential;
use symbolon_policies_odrl::{
    Activation, Decision, PolicyDocument, Reason, ReasonCode, Request, RulePath, World, evaluate, next_change_in,
    profile,
};
use symbolon_vocab::catenax::{BUSINESS_PARTNER_NUMBER, FRAMEWORK_AGREEMENT, MEMBERSHIP};

use super::{facts, presenting};
use crate::catalog_index::{Qualifies, Verdict};
use crate::clock;
use crate::connector::Connector;
use crate::problem::Problem;
use crate::storage::credentials;
use crate::storage::dataspaces::StoredDataspace;
use crate::storage::presentations::PresentedCredential;
use crate::terms::named;

/// Credentials that are looked at, the newest first.
const LOOKED_AT: i64 = 1000;
/// Reasons that are told of one offer.
const REASONS: usize = 16;
/// Bytes of the one reason that is kept for each policy.
const WHY_BYTES: usize = 400;
/// What rests on status lists and directories is gathered again after this at the latest.
const GATHERED_AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// What we could prove, wherever we live.
#[derive(Debug)]
pub struct Own {
    /// Tells one state of it from another.
    pub number: u64,
    /// When it may change without anybody saying so.
    pub until: Timestamp,
    participant: String,
    places: Vec<Place>,
    /// Operands whose values credentials say, and how one comes by them.
    provable: Vec<Provable>,
}

/// What we could prove in one dataspace, or outside any.
#[derive(Debug)]
struct Place {
    known: World,
    /// Which of our credentials do not count any more there.
    lapsed: Vec<String>,
}

#[derive(Debug)]
struct Provable {
    operand: String,
    how: String,
}

/// What is decided about an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Whether we qualify.
    pub qualifies: Qualifies,
    /// Why not: what is missing, and how to get it.
    pub reasons: Vec<String>,
    /// When time may change it.
    pub until: Option<Timestamp>,
}

/// Gathers what our wallet proves at `now`.
///
/// # Errors
/// When storage fails.
pub async fn own(connector: &Connector, now: Timestamp) -> Result<Own, Problem> {
    let held = held(connector, now).await?;
    let dataspaces = connector.dataspaces.all();
    let provable = provable(&dataspaces);
    let mut until = now.checked_add(GATHERED_AGAIN).unwrap_or(Timestamp::MAX);
    let mut places = Vec::with_capacity(dataspaces.len() + 1);
    // Where several say the same, a dataspace says it better than none.
    let outside = StoredDataspace::default();
    for dataspace in dataspaces.iter().chain([&outside]) {
        let standing = facts::about_us(connector, &held, dataspace, now).await.standing(connector, now).await;
        until = standing.until().into_iter().chain([until]).min().unwrap_or(until);
        let lapsed = standing.lapsed().to_vec();
        // What no credential says is known to be said by none.
        let none = |world: World, one: &Provable| world.with(&one.operand, json!([]));
        places.push(Place { known: provable.iter().fold(standing.world, none), lapsed });
    }
    let number = number(&places);
    Ok(Own { number, until, participant: connector.participant.clone(), places, provable })
}

impl Own {
    /// Nothing is proved: what is known before anything was gathered.
    pub fn nothing(participant: &str) -> Self {
        let until = Timestamp::UNIX_EPOCH;
        Self { number: 0, until, participant: participant.to_owned(), places: Vec::new(), provable: Vec::new() }
    }
}

async fn held(connector: &Connector, now: Timestamp) -> Result<Vec<PresentedCredential>, Problem> {
    let stored = credentials::newest(&connector.db, LOOKED_AT).await?;
    let current = stored.into_iter().filter(|one| one.is_current(clock::millis(now)));
    let read = |raw: &str| Credential::from_text(raw, &connector.identity.compatibility).ok();
    Ok(current.filter_map(|one| Some(presenting::as_presented(connector, &read(&one.raw)?))).collect())
}

/// What only credentials say: the operands of Catena-X, and those that our dataspaces take from members of credentials.
fn provable(dataspaces: &[StoredDataspace]) -> Vec<Provable> {
    let catenax = [
        (MEMBERSHIP, MEMBERSHIP_CREDENTIAL),
        (FRAMEWORK_AGREEMENT, GOVERNANCE_CREDENTIAL),
        (BUSINESS_PARTNER_NUMBER, BPN_CREDENTIAL),
    ];
    let claims = dataspaces.iter().flat_map(|dataspace| &dataspace.claims);
    let claims = claims.map(|claim| (claim.operand.as_str(), claim.r#type.as_str()));
    let mut all: Vec<Provable> = Vec::new();
    for (operand, kind) in catenax.into_iter().chain(claims) {
        if !all.iter().any(|known| known.operand == operand) {
            all.push(Provable { operand: operand.to_owned(), how: how(kind, dataspaces) });
        }
    }
    all
}

/// Who gives a credential of this type.
fn how(kind: &str, dataspaces: &[StoredDataspace]) -> String {
    let gives = |dataspace: &&StoredDataspace| {
        dataspace
            .issuers
            .iter()
            .any(|issuer| issuer.types.as_ref().is_none_or(|types| types.iter().any(|one| one == kind)))
    };
    match dataspaces.iter().find(gives) {
        Some(dataspace) => format!("ask an issuer that the dataspace {:?} believes for a {kind}", dataspace.id),
        None => format!("join a dataspace whose issuer gives a {kind}"),
    }
}

/// The same facts have the same number, whatever the time.
fn number(places: &[Place]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for place in places {
        let mut timeless = place.known.clone();
        timeless.set_now(Timestamp::UNIX_EPOCH);
        format!("{timeless:?}").hash(&mut hasher);
        place.lapsed.hash(&mut hasher);
    }
    // 0 is for nothing at all.
    hasher.finish().max(1)
}

/// Decides the terms of an offer of `dataset` at `now`. Pure: what we can prove is an argument.
pub fn decide(offer: &PolicyDocument, dataset: &str, own: &Own, now: Timestamp) -> Decided {
    let request = facts::request_to_use(&own.participant, dataset);
    let mut best: Option<Decided> = None;
    for place in &own.places {
        let one = in_place(offer, &request, own, place, now);
        let better = best.as_ref().is_none_or(|best| {
            one.qualifies > best.qualifies
                || (one.qualifies == best.qualifies && one.reasons.len() < best.reasons.len())
        });
        if better {
            best = Some(one);
        }
    }
    let nothing = || Decided { qualifies: Qualifies::Unknown, reasons: Vec::new(), until: None };
    best.unwrap_or_else(nothing)
}

fn in_place(offer: &PolicyDocument, request: &Request, own: &Own, place: &Place, now: Timestamp) -> Decided {
    let policy = offer.policy();
    let mut world = facts::before_any_request(place.known.clone(), None, offer);
    world.set_now(now);
    let until = next_change_in(policy, &world);
    let decision = evaluate(policy, request, &world);
    if decision.permitted {
        return Decided { qualifies: Qualifies::Yes, reasons: Vec::new(), until };
    }
    let open = is_open(&decision);
    let qualifies = if open { Qualifies::Unknown } else { Qualifies::No };
    let mut reasons: Vec<String> = Vec::new();
    for reason in &decision.reasons {
        let told = told(reason, offer, own, open);
        if reasons.len() < REASONS && !reasons.contains(&told) {
            reasons.push(told);
        }
    }
    let asks = |one: &&Provable| decision.reasons.iter().any(|reason| is_about(reason, offer, &one.operand));
    if own.provable.iter().any(|one| asks(&one)) {
        reasons.extend(place.lapsed.iter().take(REASONS).map(|lapsed| sentence(&format!("{lapsed} by now"))));
    }
    Decided { qualifies, reasons, until }
}

/// Whether the provider may decide otherwise with what it knows: no rule says no for certain, or the policy is not understood.
fn is_open(decision: &Decision) -> bool {
    let rules = &decision.rules;
    if rules.is_empty() {
        return decision.reasons.iter().any(|reason| reason.code != ReasonCode::NoPermission);
    }
    let is = |rule: &RulePath, permission: bool| matches!(rule, RulePath::Permission(_)) == permission;
    let permitted = rules.iter().any(|one| is(&one.rule, true) && one.activation != Activation::Inactive);
    let prohibited =
        rules.iter().any(|one| matches!(one.rule, RulePath::Prohibition(_)) && one.activation == Activation::Active);
    permitted && !prohibited
}

/// Also where the policy has the operand of an older vocabulary.
fn is_about(reason: &Reason, offer: &PolicyDocument, operand: &str) -> bool {
    let asked = named::operand_at(offer.policy(), &reason.path);
    asked.is_some_and(|asked| {
        asked == operand || profile::operand(asked).and_then(|known| known.same_as) == Some(operand)
    })
}

/// A reason as it concerns us: what is missing, and how to get it.
fn told(reason: &Reason, offer: &PolicyDocument, own: &Own, open: bool) -> String {
    let plain = reason.sentence.strip_prefix("refused: ").unwrap_or(&reason.sentence);
    if let Some(provable) = own.provable.iter().find(|one| is_about(reason, offer, &one.operand)) {
        let demand = plain.split("; ").next().unwrap_or(plain);
        let known = plain.split("; ").nth(1).filter(|known| !known.contains("no value"));
        let known = known.unwrap_or("no credential in our wallet says so");
        return sentence(&format!("{demand}; {known}; {}", provable.how));
    }
    let unknown = matches!(reason.code, ReasonCode::MissingFact | ReasonCode::DutyUnfulfilled);
    if open && unknown { sentence(&format!("{plain}; the provider decides on what it knows")) } else { sentence(plain) }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let begin = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if text.ends_with(['.', '…']) { "" } else { "." };
    format!("{begin}{}{end}", letters.as_str())
}

/// Decides about an offer as it stands in a catalogue: the names of its terms, and the verdict that is kept.
pub fn judge(offer: &Value, dataset: &str, own: &Own, now: Timestamp) -> (Vec<String>, Verdict) {
    match PolicyDocument::parse(offer.clone()) {
        Ok(document) => {
            let Decided { qualifies, reasons, until } = decide(&document, dataset, own, now);
            let why = reasons.first().map(|reason| cut(reason).into());
            (named::names(document.policy()), Verdict { qualifies, why, until })
        }
        Err(error) => {
            let why = cut(&format!("The terms cannot be read: {error}"));
            (Vec::new(), Verdict { qualifies: Qualifies::Unknown, why: Some(why.into()), until: None })
        }
    }
}

fn cut(text: &str) -> String {
    if text.len() <= WHY_BYTES {
        return text.to_owned();
    }
    format!("{}…", text.get(..text.floor_char_boundary(WHY_BYTES)).unwrap_or_default())
}

/// The names of an offer's terms; none if it cannot be read.
pub fn names(offer: &Value) -> Vec<String> {
    PolicyDocument::parse(offer.clone()).map(|document| named::names(document.policy())).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::storage::dataspaces::{Claim, TrustedIssuer};

    const CX: &str = "https://w3id.org/catenax/2025/9/policy/";
    const NATIONALITY: &str = "https://w3id.org/symbolon/export-control/1/nationality";

    fn now() -> Timestamp {
        "2026-06-01T00:00:00Z".parse().unwrap()
    }

    /// A company in one dataspace, whose wallet says this much there.
    fn own(said: &[(&str, &str)]) -> Own {
        let brakes = StoredDataspace {
            id: "brakes".to_owned(),
            issuers: vec![TrustedIssuer { did: "did:web:issuer.example".to_owned(), types: None }],
            claims: vec![Claim {
                r#type: "CompanyCredential".to_owned(),
                member: "country".to_owned(),
                operand: NATIONALITY.to_owned(),
            }],
            ..StoredDataspace::default()
        };
        let provable = provable(&[brakes]);
        let place = |said: &[(&str, &str)]| {
            let known = World::at(now());
            let known = said.iter().fold(known, |known, (operand, value)| known.with(operand, *value));
            let none = |world: World, one: &Provable| world.with(&one.operand, json!([]));
            Place { known: provable.iter().fold(known, none), lapsed: Vec::new() }
        };
        let places = vec![place(said), place(&[])];
        Own { number: 1, until: Timestamp::MAX, participant: "did:web:us.example".to_owned(), places, provable }
    }

    fn offer(permission: &Value, prohibition: &Value) -> PolicyDocument {
        let mut offer = json!({"@id": "urn:o", "@type": "Offer", "permission": permission});
        if !prohibition.is_null() {
            offer["prohibition"] = prohibition.clone();
        }
        PolicyDocument::parse(offer).unwrap()
    }

    fn must(operand: &str, operator: &str, value: &str) -> Value {
        json!({"leftOperand": operand, "operator": operator, "rightOperand": value})
    }

    fn used_if(constraints: &[Value]) -> Value {
        json!([{"action": "use", "constraint": constraints}])
    }

    #[test]
    fn yes_no_and_unknown_each_with_its_reason() {
        let member = || must(&format!("{CX}Membership"), "eq", "active");
        let group = || must(&format!("{CX}BusinessPartnerGroup"), "isAnyOf", "gold");
        let dated = |operator: &str| must("dateTime", operator, "2027-01-01T00:00:00Z");
        let purpose = must("purpose", "isAnyOf", "urn:quality");
        let [said, silent] = [own(&[(&format!("{CX}Membership"), "active")]), own(&[])];
        let other = own(&[(&format!("{CX}Membership"), "inactive")]);
        let none = Value::Null;
        let duty = json!([{"action": "use", "duty": [{"action": "compensate"}]}]);
        let forbidden = json!([{"action": "use", "constraint": [group()]}]);
        let cases: [(&Own, Value, &Value, Qualifies, &str); 16] = [
            (&silent, json!([{"action": "use"}]), &none, Qualifies::Yes, ""),
            (&silent, used_if(&[purpose]), &none, Qualifies::Yes, ""),
            (&silent, used_if(&[must("count", "lteq", "5")]), &none, Qualifies::Yes, ""),
            (&said, used_if(&[member(), dated("lt")]), &none, Qualifies::Yes, ""),
            (
                &silent,
                used_if(&[member()]),
                &none,
                Qualifies::No,
                "no credential in our wallet says so; ask an issuer that the dataspace \"brakes\" believes for a MembershipCredential.",
            ),
            (&other, used_if(&[member()]), &none, Qualifies::No, "inactive"),
            (&silent, used_if(&[must(NATIONALITY, "isAnyOf", "DE")]), &none, Qualifies::No, "CompanyCredential"),
            (&said, used_if(&[dated("gt")]), &none, Qualifies::No, "begins"),
            (&silent, used_if(&[dated("gt"), group()]), &none, Qualifies::No, "begins"),
            (&said, used_if(&[group()]), &none, Qualifies::Unknown, "the provider decides"),
            (&silent, used_if(&[json!({"or": [member(), group()]})]), &none, Qualifies::Unknown, "provider"),
            (&said, json!([{"action": "use"}]), &forbidden, Qualifies::Unknown, ""),
            (&said, duty, &none, Qualifies::No, "compensate"),
            (
                &said,
                used_if(&[must("https://elsewhere.example/ns#x", "eq", "1")]),
                &none,
                Qualifies::Unknown,
                "no profile known here",
            ),
            (
                &said,
                used_if(&[must("dateTime", "https://elsewhere.example/near", "1")]),
                &none,
                Qualifies::Unknown,
                "operator",
            ),
            (&said, json!([]), &none, Qualifies::No, "permits nothing"),
        ];
        for (place, (own, permission, prohibition, expected, told)) in cases.into_iter().enumerate() {
            let decided = decide(&offer(&permission, prohibition), "urn:a", own, now());
            assert_eq!(decided.qualifies, expected, "{place}: {permission} {decided:?}");
            let reasons = decided.reasons.join(" ");
            assert!(reasons.contains(told), "{place}: {reasons}");
            assert_eq!(reasons.is_empty(), expected == Qualifies::Yes, "{place}: {reasons}");
            assert!(!reasons.contains("refused:"), "{reasons}");
        }
    }

    #[test]
    fn time_changes_the_answer_when_it_is_said_to() {
        let begins: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
        let offer = offer(&used_if(&[must("dateTime", "gteq", "2026-07-01T00:00:00Z")]), &Value::Null);
        let before = decide(&offer, "urn:a", &own(&[]), now());
        assert_eq!((before.qualifies, before.until), (Qualifies::No, Some(begins)));
        let after = decide(&offer, "urn:a", &own(&[]), begins);
        assert_eq!((after.qualifies, after.until), (Qualifies::Yes, None));
    }

    #[test]
    fn terms_that_cannot_be_read_are_not_known_to_be_satisfied() {
        let (terms, verdict) = judge(&json!({"permission": 7}), "urn:a", &own(&[]), now());
        assert_eq!((terms.len(), verdict.qualifies), (0, Qualifies::Unknown));
        assert!(verdict.why.is_some_and(|why| why.contains("cannot be read")));
    }

    #[test]
    fn the_same_proofs_have_the_same_number() {
        let number = |said| number(&own(said).places);
        assert_eq!(number(&[("purpose", "x")]), number(&[("purpose", "x")]));
        assert_ne!(number(&[("purpose", "x")]), number(&[("purpose", "y")]));
    }
}
