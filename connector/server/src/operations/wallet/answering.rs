//! Answers to verifiers that ask for presentations (DCP 1.0, 5.4).

use std::collections::HashSet;
use std::sync::Arc;

use symbolon_identity::access::AccessError;
use symbolon_identity::credential::{Credential, Refusal};
use symbolon_identity::did::Relationship;
use symbolon_identity::presentation::{DEFAULT_LIFETIME, Presenter, Scope};
use symbolon_identity::token::Verified;
use symbolon_vocab::dcp::{PresentationQueryMessage, PresentationResponseMessage};

use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::credentials::{self, StoredCredential};

/// Credentials that are looked at for one answer, the newest first.
const LOOKED_AT: i64 = 1000;
/// Credentials that one answer holds.
const PRESENTED: usize = 64;

/// Presents what the query asks for, as far as the access token that we gave to this verifier allows it and we hold it. Asking
/// for more than was granted is no error (5.4.1.2).
///
/// # Errors
/// 401 for a token that we did not give to this verifier, or that has ended; 400 for a scope that cannot be read; 501 for a
/// presentation definition.
pub async fn present(
    connector: &Arc<Connector>,
    verifier: &Verified,
    query: &PresentationQueryMessage,
) -> Result<PresentationResponseMessage, Problem> {
    let audience = verifier.participant.id();
    let granted = granted(connector, verifier)?;
    let asked = match query {
        PresentationQueryMessage::Scope(scopes) => scopes,
        PresentationQueryMessage::Definition(_) => {
            let detail = "presentation definitions are not understood here";
            return Err(Problem::new(Kind::NotImplemented, "presentation.definition", detail)
                .with_rule("presentationDefinition")
                .with_hint("ask by scope"));
        }
    };
    let asked = asked.iter().map(|scope| read(connector, scope)).collect::<Result<Vec<_>, _>>()?;
    let held = credentials::newest(&connector.db, LOOKED_AT).await?;
    let chosen = chosen(connector, held, &asked, &granted).await;
    let now = clock::now();
    let keys = connector.keys();
    let held = keys.signer(Relationship::Authentication, now)?;
    let presenter = Presenter { held, audience, lifetime: DEFAULT_LIFETIME };
    let presentation = presenter.present(&chosen, now).await.map_err(Problem::internal)?;
    Ok(PresentationResponseMessage { presentation })
}

fn granted(connector: &Connector, verifier: &Verified) -> Result<Vec<Scope>, Problem> {
    let refused = |code: &str, detail: String| {
        Problem::new(Kind::Unauthenticated, code, detail)
            .with_rule("token")
            .with_hint("send back the access token that came in the `token` claim of our own self-issued token")
    };
    let Some(token) = &verifier.claims.token else {
        return Err(refused("access.missing", "the self-issued token has no access token in it".to_owned()));
    };
    let opened = connector.identity.access.open(token, verifier.participant.id(), clock::now());
    let scopes = opened.map_err(|error| {
        let code = match error {
            AccessError::Unknown => "access.unknown",
            AccessError::OtherVerifier => "access.other-verifier",
            AccessError::Expired => "access.expired",
        };
        refused(code, error.to_string())
    })?;
    // We wrote them: one that cannot be read any more, because an alias was taken out of use, grants nothing.
    Ok(scopes.iter().filter_map(|scope| read(connector, scope).ok()).collect())
}

fn read(connector: &Connector, scope: &str) -> Result<Scope, Problem> {
    Scope::parse(scope, &connector.identity.aliases)
        .map_err(|error| Problem::bad_request("presentation.scope", error.to_string()).with_rule("scope"))
}

/// What was asked for and granted, and counts now: within its validity, and not revoked or suspended as far as is known. If
/// that cannot be found out, the verifier finds it out by itself.
async fn chosen(
    connector: &Connector,
    held: Vec<StoredCredential>,
    asked: &[Scope],
    granted: &[Scope],
) -> Vec<Credential> {
    let (identity, now) = (&connector.identity, clock::now());
    let leniency = identity.compatibility.leniency();
    let (mut chosen, mut seen) = (Vec::new(), HashSet::new());
    for stored in held.into_iter().filter(|stored| stored.is_current(clock::millis(now))) {
        let Ok(credential) = Credential::from_text(&stored.raw, &identity.compatibility) else { continue };
        let covers = |scopes: &[Scope]| scopes.iter().any(|scope| scope.matches(&credential));
        if chosen.len() == PRESENTED || !covers(asked) || !covers(granted) || !seen.insert(credential.digest()) {
            continue;
        }
        match identity.statuses.check(&credential, &identity.resolver, leniency, now).await {
            Err(reason @ (Refusal::Revoked | Refusal::Suspended)) => {
                tracing::info!(credential = stored.id, %reason, "a credential is not presented");
            }
            Ok(_) | Err(_) => chosen.push(credential),
        }
    }
    chosen
}
