//! What to open and try while both connectors are up.

use std::env;

use symbolon_vocab::odrl::ASSIGNER;

use super::Stage;
use super::home::Home;
use super::publication::{PARTS, PURPOSE, TELEMETRY};
use super::walk::{DATASPACE, EXPORTED};
use crate::cli::failure::Failure;
use crate::cli::init::API_KEY;
use crate::cli::open::first_link;
use crate::cli::output::Output;

/// Prints it.
pub(super) async fn print(home: &Home, stage: &Stage, output: &Output) -> Result<(), Failure> {
    let (Some(oem), Some(supplier)) = (&stage.oem, &stage.supplier) else { return Ok(()) };
    output.say("\nBoth connectors stay up until Ctrl-C. To open and try:");
    for partner in [oem, supplier] {
        output.say(format!("\n  {}", partner.name()));
        output.say(match first_link(partner.client()).await? {
            Some(link) => format!("    open in a browser {link}   (once; it makes you its administrator)"),
            None => format!("    open in a browser {}/", partner.management()),
        });
        output.say(format!("    management API  {}/api/v1", partner.management()));
        output.say(format!("    its description {}/api/v1/openapi.json", partner.management()));
        output.say(format!("    for partners    {}", partner.dsp_address()));
        output.say(format!("    API key         {}", partner.path(API_KEY).display()));
    }
    let curl = "curl -s -H \"X-Api-Key: $(cat $SYMBOLON_KEY_FILE)\" $SYMBOLON_URL/api/v1";
    let stays = if home.is_kept() { "stays, for the next run" } else { "is removed at the end; --dir keeps it" };
    output.say(format!(
        r#"
  As the OEM, in another terminal
    export SYMBOLON_URL={url} SYMBOLON_KEY_FILE={key}
    symbolon() {{ {symbolon} "$@"; }}
    symbolon dataspace show {DATASPACE}
    symbolon invite --dataspace {DATASPACE} --name 'Hirngespinst Castings' --bpn auto
    symbolon catalog --partner {supplier}
    symbolon negotiate --partner {supplier} --dataset {TELEMETRY}
    symbolon transfer --purpose {PURPOSE} --agreement AGREEMENT
    symbolon fetch --output telemetry.csv TRANSFER         ({PARTS} is fetched part by part: --path SN-20412)
    symbolon verify {exported}
    {curl}/agreements
    {curl}/transfers
    {curl}/events/log
    {curl}/sparql -H 'Content-Type: application/sparql-query' \
      --data 'SELECT ?agreement ?party WHERE {{ GRAPH ?g {{ ?agreement <{ASSIGNER}> ?party }} }}'

  Everything is in {home}, which {stays}.
"#,
        url = oem.management(),
        key = oem.path(API_KEY).display(),
        symbolon = env::current_exe().map_or_else(|_| "symbolon".to_owned(), |path| path.display().to_string()),
        supplier = supplier.participant(),
        exported = home.join(EXPORTED).display(),
        home = home.join("").display(),
    ));
    Ok(())
}
