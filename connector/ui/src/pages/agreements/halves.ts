import type { Schema } from "@/api/client";
import type { HalfState } from "./Token";

type Agreement = Pick<Schema["Agreement"], "role" | "attestations" | "fits">;
type Verification = Schema["Verification"];

export interface Halves {
  ours: HalfState;
  theirs: HalfState;
  fits: boolean | null;
  word: "fits" | "broken" | "oursOnly" | "theirsOnly" | "none" | "single";
}

/** How the two halves stand, by what was verified; until that is here, by what the agreement says. */
export function halves({ role, attestations, fits: told }: Agreement, verified?: Verification): Halves {
  const other = role === "consumer" ? "provider" : "consumer";
  const failed = (verified?.checks ?? []).filter(({ outcome }) => outcome === "failed").map(({ check }) => check);
  const state = (side: string): HalfState => {
    if (!attestations.some((half) => half.role === side)) return "missing";
    return failed.some((check) => check.startsWith(`${side}.`)) ? "broken" : "there";
  };
  const [ours, theirs] = [state(role), state(other)];
  const fits = (verified ? verified.fits : told) ?? null;
  return { ours, theirs, fits, word: word(ours, theirs, fits, failed.length > 0) };
}

function word(ours: HalfState, theirs: HalfState, fits: boolean | null, failed: boolean): Halves["word"] {
  if (ours === "missing" && theirs === "missing") return "none";
  if (fits === false || failed) return "broken";
  if (fits) return "fits";
  if (theirs === "missing") return "oursOnly";
  return ours === "missing" ? "theirsOnly" : "single";
}

/** What a check is about, for putting those together that belong together. */
export function aboutOf({ check }: Schema["Check"]): "content" | "consumer" | "provider" | "presented" {
  if (/\.presented\b/.test(check)) return "presented";
  if (check.startsWith("consumer.")) return "consumer";
  return check.startsWith("provider.") ? "provider" : "content";
}
