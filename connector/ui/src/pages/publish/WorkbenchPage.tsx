import { Button, Group, List, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { TextLink } from "@/components/Links";
import { Page, Section } from "@/components/Page";
import { usePartnerNames } from "@/components/Partner";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { Sign } from "@/components/State";
import { say } from "@/components/say";
import { Told } from "@/components/Told";
import { When } from "@/components/When";
import { asInstant } from "./moments";
import { type Draft, EMPTY, type Made, PolicyEditor, useMade } from "./PolicyEditor";

const route = getRouteApi("/app/publish/workbench");

/** Put a policy together, read what it says, and try it: against a partner's claims, for a purpose, on a date. */
export function WorkbenchPage() {
  const { t } = useTranslation("publish");
  const { policy } = route.useSearch();
  const [draft, setDraft] = useState<Draft>(
    policy ? { ...EMPTY, way: "stored", stored: policy } : { ...EMPTY, way: "built" },
  );
  const made = useMade(draft);
  return (
    <Page
      title={t("workbench.title")}
      description={t("workbench.description")}
      crumbs={[
        <TextLink key="publish" to="/publish" search={{ tab: "policies" }}>
          {t("title")}
        </TextLink>,
      ]}
    >
      <Section title={t("workbench.policy")}>
        <PolicyEditor draft={draft} onChange={setDraft} kind="usage" made={made} />
      </Section>
      <Section title={t("workbench.try")}>
        <Trial made={made} />
      </Section>
      {draft.way !== "stored" && (
        <Section title={t("workbench.store")}>
          <Store made={made} />
        </Section>
      )}
    </Page>
  );
}

interface Supposed {
  partner: string;
  claims: string[];
  purpose: string;
  at: string;
}

function Trial({ made }: { made: Made }) {
  const { t } = useTranslation("publish");
  const names = usePartnerNames();
  const [supposed, setSupposed] = useState<Supposed>({ partner: "", claims: [], purpose: "", at: "" });
  const set = (change: Partial<Supposed>) => setSupposed({ ...supposed, ...change });
  const trying = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/v1/policies/dry-run", {
          body: {
            of: made.of as Schema["WhichPolicy"],
            partner: supposed.partner || undefined,
            claims: claimsOf(supposed.claims) as never,
            purpose: supposed.purpose.trim() || undefined,
            at: asInstant(supposed.at),
          },
        }),
      ),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (made.of) trying.mutate();
      }}
    >
      <Stack gap="md" maw={640}>
        <Select
          label={t("workbench.partner")}
          description={t("workbench.partnerHint")}
          clearable
          searchable
          data={[...names].map(([value, label]) => ({ value, label }))}
          value={supposed.partner || null}
          onChange={(partner) => set({ partner: partner ?? "" })}
        />
        <TagsInput
          label={t("workbench.claims")}
          description={t("workbench.claimsHint")}
          placeholder="Membership=active"
          value={supposed.claims}
          onChange={(claims) => set({ claims })}
        />
        <TextInput
          label={t("workbench.purpose")}
          value={supposed.purpose}
          onChange={(event) => set({ purpose: event.currentTarget.value })}
        />
        <TextInput
          label={t("workbench.at")}
          type="datetime-local"
          value={supposed.at}
          onChange={(event) => set({ at: event.currentTarget.value })}
        />
        <Button
          type="submit"
          loading={trying.isPending}
          disabled={made.of === null}
          style={{ alignSelf: "flex-start" }}
        >
          {t("workbench.run")}
        </Button>
      </Stack>
      {trying.error && <Refusal problem={trying.error} compact />}
      {trying.data && <Answer tried={trying.data} />}
    </form>
  );
}

/** The answer, why, until when, and what would change it. */
function Answer({ tried }: { tried: Schema["Tried"] }) {
  const { t } = useTranslation("publish");
  const lists: [string, readonly string[]][] = [
    [t("workbench.reasons"), tried.reasons.map(({ sentence }) => sentence)],
    [t("workbench.missing"), tried.missing],
    [t("workbench.facts"), tried.facts.map(({ sentence }) => sentence)],
    [t("workbench.contractual"), tried.contractualOnly],
    [t("workbench.wouldChange"), tried.wouldChange],
  ];
  return (
    <Stack gap="sm" mt="lg" role="status">
      <Sign tone={tried.permitted ? "good" : "bad"} icon={tried.permitted ? IconCircleCheck : IconCircleX}>
        {tried.permitted ? t("workbench.permitted") : t("workbench.denied")}
      </Sign>
      {tried.until && (
        <Text>
          {t("workbench.until")} <When at={tried.until} as="absolute" />
        </Text>
      )}
      {lists
        .filter(([, sentences]) => sentences.length > 0)
        .map(([title, sentences]) => (
          <div key={title}>
            <h3>{title}</h3>
            <List spacing="xs" size="sm">
              {sentences.map((sentence) => (
                <List.Item key={sentence}>
                  <Told sentence={sentence} />
                </List.Item>
              ))}
            </List>
          </div>
        ))}
    </Stack>
  );
}

function Store({ made }: { made: Made }) {
  const { t } = useTranslation("publish");
  const [id, setId] = useState("");
  const navigate = useNavigate();
  const client = useQueryClient();
  const storing = useMutation({
    mutationFn: () => {
      const content = contentOf(made.of);
      return answer(api.POST("/api/v1/policies", { body: { id: id.trim() || undefined, ...content } }));
    },
    onSuccess: (policy) => {
      void client.invalidateQueries({ queryKey: ["policies"] });
      say.done(t("workbench.stored", { id: policy.id }));
      void navigate({ to: "/publish/policies/$id", params: { id: policy.id } });
    },
  });
  return (
    <Stack gap="md" maw={640}>
      <TextInput
        label={t("workbench.id")}
        description={t("workbench.idHint")}
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      {storing.error && <Refusal problem={storing.error} compact />}
      <Group>
        <Permitted
          permission="administer"
          unless={made.of === null && t("workbench.nothing")}
          loading={storing.isPending}
          onClick={() => storing.mutate()}
        >
          {t("workbench.storeIt")}
        </Permitted>
      </Group>
    </Stack>
  );
}

/** `Membership=active` as the API takes it; the same operand twice has both values. */
export function claimsOf(written: readonly string[]): Record<string, string[]> {
  const claims: Record<string, string[]> = {};
  for (const one of written) {
    const at = one.indexOf("=");
    if (at <= 0) continue;
    const [operand, value] = [one.slice(0, at).trim(), one.slice(at + 1).trim()];
    claims[operand] = [...(claims[operand] ?? []), value];
  }
  return claims;
}

/** A policy that was written or put together, as it is stored. */
function contentOf(of: Made["of"]): { policy?: never; turtle?: string } {
  if (of && "turtle" in of) return { turtle: of.turtle };
  return { policy: (of && "policy" in of ? of.policy : undefined) as never };
}
