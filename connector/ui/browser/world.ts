import { join } from "node:path";
import { Connector } from "./connector.ts";

/** A small dataspace of fictional companies: an OEM that founded it, a supplier that joined by invitation and publishes. */
export interface World {
  oem: Connector;
  supplier: Connector;
}

const ODRL = "http://www.w3.org/ns/odrl/2/";
const CX = "https://w3id.org/catenax/2025/9/policy/";
export const DATASPACE = "brakes";

export function constraint(leftOperand: string, operator: string, rightOperand: unknown) {
  return { leftOperand, operator, rightOperand };
}

/** Conditions that policies here are made of. */
export const terms = {
  member: () => constraint(`${CX}Membership`, "eq", "active"),
  framework: () => constraint(`${CX}FrameworkAgreement`, "eq", "DataExchangeGovernance:1.0"),
  until: (instant: string) => constraint(`${ODRL}dateTime`, "lt", instant),
  partner: (id: string) => constraint("https://w3id.org/symbolon/1/participantId", "eq", id),
  liability: () => constraint(`${CX}Liability`, "eq", "cx.grossNegligence:1"),
};

/** An ODRL Set that permits use under these conditions. */
export function odrl(...constraints: object[]) {
  return {
    "@context": "https://w3id.org/dspace/2025/1/odrl-profile.jsonld",
    "@type": "Set",
    permission: [{ action: "use", ...(constraints.length > 0 ? { constraint: constraints } : {}) }],
  };
}

/** What the supplier publishes: dataset → what its offer is like. */
export const DATASETS = {
  "spindle-speed": "members of the dataspace until 2035; agreed without a person",
  "wear-report": "the same, with a term that binds by contract only",
  "press-curve": "waits for a person of the supplier before it is agreed",
  "cutting-force": "terms that the OEM does not satisfy",
} as const;

const SPINDLE = `second,spindle_rpm\n${Array.from({ length: 600 }, (_, at) => `${at},${11_990 + ((at * 37) % 41)}`).join("\n")}\n`;

export async function found(): Promise<World> {
  const [oem, supplier] = await Promise.all([
    Connector.start("Nirgendwo Motors"),
    Connector.start("Luftschloss Precision"),
  ]);
  await oem.command("dataspace", "create", "--id", DATASPACE, "--name", "Brake Makers", "--bpn", "auto");
  await admit(oem, supplier);
  await publish(supplier, oem);
  return { oem, supplier };
}

/** The one invites, the other joins; afterwards both know each other. */
export async function admit(inviter: Connector, joiner: Connector): Promise<void> {
  const file = join(joiner.folder, "invitation");
  await inviter.command("invite", "--dataspace", DATASPACE, "--name", joiner.name, "--bpn", "auto", "--output", file);
  await joiner.command("join", file);
}

async function publish(supplier: Connector, oem: Connector): Promise<void> {
  const { post } = supplier.management;
  const policies = {
    everybody: odrl(),
    "this-oem": odrl(terms.partner(oem.participant)),
    "members-until-2035": odrl(terms.member(), terms.framework(), terms.until("2035-12-31T23:00:00Z")),
    "members-liable": odrl(terms.member(), terms.until("2035-12-31T23:00:00Z"), terms.liability()),
    "only-somebody-else": odrl(terms.member(), terms.partner("did:web:hirngespinst.example")),
  };
  for (const [id, policy] of Object.entries(policies)) await post("policies", { id, policy });
  const assets: Record<keyof typeof DATASETS, string> = {
    "spindle-speed": "Spindle speed, one shift",
    "wear-report": "Wear of cutting plates",
    "press-curve": "Press curve, brake disc 330",
    "cutting-force": "Cutting force, roughing",
  };
  for (const [id, name] of Object.entries(assets)) {
    const path = await supplier.file(`${id}.csv`, SPINDLE);
    const properties = { name, description: `${name}. Measured on a fictional machine.`, keyword: ["machining", id] };
    await post("assets", { id, properties, source: { type: "File", path, mediaType: "text/csv" } });
  }
  const offer = (id: string, asset: string, usagePolicy: string, more = {}) =>
    post("offers", {
      id,
      assets: { ids: [asset] },
      dataspace: DATASPACE,
      accessPolicy: "this-oem",
      usagePolicy,
      ...more,
    });
  await offer("shift", "spindle-speed", "members-until-2035");
  await offer("wear", "wear-report", "members-liable");
  await offer("press", "press-curve", "members-until-2035", { automation: { answer: "hold" } });
  await offer("force", "cutting-force", "only-somebody-else");
}

/** The OEM asks for a dataset as it is offered; the process id there. */
export async function negotiate({ oem, supplier }: World, dataset: keyof typeof DATASETS): Promise<string> {
  const { catalog } = await oem.management.post("catalog", { partner: supplier.participant });
  const found = catalog.dataset?.find((one: { "@id": string }) => one["@id"] === dataset);
  if (!found) throw new Error(`${dataset} is not in the supplier's catalogue`);
  const offer = { ...found.hasPolicy[0], target: dataset };
  const body = { partner: supplier.participant, offer };
  return (await oem.management.post("negotiations", body)).pid;
}

/** The same to its end; the agreement's id. */
export async function conclude(world: World, dataset: keyof typeof DATASETS = "spindle-speed"): Promise<string> {
  const pid = await negotiate(world, dataset);
  const event = await world.oem.management.happened("negotiation.finalized", pid);
  return String(event.agreement);
}

/** A transfer under an agreement, started; the OEM's process id. */
export async function transfer({ oem }: World, agreement: string, format = "HttpData-PULL"): Promise<string> {
  const { pid } = await oem.management.post("transfers", { agreement, format });
  await oem.management.happened("transfer.started", pid);
  return pid;
}
