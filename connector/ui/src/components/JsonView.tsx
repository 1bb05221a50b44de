import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Copy } from "./Copy";
import { Download } from "./Download";
import classes from "./JsonView.module.css";

interface JsonViewProps {
  value: unknown;
  /** What it is: "Agreement". */
  label: string;
  /** The name under which it can be saved. */
  file?: string;
  /** How many levels are open at first. */
  open?: number;
  height?: string;
}

/** Any JSON, part by part: parts open and close, all of it is copied or saved. */
export function JsonView({ value, label, file, open = 3, height = "32rem" }: JsonViewProps) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? "", [value]);
  return (
    <section className={classes.view} aria-label={label}>
      <div className={classes.tools}>
        <span>{label}</span>
        <Copy text={text} what={label} />
        <Download text={text} file={file ?? `${label}.json`} mediaType="application/json" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <div className={classes.body} style={{ maxHeight: height }} tabIndex={0}>
        <Part value={value} depth={0} open={open} />
      </div>
    </section>
  );
}

/** Beyond that many, a list shows more on request. */
const SLICE = 100;

function Part({ name, value, depth, open }: { name?: string; value: unknown; depth: number; open: number }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(SLICE);
  const [unfolded, unfold] = useState(depth < open);
  const key = name === undefined ? null : <span className={classes.key}>{name}: </span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div className={classes.line}>
        {key}
        <span className={classes[value === null ? "null" : typeof value] ?? ""}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const [begin, end] = list ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) {
    return (
      <div className={classes.line}>
        {key}
        {begin}
        {end}
      </div>
    );
  }
  return (
    <details open={unfolded} onToggle={(event) => unfold(event.currentTarget.open)}>
      <summary className={classes.line}>
        {key}
        {begin}
        {!unfolded && (
          <span className={classes.count}>
            {" "}
            {t("json.entries", { count: entries.length })} {end}
          </span>
        )}
      </summary>
      {unfolded && (
        <>
          <div className={classes.children}>
            {entries.slice(0, shown).map(([one, inner]) => (
              <Part key={one} name={list ? undefined : one} value={inner} depth={depth + 1} open={open} />
            ))}
            {entries.length > shown && (
              <button type="button" className={classes.more} onClick={() => setShown(shown + SLICE)}>
                {t("json.more", { count: entries.length - shown })}
              </button>
            )}
          </div>
          <div className={classes.line}>{end}</div>
        </>
      )}
    </details>
  );
}
