/**
 * What stands behind the question mark. Addresses are read and sent around by people, so it is plain text
 * (`?partner=a&partner=b&q=brake`), never JSON. A route says in `validateSearch` what it understands:
 *
 * validateSearch: (given) => ({ q: text(given.q), partner: list(given.partner), sort: oneOf(given.sort, SORTS) })
 *
 * What is `undefined` is not in the address.
 */
export function parseSearch(search: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    const before = found[name];
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") given.append(name, String(one));
    }
  }
  const text = given.toString();
  return text ? `?${text}` : "";
}

export function text(given: unknown): string | undefined {
  const one = Array.isArray(given) ? given[0] : given;
  if (typeof one === "number" || typeof one === "boolean") return String(one);
  return typeof one === "string" && one !== "" ? one : undefined;
}

export function list(given: unknown): string[] | undefined {
  const all = (Array.isArray(given) ? given : [given]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );
  return all.length > 0 ? all : undefined;
}

export function oneOf<const T extends string>(given: unknown, known: readonly T[]): T | undefined {
  const one = text(given);
  return known.find((each) => each === one);
}

/** A whole number of at least 0. */
export function count(given: unknown): number | undefined {
  const one = text(given);
  return one && /^\d{1,9}$/.test(one) ? Number(one) : undefined;
}

/** Present and not `false`. */
export function flag(given: unknown): true | undefined {
  const one = text(given);
  return one && one !== "false" ? true : undefined;
}
