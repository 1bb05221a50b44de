/** Something that happened, as `/events` tells it. Further members depend on the kind. */
export interface Happened {
  seq: number;
  at: string;
  kind: string;
  subject: string;
  partner?: string | null;
  [member: string]: unknown;
}

/** Takes a stream of server-sent events apart. Text may come in any pieces. */
export class EventReader {
  #rest = "";

  /** The data of each event that is complete with this piece. */
  read(piece: string): string[] {
    const blocks = (this.#rest + piece).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map(dataOf).filter((data) => data !== "");
  }
}

function dataOf(block: string): string {
  const lines = block.split("\n").filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(5).replace(/^ /, "")).join("\n");
}
