//! What can be asked about policies: stored ones, agreed ones, and any other. Nothing is changed.
//!
//! The answers come from [`crate::terms`], which knows documents only; here the policies are found, and the facts about
//! partners.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use symbolon_policies_odrl::{PolicyDocument, World};

use super::facts;
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Finding, Kind, Problem};
use crate::storage::agreements;
use crate::terms::comparing::{self, Compared, Known, Met};
use crate::terms::explaining::{self, Explained};
use crate::terms::reading;
use crate::terms::reviewing::{self, Question, Reviewed};
use crate::terms::templates::{self, PolicyTemplate};
use crate::terms::trying::{self, Trial, Tried};
use crate::terms::vocabulary::PolicyVocabulary;

/// Policies that one question may be about.
const POLICIES: usize = 16;

/// Which policy.
#[derive(Clone, Debug)]
pub enum Named {
    /// One of ours, by its id.
    Stored(String),
    /// The terms of an agreement, by its id.
    Agreement(String),
    /// Any, as JSON-LD.
    Document(Value),
    /// Any, as Turtle.
    Turtle(String),
}

/// Whose facts count, and what is supposed besides.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The policy.
    pub policy: Named,
    /// Participant id of who would act. Its facts count beside the claims; a stranger has none.
    pub partner: Option<String>,
    /// The dataspace whose facts count; empty: outside any.
    pub dataspace: String,
    /// When; now if absent.
    pub at: Option<Timestamp>,
    /// What the data would be for; the purpose that the policy names if absent.
    pub purpose: Option<String>,
    /// What is supposed besides.
    pub trial: Trial,
}

/// The policy in words and in its canonical form, with the rules of its profiles that it breaks.
///
/// # Errors
/// 403; 404 for an unknown id; 422 if it is no policy.
pub async fn explain(connector: &Connector, operator: &Operator, policy: Named) -> Result<Explained, Problem> {
    operator.must(Permission::Read)?;
    let policy = find(connector, policy).await?;
    apart(move || Explained::of(policy.policy())).await
}

/// Decides the policy as a negotiation or a data request would, and says what would change the answer.
///
/// # Errors
/// As [`explain`].
pub async fn dry_run(connector: &Connector, operator: &Operator, asked: DryRun) -> Result<Tried, Problem> {
    operator.must(Permission::Read)?;
    let DryRun { policy, partner, dataspace, at, purpose, trial } = asked;
    let policy = find(connector, policy).await?;
    let at = at.unwrap_or_else(clock::now);
    let known = match &partner {
        Some(partner) => facts::standing(connector, partner, &dataspace, at).await?.world,
        None => World::at(at),
    };
    let known = facts::with_purpose(known, purpose.as_deref(), &policy);
    apart(move || trying::tried(policy.policy(), &Trial { partner, ..trial }, &known)).await
}

/// Whether one policy permits no more than the other, and whether they conflict.
///
/// # Errors
/// As [`explain`].
pub async fn compare(
    connector: &Connector,
    operator: &Operator,
    (a, b): (Named, Named),
    known: Known,
) -> Result<Compared, Problem> {
    operator.must(Permission::Read)?;
    let (a, b) = (find(connector, a).await?, find(connector, b).await?);
    apart(move || comparing::compared(a.policy(), b.policy(), &known)).await?
}

/// The policy that permits what all of them permit.
///
/// # Errors
/// As [`explain`]; 422 if they have no common form, or too large a one.
pub async fn meet(
    connector: &Connector,
    operator: &Operator,
    policies: Vec<Named>,
    known: Known,
) -> Result<Met, Problem> {
    operator.must(Permission::Read)?;
    let policies = find_all(connector, policies).await?;
    apart(move || comparing::met(&policies, &known)).await?
}

/// Whether somebody can ever do something with an asset under these policies, until when, and why.
///
/// # Errors
/// As [`explain`].
pub async fn review(
    connector: &Connector,
    operator: &Operator,
    policies: Vec<Named>,
    question: Question,
) -> Result<Reviewed, Problem> {
    operator.must(Permission::Read)?;
    let names: Vec<String> = policies.iter().enumerate().map(|(place, named)| named.told(place)).collect();
    let policies = find_all(connector, policies).await?;
    let now = clock::now();
    apart(move || {
        let named = names.iter().zip(&policies);
        let named: Vec<_> = named.map(|(name, policy)| reviewing::Named { name, policy: policy.policy() }).collect();
        reviewing::reviewed(&named, &question, now)
    })
    .await
}

/// What policies can be made of here.
///
/// # Errors
/// 403.
pub fn vocabulary(operator: &Operator) -> Result<PolicyVocabulary, Problem> {
    operator.must(Permission::Read)?;
    Ok(PolicyVocabulary::known())
}

/// Ready-made policies.
///
/// # Errors
/// 403.
pub fn templates(operator: &Operator) -> Result<Vec<PolicyTemplate>, Problem> {
    operator.must(Permission::Read)?;
    Ok(templates::all())
}

/// The policy that a template makes of these values. It is not stored.
///
/// # Errors
/// 403; 404 for an unknown template; 422 for a value that does not fit.
pub fn of_template(operator: &Operator, id: &str, given: &Map<String, Value>) -> Result<Value, Problem> {
    operator.must(Permission::Read)?;
    templates::filled(id, given)
}

impl Named {
    /// What people call it.
    fn told(&self, place: usize) -> String {
        match self {
            Self::Stored(id) => format!("policy {id}"),
            Self::Agreement(id) => format!("agreement {id}"),
            Self::Document(_) | Self::Turtle(_) => format!("policy {}", place + 1),
        }
    }
}

async fn find_all(connector: &Connector, named: Vec<Named>) -> Result<Vec<Arc<PolicyDocument>>, Problem> {
    if named.is_empty() || named.len() > POLICIES {
        let detail = format!("policies: name 1 to {POLICIES}");
        return Err(Problem::new(Kind::Unprocessable, "policy.count", detail).with_rule("policies"));
    }
    let mut found = Vec::with_capacity(named.len());
    for policy in named {
        found.push(find(connector, policy).await?);
    }
    Ok(found)
}

async fn find(connector: &Connector, named: Named) -> Result<Arc<PolicyDocument>, Problem> {
    match named {
        Named::Stored(id) => connector.policy(&id).await,
        Named::Agreement(id) => {
            let found = agreements::by_id(&connector.db, &id).await?;
            Ok(Arc::new(found.ok_or_else(|| Problem::not_found("agreement", &id))?.document))
        }
        Named::Document(policy) => reading::of_json(policy).map(Arc::new),
        Named::Turtle(turtle) => reading::of_turtle(&turtle).map(Arc::new),
    }
}

/// What takes a while is not done on the thread that answers requests.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

/// Refuses terms that break the policy profile of the dataspace that they are offered in.
///
/// # Errors
/// 422 with every rule that is broken.
pub(crate) fn must_follow_profile(
    connector: &Connector,
    dataspace: &str,
    terms: &PolicyDocument,
) -> Result<(), Problem> {
    let Some(profile) = connector.dataspaces.get(dataspace).and_then(|dataspace| dataspace.profile) else {
        return Ok(());
    };
    follows(&profile, dataspace, terms)
}

fn follows(profile: &str, dataspace: &str, terms: &PolicyDocument) -> Result<(), Problem> {
    let mut findings = explaining::findings(terms.policy());
    if !terms.policy().profiles.iter().any(|named| named == profile) {
        findings.insert(0, unnamed(profile));
    }
    if findings.is_empty() {
        return Ok(());
    }
    let detail = format!("the terms do not follow the policy profile of the dataspace {dataspace:?}, {profile}");
    Err(Problem::new(Kind::Unprocessable, "policy.profile", detail)
        .with_rule(format!("profile of {dataspace:?}"))
        .with_findings(findings))
}

fn unnamed(profile: &str) -> Finding {
    Finding {
        path: "profile".to_owned(),
        code: "profile.unnamed".to_owned(),
        sentence: format!("the policy does not name the profile {profile}"),
        hint: Some(format!("write \"profile\": \"{profile}\" and keep its rules")),
    }
}
