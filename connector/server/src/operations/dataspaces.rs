//! Dataspaces that this connector lives in, and the members of those that it runs.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::json;
use symbolon_identity::did;
use symbolon_vocab::symbolon;
use url::Url;

use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::operations::{issuing, operands};
use crate::problem::{Kind, Problem};
use crate::storage::dataspaces::{self, Claim, CredentialType, Issuing, StoredDataspace, TrustedIssuer};
use crate::storage::members::{self, Member, MemberState};
use crate::storage::{Db, Page, StorageError};
use crate::worker::monitor::About;

/// Dataspaces a connector lives in.
const DATASPACES: usize = 100;
/// Entries of each list that describes a dataspace.
const ENTRIES: usize = 100;
/// Longest validity of a credential: ten years, in days.
const VALIDITY_DAYS: u32 = 3653;
/// Attributes of a member.
const ATTRIBUTES: usize = 64;
/// Longest name, scope, type or attribute, in bytes.
const TEXT_BYTES: usize = 1024;

/// All dataspaces, as of the last commit that changed one.
#[derive(Debug, Default)]
pub struct Dataspaces {
    all: RwLock<Arc<Vec<StoredDataspace>>>,
    /// One change at a time, so that what is kept is never older than what was committed.
    changing: tokio::sync::Mutex<()>,
}

impl Dataspaces {
    /// Reads all of them.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn load(db: &Db) -> Result<Self, StorageError> {
        let all = dataspaces::all(db).await?;
        Ok(Self { all: RwLock::new(Arc::new(all)), ..Self::default() })
    }

    /// All of them, the oldest first. None: partners are who their DIDs say, and nothing more is asked of them.
    pub fn all(&self) -> Arc<Vec<StoredDataspace>> {
        Arc::clone(&self.all.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The one with this id.
    pub fn get(&self, id: &str) -> Option<StoredDataspace> {
        self.all().iter().find(|dataspace| dataspace.id == id).cloned()
    }

    fn replace(&self, all: Vec<StoredDataspace>) {
        *self.all.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
    }
}

/// A dataspace as an operator describes it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// For people.
    pub name: String,
    /// Whom it believes, and about what.
    pub issuers: Vec<TrustedIssuer>,
    /// Scopes that a partner has to satisfy.
    pub required_scopes: Vec<String>,
    /// Scopes that partners are granted.
    pub presented_scopes: Vec<String>,
    /// IRI of the policy profile.
    pub profile: Option<String>,
    /// Base URL of a BPN-DID directory.
    pub directory: Option<String>,
    /// What we issue here.
    pub issuing: Option<Issuing>,
    /// Which members of which credentials are facts.
    pub claims: Vec<Claim>,
}

/// Describes a dataspace, or replaces its description. Tells whether it was new.
///
/// # Errors
/// 403; 422 if a member of the draft cannot be used.
pub async fn put(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    draft: Draft,
) -> Result<(StoredDataspace, bool), Problem> {
    let known = connector.dataspaces.get(id).is_some();
    let mut change = Change::default();
    let stored = describe(connector, &mut change, operator, id, draft)?;
    commit(connector, change).await?;
    Ok((stored, !known))
}

/// As [`put`], as part of a change that does more than that. The change is for [`commit`].
///
/// # Errors
/// As [`put`].
pub(crate) fn describe(
    connector: &Connector,
    change: &mut Change,
    operator: &Operator,
    id: &str,
    draft: Draft,
) -> Result<StoredDataspace, Problem> {
    operator.must(Permission::Administer)?;
    check_id(id)?;
    check(connector, &draft)?;
    let known = connector.dataspaces.get(id);
    if known.is_none() && connector.dataspaces.all().len() >= DATASPACES {
        let detail = format!("a connector lives in at most {DATASPACES} dataspaces");
        return Err(Problem::new(Kind::Conflict, "dataspace.too-many", detail));
    }
    let now = clock::millis(clock::now());
    let Draft { name, issuers, required_scopes, presented_scopes, profile, directory, issuing, claims } = draft;
    let stored = StoredDataspace {
        id: id.to_owned(),
        name,
        issuers,
        required_scopes,
        presented_scopes,
        profile,
        directory,
        issuing,
        claims: claims.into_iter().map(in_full).collect(),
        version: known.as_ref().map_or(1, |known| known.version + 1),
        created: known.as_ref().map_or(now, |known| known.created),
        updated: now,
    };
    change.write(if known.is_some() { dataspaces::update(&stored) } else { dataspaces::insert(&stored) });
    let kind = if known.is_some() { "dataspace.changed" } else { "dataspace.created" };
    change.event(kind, id, None, json!({"by": operator.name()}));
    Ok(stored)
}

/// Leaves a dataspace: forgets its description and its members. Credentials and agreements stay.
///
/// # Errors
/// 403, 404.
pub async fn delete(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let mut change = Change::default();
    change.write(dataspaces::delete(id));
    change.event("dataspace.deleted", id, None, json!({"by": operator.name()}));
    match commit(connector, change).await {
        Err(problem) if problem.code == "storage.conflict" => Err(Problem::not_found("dataspace", id)),
        other => other,
    }
}

/// The dataspace.
///
/// # Errors
/// 403, 404.
pub fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<StoredDataspace, Problem> {
    operator.must(Permission::Read)?;
    connector.dataspaces.get(id).ok_or_else(|| Problem::not_found("dataspace", id))
}

/// All dataspaces, the oldest first.
///
/// # Errors
/// 403.
pub fn list(connector: &Connector, operator: &Operator) -> Result<Arc<Vec<StoredDataspace>>, Problem> {
    operator.must(Permission::Read)?;
    Ok(connector.dataspaces.all())
}

/// Whom to admit, as an operator says.
#[derive(Clone, Debug)]
pub struct MemberDraft {
    /// For people.
    pub name: String,
    /// What credentials may say of it.
    pub attributes: BTreeMap<String, String>,
}

/// Admits a member to a dataspace that we run, or replaces what is known of it. Tells whether it was new.
///
/// # Errors
/// 403, 404; 422 if a text is too long.
pub async fn admit(
    connector: &Arc<Connector>,
    operator: &Operator,
    dataspace: &str,
    did: &str,
    draft: MemberDraft,
) -> Result<(Member, bool), Problem> {
    operator.must(Permission::Administer)?;
    run_by_us(connector, dataspace)?;
    check_did("did", did)?;
    let did = &*did::normalise(did);
    check_attributes(&draft)?;
    let known = members::by_did(&connector.db, dataspace, did).await?;
    let member = admitted(dataspace, did, draft, known.as_ref());
    let mut change = Change::default();
    change.write(members::put(&member));
    let kind = if known.is_some() { "member.changed" } else { "member.admitted" };
    change.event(kind, did, Some(did), json!({"by": operator.name(), "dataspace": dataspace}));
    connector.commit(change).await?;
    Ok((member, known.is_none()))
}

/// The row of a member that is admitted now; `known` is what was there.
pub(crate) fn admitted(dataspace: &str, did: &str, draft: MemberDraft, known: Option<&Member>) -> Member {
    let now = clock::millis(clock::now());
    Member {
        dataspace: dataspace.to_owned(),
        did: did.to_owned(),
        name: draft.name,
        attributes: draft.attributes,
        state: MemberState::Active,
        version: known.map_or(1, |known| known.version + 1),
        created: known.map_or(now, |known| known.created),
        updated: now,
    }
}

/// Removes a member and revokes what it was issued, in one commit.
///
/// # Errors
/// 403, 404.
pub async fn remove(
    connector: &Arc<Connector>,
    operator: &Operator,
    dataspace: &str,
    did: &str,
    reason: Option<String>,
) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let did = &*did::normalise(did);
    let member = members::by_did(&connector.db, dataspace, did).await?;
    let Some(member) = member.filter(|member| member.state == MemberState::Active) else {
        return Err(Problem::not_found("member", did));
    };
    let now = clock::millis(clock::now());
    let removed = Member { state: MemberState::Removed, version: member.version + 1, updated: now, ..member };
    let mut change = Change::default();
    change.write(members::put(&removed));
    let body = json!({"by": operator.name(), "dataspace": dataspace, "reason": reason});
    change.event("member.removed", did, Some(did), body);
    issuing::revoke_all(connector, operator, &mut change, &removed, reason.as_deref()).await?;
    Ok(issuing::commit(connector, change).await?)
}

/// Members of a dataspace in the order of their DIDs, those that were removed included.
///
/// # Errors
/// 403, 404.
pub async fn list_members(
    connector: &Connector,
    operator: &Operator,
    dataspace: &str,
    page: &Page,
) -> Result<Vec<Member>, Problem> {
    operator.must(Permission::Read)?;
    run_by_us(connector, dataspace)?;
    Ok(members::list(&connector.db, dataspace, page).await?)
}

/// What a dataspace lets us issue.
pub(crate) fn run_by_us(connector: &Connector, dataspace: &str) -> Result<(StoredDataspace, Issuing), Problem> {
    let stored = connector.dataspaces.get(dataspace).ok_or_else(|| Problem::not_found("dataspace", dataspace))?;
    let issuing = stored.issuing.clone().ok_or_else(|| {
        let detail = format!("we issue no credentials in the dataspace {dataspace:?}");
        Problem::new(Kind::Conflict, "dataspace.not-issuer", detail).with_hint("its `issuing` says what we issue")
    })?;
    Ok((stored, issuing))
}

/// Commits, and reads all dataspaces anew. Decisions rest on them: whoever reads after this sees the change.
pub(crate) async fn commit(connector: &Arc<Connector>, mut change: Change) -> Result<(), Problem> {
    change.decide_everything_anew();
    let _alone = connector.dataspaces.changing.lock().await;
    connector.commit(change).await?;
    connector.dataspaces.replace(dataspaces::all(&connector.db).await?);
    // Decisions of a moment ago may rest on what was believed before.
    connector.monitor.stir(About::Everything);
    connector.crawler.qualify();
    Ok(())
}

fn refused(rule: &str, detail: impl Into<String>) -> Problem {
    Problem::new(Kind::Unprocessable, "dataspace", detail).with_rule(rule.to_owned())
}

fn check_id(id: &str) -> Result<(), Problem> {
    let plain = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if id.is_empty() || id.len() > 64 || !plain {
        return Err(refused("id", "the id of a dataspace has 1 to 64 lower-case letters, digits and hyphens"));
    }
    Ok(())
}

fn check(connector: &Connector, draft: &Draft) -> Result<(), Problem> {
    check_text("name", &draft.name)?;
    check_count("issuers", draft.issuers.len())?;
    for issuer in &draft.issuers {
        check_did("issuers", &issuer.did)?;
        let types = issuer.types.as_deref().unwrap_or_default();
        check_count("issuers.types", types.len())?;
        types.iter().try_for_each(|kind| check_text("issuers.types", kind))?;
    }
    for (rule, scopes) in [("requiredScopes", &draft.required_scopes), ("presentedScopes", &draft.presented_scopes)] {
        check_count(rule, scopes.len())?;
        scopes.iter().try_for_each(|scope| check_scope(rule, scope))?;
    }
    if let Some(profile) = &draft.profile {
        check_text("profile", profile)?;
    }
    if let Some(directory) = &draft.directory {
        connector.http.check(directory).map_err(|reason| {
            refused("directory", format!("directory: {reason}"))
                .with_hint("[outgoing] in the configuration says which addresses are allowed")
        })?;
    }
    check_claims(&draft.claims)?;
    let types = draft.issuing.iter().flat_map(|issuing| &issuing.types).collect::<Vec<_>>();
    check_count("issuing.types", types.len())?;
    for (place, kind) in types.iter().enumerate() {
        check_credential_type(kind)?;
        if types.iter().take(place).any(|other| other.r#type == kind.r#type && other.profile == kind.profile) {
            let detail = format!("{} stands there twice in the profile {}", kind.r#type, kind.profile);
            return Err(refused("issuing.types", detail));
        }
    }
    Ok(())
}

fn check_claims(claims: &[Claim]) -> Result<(), Problem> {
    check_count("claims", claims.len())?;
    for Claim { r#type, member, operand } in claims {
        check_text("claims.type", r#type)?;
        check_text("claims.member", member)?;
        check_text("claims.operand", operand)?;
        if member.split('/').any(str::is_empty) || member == "id" {
            let detail = format!("claims.member: {member:?} names no member of a subject");
            return Err(refused("claims.member", detail).with_hint("write nationality, or address/country"));
        }
        let iri = operands::expanded(operand);
        if iri == symbolon::PARTICIPANT_ID || operands::of_request(&iri).is_some() || Url::parse(&iri).is_err() {
            let detail =
                format!("claims.operand: no credential says {operand:?}; an operand about a partner has an IRI");
            return Err(refused("claims.operand", detail).with_hint(
                "write ec:nationality, or the IRI of an operand; what is asked for comes from the request",
            ));
        }
    }
    Ok(())
}

/// The claim with the IRI of its operand.
fn in_full(claim: Claim) -> Claim {
    Claim { operand: operands::expanded(&claim.operand), ..claim }
}

fn check_credential_type(kind: &CredentialType) -> Result<(), Problem> {
    let name = &kind.r#type;
    if name.is_empty() || name.len() > 200 || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let detail = "a credential type has 1 to 200 letters and digits, such as MembershipCredential";
        return Err(refused("issuing.types.type", detail));
    }
    issuing::profile(&kind.profile)?;
    check_count("issuing.types.contexts", kind.contexts.len())?;
    for context in kind.contexts.iter().chain(kind.schema.iter().map(|schema| &schema.id)) {
        check_text("issuing.types.contexts", context)?;
        Url::parse(context).map_err(|error| refused("issuing.types", format!("{context:?} is no URL: {error}")))?;
    }
    if kind.claims.contains_key("id") {
        return Err(refused("issuing.types.claims", "`id` of the subject is always the member's DID"));
    }
    if serde_json::to_string(&kind.claims).map_or(usize::MAX, |text| text.len()) > 16 * TEXT_BYTES {
        return Err(refused("issuing.types.claims", "the claims of a credential have at most 16 KiB"));
    }
    if kind.validity_days == 0 || kind.validity_days > VALIDITY_DAYS {
        let detail = format!("a credential is valid for 1 to {VALIDITY_DAYS} days");
        return Err(refused("issuing.types.validityDays", detail));
    }
    Ok(())
}

pub(crate) fn check_attributes(draft: &MemberDraft) -> Result<(), Problem> {
    check_text("name", &draft.name)?;
    if draft.attributes.len() > ATTRIBUTES {
        return Err(refused("attributes", format!("a member has at most {ATTRIBUTES} attributes")));
    }
    for (name, value) in &draft.attributes {
        check_text("attributes", name)?;
        check_text("attributes", value)?;
    }
    Ok(())
}

fn check_count(rule: &str, count: usize) -> Result<(), Problem> {
    if count > ENTRIES {
        return Err(refused(rule, format!("{rule} has at most {ENTRIES} entries")));
    }
    Ok(())
}

fn check_text(rule: &str, text: &str) -> Result<(), Problem> {
    if text.is_empty() || text.len() > TEXT_BYTES || text.chars().any(char::is_control) {
        let detail = format!("{rule}: a text has 1 to {TEXT_BYTES} bytes and no control characters");
        return Err(refused(rule, detail));
    }
    Ok(())
}

fn check_did(rule: &str, did: &str) -> Result<(), Problem> {
    check_text(rule, did)?;
    if !did.starts_with("did:") || did.chars().any(char::is_whitespace) || did.contains('#') {
        return Err(refused(rule, format!("{rule}: {did:?} is no DID")));
    }
    Ok(())
}

fn check_scope(rule: &str, scope: &str) -> Result<(), Problem> {
    check_text(rule, scope)?;
    if !scope.contains(':') || scope.chars().any(char::is_whitespace) {
        return Err(refused(rule, format!("{rule}: {scope:?} is no scope"))
            .with_hint("write alias:type:read, such as org.eclipse.dspace.dcp.vc.type:MembershipCredential:read"));
    }
    Ok(())
}
