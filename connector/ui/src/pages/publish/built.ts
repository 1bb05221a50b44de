import type { Schema } from "@/api/client";

/** A policy that is being put together: use is permitted where all of these hold. */
export interface Condition {
  /** IRI of the left operand; "" while none is chosen. */
  operand: string;
  operator: string;
  /** One value, or several where the operator takes a list. */
  values: string[];
}

const LISTS = new Set(["isAnyOf", "isAllOf", "isNoneOf", "isPartOf"]);
const CONTEXT = "https://w3id.org/dspace/2025/1/odrl-profile.jsonld";
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(["integer", "decimal", "nonNegativeInteger", "positiveInteger", "double"].map((n) => XSD + n));

/** Whether the operator takes several values. */
export function takesList(operator: string): boolean {
  return LISTS.has(operator);
}

/** How values of a datatype are entered. */
export function entry(datatype: string): "moment" | "number" | "text" {
  if (datatype === `${XSD}dateTime` || datatype === `${XSD}date`) return "moment";
  return NUMBERS.has(datatype) ? "number" : "text";
}

/** Whether there is nothing left to fill in. */
export function complete(conditions: readonly Condition[]): boolean {
  return conditions.every(
    ({ operand, operator, values }) => operand && operator && values.some((v) => v.trim() !== ""),
  );
}

/** The conditions as an ODRL Set, in the form of the Dataspace Protocol. */
export function asPolicy(conditions: readonly Condition[], operands: readonly Schema["PolicyOperand"][]): object {
  const constraint = conditions.map((condition) => ({
    leftOperand: condition.operand,
    operator: condition.operator,
    rightOperand: rightOperand(
      condition,
      operands.find(({ iri }) => iri === condition.operand),
    ),
  }));
  const permission = { action: "use", ...(constraint.length > 0 ? { constraint } : {}) };
  return { "@context": CONTEXT, "@type": "Set", permission: [permission] };
}

function rightOperand({ operator, values }: Condition, operand: Schema["PolicyOperand"] | undefined): unknown {
  const given = values.map((value) => value.trim()).filter((value) => value !== "");
  const typed = given.map((value) => (operand && entry(operand.datatype) === "number" ? Number(value) : value));
  return takesList(operator) ? typed : typed[0];
}

/** What somebody typed as a policy: Turtle, or JSON-LD; a sentence where it is neither. */
export type Written = { policy: unknown } | { turtle: string } | { wrong: string };

export function written(text: string): Written {
  const given = text.trim();
  if (!given.startsWith("{") && !given.startsWith("[")) return { turtle: given };
  try {
    return { policy: JSON.parse(given) };
  } catch (thrown) {
    return { wrong: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
