import { Drawer } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Navigation } from "./Navigation";

/** The navigation of a narrow window. Loaded when somebody opens it. */
export function NavigationDrawer({ title, opened, onClose }: { title: string; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer opened={opened} onClose={onClose} size={260} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      <nav aria-label={t("shell.navigation")}>
        <Navigation />
      </nav>
    </Drawer>
  );
}
