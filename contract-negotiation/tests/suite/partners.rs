//! The two partners of the tests, and both machines behind one interface so that they can be run against each other.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use symbolon_contract_negotiation::{Pids, Rejection, Role, Settling, negotiation, transfer};
use symbolon_policies_odrl::PolicyDocument;
use symbolon_vocab::messages::DataAddress;

pub(crate) const NOW: Timestamp = Timestamp::UNIX_EPOCH;
pub(crate) const OEM: &str = "did:web:oem.example";
pub(crate) const SUPPLIER: &str = "did:web:supplier.example";

pub(crate) fn pids() -> Pids {
    Pids { consumer_pid: own_pid(Role::Consumer), provider_pid: own_pid(Role::Provider) }
}

pub(crate) fn own_pid(role: Role) -> String {
    format!("urn:uuid:{role}")
}

/// An offer of the dataset `spindle-telemetry`; offers of different purpose have different rules.
pub(crate) fn offer(id: &str, purpose: &str) -> PolicyDocument {
    PolicyDocument::parse(json!({
        "@type": "Offer",
        "@id": id,
        "target": "spindle-telemetry",
        "permission": [{
            "action": "use",
            "constraint": [{ "leftOperand": "purpose", "operator": "eq", "rightOperand": purpose }],
        }],
    }))
    .unwrap()
}

pub(crate) fn address(endpoint: &str) -> DataAddress {
    DataAddress {
        endpoint_type: "https://w3id.org/idsa/v4.1/HTTP".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        endpoint_properties: Vec::new(),
    }
}

pub(crate) fn negotiation_opening(role: Role) -> negotiation::Opening {
    negotiation::Opening {
        own_pid: own_pid(role),
        consumer: OEM.to_owned(),
        provider: SUPPLIER.to_owned(),
        offer: offer("offer-1", "maintenance"),
    }
}

pub(crate) fn transfer_opening(role: Role, data_address: Option<DataAddress>) -> transfer::Opening {
    transfer::Opening {
        own_pid: own_pid(role),
        agreement_id: "agreement-1".to_owned(),
        format: "HttpData-PULL".to_owned(),
        data_address,
    }
}

/// What has to be carried out, as far as it concerns the partners.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) enum Out<M> {
    Open(M),
    Send(M),
    Ask,
    Prepare,
}

/// Who opens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Begin {
    Consumer,
    Provider,
    Push,
}

pub(crate) type Moved<T> = Result<(T, Vec<Out<<T as Machine>::Message>>), Rejection>;

/// What both machines have in common.
pub(crate) trait Machine: Clone + std::fmt::Debug + PartialEq + Serialize + DeserializeOwned {
    type Message: Clone + std::fmt::Debug + Serialize;
    type Command: Clone + std::fmt::Debug;

    fn open(begin: Begin) -> (Self, Vec<Out<Self::Message>>);
    fn opened(begin: Begin) -> Self;
    fn commands(role: Role) -> Vec<Self::Command>;
    fn answer() -> Option<Self::Command>;
    fn receive(&self, message: Self::Message) -> Moved<Self>;
    fn command(&self, command: Self::Command) -> Moved<Self>;
    fn acknowledged(&self) -> Moved<Self>;
    fn refused(&self) -> Moved<Self>;
    fn reports(&self, state: &str) -> Moved<Self>;
    fn word(&self) -> &'static str;
    fn settling(&self) -> Settling;
    /// What must be equal on both sides once nothing is under way any more.
    fn outcome(&self) -> String;
}

impl Machine for negotiation::Negotiation {
    type Message = negotiation::Message;
    type Command = negotiation::Command;

    fn open(begin: Begin) -> (Self, Vec<Out<Self::Message>>) {
        let step = match begin {
            Begin::Provider => negotiation::start_offer(negotiation_opening(Role::Provider), NOW),
            Begin::Consumer | Begin::Push => negotiation::start_request(negotiation_opening(Role::Consumer), NOW),
        };
        negotiation_outs(step.unwrap())
    }

    fn opened(begin: Begin) -> Self {
        let step = match begin {
            Begin::Provider => {
                negotiation::start_offered(negotiation_opening(Role::Consumer), own_pid(Role::Provider), NOW)
            }
            Begin::Consumer | Begin::Push => {
                negotiation::start_requested(negotiation_opening(Role::Provider), own_pid(Role::Consumer), NOW)
            }
        };
        step.unwrap().negotiation
    }

    fn commands(role: Role) -> Vec<Self::Command> {
        use negotiation::Command;
        let end = Command::Terminate { code: None, reason: vec!["no interest".to_owned()] };
        match role {
            Role::Consumer => {
                vec![Command::Request { offer: offer("offer-2", "quality") }, Command::Accept, Command::Verify, end]
            }
            Role::Provider => vec![
                Command::Offer { offer: offer("offer-3", "research") },
                Command::Agree { agreement_id: "agreement-1".to_owned() },
                Command::Finalize,
                end,
            ],
        }
    }

    fn answer() -> Option<Self::Command> {
        None
    }

    fn receive(&self, message: Self::Message) -> Moved<Self> {
        negotiation::step(self, negotiation::Input::Received { message, pids: pids() }, NOW).map(negotiation_outs)
    }

    fn command(&self, command: Self::Command) -> Moved<Self> {
        negotiation::step(self, negotiation::Input::Command(command), NOW).map(negotiation_outs)
    }

    fn acknowledged(&self) -> Moved<Self> {
        let peer_pid = Some(own_pid(self.role().peer()));
        negotiation::step(self, negotiation::Input::PeerAcknowledged { peer_pid }, NOW).map(negotiation_outs)
    }

    fn refused(&self) -> Moved<Self> {
        let reason = "not now".to_owned();
        negotiation::step(self, negotiation::Input::PeerRefused { reason }, NOW).map(negotiation_outs)
    }

    fn reports(&self, state: &str) -> Moved<Self> {
        let state = state.parse().unwrap();
        negotiation::step(self, negotiation::Input::PeerReports { state }, NOW).map(negotiation_outs)
    }

    fn word(&self) -> &'static str {
        self.state_name().as_str()
    }

    fn settling(&self) -> Settling {
        self.settling()
    }

    fn outcome(&self) -> String {
        let agreement = self.agreement().map(|agreement| agreement.json().to_string());
        let offer = (!self.state_name().is_terminal()).then(|| self.last_offer().json().to_string());
        format!("{} {agreement:?} {offer:?}", self.state_name())
    }
}

impl Machine for transfer::Transfer {
    type Message = transfer::Message;
    type Command = transfer::Command;

    fn open(begin: Begin) -> (Self, Vec<Out<Self::Message>>) {
        transfer_outs(transfer::start_request(transfer_opening(Role::Consumer, destination(begin)), NOW))
    }

    fn opened(begin: Begin) -> Self {
        let opening = transfer_opening(Role::Provider, destination(begin));
        transfer::start_requested(opening, own_pid(Role::Consumer), NOW).transfer
    }

    fn commands(role: Role) -> Vec<Self::Command> {
        use transfer::Command;
        // The consumer's start carries no address; that of the provider does in a pull, which the push model takes out again.
        let data_address = (role == Role::Provider).then(|| address("https://supplier.example/data"));
        vec![
            Command::Start { data_address },
            Command::Suspend { code: None, reason: Vec::new() },
            Command::Complete,
            Command::Terminate { code: None, reason: Vec::new() },
        ]
    }

    fn answer() -> Option<Self::Command> {
        Some(transfer::Command::Answer { data_address: Some(address("https://supplier.example/fresh")) })
    }

    fn receive(&self, message: Self::Message) -> Moved<Self> {
        transfer::step(self, transfer::Input::Received { message, pids: pids() }, NOW).map(transfer_outs)
    }

    fn command(&self, command: Self::Command) -> Moved<Self> {
        use transfer::Command;
        let command = match command {
            Command::Start { .. } if !self.is_pull() => Command::Start { data_address: None },
            Command::Answer { .. } if !self.is_pull() => Command::Answer { data_address: None },
            other => other,
        };
        transfer::step(self, transfer::Input::Command(command), NOW).map(transfer_outs)
    }

    fn acknowledged(&self) -> Moved<Self> {
        let peer_pid = Some(own_pid(self.role().peer()));
        transfer::step(self, transfer::Input::PeerAcknowledged { peer_pid }, NOW).map(transfer_outs)
    }

    fn refused(&self) -> Moved<Self> {
        let reason = "not now".to_owned();
        transfer::step(self, transfer::Input::PeerRefused { reason }, NOW).map(transfer_outs)
    }

    fn reports(&self, state: &str) -> Moved<Self> {
        let state = state.parse().unwrap();
        transfer::step(self, transfer::Input::PeerReports { state }, NOW).map(transfer_outs)
    }

    fn word(&self) -> &'static str {
        self.state_name().as_str()
    }

    fn settling(&self) -> Settling {
        self.settling()
    }

    fn outcome(&self) -> String {
        // Not only the state: in a started pull both know the same address, and nobody waits for an answer.
        format!("{} {:?}", self.state_name(), self.data_address())
            + if matches!(self.state(), transfer::State::Started { answer_due: true, .. }) { " answer due" } else { "" }
    }
}

fn destination(begin: Begin) -> Option<DataAddress> {
    match begin {
        Begin::Push => Some(address("https://oem.example/inbox")),
        Begin::Consumer | Begin::Provider => None,
    }
}

fn negotiation_outs(step: negotiation::Step) -> (negotiation::Negotiation, Vec<Out<negotiation::Message>>) {
    use negotiation::Effect;
    let outs = step.effects.into_iter().filter_map(|effect| match effect {
        Effect::Open(message) => Some(Out::Open(message)),
        Effect::Send(message) => Some(Out::Send(message)),
        Effect::AskPeer => Some(Out::Ask),
        Effect::Concluded { .. } | Effect::Ended { .. } => None,
    });
    (step.negotiation, outs.collect())
}

fn transfer_outs(step: transfer::Step) -> (transfer::Transfer, Vec<Out<transfer::Message>>) {
    use transfer::Effect;
    let outs = step.effects.into_iter().filter_map(|effect| match effect {
        Effect::Open(message) => Some(Out::Open(message)),
        Effect::Send(message) => Some(Out::Send(message)),
        Effect::AskPeer => Some(Out::Ask),
        Effect::PrepareData => Some(Out::Prepare),
        Effect::Started { .. } | Effect::Suspended | Effect::Completed | Effect::Ended { .. } => None,
    });
    (step.transfer, outs.collect())
}
