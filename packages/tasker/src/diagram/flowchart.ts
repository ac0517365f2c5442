/** Outlines that a node can have. */
export const NODE_SHAPES = [
  "box",
  "rounded",
  "stadium",
  "subroutine",
  "cylinder",
  "circle",
  "diamond",
  "hexagon",
] as const;
/** Strokes that an edge can have. */
export const EDGE_TYPES = ["solid", "dashed", "dotted", "thick"] as const;
/** Which ends of an edge have an arrowhead. */
export const EDGE_DIRECTIONS = ["forward", "back", "both", "none"] as const;
/** Ways a chart can grow: top down, bottom up, left to right, right to left. */
export const CHART_DIRECTIONS = ["TD", "TB", "BT", "LR", "RL"] as const;

/** Outline of a node. */
export type NodeShape = (typeof NODE_SHAPES)[number];
/** Stroke of an edge. */
export type EdgeType = (typeof EDGE_TYPES)[number];
/** Which ends of an edge have an arrowhead. */
export type EdgeDirection = (typeof EDGE_DIRECTIONS)[number];
/** Way a chart grows. */
export type ChartDirection = (typeof CHART_DIRECTIONS)[number];
/** Facts for programs that read a chart; drawings do not show them. Values can be put in JSON. */
export type DiagramAttributes = Readonly<Record<string, unknown>>;

/** A box of a flowchart. Made by {@link diagramNode}, which fills in the defaults. */
export interface DiagramNode {
  /** Unique in its chart. Any text. */
  readonly id: string;
  /** What stands in the box; a line feed starts a new line. */
  readonly label: string;
  /** Default: `box`. */
  readonly shape: NodeShape;
  /** CSS declarations of Mermaid, such as `fill:red;`. Default: null, none. */
  readonly style: string | null;
  /** Where a click leads: http, https or relative. Another one is left out of every output. Default: null. */
  readonly url: string | null;
  /** Default: empty. */
  readonly attributes: DiagramAttributes;
}

/** A line between two nodes. Made by {@link diagramEdge}, which fills in the defaults. */
export interface DiagramEdge {
  readonly sourceId: string;
  readonly targetId: string;
  /** Default: the empty text, nothing. */
  readonly label: string;
  /** Default: `solid`. */
  readonly type: EdgeType;
  /** Default: `forward`. */
  readonly direction: EdgeDirection;
  /** Default: empty. */
  readonly attributes: DiagramAttributes;
}

/** Nodes and edges, drawn in their order. Made by {@link flowchart}, which fills in the defaults. */
export interface Flowchart {
  /** Default: none. */
  readonly nodes: readonly DiagramNode[];
  /** Default: none. */
  readonly edges: readonly DiagramEdge[];
  /** Default: `TD`. */
  readonly direction: ChartDirection;
  /** Default: null, no frame round the chart. */
  readonly title: string | null;
  /** Default: empty. */
  readonly attributes: DiagramAttributes;
}

/** A node with its defaults. */
export function diagramNode(node: Pick<DiagramNode, "id" | "label"> & Partial<DiagramNode>): DiagramNode {
  return { shape: "box", style: null, url: null, attributes: {}, ...node };
}

/** An edge with its defaults. */
export function diagramEdge(edge: Pick<DiagramEdge, "sourceId" | "targetId"> & Partial<DiagramEdge>): DiagramEdge {
  return { label: "", type: "solid", direction: "forward", attributes: {}, ...edge };
}

/** A chart with its defaults. */
export function flowchart(chart: Partial<Flowchart> = {}): Flowchart {
  return { nodes: [], edges: [], direction: "TD", title: null, attributes: {}, ...chart };
}

/** The first node with this id; null if there is none. */
export function findNode(chart: Flowchart, id: string): DiagramNode | null {
  return chart.nodes.find((node) => node.id === id) ?? null;
}

/** The edges that leave a node (`outgoing`), that lead to it (`incoming`), or both, in the order of the chart. */
export function findEdgesForNode(
  chart: Flowchart,
  id: string,
  side: "outgoing" | "incoming" | "both" = "both",
): DiagramEdge[] {
  return chart.edges.filter(
    ({ sourceId, targetId }) => (side !== "incoming" && sourceId === id) || (side !== "outgoing" && targetId === id),
  );
}
