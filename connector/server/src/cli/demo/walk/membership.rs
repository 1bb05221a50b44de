//! The dataspace: the OEM founds it, and its supplier joins by invitation. Nobody else is needed.

use std::time::Instant;

use serde_json::{Value, json};

use super::{Scene, WITHIN, ensure, read};
use crate::cli::client::{required, text};
use crate::cli::dataspace::Arrival;
use crate::cli::demo::partner::Partner;
use crate::cli::demo::story::told;
use crate::cli::failure::Failure;
use crate::cli::private_file;
use crate::http_client::path_segment;

/// The dataspace's id at both companies.
pub(in crate::cli::demo) const DATASPACE: &str = "spindles";
const NAME: &str = "Spindle Partners";
/// The file that the OEM sends to its supplier.
const INVITATION: &str = "supplier.invitation";

impl Scene<'_> {
    /// Founds and joins, unless an earlier run on the same folder did. Returns the OEM's business partner number.
    pub(super) async fn join(&self) -> Result<String, Failure> {
        self.story.step("2. The OEM founds a dataspace, and its supplier joins by invitation");
        self.found().await?;
        if lives_in(self.supplier).await? {
            self.story.tell(format!("{} is a member from an earlier run", self.supplier.name()));
        } else {
            self.invite().await?;
            self.accept().await?;
        }
        // The invitation told the supplier where the OEM is. The way back is for the OEM to know.
        let path = format!("partners/{}", path_segment(self.supplier.participant()));
        let known = json!({"name": self.supplier.name(), "dspAddress": self.supplier.dsp_address()});
        self.oem.client().put(&path, &known).await?;
        self.story.tell(format!(
            "{} knows {} at {}",
            self.oem.name(),
            self.supplier.name(),
            self.supplier.dsp_address()
        ));
        self.number().await
    }

    async fn found(&self) -> Result<(), Failure> {
        let name = self.oem.name();
        if lives_in(self.oem).await? {
            self.story.tell(format!("{name} runs {NAME:?} from an earlier run"));
            return Ok(());
        }
        let events = self.oem.client().events(None).await?;
        let founding = json!({"id": DATASPACE, "name": NAME, "bpn": "auto"});
        let founded = self.oem.client().post("dataspaces", &founding).await?;
        let arrival = Arrival { client: self.oem.client(), events, within: WITHIN };
        let held = arrival.of(&founded, "POST dataspaces").await?;
        self.story.tell(format!("{name} founds {NAME:?}: it issues the credentials, and needs no operator for it"));
        self.story.tell(format!("It is its first member, and holds {}", types(&held)));
        Ok(())
    }

    async fn invite(&self) -> Result<(), Failure> {
        let invited = json!({"dataspace": DATASPACE, "name": self.supplier.name(), "bpn": "auto"});
        let created = self.oem.client().post("invitations", &invited).await?;
        let invitation = required(&created, "invitation", "POST invitations")?;
        let path = self.home.join(INVITATION);
        private_file::replace(&path, invitation.as_bytes()).map_err(Failure::file("write", &path))?;
        let until = text(&created, "expiresAt");
        self.story.tell(format!("It invites {}: {INVITATION}, which counts once, until {until}", self.supplier.name()));
        Ok(())
    }

    async fn accept(&self) -> Result<(), Failure> {
        let invitation = String::from_utf8_lossy(&read(&self.home.join(INVITATION))?).into_owned();
        let client = self.supplier.client();
        let content = client.post("invitations/inspect", &json!({"invitation": invitation})).await?;
        let inviter = text(&content, "inviter");
        ensure(inviter == self.oem.participant(), || format!("the invitation is signed by {inviter:?}"))?;
        self.story.tell(format!("{} checks the signature: it is of {inviter}", self.supplier.name()));
        let began = Instant::now();
        let events = client.events(None).await?;
        let joined = client.post("dataspaces/join", &json!({"invitation": invitation})).await?;
        let held = Arrival { client, events, within: WITHIN }.of(&joined, "POST dataspaces/join").await?;
        self.story.tell(format!("It joins, and {} later it holds {}", told(began.elapsed()), types(&held)));
        Ok(())
    }

    /// The number that the OEM's credentials say.
    async fn number(&self) -> Result<String, Failure> {
        let members = self.oem.client().get(&format!("dataspaces/{DATASPACE}/members?limit=1000")).await?;
        let own = crate::cli::catalog::several(&members, "items")
            .find(|member| text(member, "did") == self.oem.participant())
            .and_then(|member| member.pointer("/attributes/bpn")?.as_str());
        own.map(str::to_owned).ok_or_else(|| Failure::No("the OEM is no member of its own dataspace".to_owned()))
    }
}

async fn lives_in(partner: &Partner) -> Result<bool, Failure> {
    match partner.client().get(&format!("dataspaces/{DATASPACE}")).await {
        Ok(_) => Ok(true),
        Err(Failure::Refused(refusal)) if refusal.status == 404 => Ok(false),
        Err(failure) => Err(failure),
    }
}

fn types(credentials: &[Value]) -> String {
    credentials.iter().map(|credential| text(credential, "type")).collect::<Vec<_>>().join(", ")
}
