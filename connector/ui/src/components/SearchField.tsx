import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

interface SearchFieldProps {
  /** What is searched, read by screen readers and shown while it is empty. */
  label: string;
  value: string | undefined;
  /** Called when typing has paused; `undefined` when it is empty. Put it into the address with `replace: true`. */
  onSearch: (value: string | undefined) => void;
  /** Milliseconds of pause. */
  pause?: number;
}

/** The search of a page: `/` leads into it. */
export function SearchField({ label, value, onSearch, pause = 200 }: SearchFieldProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value ?? "");
  const sent = useRef(value ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // Somebody else changed it: back button, a link.
    if ((value ?? "") !== sent.current) {
      sent.current = value ?? "";
      setTyped(value ?? "");
    }
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (text: string) => {
    clearTimeout(timer.current);
    sent.current = text.trim();
    onSearch(text.trim() || undefined);
  };
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => send(text), pause);
  };
  const clear = () => {
    setTyped("");
    send("");
  };
  return (
    <TextInput
      type="search"
      data-page-search
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") send(typed);
        if (event.key === "Escape" && typed) clear();
      }}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      rightSection={typed && <CloseButton size="sm" onClick={clear} aria-label={t("search.clear")} />}
      styles={{ input: { WebkitAppearance: "none" } }}
      miw={0}
      w="100%"
      maw={420}
      role="searchbox"
    />
  );
}
