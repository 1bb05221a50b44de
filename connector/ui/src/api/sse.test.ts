import { expect, it } from "vitest";
import { staleAfter } from "./live";
import { EventReader } from "./sse";

it("takes events apart wherever the pieces end", () => {
  const stream =
    ': hello\n\nid: 1\nevent: a.b\ndata: {"seq":1}\n\nid: 2\r\ndata: {"seq":\r\ndata: 2}\r\n\r\ndata: {"seq":3}';
  for (const size of [1, 2, 3, 7, 1000]) {
    const reader = new EventReader();
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += size) found.push(...reader.read(stream.slice(at, at + size)));
    expect(found, `pieces of ${size}`).toEqual(['{"seq":1}', '{"seq":\n2}']);
  }
});

it.each([
  ["negotiation.agreed", ["negotiations", "summary", "events"]],
  ["webhook.created", ["webhooks", "events"]],
])("knows what %s makes stale", (kind, nouns) => expect(staleAfter(kind)).toEqual(nouns));
