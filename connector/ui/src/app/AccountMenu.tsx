import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconKeyboard, IconLogout, IconUser, IconUserCircle, IconUsers } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ask, setCsrf } from "@/api/client";
import { Problem } from "@/api/problem";
import { sessionQuery, useSession } from "@/api/session";
import { say } from "@/components/say";
import { LANGUAGES, type Language, language, speak } from "./i18n";
import { openShortcuts } from "./shortcuts";

const SCHEMES = ["auto", "light", "dark"] as const;

/** Who is signed in; theme, language, profile, users, sign out. */
export function AccountMenu() {
  const { t } = useTranslation();
  const { operator, permissions } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("account.menu", { name: operator.name })}>
          <IconUserCircle size={22} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {operator.name} · {t(`roles.${operator.role}`)}
        </Menu.Label>
        <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} />}>
          {t("account.profile")}
        </Menu.Item>
        <Menu.Item
          component={Link}
          to="/users"
          leftSection={<IconUsers size={16} />}
          disabled={!permissions.includes("administer")}
        >
          {t("account.users")}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={openShortcuts}>
          {t("shortcuts.title")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("account.theme")}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Choice key={scheme} chosen={scheme === colorScheme} onClick={() => setColorScheme(scheme)}>
            {t(`themes.${scheme}`)}
          </Choice>
        ))}
        <Menu.Divider />
        <Menu.Label>{t("account.language")}</Menu.Label>
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <Choice key={tag} chosen={tag === language()} onClick={() => void speak(tag as Language)}>
            <span lang={tag}>{name}</span>
          </Choice>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t("account.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Choice({ chosen, onClick, children }: { chosen: boolean; onClick: () => void; children: React.ReactNode }) {
  const sign = chosen ? <IconCheck size={16} /> : <span style={{ display: "block", width: 16 }} />;
  return (
    <Menu.Item leftSection={sign} onClick={onClick} role="menuitemradio" aria-checked={chosen} closeMenuOnClick={false}>
      {children}
    </Menu.Item>
  );
}

/** Ends the session here and at the connector, and forgets everything that was read under it. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return () => {
    ask<void>("DELETE", "/session").then(
      async () => {
        setCsrf(null);
        await navigate({ to: "/sign-in" });
        client.clear();
        client.setQueryData(sessionQuery.queryKey, null);
      },
      (thrown) => say.refused(Problem.from(thrown)),
    );
  };
}
