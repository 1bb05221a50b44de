import classes from "./CodeBlock.module.css";
import { Copy } from "./Copy";
import { Download } from "./Download";

interface CodeBlockProps {
  text: string;
  /** What it is, for screen readers and the copy button: "Turtle". */
  label: string;
  /** The name under which it can be saved; without it, it cannot. */
  file?: string;
  mediaType?: string;
  /** CSS height beyond which it scrolls. */
  height?: string;
}

/** Text of a machine. */
export function CodeBlock({ text, label, file, mediaType = "text/plain", height = "28rem" }: CodeBlockProps) {
  return (
    <figure className={classes.block}>
      <figcaption className={classes.tools}>
        <span>{label}</span>
        <Copy text={text} what={label} />
        {file && <Download text={text} file={file} mediaType={mediaType} />}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre style={{ maxHeight: height }} tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}
