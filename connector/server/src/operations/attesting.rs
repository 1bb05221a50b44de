//! Our half of an agreement and the partner's: what each is made of, and what is kept as evidence of it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use symbolon_contract_negotiation::Role;
use symbolon_identity::attestation::{
    Half, MAX_OF_ONE, MAX_PRESENTED, Presented, StatusCheck, digest, document_digest,
};
use symbolon_identity::credential::{self, Credential};
use symbolon_identity::did::{self, DidDocument};
use symbolon_policies_odrl::PolicyDocument;

use super::presenting;
use crate::attestation::{self, Expected, Seen};
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::agreements::Attestation;
use crate::storage::credentials;
use crate::storage::evidence::{self, Kind as EvidenceKind};
use crate::storage::presentations::{self, PresentedCredential};

/// A partner may still hold our DID document as it was so long ago. The document changes by itself when a key that has
/// ceased to sign is no longer published.
const DOCUMENT_SEEN: SignedDuration = SignedDuration::from_hours(1);

/// So many of our own credentials are looked at to find those that we presented.
const OWN_CREDENTIALS: i64 = 1_000;

/// An agreement to be signed, and who the other party is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parties<'a> {
    /// What was agreed.
    pub(super) agreement: &'a PolicyDocument,
    /// Our role.
    pub(super) role: Role,
    /// The other participant.
    pub(super) partner: &'a str,
    /// The dataspace whose facts decided; empty: outside any.
    pub(super) dataspace: &'a str,
}

/// Our half. What it names by its digest goes into `change`.
///
/// # Errors
/// As [`attestation::attest`]; when storage fails.
pub(super) async fn attest(
    connector: &Connector,
    parties: Parties<'_>,
    change: &mut Change,
    now: Timestamp,
) -> Result<Attestation, Problem> {
    let keyring = connector.identity.keys.current();
    let held = keyring.data_integrity(now).ok_or_else(|| {
        Problem::new(Kind::Unavailable, "attestation.key", "no Ed25519 key of this connector signs credentials now")
            .with_hint("add one to the keystore or vault: agreements are attested with it")
    })?;
    let mut kept = Kept { change, digests: BTreeSet::new() };
    let own_document = (!keyring.did().starts_with("did:key:")).then(|| {
        let document = connector.identity.document.json_at(now);
        kept.keep(document_digest(&document), EvidenceKind::Document, document.to_string())
    });
    let partner_document = kept.document_of(connector, parties.partner, now).await;
    let presented = kept.presented(connector, parties, now).await?;
    let seen = Seen { own_document, partner_document, presented };
    attestation::attest(held, parties.agreement, parties.role, parties.partner, seen, now).await
}

/// The partner's half, checked. What it names goes into `change`, as far as we have it.
///
/// # Errors
/// As [`attestation::read_counterpart`] and [`attestation::check_counterpart`]; 503 when its signer's DID document cannot be
/// had.
pub(super) async fn check(
    connector: &Connector,
    parties: Parties<'_>,
    half: Half,
    change: &mut Change,
    now: Timestamp,
) -> Result<Attestation, Problem> {
    let own_documents = own_documents(connector, now);
    let expected = Expected {
        agreement: parties.agreement,
        role: parties.role.peer(),
        partner: parties.partner,
        own: &connector.participant,
        by_did: connector.signs_as_participant(),
        own_documents: &own_documents,
        latest: now.checked_add(connector.identity.skew).unwrap_or(now),
    };
    let unverified = attestation::read_counterpart(&half, &expected)?;
    let resolver = &connector.identity.resolver;
    let unresolved = |error: did::DidError| {
        Problem::new(Kind::Unavailable, "attestation.unresolved", format!("the attestation's signer: {error}"))
    };
    let mut document = resolver.resolve(unverified.signer(), now).await.map_err(unresolved)?;
    // The partner may have changed its keys or services a moment ago.
    if unverified.claims().signer_document != attestation::document_digest(&document) {
        document = resolver.refresh(unverified.signer(), now).await.map_err(unresolved)?;
    }
    let presented = unverified.claims().presented.clone();
    let half = attestation::check_counterpart(half, unverified, &document, &expected)?;
    let mut kept = Kept { change, digests: BTreeSet::new() };
    kept.document(&document);
    kept.own(connector, &presented, now).await?;
    Ok(half)
}

/// The digests of our DID document that a partner may have seen; none for a `did:key`.
fn own_documents(connector: &Connector, now: Timestamp) -> Vec<String> {
    if connector.identity.keys.current().did().starts_with("did:key:") {
        return Vec::new();
    }
    let before = now.checked_sub(DOCUMENT_SEEN).unwrap_or(now);
    [now, before].map(|at| document_digest(&connector.identity.document.json_at(at))).to_vec()
}

/// What is kept as evidence, once each.
struct Kept<'a> {
    change: &'a mut Change,
    digests: BTreeSet<String>,
}

impl Kept<'_> {
    fn keep(&mut self, digest: String, kind: EvidenceKind, body: String) -> String {
        if self.digests.insert(digest.clone()) {
            self.change.write(evidence::keep(&digest, kind, body));
        }
        digest
    }

    fn document(&mut self, document: &DidDocument) -> Option<String> {
        let digest = attestation::document_digest(document)?;
        Some(self.keep(digest, EvidenceKind::Document, document.json().to_string()))
    }

    /// The DID document of somebody else. Without it a half says less, and is made nevertheless.
    async fn document_of(&mut self, connector: &Connector, participant: &str, now: Timestamp) -> Option<String> {
        if !participant.starts_with("did:") {
            return None;
        }
        match connector.identity.resolver.resolve(participant, now).await {
            Ok(document) => self.document(&document),
            Err(error) => {
                tracing::warn!(participant, %error, "an agreement is attested without the DID document of a party");
                None
            }
        }
    }

    /// Of the credentials that we presented, those that we still hold, and the DID documents of their issuers as the partner
    /// saw them.
    async fn own(&mut self, connector: &Connector, presented: &[Presented], now: Timestamp) -> Result<(), Problem> {
        if presented.is_empty() {
            return Ok(());
        }
        for credential in credentials::newest(&connector.db, OWN_CREDENTIALS).await? {
            let own = digest(credential.raw.as_bytes());
            let Some(named) = presented.iter().find(|named| named.digest == own) else { continue };
            self.keep(own, EvidenceKind::Credential, credential.raw);
            let Some(seen) = &named.issuer_document else { continue };
            if let Ok(document) = connector.identity.resolver.resolve(&named.issuer, now).await
                && attestation::document_digest(&document).as_ref() == Some(seen)
            {
                self.document(&document);
            }
        }
        Ok(())
    }

    /// The credentials that the partner presented, that the dataspace believes, and that hold now.
    async fn presented(
        &mut self,
        connector: &Connector,
        parties: Parties<'_>,
        now: Timestamp,
    ) -> Result<Vec<Presented>, Problem> {
        if parties.dataspace.is_empty() {
            return Ok(Vec::new());
        }
        let stored = presentations::by_partner(&connector.db, parties.partner).await?;
        let stored = stored.map(|presentation| presentation.credentials).unwrap_or_default();
        let believed = stored.iter().filter(|one| one.dataspaces.iter().any(|id| id == parties.dataspace));
        let mut presented: Vec<Presented> = Vec::new();
        let mut looked_at = BTreeSet::new();
        for credential in believed {
            if presented.len() == MAX_PRESENTED || presented.iter().any(|known| known.digest == credential.digest) {
                continue;
            }
            // What has lapsed was no fact either.
            let Ok((parsed, checks)) = presenting::looked_up(connector, credential, now).await else { continue };
            let issuer_document = self.document_of(connector, parsed.issuer(), now).await;
            let checks = checks.into_iter().filter(|check| {
                let entry = &check.entry;
                looked_at.insert((entry.list.clone(), entry.index, entry.purpose.name()))
            });
            let checks = checks.take(MAX_OF_ONE).map(status).collect();
            self.keep(credential.digest.clone(), EvidenceKind::Credential, credential.raw.clone());
            presented.push(named(credential, &parsed, issuer_document, checks));
        }
        Ok(presented)
    }
}

/// A credential as a half names it.
fn named(
    stored: &PresentedCredential,
    parsed: &Credential,
    issuer_document: Option<String>,
    checks: Vec<StatusCheck>,
) -> Presented {
    Presented {
        digest: stored.digest.clone(),
        id: parsed.id().map(str::to_owned),
        types: parsed.types().to_vec(),
        issuer: parsed.issuer().to_owned(),
        issuer_document,
        valid_from: parsed.valid_from(),
        valid_until: parsed.valid_until(),
        checks,
    }
}

fn status(check: credential::status::StatusCheck) -> StatusCheck {
    StatusCheck {
        list: check.entry.list,
        index: check.entry.index.to_string(),
        purpose: check.entry.purpose.name().to_owned(),
        list_digest: check.list_digest,
        checked_at: check.fetched_at,
    }
}
