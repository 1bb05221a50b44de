import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "@/components/CodeBlock";
import { bytes as bytesText } from "@/components/figures";
import { JsonView } from "@/components/JsonView";
import { Loading } from "@/components/Loading";
import { table } from "./csv";
import classes from "./Data.module.css";
import { type Beginning, essence } from "./data";

/** The beginning of the data: a table, a tree, text, a picture, or bytes. */
export function Preview({ beginning }: { beginning: Beginning }) {
  const { t, i18n } = useTranslation("transfers");
  const { content, mediaType, sourceType, truncated } = beginning;
  const size = bytesText(content.size, i18n.resolvedLanguage ?? "en");
  return (
    <section className={classes.preview} aria-label={t("preview.title")}>
      <p className={classes.note}>
        {t(truncated ? "preview.beginning" : "preview.whole", { size })}
        {sourceType && ` · ${sourceType}`}
      </p>
      {content.size === 0 ? (
        t("preview.empty")
      ) : mediaType.startsWith("image/") ? (
        <Picture content={content} />
      ) : mediaType.startsWith("text/") || /[/+]json$/.test(mediaType) ? (
        <Text beginning={beginning} />
      ) : (
        <Raw content={content} />
      )}
    </section>
  );
}

function Picture({ content }: { content: Blob }) {
  const { t } = useTranslation("transfers");
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(content);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return url ? <img src={url} alt={t("preview.picture")} className={classes.picture} /> : null;
}

function useRead(content: Blob, read: (content: Blob) => Promise<string>): string | undefined {
  const [done, setDone] = useState<{ of: Blob; text: string }>();
  useEffect(() => {
    let wanted = true;
    void read(content).then((text) => wanted && setDone({ of: content, text }));
    return () => {
      wanted = false;
    };
  }, [content, read]);
  return done?.of === content ? done.text : undefined;
}

const asText = (content: Blob) => content.text();

function Text({ beginning: { content, sourceType, truncated } }: { beginning: Beginning }) {
  const { t } = useTranslation("transfers");
  const text = useRead(content, asText);
  const kind = essence(sourceType);
  const json = useMemo(() => (text === undefined || truncated ? undefined : asJson(text)), [text, truncated]);
  const rows = useMemo(
    () => (text === undefined || json !== undefined ? null : tableOf(text, kind, truncated)),
    [text, json, kind, truncated],
  );
  if (text === undefined) return <Loading lines={6} />;
  if (json !== undefined) return <JsonView value={json} label="JSON" />;
  if (!rows) return <CodeBlock text={text} label={t("preview.text")} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <div className={classes.scroll} tabIndex={0}>
      <table className={classes.table}>
        <caption className="visually-hidden">{t("preview.title")}</caption>
        <thead>
          <tr>
            {rows.header.map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.rows.slice(0, 500).map((fields, row) => (
            <tr key={row}>
              {fields.map((field, index) => (
                <td key={index}>{field}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Text that is no table may have commas: only what is said to be one, or says nothing, is tried. */
function tableOf(text: string, kind: string, truncated: boolean) {
  const likely = kind === "" || kind.includes("csv") || kind.includes("tab-separated") || kind.includes("octet-stream");
  return likely || kind === "text/plain" ? table(text, truncated) : null;
}

function asJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SHOWN = 512;
const asBytes = async (content: Blob) => hexadecimal(new Uint8Array(await content.slice(0, SHOWN).arrayBuffer()));

function Raw({ content }: { content: Blob }) {
  const { t } = useTranslation("transfers");
  const text = useRead(content, asBytes);
  return text === undefined ? <Loading lines={4} /> : <CodeBlock text={text} label={t("preview.bytes")} />;
}

/** Sixteen bytes a line, with what of them is text. */
export function hexadecimal(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}
