import { Button, Skeleton } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import { Link, type LinkProps, useNavigate } from "@tanstack/react-router";
import {
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  sortFn_alphanumeric,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import classes from "./DataTable.module.css";
import { Refusal } from "./Refusal";

export interface Column<T> {
  id: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  /** What rows are sorted by here. Only for lists that are here as a whole; otherwise use `sorting`. */
  sort?: (row: T) => string | number | null | undefined;
  /** With `sorting`: the server can sort by this column. */
  sortable?: boolean;
  /** CSS width; columns without share what is left. */
  width?: string;
  align?: "end";
  /** On a phone: `title` is the card's heading (default: the first column), `hide` leaves it out. */
  card?: "title" | "hide";
}

export interface DataTableProps<T> {
  /** What is listed, for screen readers: "Negotiations". */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** Where a row leads. The first column becomes the link; the whole row can be clicked. */
  to?: (row: T) => LinkProps;
  loading?: boolean;
  error?: Error | null;
  retry?: () => void;
  /** Shown when there are no rows: an `Empty`. */
  empty?: ReactNode;
  more?: boolean;
  loadMore?: () => void;
  loadingMore?: boolean;
  /** How many there are in all, where it is known. */
  total?: number;
  /** Sorting that the server does: `[current, change]`. */
  sorting?: readonly [{ id: string; desc: boolean } | null, (next: { id: string; desc: boolean } | null) => void];
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
});

/** Rows below that count are all in the page; beyond, only those in sight are. */
const VIRTUAL_FROM = 80;
const ROW_HEIGHT = 41;

/**
 * A list of things. Takes what `useList` returns: `<DataTable label={…} columns={COLUMNS} rowKey={…} {...list} />`. Columns belong
 * outside the component or into `useMemo`.
 *
 * Keys: ↓ ↑ (or j k) move between rows, Home and End to the ends, Enter opens. On a phone each row is a card.
 */
export function DataTable<T>(props: DataTableProps<T>) {
  const { rows, loading, error, retry, empty, columns, label } = props;
  const { t } = useTranslation();
  if (error && rows.length === 0) return <Refusal problem={error} retry={retry} />;
  if (loading) return <LoadingRows label={label} columns={columns.length} />;
  if (rows.length === 0) return empty ?? <p>{t("table.nothing")}</p>;
  return <Rows {...props} />;
}

function Rows<T>({
  label,
  columns,
  rows,
  rowKey,
  to,
  error,
  retry,
  more,
  loadMore,
  loadingMore,
  total,
  sorting,
}: DataTableProps<T>) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [local, setLocal] = useState<SortingState>([]);
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.id,
        accessorFn: (row: T) => column.sort?.(row) ?? undefined,
        enableSorting: !sorting && column.sort !== undefined,
        sortFn: "alphanumeric" as const,
        sortUndefined: "last" as const,
      })),
    [columns, sorting],
  );
  const table = useTable({
    features,
    // biome-ignore lint/suspicious/noExplicitAny: the generic row is not one of the library's RowData.
    columns: definitions as any,
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    data: rows as any,
    getRowId: (row: unknown) => rowKey(row as T),
    state: { sorting: local },
    onSortingChange: setLocal,
  });
  const shown = table.getRowModel().rows;
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is above may have grown with the rows.
  useLayoutEffect(() => {
    if (body.current) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, [shown.length > 0]);
  const virtual = shown.length > VIRTUAL_FROM;
  const virtualizer = useWindowVirtualizer({
    count: shown.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: top,
    enabled: virtual,
    getItemKey: (index) => shown[index]?.id ?? index,
  });
  const items = virtual ? virtualizer.getVirtualItems() : shown.map((_, index) => ({ index, start: 0, end: 0 }));
  const before = virtual ? (items[0]?.start ?? top) - top : 0;
  const after = virtual ? virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top) : 0;

  const focusRow = (index: number) => {
    const wanted = Math.max(0, Math.min(index, shown.length - 1));
    if (virtual) virtualizer.scrollToIndex(wanted, { align: "auto" });
    requestAnimationFrame(() => {
      const row = body.current?.querySelector<HTMLElement>(`[data-index="${wanted}"]`);
      const target = row?.querySelector<HTMLElement>("[data-row-link], a, button") ?? row;
      target?.focus();
      row?.scrollIntoView({ block: "nearest" });
    });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const at = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    if (
      !at ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName)
    )
      return;
    const index = Number(at.dataset.index);
    const next = {
      ArrowDown: index + 1,
      j: index + 1,
      ArrowUp: index - 1,
      k: index - 1,
      Home: 0,
      End: shown.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    focusRow(next);
  };
  const open = (event: MouseEvent<HTMLElement>, row: T) => {
    if (!to || (event.target as HTMLElement).closest("a, button, input, label, [role=button]")) return;
    // Who selects text does not want to go away.
    if (window.getSelection()?.toString()) return;
    if (event.ctrlKey || event.metaKey) event.currentTarget.querySelector<HTMLElement>("[data-row-link]")?.click();
    else void navigate(to(row) as Parameters<typeof navigate>[0]);
  };
  const title = columns.find(({ card }) => card === "title")?.id ?? columns[0]?.id;

  return (
    <div className={classes.frame}>
      <table className={classes.table} role="table" aria-label={label} aria-rowcount={more ? -1 : shown.length + 1}>
        <colgroup>
          {columns.map(({ id, width }) => (
            <col key={id} style={{ width }} />
          ))}
        </colgroup>
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            {columns.map((column) => (
              <Header
                key={column.id}
                column={column}
                sorting={sorting}
                local={[local[0] ?? null, (next) => setLocal(next ? [next] : [])]}
              />
            ))}
          </tr>
        </thead>
        <tbody ref={body} role="rowgroup" onKeyDown={onKeyDown}>
          {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: rows that only take the place of others. */}
          {before > 0 && <tr role="presentation" style={{ height: before }} />}
          {items.map(({ index }) => {
            const shownRow = shown[index];
            if (!shownRow) return null;
            const row = shownRow.original as T;
            return (
              <tr
                key={shownRow.id}
                ref={virtual ? virtualizer.measureElement : undefined}
                role="row"
                data-index={index}
                aria-rowindex={index + 2}
                className={to ? classes.leads : undefined}
                onClick={(event) => open(event, row)}
                tabIndex={to ? undefined : -1}
              >
                {columns.map((column, position) => (
                  <td
                    key={column.id}
                    role="cell"
                    data-label={typeof column.header === "string" ? column.header : undefined}
                    data-card={column.id === title ? "title" : column.card}
                    data-align={column.align}
                  >
                    {position === 0 && to ? (
                      <Link {...to(row)} data-row-link className={classes.link}>
                        {column.cell(row)}
                      </Link>
                    ) : (
                      column.cell(row)
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
          {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: as above. */}
          {after > 0 && <tr role="presentation" style={{ height: after }} />}
        </tbody>
      </table>
      {error && <Refusal problem={error} retry={retry} />}
      <Foot
        shown={shown.length}
        total={total}
        more={more}
        loadMore={loadMore}
        loadingMore={loadingMore}
        label={t("table.more")}
      />
    </div>
  );
}

type Sorting = NonNullable<DataTableProps<never>["sorting"]>;

function Header<T>({ column, sorting, local }: { column: Column<T>; sorting?: Sorting; local: Sorting }) {
  const [current, change] = sorting ?? local;
  const sortable = sorting ? column.sortable : column.sort !== undefined;
  const direction = current?.id === column.id ? (current.desc ? "descending" : "ascending") : undefined;
  if (!sortable) {
    return (
      <th role="columnheader" scope="col" data-align={column.align}>
        {column.header}
      </th>
    );
  }
  const next =
    direction === undefined
      ? { id: column.id, desc: false }
      : direction === "ascending"
        ? { id: column.id, desc: true }
        : null;
  const Icon = direction === undefined ? IconArrowsSort : direction === "ascending" ? IconArrowUp : IconArrowDown;
  return (
    <th role="columnheader" scope="col" data-align={column.align} aria-sort={direction ?? "none"}>
      <button type="button" className={classes.sort} onClick={() => change(next)}>
        {column.header}
        <Icon size={13} aria-hidden="true" data-idle={direction === undefined || undefined} />
      </button>
    </th>
  );
}

interface FootProps {
  shown: number;
  total?: number;
  more?: boolean;
  loadMore?: () => void;
  loadingMore?: boolean;
  label: string;
}

/** Reads on by itself when it comes into sight; the button is for who has no pointer, and for a read that failed. */
function Foot({ shown, total, more, loadMore, loadingMore, label }: FootProps) {
  const { t } = useTranslation();
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(loadMore);
  latest.current = loadMore;
  useEffect(() => {
    const element = end.current;
    if (!element || !more || loadingMore) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current?.(), {
      rootMargin: "600px",
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [more, loadingMore]);
  return (
    <div ref={end} className={classes.foot} aria-live="polite">
      {more ? (
        <Button variant="subtle" size="xs" onClick={loadMore} loading={loadingMore}>
          {label}
        </Button>
      ) : (
        <span>{t("table.count", { count: total ?? shown })}</span>
      )}
    </div>
  );
}

function LoadingRows({ label, columns }: { label: string; columns: number }) {
  const { t } = useTranslation();
  return (
    <div className={classes.frame} role="status" aria-busy="true">
      <span className="visually-hidden">{t("table.loading", { label })}</span>
      {Array.from({ length: 8 }, (_, row) => (
        <div key={row} className={classes.skeleton}>
          {Array.from({ length: Math.min(columns, 5) }, (_, column) => (
            <Skeleton key={column} height={14} width={`${40 + ((row * 17 + column * 29) % 45)}%`} />
          ))}
        </div>
      ))}
    </div>
  );
}
