import { Stack, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

/** A page in the frame that strangers see: a heading and what is below it. */
export function StrangerPage({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Symbolon`;
  }, [title]);
  return (
    <Stack>
      <Title order={1}>{title}</Title>
      {children}
    </Stack>
  );
}
