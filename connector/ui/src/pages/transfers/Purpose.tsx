/** What data is for: of an IRI its last part, the whole on hover. */
export function Purpose({ purpose }: { purpose: string | null | undefined }) {
  if (!purpose) return <span>–</span>;
  return <span title={purpose}>{lastPart(purpose)}</span>;
}

export function lastPart(name: string): string {
  if (!/^(https?:\/\/|urn:)/i.test(name)) return name;
  return /([^/#:]+)[/#]?$/.exec(name)?.[1] ?? name;
}
