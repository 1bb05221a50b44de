//! Resuming by either side, the data address, and what crosses.

use symbolon_contract_negotiation::{
    Code, Settling,
    transfer::{Command, Message, State, Transfer},
};

use crate::partners::{Begin, Machine, Out, address};

#[test]
fn the_consumer_s_resume_is_answered_with_a_fresh_address() {
    let (consumer, provider) = suspended(Begin::Consumer);

    let (consumer, outs) = consumer.command(Command::Start { data_address: None }).unwrap();
    assert_eq!((consumer.word(), consumer.data_address()), ("STARTED", None));
    assert_eq!(outs, [Out::Send(Message::Start { data_address: None })]);

    let (provider, outs) = provider.receive(Message::Start { data_address: None }).unwrap();
    assert_eq!((provider.word(), outs), ("STARTED", vec![Out::Prepare]));

    let fresh = Message::Start { data_address: Some(address("https://supplier.example/fresh")) };
    let (provider, outs) = provider.command(Transfer::answer().unwrap()).unwrap();
    assert_eq!((provider.word(), outs), ("STARTED", vec![Out::Send(fresh.clone())]));

    let (consumer, outs) = consumer.receive(fresh).unwrap();
    assert_eq!((consumer.word(), outs), ("STARTED", vec![]));
    assert_eq!(consumer.data_address(), Some(&address("https://supplier.example/fresh")));
    assert_eq!(consumer.outcome(), provider.outcome());
}

#[test]
fn the_provider_s_resume_needs_no_answer() {
    let (consumer, provider) = suspended(Begin::Consumer);
    let data_address = Some(address("https://supplier.example/fresh"));
    let (provider, outs) = provider.command(Command::Start { data_address: data_address.clone() }).unwrap();
    assert_eq!(outs, [Out::Send(Message::Start { data_address: data_address.clone() })]);
    let (consumer, _) = consumer.receive(Message::Start { data_address: data_address.clone() }).unwrap();
    assert_eq!(consumer.outcome(), provider.outcome());
    let rejection = consumer.receive(Message::Start { data_address }).unwrap_err();
    assert_eq!(rejection.code, Code::IllegalTransition);
}

#[test]
fn a_late_answer_does_not_resume_what_was_suspended_again() {
    let (_, provider) = suspended(Begin::Consumer);
    let (resumed, _) = provider.receive(Message::Start { data_address: None }).unwrap();
    let (suspended, _) = resumed.receive(Message::Suspension { code: None, reason: Vec::new() }).unwrap();
    let rejection = suspended.command(Transfer::answer().unwrap()).unwrap_err();
    assert_eq!((rejection.code, rejection.state), (Code::IllegalTransition, Some("SUSPENDED")));
}

#[test]
fn the_provider_answers_once() {
    let (_, provider) = suspended(Begin::Consumer);
    let (resumed, _) = provider.receive(Message::Start { data_address: None }).unwrap();
    let start = Command::Start { data_address: Some(address("https://supplier.example/data")) };
    assert_eq!(resumed.command(start).unwrap_err().code, Code::IllegalTransition);
    let (answered, _) = resumed.command(Transfer::answer().unwrap()).unwrap();
    assert_eq!(answered.command(Transfer::answer().unwrap()).unwrap_err().code, Code::IllegalTransition);
}

#[test]
fn a_push_is_resumed_without_an_address_or_to_a_new_destination() {
    let (_, provider) = suspended(Begin::Push);
    let (resumed, outs) = provider.receive(Message::Start { data_address: None }).unwrap();
    assert_eq!((resumed.destination(), outs), (Some(&address("https://oem.example/inbox")), vec![Out::Prepare]));
    let elsewhere = address("https://oem.example/other");
    let (redirected, _) = provider.receive(Message::Start { data_address: Some(elsewhere.clone()) }).unwrap();
    assert_eq!(redirected.destination(), Some(&elsewhere));
}

#[test]
fn addresses_belong_where_the_data_is_fetched() {
    let (pulling, _) = Transfer::open(Begin::Consumer);
    let (pushed_to, _) = Transfer::open(Begin::Push);
    let somewhere = || Some(address("https://supplier.example/data"));
    let (suspended_pull, giving) = suspended(Begin::Consumer);
    let refusals = [
        (pulling.receive(Message::Start { data_address: None }), Code::DataAddressMissing),
        (pushed_to.receive(Message::Start { data_address: somewhere() }), Code::DataAddressUnexpected),
        (giving.command(Command::Start { data_address: None }), Code::DataAddressMissing),
        (giving.receive(Message::Start { data_address: somewhere() }), Code::DataAddressUnexpected),
        (suspended_pull.command(Command::Start { data_address: somewhere() }), Code::DataAddressUnexpected),
    ];
    for (refusal, code) in refusals {
        assert_eq!(refusal.unwrap_err().code, code);
    }
}

#[test]
fn a_suspension_that_may_have_crossed_a_start_is_looked_into() {
    let (consumer, _) = suspended(Begin::Consumer);
    let (resumed, _) = consumer.command(Command::Start { data_address: None }).unwrap();
    let suspension = || Message::Suspension { code: None, reason: Vec::new() };
    let (crossed, outs) = resumed.receive(suspension()).unwrap();
    assert_eq!((crossed.word(), outs, crossed.settling()), ("SUSPENDED", vec![Out::Ask], Settling::Asked));
    let (followed, outs) = resumed.acknowledged().unwrap().0.receive(suspension()).unwrap();
    assert_eq!((followed.word(), outs, followed.settling()), ("SUSPENDED", vec![], Settling::Settled));
}

#[test]
fn a_completion_that_nobody_acknowledged_gives_way_to_a_termination() {
    let (_, provider) = suspended(Begin::Consumer);
    let start = Command::Start { data_address: Some(address("https://supplier.example/data")) };
    let (completed, _) = provider.command(start).unwrap().0.command(Command::Complete).unwrap();
    let termination = || Message::Termination { code: None, reason: Vec::new() };
    assert_eq!(completed.receive(termination()).unwrap().0.word(), "TERMINATED");

    let (started_known, _) = completed.acknowledged().unwrap();
    assert_eq!(started_known.receive(termination()).unwrap().0.word(), "TERMINATED");
    let (confirmed, _) = started_known.acknowledged().unwrap();
    assert!(matches!(confirmed.state(), State::Completed { confirmed: true, .. }));
    assert_eq!(confirmed.receive(termination()).unwrap_err().code, Code::IllegalTransition);
}

/// Consumer and provider after a start and a suspension by the provider, with nothing unanswered.
fn suspended(begin: Begin) -> (Transfer, Transfer) {
    let data_address = matches!(begin, Begin::Consumer).then(|| address("https://supplier.example/data"));
    let suspension = Message::Suspension { code: None, reason: Vec::new() };
    let (consumer, _) = Transfer::open(begin).0.acknowledged().unwrap();
    let (consumer, _) = consumer.receive(Message::Start { data_address: data_address.clone() }).unwrap();
    let (consumer, _) = consumer.receive(suspension).unwrap();
    let (provider, _) = Transfer::opened(begin).command(Command::Start { data_address }).unwrap();
    let (provider, _) = provider.command(Command::Suspend { code: None, reason: Vec::new() }).unwrap();
    (consumer, provider.acknowledged().unwrap().0.acknowledged().unwrap().0)
}
