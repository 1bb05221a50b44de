//! An agreement says what the last offer said, between the right parties.

use serde_json::{Value, json};
use symbolon_contract_negotiation::{
    Code, Role,
    negotiation::{self, Command, Effect, Input, Message, Negotiation, State},
};
use symbolon_policies_odrl::PolicyDocument;

use crate::partners::{Begin, Machine, NOW, OEM, SUPPLIER, negotiation_opening, offer, own_pid, pids};

#[test]
fn the_provider_s_agreement_takes_over_the_last_offer() {
    let offered = Negotiation::opened(Begin::Consumer).command(Command::Offer { offer: offer("offer-3", "research") });
    let accepted = offered.unwrap().0.receive(Message::Accepted).unwrap().0;
    let agree = Input::Command(Command::Agree { agreement_id: "agreement-1".to_owned() });
    let agreed = negotiation::step(&accepted, agree, "2025-03-01T08:00:00Z".parse().unwrap()).unwrap();
    let expected = json!({
        "@id": "agreement-1",
        "@type": "Agreement",
        "target": "spindle-telemetry",
        "assigner": SUPPLIER,
        "assignee": OEM,
        "timestamp": "2025-03-01T08:00:00Z",
        "permission": [{
            "action": "use",
            "constraint": [{ "leftOperand": "purpose", "operator": "eq", "rightOperand": "research" }],
        }],
    });
    assert_eq!(agreed.negotiation.agreement().unwrap().json(), &expected);
    let sent = Message::Agreement { agreement: PolicyDocument::parse(expected).unwrap() };
    assert_eq!(agreed.effects, [Effect::Send(sent)]);
}

#[test]
fn the_consumer_refuses_an_agreement_that_differs_from_the_offer() {
    let cases: [(&str, Value, Code, &str); 6] = [
        (
            "target",
            json!("another-dataset"),
            Code::TargetDiffers,
            "`another-dataset`; this negotiation is about `spindle-telemetry`",
        ),
        ("target", Value::Null, Code::TargetMissing, "has no `target`"),
        (
            "assigner",
            json!("did:web:stranger.example"),
            Code::AssignerDiffers,
            "must be the provider `did:web:supplier.example`",
        ),
        (
            "assignee",
            json!("did:web:stranger.example"),
            Code::AssigneeDiffers,
            "must be the consumer `did:web:oem.example`",
        ),
        ("assignee", Value::Null, Code::AssigneeDiffers, "must be the consumer `did:web:oem.example`"),
        ("permission", json!([{ "action": "use" }]), Code::TermsDiffer, "not those of the last offer `offer-1`"),
    ];
    let requested = Negotiation::open(Begin::Consumer).0;
    for (member, value, code, words) in cases {
        let mut agreement = agreement(&requested);
        let object = agreement.as_object_mut().unwrap();
        match value {
            Value::Null => drop(object.remove(member)),
            value => drop(object.insert(member.to_owned(), value)),
        }
        let agreement = PolicyDocument::parse(agreement).unwrap();
        let rejection = requested.receive(Message::Agreement { agreement }).unwrap_err();
        assert_eq!((rejection.code, rejection.state), (code, Some("REQUESTED")), "{member}");
        assert!(rejection.reason.contains(words), "{}", rejection.reason);
    }
    let agreement = PolicyDocument::parse(agreement(&requested)).unwrap();
    assert_eq!(requested.receive(Message::Agreement { agreement }).unwrap().0.word(), "AGREED");
}

#[test]
fn an_agreement_with_the_first_offer_s_rules_is_refused_after_a_counter_offer() {
    let requested = Negotiation::open(Begin::Consumer).0;
    let old = PolicyDocument::parse(agreement(&requested)).unwrap();
    let offered = requested.receive(Message::Offer { offer: offer("offer-3", "research") }).unwrap().0;
    let accepted = offered.command(Command::Accept).unwrap().0;
    assert_eq!(accepted.receive(Message::Agreement { agreement: old }).unwrap_err().code, Code::TermsDiffer);
}

#[test]
fn offers_keep_to_the_dataset() {
    let strange = |id: &str| offer(id, "quality").as_message_offer(id, "another-dataset");
    let nowhere = offer("offer-9", "quality").as_catalog_offer("offer-9");
    let (requested, provider) = (Negotiation::open(Begin::Consumer).0, Negotiation::opened(Begin::Consumer));
    let refusals = [
        (requested.receive(Message::Offer { offer: strange("offer-9") }), Code::TargetDiffers),
        (requested.receive(Message::Offer { offer: nowhere.clone() }), Code::TargetMissing),
        (provider.command(Command::Offer { offer: strange("offer-9") }), Code::TargetDiffers),
    ];
    for (refusal, code) in refusals {
        assert_eq!(refusal.unwrap_err().code, code);
    }
    let opening = negotiation::Opening { offer: nowhere, ..negotiation_opening(Role::Consumer) };
    let rejection = negotiation::start_request(opening.clone(), NOW).unwrap_err();
    assert_eq!(
        (rejection.code, rejection.state, rejection.input.as_str()),
        (Code::TargetMissing, None, "opening ContractRequestMessage")
    );
    let rejection = negotiation::start_offered(opening, own_pid(Role::Provider), NOW).unwrap_err();
    assert_eq!((rejection.code, rejection.input.as_str()), (Code::TargetMissing, "received ContractOfferMessage"));
}

#[test]
fn finalizing_concludes_with_the_same_agreement_on_both_sides() {
    let (consumer, provider) = verified();
    let finalized = negotiation::step(&provider, Input::Command(Command::Finalize), NOW).unwrap();
    let heard = Input::Received { message: Message::Finalized, pids: pids() };
    let followed = negotiation::step(&consumer, heard, NOW).unwrap();
    let agreement = finalized.negotiation.agreement().unwrap().clone();
    assert_eq!(
        finalized.effects,
        [Effect::Send(Message::Finalized), Effect::Concluded { agreement: agreement.clone() }]
    );
    assert_eq!(followed.effects, [Effect::Concluded { agreement }]);
}

#[test]
fn a_finalized_agreement_that_the_consumer_has_given_up_is_void() {
    let (_, provider) = verified();
    let finalized = provider.command(Command::Finalize).unwrap().0.refused().unwrap().0;
    let report = Input::PeerReports { state: negotiation::StateName::Terminated };
    let step = negotiation::step(&finalized, report, NOW).unwrap();
    assert!(matches!(step.effects[..], [Effect::Ended { from: negotiation::StateName::Finalized, .. }]));
    assert!(matches!(step.negotiation.state(), State::Terminated { .. }));
}

/// Consumer and provider in VERIFIED.
fn verified() -> (Negotiation, Negotiation) {
    let agreed =
        Negotiation::opened(Begin::Consumer).command(Command::Agree { agreement_id: "agreement-1".to_owned() });
    let (provider, consumer) = (agreed.unwrap().0, Negotiation::open(Begin::Consumer).0);
    let agreement = provider.agreement().unwrap().clone();
    let consumer = consumer.receive(Message::Agreement { agreement }).unwrap().0.command(Command::Verify).unwrap().0;
    (consumer, provider.receive(Message::Verification).unwrap().0)
}

fn agreement(negotiation: &Negotiation) -> Value {
    let offer = negotiation.last_offer();
    offer.as_agreement("agreement-1", "spindle-telemetry", SUPPLIER, OEM, "2025-03-01T08:00:00Z").json().clone()
}
