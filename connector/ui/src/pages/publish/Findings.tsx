import { Alert, List } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Told } from "@/components/Told";

/** Where a policy breaks the rules of the profiles that it names. */
export function Findings({ findings }: { findings: readonly Schema["Finding"][] }) {
  const { t } = useTranslation("publish");
  if (findings.length === 0) return null;
  return (
    <Alert color="red" title={t("findings.title")} mt="md">
      <List spacing="xs" size="sm">
        {findings.map(({ path, code, sentence, hint }) => (
          <List.Item key={`${path} ${code} ${sentence}`}>
            <Told sentence={sentence} /> {path && <code>{path}</code>} {hint && <Told sentence={hint} />}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
