//! Any inputs in any order, whether or not a decent partner or operator would give them.

use proptest::prelude::*;
use symbolon_contract_negotiation::{Pids, Role, negotiation, transfer};

use crate::partners::{Begin, Machine, NOW, address, offer, own_pid, pids};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn negotiations_take_or_refuse_anything(begun in 0..4_usize, choices in prop::collection::vec(any::<usize>(), 0..60)) {
        use negotiation::StateName::{Finalized, Terminated};
        let mut now = match begun {
            0 => negotiation::Negotiation::open(Begin::Consumer).0,
            1 => negotiation::Negotiation::open(Begin::Provider).0,
            2 => negotiation::Negotiation::opened(Begin::Consumer),
            _ => negotiation::Negotiation::opened(Begin::Provider),
        };
        let inputs = negotiation_inputs();
        for choice in choices {
            let input = inputs[choice % inputs.len()].clone();
            match negotiation::step(&now, input.clone(), NOW) {
                Ok(step) => {
                    let (from, to) = (now.state_name(), step.negotiation.state_name());
                    prop_assert!(from != Terminated || to == Terminated, "{from} {input:?} {to}");
                    prop_assert!(from != Finalized || matches!(to, Finalized | Terminated), "{from} {input:?} {to}");
                    now = stored(&step.negotiation);
                }
                Err(rejection) => {
                    prop_assert_eq!(rejection.state, Some(now.word()));
                    prop_assert_eq!(rejection.input, input.name());
                    prop_assert!(rejection.reason.ends_with('.'), "{}", rejection.reason);
                }
            }
        }
    }

    #[test]
    fn transfers_take_or_refuse_anything(begun in 0..4_usize, choices in prop::collection::vec(any::<usize>(), 0..60)) {
        use transfer::StateName::{Completed, Terminated};
        let mut now = match begun {
            0 => transfer::Transfer::open(Begin::Consumer).0,
            1 => transfer::Transfer::open(Begin::Push).0,
            2 => transfer::Transfer::opened(Begin::Consumer),
            _ => transfer::Transfer::opened(Begin::Push),
        };
        let inputs = transfer_inputs();
        for choice in choices {
            let input = inputs[choice % inputs.len()].clone();
            match transfer::step(&now, input.clone(), NOW) {
                Ok(step) => {
                    let (from, to) = (now.state_name(), step.transfer.state_name());
                    prop_assert!(from != Terminated || to == Terminated, "{from} {input:?} {to}");
                    prop_assert!(from != Completed || matches!(to, Completed | Terminated), "{from} {input:?} {to}");
                    now = stored(&step.transfer);
                }
                Err(rejection) => {
                    prop_assert_eq!(rejection.state, Some(now.word()));
                    prop_assert_eq!(rejection.input, input.name());
                    prop_assert!(rejection.reason.ends_with('.'), "{}", rejection.reason);
                }
            }
        }
    }
}

fn stored<M: Machine>(machine: &M) -> M {
    let restored: M = serde_json::from_value(serde_json::to_value(machine).unwrap()).unwrap();
    assert_eq!(&restored, machine);
    restored
}

fn strange_pids() -> [Pids; 2] {
    [pids(), Pids { consumer_pid: own_pid(Role::Consumer), provider_pid: "urn:uuid:stranger".to_owned() }]
}

fn negotiation_inputs() -> Vec<negotiation::Input> {
    use negotiation::{Input, Message, Negotiation, StateName};
    let agreement = offer("offer-1", "maintenance").as_agreement(
        "agreement-1",
        "spindle-telemetry",
        crate::partners::SUPPLIER,
        crate::partners::OEM,
        "2025-01-01T00:00:00Z",
    );
    let messages = [
        Message::Request { offer: offer("offer-2", "quality") },
        Message::Offer { offer: offer("offer-3", "research") },
        Message::Offer { offer: offer("offer-1", "maintenance") },
        Message::Accepted,
        Message::Agreement { agreement },
        Message::Agreement { agreement: offer("offer-1", "maintenance") },
        Message::Verification,
        Message::Finalized,
        Message::Termination { code: Some("1".to_owned()), reason: Vec::new() },
    ];
    let received = messages
        .into_iter()
        .flat_map(|message| strange_pids().map(|pids| Input::Received { message: message.clone(), pids }));
    let commands = [Role::Consumer, Role::Provider].into_iter().flat_map(Negotiation::commands).map(Input::Command);
    let reports = StateName::ALL.into_iter().map(|state| Input::PeerReports { state });
    let rest = [
        Input::PeerAcknowledged { peer_pid: None },
        Input::PeerAcknowledged { peer_pid: Some(own_pid(Role::Provider)) },
        Input::PeerAcknowledged { peer_pid: Some("urn:uuid:stranger".to_owned()) },
        Input::PeerRefused { reason: "no".to_owned() },
        Input::PeerRefused { reason: String::new() },
        Input::Undeliverable { reason: "no answer".to_owned() },
    ];
    received.chain(commands).chain(reports).chain(rest).collect()
}

fn transfer_inputs() -> Vec<transfer::Input> {
    use transfer::{Command, Input, Message, StateName, Transfer};
    let messages = [
        Message::Request { agreement_id: "agreement-2".to_owned(), format: String::new(), data_address: None },
        Message::Start { data_address: None },
        Message::Start { data_address: Some(address("https://supplier.example/data")) },
        Message::Suspension { code: None, reason: Vec::new() },
        Message::Completion,
        Message::Termination { code: Some("1".to_owned()), reason: Vec::new() },
    ];
    let received = messages
        .into_iter()
        .flat_map(|message| strange_pids().map(|pids| Input::Received { message: message.clone(), pids }));
    let answers =
        [None, Some(address("https://supplier.example/fresh"))].map(|data_address| Command::Answer { data_address });
    let commands = [Role::Consumer, Role::Provider].into_iter().flat_map(Transfer::commands);
    let commands = commands.chain(answers).map(Input::Command);
    let reports = StateName::ALL.into_iter().map(|state| Input::PeerReports { state });
    let rest = [
        Input::PeerAcknowledged { peer_pid: None },
        Input::PeerAcknowledged { peer_pid: Some("urn:uuid:stranger".to_owned()) },
        Input::PeerRefused { reason: "no".to_owned() },
        Input::PeerRefused { reason: String::new() },
        Input::Undeliverable { reason: "no answer".to_owned() },
    ];
    received.chain(commands).chain(reports).chain(rest).collect()
}
