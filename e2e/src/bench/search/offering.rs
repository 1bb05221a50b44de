//! Partners that offer many datasets: pages made as they are asked for.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use crate::Failure;
use crate::peer::CONTEXT;
use crate::server::Serving;

/// Datasets on a page: what connectors usually send.
const PAGE: usize = 50;

const THINGS: [&str; 12] = [
    "Spindle",
    "Bearing",
    "Gearbox",
    "Brake disc",
    "Turbine blade",
    "Battery cell",
    "Wafer",
    "Axle",
    "Spindle motor",
    "Pump",
    "Spindle nose",
    "Größenmessung",
];
const KINDS: [&str; 10] = [
    "telemetry",
    "temperature",
    "vibration",
    "quality data",
    "material data",
    "drawing",
    "digital twin",
    "carbon footprint data",
    "test data",
    "part data",
];

/// The partners' connectors, behind one listener.
pub(super) struct Offering {
    serving: Serving,
    each: usize,
}

impl Offering {
    /// Every partner offers `each` datasets.
    pub(super) fn start(partners: usize, each: usize) -> Result<Self, Failure> {
        let answer = move |request: HttpRequest| std::future::ready(page(&request, partners, each));
        let serving = Serving::start(move |service| {
            service.default_service(web::to(answer));
        })?;
        Ok(Self { serving, each })
    }

    /// The base of a partner's endpoints.
    pub(super) fn address(&self, partner: usize) -> String {
        format!("{}/p/{partner}", self.serving.url())
    }

    /// Partner, id, title, description, kind and format of every dataset.
    pub(super) fn texts(&self, partners: usize) -> impl Iterator<Item = [String; 6]> {
        let each = self.each;
        (0..partners).flat_map(move |partner| (0..each).map(move |n| texts(partner, n)))
    }
}

fn page(request: &HttpRequest, partners: usize, each: usize) -> HttpResponse {
    let partner = request.path().split('/').nth(2).and_then(|partner| partner.parse::<usize>().ok());
    let Some(partner) = partner.filter(|partner| *partner < partners) else { return HttpResponse::NotFound().finish() };
    let number = request.query_string().strip_prefix("page=").and_then(|page| page.parse::<usize>().ok()).unwrap_or(0);
    let (begin, end) = ((number * PAGE).min(each), ((number + 1) * PAGE).min(each));
    let mut response = HttpResponse::Ok();
    if end < each {
        response.insert_header(("Link", format!("<{}?page={}>; rel=\"next\"", request.path(), number + 1)));
    }
    let datasets: Vec<Value> = (begin..end).map(|n| dataset(partner, n)).collect();
    response.json(
        json!({"@context": [CONTEXT], "@id": "urn:catalog", "@type": "Catalog", "participantId": format!("P{partner}"),
        "service": [{"@id": "urn:service", "@type": "DataService", "endpointURL": "https://partner.example/dsp"}],
        "dataset": datasets}),
    )
}

fn texts(partner: usize, n: usize) -> [String; 6] {
    let (thing, kind) = (THINGS[(n * 7 + partner) % THINGS.len()], KINDS[(n / 3 + partner) % KINDS.len()]);
    let serial = partner * 1_000_000 + n;
    [
        format!("P{partner}"),
        format!("urn:uuid:0190{serial:08}-7000-8000-{n:012}"),
        format!("{thing} {kind} of line {} serial-{serial:06}", n % 40),
        format!(
            "{kind} of the {thing}, recorded at plant {} in batches of {}; part number {}-{n:05}, for quality assurance and \
             traceability along the supply chain",
            n % 12,
            50 + n % 5,
            n % 977
        ),
        format!("https://w3id.org/catenax/taxonomy#{}", kind.replace(' ', "")),
        if n.is_multiple_of(4) { "HttpData-PUSH" } else { "HttpData-PULL" }.to_owned(),
    ]
}

fn dataset(partner: usize, n: usize) -> Value {
    let [_, id, title, description, kind, format] = texts(partner, n);
    json!({"@id": id, "@type": "Dataset", "dct:title": title, "dct:description": description, "dct:type": {"@id": kind},
        "dcat:keyword": ["line data", format!("line {}", n % 40)],
        "hasPolicy": [offer(&id, n % 40)],
        "distribution": [{"@type": "Distribution", "format": format, "accessService": "urn:service"}]})
}

/// One of 40 policies: every second one open, the others as in Catena-X, or until a year.
fn offer(id: &str, policy: usize) -> Value {
    let term = |operand: &str, operator: &str, value: Value| json!({"leftOperand": operand, "operator": operator, "rightOperand": value});
    let cx = |name: &str| format!("https://w3id.org/catenax/2025/9/policy/{name}");
    let constraints = match policy % 4 {
        1 => vec![
            term(&cx("Membership"), "eq", json!("active")),
            term(&cx("FrameworkAgreement"), "eq", json!("DataExchangeGovernance:1.0")),
            term(&cx("UsagePurpose"), "isAnyOf", json!([format!("cx.core.industrycore:{policy}")])),
        ],
        3 => vec![term("dateTime", "lt", json!(format!("{}-01-01T00:00:00Z", 2050 + policy)))],
        _ => vec![term("purpose", "isAnyOf", json!([format!("urn:purpose:{policy}")]))],
    };
    json!({"@id": format!("offer:{id}"), "@type": "Offer", "permission": [{"action": "use", "constraint": constraints}]})
}
