import { Breadcrumbs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMatch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/api/session";
import classes from "./Page.module.css";

let shownPath: string | null = null;

interface PageProps {
  /** In the heading and, unless `documentTitle` says otherwise, in the window's title. */
  title: ReactNode;
  documentTitle?: string;
  description?: ReactNode;
  /** Buttons, at the end of the heading's line; below it on a phone. */
  actions?: ReactNode;
  /** Links to what this page is part of: `<TextLink to="/agreements">…`. */
  crumbs?: readonly ReactNode[];
  children: ReactNode;
}

/** Every page. Names the window, and moves the focus to the heading when one comes from another page. */
export function Page({ title, documentTitle, description, actions, crumbs = [], children }: PageProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  // Of the route that shows this page: the address has changed already while the page before is still here.
  const pathname = useMatch({ strict: false, select: (match) => match.pathname });
  const { data: session } = useQuery({ ...sessionQuery, enabled: false });
  const name = session?.connector.name ?? "Symbolon";
  const words = documentTitle ?? (typeof title === "string" ? title : undefined);

  useEffect(() => {
    document.title = words ? `${words} · ${name}` : name;
  }, [words, name]);
  useEffect(() => {
    if (shownPath !== null && shownPath !== pathname) heading.current?.focus({ preventScroll: true });
    shownPath = pathname;
  }, [pathname]);

  return (
    <article>
      {crumbs.length > 0 && (
        <nav aria-label={t("page.crumbs")} className={classes.crumbs}>
          <Breadcrumbs separator="›" separatorMargin={6}>
            {crumbs}
          </Breadcrumbs>
        </nav>
      )}
      <header className={classes.header}>
        <div className={classes.words}>
          <Title order={1} ref={heading} tabIndex={-1}>
            {title}
          </Title>
          {description && (
            <Text c="dimmed" component="div" maw={720}>
              {description}
            </Text>
          )}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </article>
  );
}

/** A part of a page, with a heading of its own. */
export function Section({ title, actions, children }: { title: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <div className={classes.sectionHeader}>
        <Title order={2}>{title}</Title>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}
