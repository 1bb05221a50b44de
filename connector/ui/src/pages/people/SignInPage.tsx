import { Alert, Button, Divider, PasswordInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ask, search } from "@/api/client";
import { Problem } from "@/api/problem";
import { type Session, waysQuery } from "@/api/session";
import { Refusal } from "@/components/Refusal";
import { useEnter } from "./entering";
import { StrangerPage } from "./StrangerPage";

const route = getRouteApi("/public/sign-in");

export function SignInPage() {
  const { t } = useTranslation("people");
  const { data: ways } = useSuspenseQuery(waysQuery);
  const { error, return: to } = route.useSearch();
  return (
    <StrangerPage title={t("signIn.title")}>
      <Text c="dimmed" mt={-8}>
        {t("signIn.at", { name: ways.name })}
      </Text>
      {error && (
        <Refusal problem={new Problem(401, error, t("signIn.error"), "", null, t("signIn.errorHint"))} compact />
      )}
      {ways.firstStart && (
        <Alert variant="light" title={t("signIn.first.title")}>
          {t("signIn.first.sentence")}
        </Alert>
      )}
      {ways.oidc && (
        <Button
          component="a"
          href={`/api/v1/session/oidc${search({ return: to ?? "/" })}`}
          size="md"
          variant={ways.password ? "default" : "filled"}
        >
          {t("signIn.oidc", { name: ways.oidc.name })}
        </Button>
      )}
      {ways.oidc && ways.password && <Divider label={t("signIn.or")} />}
      {ways.password && !ways.firstStart && <ByPassword to={to} />}
    </StrangerPage>
  );
}

function ByPassword({ to }: { to?: string }) {
  const { t } = useTranslation("people");
  const enter = useEnter();
  const form = useForm({ mode: "uncontrolled", initialValues: { user: "", password: "" } });
  const signing = useMutation({
    mutationFn: (body: { user: string; password: string }) => ask<Session>("POST", "/session", { body }),
    onSuccess: (session) => enter(session, to),
  });
  const refused = signing.error ? Problem.from(signing.error) : null;
  return (
    <form onSubmit={form.onSubmit((given) => signing.mutate(given))}>
      <TextInput
        label={t("signIn.user")}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        key={form.key("user")}
        {...form.getInputProps("user")}
      />
      <PasswordInput
        mt="md"
        label={t("signIn.password")}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
        required
        key={form.key("password")}
        {...form.getInputProps("password")}
      />
      {refused && <Refusal problem={refused} />}
      {refused?.retryAfter && <Text size="sm">{t("signIn.later", { count: refused.retryAfter })}</Text>}
      <Button type="submit" fullWidth mt="lg" size="md" loading={signing.isPending}>
        {t("signIn.submit")}
      </Button>
      <Text size="sm" c="dimmed" mt="lg">
        {t("signIn.forgotten")}
      </Text>
    </form>
  );
}
