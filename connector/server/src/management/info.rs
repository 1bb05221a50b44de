//! `/info`: who this connector is.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::route::at;
use crate::authentication::{Operator, Permission};
use crate::config::Mode;
use crate::connector::Connector;
use crate::problem::Problem;
use crate::storage::Durability;

/// Who this connector is, and how it runs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// For people.
    name: String,
    /// Participant id that partners know.
    participant_id: String,
    /// The DID whose key signs agreements.
    did: String,
    /// Base of the Dataspace Protocol endpoints.
    dsp_address: String,
    /// The URL partners reach it by.
    public_url: String,
    /// Version of the software.
    version: String,
    /// `did` or `mock`.
    identity: String,
    /// `full` or `relaxed`.
    durability: String,
}

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(at("/info").get(info));
}

/// Who this connector is
#[utoipa::path(get, path = "/info", tag = "info", responses((status = 200, description = "Who it is", body = Info)))]
pub(super) async fn info(operator: Operator, connector: web::Data<Connector>) -> Result<web::Json<Info>, Problem> {
    operator.must(Permission::Read)?;
    let config = &connector.config;
    let identity = match config.identity.mode {
        Mode::Did => "did",
        Mode::Mock => "mock",
    };
    let durability = match config.storage.durability {
        Durability::Full => "full",
        Durability::Relaxed => "relaxed",
    };
    Ok(web::Json(Info {
        name: config.name.clone(),
        participant_id: connector.participant.clone(),
        did: connector.keys().did().to_owned(),
        dsp_address: config.dsp_address(),
        public_url: config.public_url().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        identity: identity.to_owned(),
        durability: durability.to_owned(),
    }))
}
