//! Both machines against each other, in every order of events that a number of commands allows.
//!
//! The queue of a side is delivered in order; a message and the answer to it are separate events, so that everything can happen in between.
//! Loss and duplication need no events of their own: to the machines, a message repeated until it is answered once is a late one. The lossy
//! channel is in `channel`.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};

use symbolon_contract_negotiation::{Role, Settling, negotiation::Negotiation, transfer::Transfer};

use crate::partners::{Begin, Machine, Moved, Out};

#[test]
fn negotiations_opened_by_the_consumer_end_in_agreeing_states() {
    explore::<Negotiation>(Begin::Consumer, [3, 3]);
}

#[test]
fn negotiations_opened_by_the_provider_end_in_agreeing_states() {
    explore::<Negotiation>(Begin::Provider, [3, 3]);
}

#[test]
fn pulls_end_in_agreeing_states() {
    explore::<Transfer>(Begin::Consumer, [3, 3]);
}

#[test]
fn pushes_end_in_agreeing_states() {
    explore::<Transfer>(Begin::Push, [3, 3]);
}

/// Visits every reachable situation with at most so many commands by consumer and provider.
fn explore<M: Machine>(begin: Begin, commands: [usize; 2]) {
    let mut visited = HashSet::new();
    let mut open = vec![World::<M>::new(begin, commands)];
    let mut quiet = 0;
    while let Some(world) = open.pop() {
        if !visited.insert(world.fingerprint()) {
            continue;
        }
        if world.is_quiet() {
            quiet += 1;
            world.assert_agreement();
        }
        open.extend(world.successors());
    }
    println!("{} situations, {quiet} of them quiet", visited.len());
    assert!(quiet > 10, "the exploration got nowhere");
}

#[derive(Clone)]
struct World<M: Machine> {
    begin: Begin,
    sides: [Side<M>; 2],
    /// What happened so far, for the message of a failure.
    story: Story,
}

/// The events of a branch, last first; branches share their beginnings.
#[derive(Clone, Default)]
struct Story(Option<Rc<(String, Story)>>);

#[derive(Clone)]
struct Side<M: Machine> {
    role: Role,
    /// `None` until the opening message has arrived.
    machine: Option<M>,
    queue: VecDeque<Out<M::Message>>,
    /// The answer to the head of the queue, on its way back.
    reply: Option<Reply>,
    answers: usize,
    commands: usize,
}

#[derive(Clone, Debug)]
enum Reply {
    Acknowledged,
    Refused,
    State(&'static str),
}

impl<M: Machine> World<M> {
    fn new(begin: Begin, commands: [usize; 2]) -> Self {
        let side =
            |role, commands| Side { role, machine: None, queue: VecDeque::new(), reply: None, answers: 0, commands };
        let mut sides = [side(Role::Consumer, commands[0]), side(Role::Provider, commands[1])];
        let opener = usize::from(matches!(begin, Begin::Provider));
        sides[opener].take(Ok(M::open(begin)));
        Self { begin, sides, story: Story::default() }
    }

    fn is_quiet(&self) -> bool {
        self.sides.iter().all(|side| side.queue.is_empty() && side.answers == 0)
    }

    fn assert_agreement(&self) {
        let outcomes: Vec<String> = self.sides.iter().flat_map(|side| side.machine.as_ref().map(M::outcome)).collect();
        let settled =
            self.sides.iter().flat_map(|side| &side.machine).all(|machine| machine.settling() == Settling::Settled);
        // A consumer that was refused at the door is alone.
        let agree = outcomes.len() == 2 && outcomes[0] == outcomes[1];
        assert!(agree && settled, "{outcomes:#?}, settled: {settled}, after\n{}", self.story);
    }

    fn successors(&self) -> Vec<Self> {
        (0..2)
            .flat_map(|index| self.commanded(index).into_iter().chain(self.answered(index)).chain(self.moved(index)))
            .collect()
    }

    /// Every command that this side would take now.
    fn commanded(&self, index: usize) -> Vec<Self> {
        let side = &self.sides[index];
        let Some(machine) = side.machine.as_ref().filter(|_| side.commands > 0) else { return Vec::new() };
        let taken = M::commands(side.role).into_iter().filter_map(|command| {
            let moved = machine.command(command.clone());
            moved.is_ok().then(|| {
                self.after(index, format!("command {command:?}"), |world| {
                    world.sides[index].commands -= 1;
                    world.sides[index].take(moved);
                })
            })
        });
        taken.collect()
    }

    /// The prepared data is handed to the machine, which may have moved on.
    fn answered(&self, index: usize) -> Option<Self> {
        let side = &self.sides[index];
        let (machine, answer) = (side.machine.as_ref().filter(|_| side.answers > 0)?, M::answer()?);
        Some(self.after(index, "data is prepared".to_owned(), |world| {
            world.sides[index].answers -= 1;
            world.sides[index].take(machine.command(answer));
        }))
    }

    /// The head of the queue arrives, or the answer to it does.
    fn moved(&self, index: usize) -> Option<Self> {
        let side = &self.sides[index];
        let head = side.queue.front()?;
        Some(match &side.reply {
            None => self.after(index, format!("delivers {head:?}"), |world| {
                let reply = world.deliver(1 - index, head.clone());
                world.sides[index].reply = Some(reply);
            }),
            Some(reply) => self.after(index, format!("hears {reply:?}"), |world| {
                let machine = world.sides[index].machine.clone();
                let moved = machine.map(|machine| match reply {
                    Reply::Acknowledged => machine.acknowledged(),
                    Reply::Refused => machine.refused(),
                    Reply::State(state) => machine.reports(state),
                });
                world.sides[index].queue.pop_front();
                world.sides[index].reply = None;
                world.sides[index].take(moved.unwrap());
            }),
        })
    }

    fn deliver(&mut self, to: usize, item: Out<M::Message>) -> Reply {
        let side = &mut self.sides[to];
        match (item, &side.machine) {
            (Out::Open(_), None) => {
                side.machine = Some(M::opened(self.begin));
                Reply::Acknowledged
            }
            (Out::Send(message), Some(machine)) => {
                let moved = machine.receive(message);
                let reply = if moved.is_ok() { Reply::Acknowledged } else { Reply::Refused };
                side.take(moved);
                reply
            }
            (Out::Ask, Some(machine)) => Reply::State(machine.word()),
            (item, machine) => unreachable!("{item:?} was delivered to {machine:?}"),
        }
    }

    fn after(&self, index: usize, event: String, change: impl FnOnce(&mut Self)) -> Self {
        let mut world = self.clone();
        change(&mut world);
        let words = world.sides.each_ref().map(|side| side.machine.as_ref().map_or("(none)", M::word));
        let event = format!("{}: {event} -> consumer {}, provider {}", self.sides[index].role, words[0], words[1]);
        world.story = Story(Some(Rc::new((event, world.story))));
        world
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for side in &self.sides {
            let reply = format!("{:?}", side.reply);
            let content = serde_json::to_string(&(&side.machine, &side.queue, reply, side.answers, side.commands));
            content.unwrap().hash(&mut hasher);
        }
        hasher.finish()
    }
}

impl<M: Machine> Side<M> {
    fn take(&mut self, moved: Moved<M>) {
        let Ok((machine, outs)) = moved else { return };
        self.machine = Some(machine);
        for out in outs {
            match out {
                Out::Prepare => self.answers += 1,
                out => self.queue.push_back(out),
            }
        }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(last) => writeln!(f, "{}{}", last.1, last.0),
            None => Ok(()),
        }
    }
}
