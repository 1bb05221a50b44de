import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "@/api/client";
import { CodeBlock } from "@/components/CodeBlock";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Page";
import { Refusal } from "@/components/Refusal";
import { type Moment, Timeline } from "@/components/Timeline";

interface KeptMessage {
  type: string;
  at: string;
  body: string;
  token: string | null;
}

/** What we keep of a partner that attests nothing: its messages, each with the signed token that came with it. */
export function Kept({ id, partner }: { id: string; partner: string }) {
  const { t } = useTranslation("agreements");
  const file = useQuery({
    queryKey: ["agreements", id, "export"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/agreements/{id}/export", { params: { path: { id } }, signal })),
  });
  const evidence = (file.data as { evidence?: { received?: KeptMessage[]; withheld?: boolean } } | undefined)?.evidence;
  const moments = (evidence?.received ?? []).map(
    ({ type, at, body, token }, index): Moment => ({
      id: String(index),
      at,
      direction: "in",
      title: type,
      detail: token ? t("kept.signedBy", { signer: issuerOf(token) ?? partner }) : t("kept.unsigned"),
      children: (
        <details>
          <summary>{t("kept.show")}</summary>
          <CodeBlock text={body} label={type} height="16rem" />
          {token && <CodeBlock text={token} label={t("kept.token")} height="8rem" />}
        </details>
      ),
    }),
  );
  return (
    <Section title={t("kept.title")}>
      <Text c="dimmed" mb="md" maw={720}>
        {t("kept.text")}
      </Text>
      {file.error && <Refusal problem={file.error} retry={file.refetch} />}
      {file.isPending && <Loading lines={3} />}
      {evidence?.withheld && <Text mb="sm">{t("kept.withheld")}</Text>}
      {file.data && moments.length === 0 && !evidence?.withheld && <Text>{t("kept.none")}</Text>}
      {moments.length > 0 && <Timeline label={t("kept.title")} moments={moments} />}
    </Section>
  );
}

/** Who a token says that it is of. It was verified when it came; here it is only told. */
function issuerOf(token: string): string | null {
  try {
    const [, payload = ""] = token.split(".");
    const json: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof json === "object" && json !== null && "iss" in json && typeof json.iss === "string" ? json.iss : null;
  } catch {
    return null;
  }
}
