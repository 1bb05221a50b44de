import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconClock, IconShieldCheck } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api, type Schema } from "@/api/client";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { ButtonLink, TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Permitted } from "@/components/Permitted";
import { Refusal } from "@/components/Refusal";
import { When } from "@/components/When";
import { datasetsOf } from "./elsewhere";
import { over, RequestState } from "./Requests";
import { scopeWords } from "./reading";

/** Joins a dataspace: paste an invitation, see who invites to what, join, and follow until the credentials have come. */
export function JoinPage() {
  const { t } = useTranslation("partners");
  const [text, setText] = useState("");
  const inspecting = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/invitations/inspect", { body: { invitation: text.trim() } })),
  });
  const [joined, setJoined] = useState<Schema["Membership"] | null>(null);
  const crumbs = [
    <TextLink key="all" to="/dataspaces" size="sm">
      {t("dataspaces.title")}
    </TextLink>,
  ];
  if (joined) {
    return (
      <Page title={t("join.title")} crumbs={crumbs}>
        <Progress joined={joined} />
      </Page>
    );
  }
  return (
    <Page title={t("join.title")} description={t("join.description")} crumbs={crumbs}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          inspecting.mutate();
        }}
      >
        <Stack maw={720}>
          <Textarea
            label={t("join.invitation")}
            description={t("join.invitationHint")}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              inspecting.reset();
            }}
            required
            minRows={4}
            maxRows={10}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", overflowWrap: "anywhere" } }}
          />
          {inspecting.error && <Refusal problem={inspecting.error} />}
          {!inspecting.data && (
            <Group>
              <Button type="submit" loading={inspecting.isPending} disabled={text.trim() === ""}>
                {t("join.inspect")}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
      {inspecting.data && <Inspected content={inspecting.data} text={text.trim()} onJoined={setJoined} />}
    </Page>
  );
}

interface InspectedProps {
  content: Schema["InvitationContent"];
  text: string;
  onJoined: (joined: Schema["Membership"]) => void;
}

function Inspected({ content, text, onJoined }: InspectedProps) {
  const { t } = useTranslation("partners");
  const client = useQueryClient();
  const [id, setId] = useState(content.dataspace);
  const joining = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/dataspaces/join", { body: { invitation: text, id: id.trim() } })),
    onSuccess: (joined) => {
      for (const noun of ["dataspaces", "partners", "credential-requests"]) {
        void client.invalidateQueries({ queryKey: [noun] });
      }
      onJoined(joined);
    },
  });
  return (
    <Section title={t("join.says", { inviter: content.inviterName, dataspace: content.dataspaceName })}>
      <Stack maw={720}>
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <IconShieldCheck size={20} color="var(--good)" style={{ flex: "none" }} aria-hidden="true" />
          <Text>{t("join.holds")}</Text>
        </Group>
        <Facts
          facts={[
            [t("join.inviter"), content.inviterName],
            [t("join.inviterId"), <Id key="inviter" id={content.inviter} whole what={t("join.inviterId")} />],
            [t("join.inviterAddress"), content.inviterAddress],
            [t("join.dataspace"), content.dataspaceName],
            [t("join.company"), content.company],
            [t("dataspaces.trusts"), content.issuers.join(", ")],
            [t("dataspaces.demands"), content.requiredScopes.map(scopeWords).join(", ") || t("dataspaces.nothing")],
            [t("invitations.expires"), <When key="until" at={content.expiresAt} />],
          ]}
        />
        <Text>{t("join.check", { inviter: content.inviterName })}</Text>
        <TextInput
          label={t("join.here")}
          description={t("join.hereHint")}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          required
          maw={320}
        />
        {joining.error && <Refusal problem={joining.error} compact />}
        <Group>
          <Permitted permission="administer" loading={joining.isPending} onClick={() => joining.mutate()}>
            {t("join.verb")}
          </Permitted>
        </Group>
      </Stack>
    </Section>
  );
}

const LOOKS = {
  done: [IconCircleCheck, "var(--good)"],
  failed: [IconAlertTriangle, "var(--bad)"],
  waiting: [IconClock, "var(--accent)"],
} as const;

/** What joining began, until it has ended: the event stream says when. */
function Progress({ joined }: { joined: Schema["Membership"] }) {
  const { t } = useTranslation("partners");
  const { dataspace, partner, credentialRequest: id } = joined;
  const request = useQuery({
    queryKey: ["credential-requests", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/credential-requests/{id}", { params: { path: { id } }, signal })),
  });
  if (request.isPending) return <Loading lines={4} />;
  if (request.error) return <Refusal problem={request.error} retry={() => void request.refetch()} />;
  const { state } = request.data;
  const words = state === "ISSUED" ? "done" : state === "REJECTED" ? "failed" : "waiting";
  const [Icon, color] = LOOKS[words];
  return (
    <Stack maw={720} role="status">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Icon size={20} color={color} style={{ flex: "none" }} aria-hidden="true" />
        <Text fw={600}>{t(`join.progress.${words}`, { dataspace: dataspace.name })}</Text>
      </Group>
      <Facts
        facts={[
          [t("requests.what"), request.data.credentials.map(({ type }) => type).join(", ")],
          [t("credentials.state"), <RequestState key="state" request={request.data} />],
        ]}
      />
      {!over(request.data) && <Text c="dimmed">{t("join.progress.hint")}</Text>}
      <Group>
        {partner && words === "done" && (
          <ButtonLink {...datasetsOf(partner)}>{t("join.progress.catalogue")}</ButtonLink>
        )}
        <ButtonLink to="/dataspaces/$id" params={{ id: dataspace.id }} variant="default">
          {t("join.progress.dataspace")}
        </ButtonLink>
        <ButtonLink to="/identity" search={{ tab: "credentials" }} variant="default">
          {t("identity.credentials")}
        </ButtonLink>
      </Group>
    </Stack>
  );
}
