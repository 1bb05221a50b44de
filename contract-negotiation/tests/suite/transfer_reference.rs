//! Every state, input and role of the transfer process against a list written from the standard by hand.

use std::collections::BTreeSet;

use symbolon_contract_negotiation::{
    Code, Role, Settling,
    transfer::{Command, Input, Message, MessageName, StateName, Transfer, step, table},
};

use crate::partners::{Begin, Machine, NOW, Out, address, own_pid};

/// DSP 2025-1, transfer process: state, sender, message, next state. No row of the standard is accepted and never sent; what crossing messages
/// and the answer to a resume add is tested in `resume`.
const MOVES: &str = "
    REQUESTED  provider  Start        STARTED
    REQUESTED  consumer  Termination  TERMINATED
    REQUESTED  provider  Termination  TERMINATED
    STARTED    consumer  Completion   COMPLETED
    STARTED    provider  Completion   COMPLETED
    STARTED    consumer  Suspension   SUSPENDED
    STARTED    provider  Suspension   SUSPENDED
    STARTED    consumer  Termination  TERMINATED
    STARTED    provider  Termination  TERMINATED
    SUSPENDED  consumer  Start        STARTED
    SUSPENDED  provider  Start        STARTED
    SUSPENDED  consumer  Termination  TERMINATED
    SUSPENDED  provider  Termination  TERMINATED
";

/// What a report of the partner's state (columns) leads to in our state (rows) after a refusal: `=` nothing, `T`, `C`, `S` adopt TERMINATED,
/// COMPLETED, SUSPENDED, `R` repeat our suspension, `!` terminate and tell the partner.
const REPORTS_TO_CONSUMER: &str = "
                REQUESTED STARTED SUSPENDED COMPLETED TERMINATED
    REQUESTED   =         =       =         C         T
    STARTED     !         =       S         C         T
    SUSPENDED   !         R       =         C         T
    COMPLETED   !         =       =         =         T
    TERMINATED  =         =       =         =         =
";

const REPORTS_TO_PROVIDER: &str = "
                REQUESTED STARTED SUSPENDED COMPLETED TERMINATED
    REQUESTED   =         !       !         C         T
    STARTED     !         =       S         C         T
    SUSPENDED   !         R       =         C         T
    COMPLETED   !         =       =         =         T
    TERMINATED  =         =       =         =         =
";

const ROLES: [Role; 2] = [Role::Consumer, Role::Provider];

#[test]
fn the_table_is_the_list() {
    let ours = [
        "STARTED provider Start STARTED".to_owned(),
        "COMPLETED consumer Termination TERMINATED".to_owned(),
        "COMPLETED provider Termination TERMINATED".to_owned(),
    ];
    let moves = MOVES.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let rows = table()
        .iter()
        .filter_map(|row| row.from.map(|from| format!("{from} {} {:?} {}", row.sender, row.message, row.to)));
    assert_eq!(rows.collect::<BTreeSet<_>>(), moves.filter(|line| !line.is_empty()).chain(ours).collect());
}

#[test]
fn every_received_message() {
    for (role, state, before) in situations() {
        for message in messages(role.peer()) {
            let name = format!("{:?}", message.name());
            let outcome = before.receive(message);
            let word = outcome.as_ref().ok().map(|(after, _)| after.word());
            assert_eq!(word, moves(state, role.peer(), &name), "{role} in {state} receives {name}");
            match outcome {
                Ok((_, outs)) => {
                    let resumed = role == Role::Provider && name == "Start";
                    assert_eq!(
                        outs,
                        if resumed { vec![Out::Prepare] } else { vec![] },
                        "{role} in {state} receives {name}"
                    );
                }
                Err(rejection) => {
                    assert_eq!((rejection.state, rejection.role), (Some(state.as_str()), role));
                    assert!(rejection.input.starts_with("received Transfer"), "{}", rejection.input);
                    assert!(matches!(rejection.code, Code::IllegalTransition | Code::WrongRole), "{rejection:?}");
                    assert!(!rejection.reason.is_empty());
                }
            }
        }
    }
}

#[test]
fn every_command() {
    for (role, state, before) in situations() {
        for command in commands(role) {
            let name = format!("{:?}", command.message());
            let outcome = before.command(command.clone());
            let word = outcome.as_ref().ok().map(|(after, _)| after.word());
            assert_eq!(word, moves(state, role, &name), "{role} in {state} commands {name}");
            match outcome {
                Ok((_, outs)) => {
                    assert!(matches!(&outs[..], [Out::Send(sent)] if format!("{:?}", sent.name()) == name))
                }
                Err(rejection) => {
                    assert_eq!((rejection.state, rejection.role), (Some(state.as_str()), role));
                    assert_eq!(rejection.input, format!("command {}", command.name()));
                    assert!(matches!(rejection.code, Code::IllegalTransition | Code::WrongRole), "{rejection:?}");
                }
            }
        }
    }
}

#[test]
fn an_answer_that_nobody_waits_for_is_refused() {
    for (role, state, before) in situations() {
        let rejection = before.command(Transfer::answer().unwrap()).unwrap_err();
        assert_eq!(
            (rejection.code, rejection.state, rejection.role),
            (Code::IllegalTransition, Some(state.as_str()), role)
        );
    }
}

#[test]
fn every_acknowledgement_leaves_the_state() {
    for (_, state, before) in situations() {
        let (after, outs) = before.acknowledged().unwrap();
        assert_eq!((after.state_name(), outs), (state, Vec::new()));
    }
}

#[test]
fn every_refusal_asks_the_partner_once() {
    for (_, state, before) in situations() {
        let (after, outs) = before.refused().unwrap();
        let asks = if state == StateName::Terminated { vec![] } else { vec![Out::Ask] };
        assert_eq!((after.state_name(), outs), (state, asks));
        assert_eq!(after.refused().unwrap().1, []);
    }
}

#[test]
fn every_failed_delivery_ends_what_has_not_ended() {
    for (_, state, before) in situations() {
        let after = step(&before, Input::Undeliverable { reason: "no answer for three days".to_owned() }, NOW)
            .unwrap()
            .transfer;
        assert_eq!(after.state_name(), if state.is_terminal() { state } else { StateName::Terminated });
    }
}

#[test]
fn every_report() {
    for (role, state, before) in situations() {
        for theirs in StateName::ALL {
            let (asked, _) = before.refused().unwrap();
            let (after, outs) = asked.reports(theirs.as_str()).unwrap();
            let outcome = (after.word(), outs.iter().map(spoken).collect::<Vec<_>>());
            let expected = match reports(role, state, theirs) {
                "=" => (state.as_str(), vec![]),
                "T" => ("TERMINATED", vec![]),
                "C" => ("COMPLETED", vec![]),
                // What was adopted without a message is confirmed by a second question.
                "S" => ("SUSPENDED", vec!["Ask".to_owned()]),
                "R" => ("SUSPENDED", vec!["Suspension".to_owned()]),
                "!" => ("TERMINATED", vec!["Termination".to_owned()]),
                other => unreachable!("{other}"),
            };
            assert_eq!(outcome, expected, "{role} in {state} hears {theirs}");
        }
    }
}

#[test]
fn an_unasked_report_of_another_state_only_leads_to_the_question() {
    for (role, state, before) in situations() {
        for theirs in StateName::ALL {
            let (after, outs) = before.reports(theirs.as_str()).unwrap();
            let expected = match reports(role, state, theirs) {
                "=" => (state.as_str(), vec![]),
                "T" => ("TERMINATED", vec![]),
                _ => (state.as_str(), vec!["Ask".to_owned()]),
            };
            assert_eq!((after.word(), outs.iter().map(spoken).collect()), expected, "{role} in {state} hears {theirs}");
        }
    }
}

#[test]
fn a_suspension_that_is_not_heeded_is_not_repeated_for_ever() {
    let mut suspended = reached(Role::Consumer, StateName::Suspended);
    let mut said = Vec::new();
    while !suspended.state_name().is_terminal() {
        let (after, outs) = suspended.refused().unwrap().0.reports("STARTED").unwrap();
        said.extend(outs.iter().map(spoken));
        suspended = after;
    }
    assert_eq!(said, ["Suspension", "Suspension", "Termination"]);
}

#[test]
fn commands_other_than_terminate_wait_until_the_states_are_settled() {
    let started = reached(Role::Consumer, StateName::Started).refused().unwrap().0;
    assert_eq!(started.command(Command::Complete).unwrap_err().code, Code::Unsettled);
    assert_eq!(started.command(Command::Terminate { code: None, reason: Vec::new() }).unwrap().0.word(), "TERMINATED");
    let settled = started.reports("STARTED").unwrap().0;
    assert_eq!(
        (settled.settling(), settled.command(Command::Complete).unwrap().0.word()),
        (Settling::Settled, "COMPLETED")
    );
}

#[test]
fn a_refused_opening_ends_the_transfer() {
    let (after, outs) = Transfer::open(Begin::Consumer).0.refused().unwrap();
    assert_eq!((after.word(), outs), ("TERMINATED", vec![]));
    assert_eq!(after.own_pid(), own_pid(Role::Consumer));
}

/// Both roles in every state.
fn situations() -> Vec<(Role, StateName, Transfer)> {
    let all = ROLES.into_iter().flat_map(|role| StateName::ALL.map(|state| (role, state, reached(role, state))));
    all.inspect(|(_, state, transfer)| assert_eq!(transfer.state_name(), *state)).collect()
}

/// A transfer in the state, brought there by the provider, with nothing unanswered.
fn reached(role: Role, state: StateName) -> Transfer {
    let way: &[MessageName] = match state {
        StateName::Requested => &[],
        StateName::Started => &[MessageName::Start],
        StateName::Suspended => &[MessageName::Start, MessageName::Suspension],
        StateName::Completed => &[MessageName::Start, MessageName::Completion],
        StateName::Terminated => &[MessageName::Termination],
    };
    let first = match role {
        Role::Consumer => Transfer::open(Begin::Consumer).0.acknowledged().unwrap().0,
        Role::Provider => Transfer::opened(Begin::Consumer),
    };
    way.iter().fold(first, |transfer, name| match role {
        Role::Consumer => {
            let message = messages(Role::Provider).into_iter().find(|message| message.name() == *name).unwrap();
            transfer.receive(message).unwrap().0
        }
        Role::Provider => {
            let command = commands(role).into_iter().find(|command| command.message() == *name).unwrap();
            transfer.command(command).unwrap().0.acknowledged().unwrap().0
        }
    })
}

fn commands(role: Role) -> [Command; 4] {
    let data_address = (role == Role::Provider).then(|| address("https://supplier.example/data"));
    [
        Command::Start { data_address },
        Command::Suspend { code: None, reason: Vec::new() },
        Command::Complete,
        Command::Terminate { code: None, reason: Vec::new() },
    ]
}

fn messages(sender: Role) -> [Message; 5] {
    let data_address = (sender == Role::Provider).then(|| address("https://supplier.example/data"));
    [
        Message::Request {
            agreement_id: "agreement-1".to_owned(),
            format: "HttpData-PULL".to_owned(),
            data_address: None,
        },
        Message::Start { data_address },
        Message::Suspension { code: None, reason: Vec::new() },
        Message::Completion,
        Message::Termination { code: None, reason: Vec::new() },
    ]
}

fn moves(state: StateName, sender: Role, message: &str) -> Option<&'static str> {
    MOVES.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find_map(|words| match &words[..] {
        [from, by, name, to] if *from == state.as_str() && *by == sender.to_string() && *name == message => Some(*to),
        _ => None,
    })
}

fn reports(role: Role, ours: StateName, theirs: StateName) -> &'static str {
    let list = match role {
        Role::Consumer => REPORTS_TO_CONSUMER,
        Role::Provider => REPORTS_TO_PROVIDER,
    };
    let mut rows =
        list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).filter(|words| !words.is_empty());
    let column = rows.next().unwrap().iter().position(|word| *word == theirs.as_str()).unwrap();
    rows.find(|words| words[0] == ours.as_str()).unwrap()[column + 1]
}

fn spoken(out: &Out<Message>) -> String {
    match out {
        Out::Send(message) | Out::Open(message) => format!("{:?}", message.name()),
        Out::Ask => "Ask".to_owned(),
        Out::Prepare => "Prepare".to_owned(),
    }
}
