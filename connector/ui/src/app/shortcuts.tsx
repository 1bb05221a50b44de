import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { AREAS } from "./areas";

export interface Shortcut {
  key: string;
  meaning: string;
}

let onPage: readonly Shortcut[] = [];
const watchers = new Set<() => void>();
const OPEN = "symbolon:shortcuts";

function set(next: readonly Shortcut[]): void {
  onPage = next;
  for (const watcher of watchers) watcher();
}

/** Opens the list of shortcuts. */
export function openShortcuts(): void {
  window.dispatchEvent(new Event(OPEN));
}

/** A key of this page, shown in the list under `?`. Not called while somebody types, or a dialog is open. */
export function useShortcut(key: string, meaning: string, then: () => void): void {
  const latest = useRef(then);
  latest.current = then;
  useEffect(() => {
    const own = { key, meaning };
    set([...onPage, own]);
    const listen = (event: KeyboardEvent) => {
      if (event.key !== key || busy(event)) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", listen);
    return () => {
      set(onPage.filter((one) => one !== own));
      window.removeEventListener("keydown", listen);
    };
  }, [key, meaning]);
}

/** `g` and a letter to go, `/` into the page's search, `?` for the list. */
export function useGoShortcuts(): void {
  const navigate = useNavigate();
  useEffect(() => {
    let pressed = 0;
    const listen = (event: KeyboardEvent) => {
      if (busy(event)) return;
      const going = Date.now() - pressed < 1500;
      pressed = 0;
      const area = going ? AREAS.find(({ key }) => key === event.key) : undefined;
      if (area) {
        event.preventDefault();
        event.stopImmediatePropagation();
        void navigate({ to: area.to });
      } else if (event.key === "g") pressed = Date.now();
      else if (event.key === "?") openShortcuts();
      else if (event.key === "/" && focusSearch()) event.preventDefault();
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }, [navigate]);
}

function focusSearch(): boolean {
  const field = [...document.querySelectorAll<HTMLInputElement>("[data-page-search]")].find((one) =>
    one.checkVisibility(),
  );
  field?.focus();
  field?.select();
  return !!field;
}

function busy(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector('[role="dialog"][aria-modal="true"]')) return true;
  const target = event.target;
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** The shortcuts of the page that is shown. */
export function useShortcutsOnPage(): readonly Shortcut[] {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => onPage,
  );
}

const List = lazy(() => import("./ShortcutsList").then((module) => ({ default: module.ShortcutsList })));

/** The list, loaded when somebody asks for it. */
export function ShortcutsDialog() {
  const [asked, setAsked] = useState(false);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const show = () => {
      setAsked(true);
      setOpen(true);
    };
    window.addEventListener(OPEN, show);
    return () => window.removeEventListener(OPEN, show);
  }, []);
  if (!asked) return null;
  return (
    <Suspense>
      <List opened={open} onClose={() => setOpen(false)} />
    </Suspense>
  );
}
