//! Process ids: where the partner's is learnt, and that no other is taken afterwards.

use symbolon_contract_negotiation::{Code, Pids, Role, negotiation, transfer};

use crate::partners::{Begin, Machine, NOW, own_pid, pids};

#[test]
fn the_acknowledgement_of_the_opening_tells_the_partner_s_pid() {
    let (opened, _) = negotiation::Negotiation::open(Begin::Consumer);
    assert_eq!((opened.consumer_pid(), opened.provider_pid()), (Some("urn:uuid:consumer"), None));
    let (known, _) = opened.acknowledged().unwrap();
    assert_eq!(known.peer_pid(), Some("urn:uuid:provider"));
    let silent = negotiation::step(&opened, negotiation::Input::PeerAcknowledged { peer_pid: None }, NOW).unwrap();
    assert_eq!(silent.negotiation.peer_pid(), None);
}

#[test]
fn so_does_the_first_message_if_it_overtakes_the_acknowledgement() {
    let (opened, _) = transfer::Transfer::open(Begin::Push);
    let (started, _) = opened.receive(transfer::Message::Start { data_address: None }).unwrap();
    assert_eq!((started.peer_pid(), started.provider_pid()), (Some("urn:uuid:provider"), Some("urn:uuid:provider")));
}

#[test]
fn a_refused_message_tells_nothing() {
    let (opened, _) = transfer::Transfer::open(Begin::Push);
    assert!(opened.receive(transfer::Message::Completion).is_err());
    assert_eq!(opened.peer_pid(), None);
}

#[test]
fn another_pid_is_refused() {
    let stranger = || "urn:uuid:stranger".to_owned();
    let provider = negotiation::Negotiation::opened(Begin::Consumer);
    let (consumer, _) = transfer::Transfer::open(Begin::Consumer).0.acknowledged().unwrap();
    let strange = [
        Pids { consumer_pid: stranger(), provider_pid: own_pid(Role::Provider) },
        Pids { consumer_pid: own_pid(Role::Consumer), provider_pid: stranger() },
    ];
    for pids in strange {
        let message = negotiation::Message::Termination { code: None, reason: Vec::new() };
        let input = negotiation::Input::Received { message, pids: pids.clone() };
        let rejection = negotiation::step(&provider, input, NOW).unwrap_err();
        assert_eq!(rejection.code, Code::PidMismatch);
        assert!(
            rejection.reason.contains("`urn:uuid:stranger`; in this process it is `urn:uuid:"),
            "{}",
            rejection.reason
        );

        let message = transfer::Message::Termination { code: None, reason: Vec::new() };
        let rejection = transfer::step(&consumer, transfer::Input::Received { message, pids }, NOW).unwrap_err();
        assert_eq!(rejection.code, Code::PidMismatch);
    }
    let input = transfer::Input::PeerAcknowledged { peer_pid: Some(stranger()) };
    assert_eq!(transfer::step(&consumer, input, NOW).unwrap_err().code, Code::PidMismatch);
}

#[test]
fn a_second_request_is_refused_while_the_first_is_considered() {
    let provider = negotiation::Negotiation::opened(Begin::Consumer);
    let message = negotiation::Message::Request { offer: provider.last_offer().clone() };
    let rejection =
        negotiation::step(&provider, negotiation::Input::Received { message, pids: pids() }, NOW).unwrap_err();
    assert_eq!((rejection.code, rejection.state), (Code::IllegalTransition, Some("REQUESTED")));
    insta::assert_snapshot!(rejection.reason, @"ContractRequestMessage from the consumer is not allowed in REQUESTED. Allowed there from the consumer: ContractNegotiationTerminationMessage.");
}
