import { pieces } from "@/policy/standing";

/** A sentence of the connector: what stands between backticks is a name. */
export function Told({ sentence }: { sentence: string }) {
  return pieces(sentence).map(({ text, code }, index) =>
    code ? <code key={index}>{text}</code> : <span key={index}>{text}</span>,
  );
}
