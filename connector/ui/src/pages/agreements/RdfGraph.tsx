import "@xyflow/react/dist/style.css";
import dagre from "@dagrejs/dagre";
import { Text, useComputedColorScheme } from "@mantine/core";
import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { brief, type Card, cards, type Link, type Statement } from "./nquads";
import classes from "./RdfTab.module.css";

type CardNode = Node<{ card: Card; base?: string; root: boolean }, "card">;

/** Beyond that a drawing says nothing any more; the statements do. */
const MOST_CARDS = 120;
const MOST_LINES = 9;
const WIDTH = 272;
const NODE_TYPES = { card: CardShape };

/** Statements as cards, one for each subject, with links between them. Its equivalent for everybody is the table of statements. */
export function RdfGraph({ statements, base }: { statements: readonly Statement[]; base?: string }) {
  const { t } = useTranslation("agreements");
  const scheme = useComputedColorScheme("light");
  const { nodes, edges, left } = useMemo(() => laidOut(statements, base), [statements, base]);
  return (
    <>
      <section className={classes.graph} aria-label={t("rdf.graphLabel", { count: nodes.length })}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          colorMode={scheme}
          nodesDraggable={false}
          nodesConnectable={false}
          edgesFocusable={false}
          fitView
          fitViewOptions={{ maxZoom: 1, padding: 0.08 }}
          minZoom={0.15}
          preventScrolling={false}
          zoomOnScroll={false}
          proOptions={{ hideAttribution: true }}
          ariaLabelConfig={{
            "controls.zoomIn.ariaLabel": t("rdf.zoomIn"),
            "controls.zoomOut.ariaLabel": t("rdf.zoomOut"),
            "controls.fitView.ariaLabel": t("rdf.fit"),
          }}
        >
          <Background gap={20} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </section>
      <Text size="sm" c="dimmed" mt="xs">
        {t("rdf.same")} {left > 0 && t("rdf.left", { count: left })}
      </Text>
    </>
  );
}

function CardShape({ data: { card, base, root } }: NodeProps<CardNode>) {
  const shown = card.lines.slice(0, MOST_LINES);
  return (
    <div className={classes.card} data-root={root || undefined}>
      <Handle type="target" position={Position.Left} className={classes.handle} isConnectable={false} />
      {card.type && <div className={classes.type}>{card.type}</div>}
      {card.term.kind !== "blank" && (
        <div className={classes.name} title={card.term.value}>
          {brief(card.term, base)}
        </div>
      )}
      <dl className={classes.lines}>
        {shown.map(({ predicate, term }) => (
          <div key={`${predicate} ${term.value}`} className={classes.line}>
            <dt title={predicate}>{predicate.slice(predicate.indexOf(":") + 1)}</dt>
            <dd title={term.value.slice(0, 500)}>{brief(term, base).slice(0, 200)}</dd>
          </div>
        ))}
        {card.lines.length > shown.length && <div className={classes.name}>+ {card.lines.length - shown.length}</div>}
      </dl>
      <Handle type="source" position={Position.Right} className={classes.handle} isConnectable={false} />
    </div>
  );
}

function laidOut(statements: readonly Statement[], base?: string): { nodes: CardNode[]; edges: Edge[]; left: number } {
  const all = cards(statements, base);
  const shown = all.cards.slice(0, MOST_CARDS);
  const here = new Set(shown.map(({ id }) => id));
  const links = all.links.filter(({ from, to }) => here.has(from) && here.has(to));
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 90 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const card of shown) graph.setNode(card.id, { width: WIDTH, height: heightOf(card) });
  for (const { from, to } of links) graph.setEdge(from, to);
  dagre.layout(graph);
  const root = shown[0]?.id;
  const nodes = shown.map((card): CardNode => {
    const { x, y } = graph.node(card.id);
    const position = { x: x - WIDTH / 2, y: y - heightOf(card) / 2 };
    return {
      id: card.id,
      type: "card",
      position,
      data: { card, base, root: card.id === root },
      ariaLabel: `${card.type ?? ""} ${brief(card.term, base)}`.trim(),
    };
  });
  return { nodes, edges: links.map(edge), left: all.cards.length - shown.length };
}

function edge({ from, to, predicate }: Link): Edge {
  return {
    id: `${from} ${predicate} ${to}`,
    source: from,
    target: to,
    label: predicate.slice(predicate.indexOf(":") + 1),
    markerEnd: { type: MarkerType.ArrowClosed },
  };
}

function heightOf({ type, term, lines }: Card): number {
  const heads = (type ? 1 : 0) + (term.kind === "blank" ? 0 : 1);
  const rows = Math.min(lines.length, MOST_LINES) + (lines.length > MOST_LINES ? 1 : 0);
  return 24 + heads * 17 + rows * 19;
}
