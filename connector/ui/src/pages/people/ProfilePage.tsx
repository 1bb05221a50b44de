import { Button, PasswordInput, SegmentedControl, Stack, Text, useMantineColorScheme } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "@/api/client";
import { useSession } from "@/api/session";
import { LANGUAGES, type Language, speak } from "@/app/i18n";
import { Facts } from "@/components/Facts";
import { Id } from "@/components/Id";
import { Page, Section } from "@/components/Page";
import { Refusal } from "@/components/Refusal";
import { say } from "@/components/say";
import { When } from "@/components/When";
import { SHORTEST_PASSWORD } from "./WelcomePage";

export function ProfilePage() {
  const { t } = useTranslation(["people", "app"]);
  const { operator, permissions, expiresAt, connector } = useSession();
  return (
    <Page title={t("profile.title")}>
      <Facts
        facts={[
          [t("profile.name"), operator.name],
          [t("profile.role"), t(`app:roles.${operator.role}`)],
          [t("profile.may"), permissions.map((one) => t(`app:permitted.${one}`)).join(", ")],
          [t("profile.kind"), t(`profile.kinds.${operator.kind}`)],
          [t("profile.expires"), expiresAt && <When at={expiresAt} />],
          [t("profile.connector"), <Id key="id" id={connector.participantId} whole />],
          [t("profile.version"), connector.version],
        ]}
      />
      <Section title={t("profile.appearance")}>
        <Appearance />
      </Section>
      <Section title={t("profile.password.title")}>
        {operator.kind === "user" ? (
          <ChangePassword name={operator.name} />
        ) : (
          <Text c="dimmed">{t("profile.password.elsewhere")}</Text>
        )}
      </Section>
    </Page>
  );
}

function Appearance() {
  const { t, i18n } = useTranslation(["people", "app"]);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const schemes = (["auto", "light", "dark"] as const).map((value) => ({ value, label: t(`app:themes.${value}`) }));
  const languages = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));
  return (
    <Facts
      facts={[
        [
          t("profile.theme"),
          <SegmentedControl
            key="theme"
            size="sm"
            aria-label={t("profile.theme")}
            data={schemes}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as typeof colorScheme)}
          />,
        ],
        [
          t("profile.language"),
          <SegmentedControl
            key="language"
            size="sm"
            aria-label={t("profile.language")}
            data={languages}
            value={i18n.resolvedLanguage}
            onChange={(value) => void speak(value as Language)}
          />,
        ],
      ]}
    />
  );
}

function ChangePassword({ name }: { name: string }) {
  const { t } = useTranslation("people");
  const form = useForm({ mode: "uncontrolled", initialValues: { current: "", password: "" } });
  const changing = useMutation({
    mutationFn: (body: { current: string; password: string }) => ask<void>("PUT", "/session/password", { body }),
    onSuccess: () => {
      form.reset();
      say.done(t("profile.password.done"));
    },
  });
  return (
    <form onSubmit={form.onSubmit((given) => changing.mutate(given))}>
      <Stack maw={360}>
        {/* Password managers want to know whose password it is. */}
        <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
        <PasswordInput
          label={t("profile.password.current")}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
          required
          key={form.key("current")}
          {...form.getInputProps("current")}
        />
        <PasswordInput
          label={t("profile.password.new")}
          description={t("welcome.passwordHint")}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
          minLength={SHORTEST_PASSWORD}
          required
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        {changing.error && <Refusal problem={changing.error} compact />}
        <div>
          <Button type="submit" loading={changing.isPending}>
            {t("profile.password.submit")}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
