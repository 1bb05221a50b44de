import { Button, PasswordInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import type { LinkContent } from "@/api/pending";
import type { Session } from "@/api/session";
import { TextLink } from "@/components/Links";
import { Loading } from "@/components/Loading";
import { Refusal } from "@/components/Refusal";
import { useEnter } from "./entering";
import { StrangerPage } from "./StrangerPage";

/** Fewest characters of a password. The connector decides; this says it before one has sent it. */
export const SHORTEST_PASSWORD = 12;

/** Where the link leads that makes the first administrator, or lets an invited user choose a password. */
export function WelcomePage() {
  const { t } = useTranslation("people");
  // The token stands behind the #, which no browser sends to a server or in a referrer.
  const token = useLocation({ select: ({ hash }) => hash });
  const link = useQuery({
    queryKey: ["session", "link", token],
    queryFn: ({ signal }) => ask<LinkContent>("POST", "/session/link/inspect", { body: { token }, signal }),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const incomplete = token === "";
  return (
    <StrangerPage title={incomplete ? t("welcome.none.title") : t("welcome.title")}>
      {incomplete && <Text>{t("welcome.none.sentence")}</Text>}
      {!incomplete && link.isPending && <Loading lines={4} />}
      {link.error && <Refusal problem={link.error} compact />}
      {link.data && <Joining token={token} link={link.data} />}
      {(incomplete || link.error) && <TextLink to="/sign-in">{t("welcome.toSignIn")}</TextLink>}
    </StrangerPage>
  );
}

function Joining({ token, link }: { token: string; link: LinkContent }) {
  const { t } = useTranslation(["people", "app"]);
  const enter = useEnter();
  const form = useForm({ mode: "uncontrolled", initialValues: { name: link.name ?? "", password: "" } });
  const joining = useMutation({
    mutationFn: ({ name, password }: { name: string; password: string }) =>
      ask<Session>("POST", "/session/link", { body: { token, password, ...(link.name === null ? { name } : {}) } }),
    onSuccess: (session) => enter(session),
  });
  return (
    <form onSubmit={form.onSubmit((given) => joining.mutate(given))}>
      <Text>{link.name === null ? t("welcome.first") : t("welcome.invited", { name: link.name })}</Text>
      <Text c="dimmed" size="sm" mb="md">
        {t("welcome.role", { role: t(`app:roles.${link.role}`) })}
      </Text>
      <TextInput
        label={t("welcome.name")}
        description={link.name === null ? t("welcome.nameHint") : undefined}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        readOnly={link.name !== null}
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <PasswordInput
        mt="md"
        label={t("welcome.password")}
        description={t("welcome.passwordHint")}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
        minLength={SHORTEST_PASSWORD}
        required
        key={form.key("password")}
        {...form.getInputProps("password")}
      />
      {joining.error && <Refusal problem={joining.error} />}
      <Button type="submit" fullWidth mt="lg" size="md" loading={joining.isPending}>
        {t("welcome.submit")}
      </Button>
    </form>
  );
}
