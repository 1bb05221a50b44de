import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Where nothing is: what would stand here, and what to do so that it does. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack gap="sm" py="xl" align="flex-start" maw={560}>
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" component="div">
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
