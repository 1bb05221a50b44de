import { Kbd, Modal, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { AREAS } from "./areas";
import { type Shortcut, useShortcutsOnPage } from "./shortcuts";

export function ShortcutsList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const page = useShortcutsOnPage();
  const everywhere = [
    ...AREAS.map(({ area, key }) => ({ key: `g ${key}`, meaning: t(`areas.${area}`) })),
    { key: "/", meaning: t("shortcuts.search") },
    { key: "?", meaning: t("shortcuts.list") },
  ];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("shortcuts.title")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Rows caption={t("shortcuts.everywhere")} shortcuts={everywhere} />
      {page.length > 0 && <Rows caption={t("shortcuts.here")} shortcuts={page} />}
    </Modal>
  );
}

function Rows({ caption, shortcuts }: { caption: string; shortcuts: readonly Shortcut[] }) {
  return (
    <Table captionSide="top" verticalSpacing="xs">
      <Table.Caption ta="start">{caption}</Table.Caption>
      <Table.Tbody>
        {shortcuts.map(({ key, meaning }) => (
          <Table.Tr key={key}>
            <Table.Td w={90}>
              {key.split(" ").map((one) => (
                <Kbd key={one} mr={4}>
                  {one}
                </Kbd>
              ))}
            </Table.Td>
            <Table.Td>{meaning}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
