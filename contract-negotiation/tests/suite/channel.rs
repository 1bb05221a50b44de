//! Both machines over a channel that loses, duplicates and reorders, with operators who command whatever comes to their minds.
//!
//! Each side has an outbox: the head is sent again and again until it is answered. Each side remembers the ids of the messages that it has
//! answered. Then the channel heals, everything under way arrives, and the two must agree.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;
use symbolon_contract_negotiation::{Role, Settling, negotiation::Negotiation, transfer::Transfer};

use crate::partners::{Begin, Machine, Moved, Out};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn negotiations_agree(by_provider: bool, events in events()) {
        let begin = if by_provider { Begin::Provider } else { Begin::Consumer };
        Channel::<Negotiation>::run(begin, &events);
    }

    #[test]
    fn transfers_agree(push: bool, events in events()) {
        let begin = if push { Begin::Push } else { Begin::Consumer };
        Channel::<Transfer>::run(begin, &events);
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// The operator of a side gives the n-th command of its role; it may be refused.
    Command(usize, usize),
    /// Data that was to be prepared is ready.
    Answer(usize),
    /// A side sends the head of its outbox once more.
    Transmit(usize),
    /// The n-th packet on the channel arrives.
    Deliver(usize),
    /// The n-th packet is doubled.
    Duplicate(usize),
    /// The n-th packet is lost.
    Lose(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => (0..2_usize, 0..3_usize).prop_map(|(side, nth)| Event::Command(side, nth)),
        // Terminations are rare, or no run would get far.
        1 => (0..2_usize, 0..9_usize).prop_map(|(side, nth)| Event::Command(side, if nth == 0 { 3 } else { nth % 3 })),
        1 => (0..2_usize).prop_map(Event::Answer),
        6 => (0..2_usize).prop_map(Event::Transmit),
        8 => any::<usize>().prop_map(Event::Deliver),
        1 => any::<usize>().prop_map(Event::Duplicate),
        1 => any::<usize>().prop_map(Event::Lose),
    ];
    prop::collection::vec(event, 0..160)
}

struct Channel<M: Machine> {
    begin: Begin,
    sides: [Side<M>; 2],
    packets: Vec<Packet<M::Message>>,
    next_id: u32,
}

struct Side<M: Machine> {
    role: Role,
    /// `None` until the opening message has arrived.
    machine: Option<M>,
    outbox: VecDeque<(u32, Out<M::Message>)>,
    /// How often the head was sent. An answer to an earlier attempt comes over a connection that was given up.
    attempt: u32,
    answered: BTreeMap<u32, Reply>,
    preparing: usize,
}

#[derive(Clone, Debug)]
struct Packet<T> {
    to: usize,
    id: u32,
    attempt: u32,
    content: Content<T>,
}

#[derive(Clone, Debug)]
enum Content<T> {
    Item(Out<T>),
    Reply(Reply),
}

#[derive(Clone, Copy, Debug)]
enum Reply {
    Acknowledged,
    Refused,
    State(&'static str),
}

impl<M: Machine> Channel<M> {
    fn run(begin: Begin, events: &[Event]) {
        let side = |role| Side {
            role,
            machine: None,
            outbox: VecDeque::new(),
            attempt: 0,
            answered: BTreeMap::new(),
            preparing: 0,
        };
        let sides = [side(Role::Consumer), side(Role::Provider)];
        let mut channel = Self { begin, sides, packets: Vec::new(), next_id: 0 };
        channel.take(usize::from(matches!(begin, Begin::Provider)), Ok(M::open(begin)));
        for event in events {
            channel.happen(*event);
        }
        channel.heal();
        let [consumer, provider] = channel.sides.map(|side| side.machine.unwrap());
        assert_eq!(consumer.outcome(), provider.outcome());
        assert_eq!([consumer.settling(), provider.settling()], [Settling::Settled; 2]);
    }

    fn happen(&mut self, event: Event) {
        let nth = |n: usize| (!self.packets.is_empty()).then(|| n % self.packets.len());
        match event {
            Event::Command(side, n) => {
                let commands = M::commands(self.sides[side].role);
                if let Some(machine) = &self.sides[side].machine {
                    let moved = machine.command(commands[n % commands.len()].clone());
                    self.take(side, moved);
                }
            }
            Event::Answer(side) => self.prepared(side),
            Event::Transmit(side) => self.transmit(side),
            Event::Deliver(n) => {
                if let Some(n) = nth(n) {
                    let packet = self.packets.swap_remove(n);
                    self.deliver(packet);
                }
            }
            Event::Duplicate(n) => {
                if let Some(n) = nth(n) {
                    self.packets.push(self.packets[n].clone());
                }
            }
            Event::Lose(n) => {
                if let Some(n) = nth(n) {
                    self.packets.swap_remove(n);
                }
            }
        }
    }

    /// From now on nothing is lost, and everything is carried out, until nothing is left to do.
    fn heal(&mut self) {
        for _ in 0..1000 {
            let idle = self.sides.iter().all(|side| side.outbox.is_empty() && side.preparing == 0);
            if idle && self.packets.is_empty() {
                return;
            }
            for side in 0..2 {
                self.prepared(side);
                self.transmit(side);
            }
            while !self.packets.is_empty() {
                let packet = self.packets.remove(0);
                self.deliver(packet);
            }
        }
        panic!("the partners never come to rest");
    }

    fn transmit(&mut self, from: usize) {
        let side = &mut self.sides[from];
        if let Some((id, item)) = side.outbox.front() {
            side.attempt += 1;
            let content = Content::Item(item.clone());
            self.packets.push(Packet { to: 1 - from, id: *id, attempt: side.attempt, content });
        }
    }

    fn prepared(&mut self, index: usize) {
        let side = &mut self.sides[index];
        if let (1.., Some(machine), Some(answer)) = (side.preparing, &side.machine, M::answer()) {
            let moved = machine.command(answer);
            side.preparing -= 1;
            self.take(index, moved);
        }
    }

    fn deliver(&mut self, packet: Packet<M::Message>) {
        let Packet { to, id, attempt, content } = packet;
        match content {
            Content::Item(item) => {
                let reply = self.answer(to, id, item);
                self.packets.push(Packet { to: 1 - to, id, attempt, content: Content::Reply(reply) });
            }
            Content::Reply(reply) => self.hear(to, id, attempt, reply),
        }
    }

    fn answer(&mut self, to: usize, id: u32, item: Out<M::Message>) -> Reply {
        if let Some(reply) = self.sides[to].answered.get(&id) {
            return *reply;
        }
        let moved = match (item, &self.sides[to].machine) {
            (Out::Open(_), None) => Ok((M::opened(self.begin), Vec::new())),
            (Out::Send(message), Some(machine)) => machine.receive(message),
            (Out::Ask, Some(machine)) => return Reply::State(machine.word()),
            (item, machine) => unreachable!("{item:?} arrived at {machine:?}"),
        };
        let reply = if moved.is_ok() { Reply::Acknowledged } else { Reply::Refused };
        self.sides[to].answered.insert(id, reply);
        self.take(to, moved);
        reply
    }

    fn hear(&mut self, to: usize, id: u32, attempt: u32, reply: Reply) {
        let side = &mut self.sides[to];
        let waiting = side.outbox.front().is_some_and(|(head, _)| *head == id) && side.attempt == attempt;
        let Some(machine) = side.machine.as_ref().filter(|_| waiting) else { return };
        let moved = match reply {
            Reply::Acknowledged => machine.acknowledged(),
            Reply::Refused => machine.refused(),
            Reply::State(state) => machine.reports(state),
        };
        side.outbox.pop_front();
        side.attempt = 0;
        assert!(moved.is_ok(), "{moved:?}");
        self.take(to, moved);
    }

    /// Stores what a step led to. A machine that comes back from its JSON is the same.
    fn take(&mut self, index: usize, moved: Moved<M>) {
        let Ok((machine, outs)) = moved else { return };
        let stored = serde_json::to_string(&machine).unwrap();
        assert_eq!(serde_json::from_str::<M>(&stored).unwrap(), machine);
        let side = &mut self.sides[index];
        side.machine = Some(machine);
        for out in outs {
            if matches!(out, Out::Prepare) {
                side.preparing += 1;
            } else {
                side.outbox.push_back((self.next_id, out));
                self.next_id += 1;
            }
        }
    }
}
