//! Where a participant that is not in the registry is reached: its DID document names its connector, and the connector's
//! version metadata the endpoints (CX-0018; DSP 2025-1, version metadata).

use symbolon_identity::did;
use symbolon_vocab::dspace;
use symbolon_vocab::messages::{ProtocolVersions, parse};

use super::{Counterparty, checked_address};
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};

/// The service that leads to a connector.
const DATA_SERVICE: &str = "DataService";
/// Where the version metadata are, below a connector's root.
const METADATA: &str = "/.well-known/dspace-version";
/// Largest version metadata that are read, in bytes.
const METADATA_BYTES: usize = 64 << 10;

/// Finds the participant by its DID.
///
/// # Errors
/// 404 if this is no DID that has a document, or the document names no connector; 502 if either cannot be had.
pub(super) async fn counterparty(connector: &Connector, id: &str) -> Result<Counterparty, Problem> {
    let unknown = || {
        let hint =
            "make the partner known with PUT /api/v1/partners/{id}, or give counterPartyId and counterPartyAddress";
        Problem::not_found("partner", id).with_hint(hint)
    };
    if !did::Did::parse(id).is_ok_and(|did| did.method() == "web") {
        return Err(unknown());
    }
    let failed = |detail: String| Problem::new(Kind::BadGateway, "partner.discovery", detail);
    let resolved = connector.identity.resolver.resolve(id, clock::now()).await;
    let document = resolved.map_err(|error| failed(format!("the partner's DID cannot be resolved: {error}")))?;
    let Some(metadata) = document.service(DATA_SERVICE) else { return Err(unknown()) };
    let body = connector.identity.fetch.get(metadata, "application/json", METADATA_BYTES).await;
    let body = body.map_err(|error| failed(format!("the partner's connector at {metadata}: {error}")))?;
    let versions: ProtocolVersions = parse(&body).map_err(|malformed| {
        failed(format!("the version metadata of the partner's connector cannot be read: {}", malformed.reason))
    })?;
    let found = versions.protocol_versions.iter().find(|version| version.version == dspace::VERSION);
    let Some(version) = found else {
        return Err(failed(format!("the partner's connector does not speak {}", dspace::VERSION)));
    };
    let root = metadata.strip_suffix(METADATA).unwrap_or(metadata).trim_end_matches('/');
    let address = format!("{root}/{}", version.path.trim_start_matches('/'));
    let dsp_address = checked_address(connector, DATA_SERVICE, &address)?;
    Ok(Counterparty { id: id.to_owned(), dsp_address })
}
