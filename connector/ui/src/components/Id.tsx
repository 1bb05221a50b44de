import { Copy } from "./Copy";
import classes from "./Id.module.css";

interface IdProps {
  id: string;
  /** What it identifies, for the copy button. */
  what?: string;
  /** All of it, where there is room. */
  whole?: boolean;
  copy?: boolean;
}

/** An identifier: shortened in the middle, whole when it is pointed at, and when it is copied. */
export function Id({ id, what, whole = false, copy = true }: IdProps) {
  return (
    <span className={classes.id}>
      <code className={whole ? classes.whole : undefined} title={id}>
        {whole ? id : shortened(id)}
      </code>
      {copy && <Copy text={id} what={what} />}
    </span>
  );
}

/** The beginning says what kind it is, the end tells it from others. */
export function shortened(id: string): string {
  const bare = id.replace(/^urn:uuid:/, "");
  if (bare !== id) return `…${bare.slice(-12)}`;
  return id.length <= 34 ? id : `${id.slice(0, 20)}…${id.slice(-10)}`;
}
