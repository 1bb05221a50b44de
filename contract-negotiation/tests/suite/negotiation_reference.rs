//! Every state, input and role of the negotiation against a list written from the standard by hand.

use std::collections::BTreeSet;

use symbolon_contract_negotiation::{
    Code, Role, Settling,
    negotiation::{Command, Message, MessageName, Negotiation, StateName, table},
};

use crate::partners::{Begin, Machine, Out, offer};

/// DSP 2025-1, contract negotiation: state, sender, message, next state. With `*` the diagram lacks the move but the text allows it: such a
/// message is accepted and never sent.
const MOVES: &str = "
    REQUESTED  provider  Offer         OFFERED
    REQUESTED  provider  Agreement     AGREED
    REQUESTED  consumer  Termination   TERMINATED
    REQUESTED  provider  Termination   TERMINATED
    OFFERED    consumer  Request       REQUESTED
    OFFERED    consumer  Accepted      ACCEPTED
    OFFERED    consumer  Termination   TERMINATED
    OFFERED    provider  Termination   TERMINATED
    ACCEPTED   provider  Agreement     AGREED
    ACCEPTED   provider  Termination   TERMINATED
    ACCEPTED   consumer  Termination   TERMINATED *
    AGREED     consumer  Verification  VERIFIED
    AGREED     consumer  Termination   TERMINATED
    AGREED     provider  Termination   TERMINATED *
    VERIFIED   provider  Finalized     FINALIZED
    VERIFIED   provider  Termination   TERMINATED
    VERIFIED   consumer  Termination   TERMINATED *
";

/// What a report of the partner's state (columns) leads to in our state (rows) after a refusal: `=` nothing, `T` adopt TERMINATED, `F` adopt
/// FINALIZED, `!` terminate and tell the partner, `x` terminate where the partner's state does not let us tell it.
const REPORTS_TO_CONSUMER: &str = "
                REQUESTED OFFERED ACCEPTED AGREED VERIFIED FINALIZED TERMINATED
    REQUESTED   =         =       x        =      x        x         T
    OFFERED     !         =       x        !      x        x         T
    ACCEPTED    !         !       =        =      x        x         T
    AGREED      !         !       x        =      x        x         T
    VERIFIED    !         !       x        !      =        F         T
    FINALIZED   !         !       x        !      x        =         T
    TERMINATED  =         =       =        =      =        =         =
";

const REPORTS_TO_PROVIDER: &str = "
                REQUESTED OFFERED ACCEPTED AGREED VERIFIED FINALIZED TERMINATED
    REQUESTED   =         !       !        x      !        x         T
    OFFERED     =         =       =        x      !        x         T
    ACCEPTED    !         !       =        x      !        x         T
    AGREED      !         !       !        =      =        x         T
    VERIFIED    !         !       !        x      =        x         T
    FINALIZED   !         !       !        x      !        =         T
    TERMINATED  =         =       =        =      =        =         =
";

const ROLES: [Role; 2] = [Role::Consumer, Role::Provider];

#[test]
fn the_table_is_the_list() {
    let moves = MOVES.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let rows = table().iter().filter_map(|row| {
        let star = if row.sent { "" } else { " *" };
        row.from.map(|from| format!("{from} {} {:?} {}{star}", row.sender, row.message, row.to))
    });
    assert_eq!(rows.collect::<BTreeSet<_>>(), moves.filter(|line| !line.is_empty()).collect());
}

#[test]
fn every_received_message() {
    for (role, state, before) in situations() {
        for message in messages(&before) {
            let name = format!("{:?}", message.name());
            let expected = moves(state, role.peer(), &name).map(|(to, _)| to);
            let outcome = before.receive(message);
            assert_eq!(
                outcome.as_ref().ok().map(|(after, _)| after.word()),
                expected,
                "{role} in {state} receives {name}"
            );
            match outcome {
                Ok((_, outs)) => assert_eq!(outs, [], "{role} in {state} receives {name}"),
                Err(rejection) => {
                    assert_eq!((rejection.state, rejection.role), (Some(state.as_str()), role));
                    assert!(rejection.input.starts_with("received Contract"), "{}", rejection.input);
                    assert_explains(&rejection, state, role.peer());
                }
            }
        }
    }
}

#[test]
fn every_command() {
    for (role, state, before) in situations() {
        for command in commands() {
            let name = format!("{:?}", command.message());
            let expected = moves(state, role, &name).filter(|(_, sent)| *sent).map(|(to, _)| to);
            let outcome = before.command(command.clone());
            assert_eq!(
                outcome.as_ref().ok().map(|(after, _)| after.word()),
                expected,
                "{role} in {state} commands {name}"
            );
            match outcome {
                Ok((_, outs)) => {
                    assert!(matches!(&outs[..], [Out::Send(sent)] if format!("{:?}", sent.name()) == name))
                }
                Err(rejection) => {
                    assert_eq!((rejection.state, rejection.role), (Some(state.as_str()), role));
                    assert_eq!(rejection.input, format!("command {}", command.name()));
                    assert_explains(&rejection, state, role);
                }
            }
        }
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
    use symbolon_contract_negotiation::negotiation::{Input, step};
    for (_, state, before) in situations() {
        let input = Input::Undeliverable { reason: "no answer for three days".to_owned() };
        let after = step(&before, input, crate::partners::NOW).unwrap().negotiation;
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
                "T" | "x" => ("TERMINATED", vec![]),
                "F" => ("FINALIZED", vec![]),
                "!" => ("TERMINATED", vec!["Termination".to_owned()]),
                other => unreachable!("{other}"),
            };
            assert_eq!(outcome, expected, "{role} in {state} hears {theirs}");
            assert_eq!(after.settling(), Settling::Settled);
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
                "F" => ("FINALIZED", vec![]),
                _ => (state.as_str(), vec!["Ask".to_owned()]),
            };
            assert_eq!((after.word(), outs.iter().map(spoken).collect()), expected, "{role} in {state} hears {theirs}");
        }
    }
}

#[test]
fn an_outdated_report_is_asked_for_again() {
    let (requested, _) = Negotiation::open(Begin::Consumer);
    let (asked, _) = requested.acknowledged().unwrap().0.refused().unwrap();
    let (offered, _) = asked.receive(Message::Offer { offer: offer("offer-3", "research") }).unwrap();
    let (after, outs) = offered.reports("REQUESTED").unwrap();
    assert_eq!((after.word(), outs), ("OFFERED", vec![Out::Ask]));
    let (after, outs) = after.reports("OFFERED").unwrap();
    assert_eq!((after.word(), outs, after.settling()), ("OFFERED", vec![], Settling::Settled));
}

#[test]
fn a_refused_opening_ends_the_negotiation() {
    let (requested, _) = Negotiation::open(Begin::Consumer);
    let (after, outs) = requested.refused().unwrap();
    assert_eq!((after.word(), outs), ("TERMINATED", vec![]));
}

fn assert_explains(rejection: &symbolon_contract_negotiation::Rejection, state: StateName, sender: Role) {
    let reason = &rejection.reason;
    match rejection.code {
        Code::WrongRole => assert!(reason.contains("is never sent by"), "{reason}"),
        _ => {
            assert_eq!(rejection.code, Code::IllegalTransition, "{reason}");
            let allowed = format!("in {state}. Allowed there from the {sender}: ");
            assert!(reason.contains(&allowed), "{reason}");
        }
    }
}

/// Both roles in every state.
fn situations() -> Vec<(Role, StateName, Negotiation)> {
    let all = ROLES.into_iter().flat_map(|role| StateName::ALL.map(|state| (role, state, reached(role, state))));
    all.inspect(|(_, state, negotiation)| assert_eq!(negotiation.state_name(), *state)).collect()
}

fn reached(role: Role, state: StateName) -> Negotiation {
    use MessageName::{Accepted, Agreement, Finalized, Offer, Termination, Verification};
    let way: &[MessageName] = match state {
        StateName::Requested => &[],
        StateName::Offered => &[Offer],
        StateName::Accepted => &[Offer, Accepted],
        StateName::Agreed => &[Offer, Accepted, Agreement],
        StateName::Verified => &[Offer, Accepted, Agreement, Verification],
        StateName::Finalized => &[Offer, Accepted, Agreement, Verification, Finalized],
        StateName::Terminated => &[Termination],
    };
    let first = match role {
        Role::Consumer => Negotiation::open(Begin::Consumer).0.acknowledged().unwrap().0,
        Role::Provider => Negotiation::opened(Begin::Consumer),
    };
    way.iter().fold(first, |negotiation, name| {
        let command = commands().into_iter().find(|command| command.message() == *name).unwrap();
        let message = messages(&negotiation).into_iter().find(|message| message.name() == *name).unwrap();
        negotiation.command(command).or_else(|_| negotiation.receive(message)).unwrap().0
    })
}

fn commands() -> [Command; 7] {
    [
        Command::Request { offer: offer("offer-2", "quality") },
        Command::Offer { offer: offer("offer-3", "research") },
        Command::Accept,
        Command::Agree { agreement_id: "agreement-1".to_owned() },
        Command::Verify,
        Command::Finalize,
        Command::Terminate { code: None, reason: Vec::new() },
    ]
}

fn messages(negotiation: &Negotiation) -> [Message; 7] {
    let agreement = negotiation.last_offer().as_agreement(
        "agreement-1",
        "spindle-telemetry",
        negotiation.provider(),
        negotiation.consumer(),
        "2025-01-01T00:00:00Z",
    );
    [
        Message::Request { offer: offer("offer-2", "quality") },
        Message::Offer { offer: offer("offer-3", "research") },
        Message::Accepted,
        Message::Agreement { agreement },
        Message::Verification,
        Message::Finalized,
        Message::Termination { code: None, reason: Vec::new() },
    ]
}

/// The next state, and whether the message is also sent.
fn moves(state: StateName, sender: Role, message: &str) -> Option<(&'static str, bool)> {
    MOVES.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find_map(|words| match &words[..] {
        [from, by, name, to, rest @ ..] if *from == state.as_str() && *by == sender.to_string() && *name == message => {
            Some((*to, rest.is_empty()))
        }
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
