import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";

export interface UrlTab {
  value: string;
  label: ReactNode;
  /** A number behind the label. */
  count?: number;
  content: ReactNode;
}

/**
 * Tabs whose choice is in the address (`?tab=`), the first one without. The route's `validateSearch` must let it through:
 * `tab: oneOf(given.tab, TABS)`.
 */
export function UrlTabs({ tabs, label, param = "tab" }: { tabs: readonly UrlTab[]; label: string; param?: string }) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const first = tabs[0]?.value ?? "";
  const chosen = tabs.find(({ value }) => value === search[param])?.value ?? first;
  const choose = (value: string | null) => {
    const next = (before: Record<string, unknown>) => ({
      ...before,
      [param]: value === first ? undefined : (value ?? undefined),
    });
    void navigate({ to: ".", search: next as never, replace: true });
  };
  return (
    <Tabs value={chosen} onChange={choose}>
      <Tabs.List aria-label={label} mb="md">
        {tabs.map(({ value, label: words, count }) => (
          <Tabs.Tab key={value} value={value} rightSection={count === undefined ? undefined : <span>{count}</span>}>
            {words}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ value, content }) => (
        <Tabs.Panel key={value} value={value}>
          {content}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
