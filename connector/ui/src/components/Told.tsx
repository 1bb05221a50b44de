import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "@/api/session";
import { pieces } from "@/policy/standing";
import { usePartnerNames } from "./Partner";

/** A sentence of the connector: what stands between backticks is a name. Who is known is called by name, with the id on hover. */
export function Told({ sentence }: { sentence: string }) {
  const names = usePartnerNames();
  const own = useQuery({ ...sessionQuery, enabled: false }).data?.connector;
  return pieces(sentence).map(({ text, code }, index) => {
    if (!code) return <span key={index}>{text}</span>;
    const known = text === own?.participantId ? own.name : names.get(text);
    return known ? (
      <span key={index} title={text}>
        {known}
      </span>
    ) : (
      <code key={index}>{text}</code>
    );
  });
}
