import {
  Alert,
  Button,
  Group,
  List,
  NativeSelect,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, ask } from "@/api/client";
import { Problem } from "@/api/problem";
import { TextLink } from "@/components/Links";
import { Page, Section } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { PolicyWords } from "@/components/PolicyWords";
import { Refusal } from "@/components/Refusal";
import { say } from "@/components/say";
import { Findings } from "./Findings";
import { type Draft, EMPTY, PolicyEditor, useMade } from "./PolicyEditor";
import type { NewPublication, Publication, PublicationPolicy } from "./pending";
import { asSource, NO_SOURCE, type SourceDraft, SourceFields } from "./SourceFields";

interface Described {
  id: string;
  name: string;
  description: string;
  keywords: string[];
}

const OUTSIDE = "";

/** One form: where the data is, what it is, who sees it, under which terms. Published at once or not at all. */
export function NewPublicationPage() {
  const { t } = useTranslation("publish");
  const navigate = useNavigate();
  const client = useQueryClient();
  const [source, setSource] = useState<SourceDraft>(NO_SOURCE);
  const [described, setDescribed] = useState<Described>({ id: "", name: "", description: "", keywords: [] });
  const [access, setAccess] = useState<Draft>(EMPTY);
  const [usage, setUsage] = useState<Draft>(EMPTY);
  const [dataspace, setDataspace] = useState<string | null>(null);
  const [asks, setAsks] = useState(false);
  const [accessMade, usageMade] = [useMade(access), useMade(usage)];
  const sourceGiven = (source.kind === "File" ? source.path : source.baseUrl).trim() !== "";
  const missing = [
    !sourceGiven && t("new.missing.source"),
    described.name.trim() === "" && t("new.missing.name"),
    accessMade.of === null && t("new.missing.access"),
    usageMade.of === null && t("new.missing.usage"),
  ].filter((one): one is string => one !== false);
  const body = (): NewPublication => ({
    asset: {
      ...(described.id.trim() ? { id: described.id.trim() } : {}),
      properties: propertiesOf(described) as never,
      source: asSource(source) as never,
    },
    access: policyOf(accessMade.of),
    usage: policyOf(usageMade.of),
    offer: {
      ...(dataspace === null ? {} : { dataspace }),
      automation: asks ? { answer: "hold", finalize: "auto", transfer: "auto" } : undefined,
    },
  });
  const trying = useMutation({
    mutationFn: () => ask<Publication>("POST", "/publications", { query: { dryRun: true }, body: body() }),
  });
  const publishing = useMutation({
    mutationFn: () => ask<Publication>("POST", "/publications", { body: body() }),
    onSuccess: ({ offer }) => {
      for (const noun of ["offers", "assets", "policies"]) void client.invalidateQueries({ queryKey: [noun] });
      say.done(t("new.done", { name: described.name }));
      if (offer) void navigate({ to: "/publish/offers/$id", params: { id: offer.id } });
    },
  });
  return (
    <Page
      title={t("new.title")}
      description={t("new.description")}
      crumbs={[
        <TextLink key="publish" to="/publish">
          {t("title")}
        </TextLink>,
      ]}
    >
      <Section title={t("new.source")}>
        <SourceFields source={source} onChange={setSource} />
      </Section>
      <Section title={t("new.what")}>
        <Description described={described} onChange={setDescribed} />
      </Section>
      <Section title={t("new.access")}>
        <Stack gap="md">
          <Text c="dimmed">{t("new.accessHint")}</Text>
          <DataspaceChoice value={dataspace} onChange={setDataspace} />
          <PolicyEditor draft={access} onChange={setAccess} kind="access" made={accessMade} />
        </Stack>
      </Section>
      <Section title={t("new.usage")}>
        <Stack gap="md">
          <Text c="dimmed">{t("new.usageHint")}</Text>
          <PolicyEditor draft={usage} onChange={setUsage} kind="usage" made={usageMade} />
          <Switch
            label={t("new.asks")}
            description={t("new.asksHint")}
            checked={asks}
            onChange={(event) => setAsks(event.currentTarget.checked)}
          />
        </Stack>
      </Section>
      <Section title={t("new.look")}>
        <Stack gap="md">
          {missing.length > 0 && <Text c="dimmed">{t("new.missing.all", { what: missing.join(", ") })}</Text>}
          {trying.data && <TriedOut publication={trying.data} />}
          {(trying.error ?? publishing.error) && (
            <Refusal problem={(publishing.error ?? trying.error) as Error} compact />
          )}
          <Group>
            <Button
              variant="default"
              onClick={() => trying.mutate()}
              loading={trying.isPending}
              disabled={missing.length > 0}
            >
              {t("new.try")}
            </Button>
            <Permitted
              permission="administer"
              unless={missing.length > 0 && t("new.missing.all", { what: missing.join(", ") })}
              onClick={() => publishing.mutate()}
              loading={publishing.isPending}
            >
              {t("new.publish")}
            </Permitted>
          </Group>
        </Stack>
      </Section>
    </Page>
  );
}

function Description({ described, onChange }: { described: Described; onChange: (described: Described) => void }) {
  const { t } = useTranslation("publish");
  const set = (change: Partial<Described>) => onChange({ ...described, ...change });
  return (
    <Stack gap="md" maw={640}>
      <TextInput
        label={t("new.name")}
        value={described.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        required
      />
      <Textarea
        label={t("new.text")}
        autosize
        minRows={2}
        value={described.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <TagsInput label={t("new.keywords")} value={described.keywords} onChange={(keywords) => set({ keywords })} />
      <TextInput
        label={t("new.id")}
        description={t("new.idHint")}
        value={described.id}
        onChange={(event) => set({ id: event.currentTarget.value })}
      />
    </Stack>
  );
}

function DataspaceChoice({ value, onChange }: { value: string | null; onChange: (id: string) => void }) {
  const { t } = useTranslation("publish");
  const dataspaces = useQuery({
    queryKey: ["dataspaces", "choice"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/dataspaces", { signal })),
  });
  const known = dataspaces.data?.items ?? [];
  const first = known[0]?.id ?? OUTSIDE;
  return (
    <NativeSelect
      label={t("new.dataspace")}
      maw={480}
      value={value ?? first}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[...known.map(({ id, name }) => ({ value: id, label: name })), { value: OUTSIDE, label: t("new.outside") }]}
    />
  );
}

/** What would be published, and what stands in the way. */
function TriedOut({ publication }: { publication: Publication }) {
  const { t } = useTranslation("publish");
  const { problems, findings, accessTerms, terms } = publication;
  return (
    <Stack gap="sm" role="status">
      {problems.length === 0 ? (
        <Alert color="green" title={t("new.fine")} />
      ) : (
        <Alert color="red" title={t("new.refused")}>
          <List size="sm" spacing="xs">
            {problems.map((document) => {
              const problem = Problem.of(422, document);
              return <List.Item key={`${problem.code} ${problem.detail}`}>{problem.detail}</List.Item>;
            })}
          </List>
        </Alert>
      )}
      <Findings findings={findings} />
      <h3>{t("new.access")}</h3>
      <PolicyWords terms={accessTerms} />
      <h3>{t("new.usage")}</h3>
      <PolicyWords terms={terms} />
    </Stack>
  );
}

function propertiesOf({ name, description, keywords }: Described): Record<string, unknown> {
  return {
    name: name.trim(),
    ...(description.trim() ? { description: description.trim() } : {}),
    ...(keywords.length > 0 ? { keyword: keywords } : {}),
  };
}

function policyOf(of: ReturnType<typeof useMade>["of"]): PublicationPolicy {
  if (of && "id" in of) return { policyId: of.id };
  if (of && "turtle" in of) return { turtle: of.turtle };
  return { policy: of && "policy" in of ? of.policy : undefined };
}
