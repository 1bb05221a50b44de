//! The agreement: both halves fit, a changed copy does not, and after its end nothing flows.

use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Scene, WITHIN, agreement, ensure};
use crate::attestation::{Report, verify_bytes};
use crate::cli::catalog::several;
use crate::cli::client::{accepted, http, send, text};
use crate::cli::demo::partner::Partner;
use crate::cli::demo::publication::{PERMITTED_UNTIL, PURPOSE};
use crate::cli::demo::story::told;
use crate::cli::download::Access;
use crate::cli::failure::{Failure, Refusal};
use crate::cli::private_file;
use crate::cli::transfer::{Asked, Kind};
use crate::http_client::path_segment;

/// The name under which the OEM keeps the exported agreement.
pub(in crate::cli::demo) const EXPORTED: &str = "agreement.json";
const TAMPERED: &str = "agreement-tampered.json";
/// The OEM's forged end of what is permitted.
const FORGED_UNTIL: &str = "2099-12-31T23:00:00Z";
/// The graph is asked again after this long, as long as it does not know the agreement yet.
const GRAPH_ASKED_AGAIN: Duration = Duration::from_millis(20);
/// The code of the refusal that has to come.
const RETIRED: &str = "agreement.retired";
const REASON: &str = "the production line was sold";

impl Scene<'_> {
    /// Both sides hold both signatures over the same content, and anybody can check that without asking them.
    pub(super) async fn attested_by_both(&self, id: &str) -> Result<(), Failure> {
        self.story.step("6. Both have attested the agreement");
        let (ours, theirs) = (self.held_by(self.oem, id).await?, self.held_by(self.supplier, id).await?);
        let equal = |member: &str| ours.get(member).is_some() && ours.get(member) == theirs.get(member);
        ensure(equal("digest"), || "the two sides hold agreements with different digests".to_owned())?;
        ensure(equal("attestations"), || "the two sides hold different attestations".to_owned())?;
        self.story.tell(format!("Agreement {id}: both sides hold the same content, {}", text(&ours, "digest")));
        for half in several(&ours, "attestations") {
            self.story.tell(format!("The {} signed it with the key of {}", text(half, "role"), text(half, "signer")));
        }
        let turtle = self.rdf(id).await?;
        ensure(turtle.contains(id), || format!("the RDF does not name the agreement:\n{turtle}"))?;
        self.story.tell("The OEM's graph says of it (Turtle):");
        self.story.show(&turtle);
        self.offline(id).await
    }

    /// The graph follows the database at its own pace.
    async fn rdf(&self, id: &str) -> Result<String, Failure> {
        let path = format!("agreements/{}/rdf", path_segment(id));
        let began = Instant::now();
        loop {
            match self.oem.client().text(&path, "text/turtle").await {
                Err(Failure::Refused(refusal)) if refusal.status == 503 && began.elapsed() < WITHIN => {
                    sleep(GRAPH_ASKED_AGAIN).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn held_by(&self, partner: &Partner, id: &str) -> Result<Value, Failure> {
        let held = agreement(partner.client(), id).await?;
        let halves = several(&held, "attestations").count();
        ensure(held.get("fits") == Some(&Value::Bool(true)) && halves == 2, || {
            format!("{} holds {halves} halves, and \"fits\" is {}", partner.name(), held["fits"])
        })?;
        Ok(held)
    }

    async fn offline(&self, id: &str) -> Result<(), Failure> {
        let export = self.oem.client().get(&format!("agreements/{}/export", path_segment(id))).await?;
        let genuine = format!("{export:#}\n");
        let tampered = genuine.replace(PERMITTED_UNTIL, FORGED_UNTIL);
        ensure(tampered != genuine, || "the exported agreement does not hold the agreed end".to_owned())?;
        for (name, content) in [(EXPORTED, &genuine), (TAMPERED, &tampered)] {
            let path = self.home.join(name);
            private_file::replace(&path, content.as_bytes()).map_err(Failure::file("write", &path))?;
        }
        let report = verify_bytes(genuine.as_bytes());
        ensure(report.passed() && report.fits == Some(true), || format!("the export does not hold: {}", why(&report)))?;
        self.story.tell(format!("symbolon verify {EXPORTED}: both halves fit, checked without any network"));
        let report = verify_bytes(tampered.as_bytes());
        ensure(!report.passed() && report.fits == Some(false), || "a tampered copy is taken for genuine".to_owned())?;
        self.story.tell(format!("symbolon verify {TAMPERED}, in which {FORGED_UNTIL} is permitted: refused, because"));
        for reason in report.failures() {
            self.story.tell(format!("  {reason}"));
        }
        Ok(())
    }

    /// The supplier ends the agreement; the request that was answered before is refused now, and so is a new transfer.
    pub(super) async fn refused(&self, id: &str, access: &Access) -> Result<(), Failure> {
        self.story.step("10. The supplier retires the agreement");
        let before = self.request_again(access).await?;
        ensure(before.status().is_success(), || format!("the request is refused too early, with {}", before.status()))?;
        drop(before);
        self.story.tell("Until now the OEM's data request is answered");
        let path = format!("agreements/{}/retire", path_segment(id));
        self.supplier.client().post(&path, &json!({"reason": REASON})).await?;
        self.story.tell(format!("{} retires it: {REASON}", self.supplier.name()));
        let began = Instant::now();
        let response = self.request_again(access).await?;
        let refusal = refusal_in(accepted("the same data request", response).await)?;
        self.story.tell(format!(
            "The same data request is refused after {}, with status {}:",
            told(began.elapsed()),
            refusal.status
        ));
        self.story.tell(format!("  {}", refusal.reason()));
        self.new_transfer_refused(id).await
    }

    async fn request_again(&self, access: &Access) -> Result<Response, Failure> {
        let request = access.authorize(http()?.get(access.url(None, None)));
        send("the same data request", request).await
    }

    async fn new_transfer_refused(&self, id: &str) -> Result<(), Failure> {
        let purpose = Some(PURPOSE.to_owned());
        let asked = Asked { agreement: id.to_owned(), kind: Kind::Pull, purpose, scope: Vec::new(), within: WITHIN };
        match asked.follow(self.oem.client(), |_| {}).await {
            Err(failure @ (Failure::No(_) | Failure::Refused(_))) => {
                self.story.tell("A new transfer under it is refused, too:");
                self.story.tell(format!("  {failure}"));
                Ok(())
            }
            Err(failure) => Err(failure),
            Ok(_) => Err(Failure::No("a new transfer was started under the retired agreement".to_owned())),
        }
    }
}

/// The refusal that has to come, with its reason.
fn refusal_in(outcome: Result<Response, Failure>) -> Result<Box<Refusal>, Failure> {
    match outcome {
        Err(Failure::Refused(refusal)) if refusal.text("code") == Some(RETIRED) => Ok(refusal),
        Err(failure) => Err(failure),
        Ok(_) => Err(Failure::No("data was released under the retired agreement".to_owned())),
    }
}

fn why(report: &Report) -> String {
    let reasons: Vec<&str> = report.failures().collect();
    if reasons.is_empty() { "one half is missing".to_owned() } else { reasons.join("; ") }
}
