import { Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "@/components/Links";
import { State } from "@/components/State";
import { spaced } from "@/policy/words";
import classes from "./Catalog.module.css";
import type { FoundDataset } from "./pending";
import { type Filters, SLICE, searchQuery } from "./queries";

/** Rem of a row before it is measured. */
const ROW = 5.25;
/** Slices are asked for when scrolling has come to rest for so long. */
const REST = 60;

/**
 * Every dataset that was found, however many: only those in sight are in the page, and only their slices are asked for.
 *
 * Keys: ↓ ↑ (or j k) between rows, Home and End to the ends.
 */
export function DatasetRows({ filters, total }: { filters: Filters; total: number }) {
  const { t } = useTranslation("catalog");
  const list = useRef<HTMLOListElement>(null);
  const [top, setTop] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what stands above may have grown with what was found.
  useLayoutEffect(() => {
    if (list.current) setTop(list.current.getBoundingClientRect().top + window.scrollY);
  }, [total]);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const virtualizer = useWindowVirtualizer({
    count: total,
    estimateSize: () => ROW * rem,
    overscan: 8,
    scrollMargin: top,
  });
  const items = virtualizer.getVirtualItems();
  const first = Math.floor((items[0]?.index ?? 0) / SLICE);
  const last = Math.floor((items.at(-1)?.index ?? 0) / SLICE);
  const [wanted] = useDebouncedValue(`${first} ${last}`, REST);
  const [from = 0, to = 0] = wanted.split(" ").map(Number);
  const slices = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const found = useQueries({
    queries: slices.map((slice) => ({ ...searchQuery(filters, slice), placeholderData: keepPreviousData })),
  });
  const rowAt = (index: number): FoundDataset | undefined => {
    const position = slices.indexOf(Math.floor(index / SLICE));
    const answer = found[position];
    // What is kept from before belongs to other filters, and is shown until the new is there; never from another place.
    return answer?.data && answer.data.offset === Math.floor(index / SLICE) * SLICE
      ? answer.data.items[index % SLICE]
      : undefined;
  };
  const focusRow = (index: number) => {
    const target = Math.max(0, Math.min(index, total - 1));
    virtualizer.scrollToIndex(target, { align: "auto" });
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        list.current?.querySelector<HTMLElement>(`[data-index="${target}"] a`)?.focus({ preventScroll: true }),
      ),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index;
    if (at === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = Number(at);
    const next = { ArrowDown: index + 1, j: index + 1, ArrowUp: index - 1, k: index - 1, Home: 0, End: total - 1 }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    focusRow(next);
  };
  return (
    <ol
      ref={list}
      className={classes.rows}
      style={{ height: virtualizer.getTotalSize() }}
      aria-label={t("found")}
      onKeyDown={onKeyDown}
    >
      {items.map(({ index, start, key }) => {
        const row = rowAt(index);
        return (
          <li
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            aria-setsize={total}
            aria-posinset={index + 1}
            aria-busy={!row}
            className={classes.row}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {row ? <Row found={row} /> : <Skeleton height={44} radius="sm" />}
          </li>
        );
      })}
    </ol>
  );
}

function Row({ found }: { found: FoundDataset }) {
  const { t } = useTranslation("catalog");
  const { partner, partnerName, dataset, title, description, type, formats, terms, qualifies, why, offers } = found;
  const headline = terms.map(spaced).join(" · ");
  return (
    <>
      <div className={classes.what}>
        <TextLink to="/catalog/$partner/$dataset" params={{ partner, dataset }} className={classes.name}>
          {title}
        </TextLink>
        <span className={classes.line} title={description ?? undefined}>
          {description ?? (title === dataset ? "" : dataset)}
        </span>
        <span className={classes.line}>
          {headline ? t("row.terms", { terms: headline }) : t("row.noTerms")}
          {offers > 1 && ` · ${t("row.offers", { count: offers })}`}
        </span>
      </div>
      <div className={classes.who}>
        <span className={classes.partner} title={partner}>
          {partnerName}
        </span>
        <span className={classes.line}>{[type && shortType(type), ...formats].filter(Boolean).join(" · ")}</span>
      </div>
      <div className={classes.may}>
        <State state={qualifies} word={t(`qualifies.${qualifies}`)} />
        {why && (
          <span className={classes.why} title={why}>
            {why.replaceAll("`", "")}
          </span>
        )}
      </div>
    </>
  );
}

function shortType(type: string): string {
  return type.replace(/^.*[/#](?=[^/#])/, "");
}
