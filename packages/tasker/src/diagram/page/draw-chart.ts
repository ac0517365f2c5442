import type { Diagram, DiagramCard } from "../diagram.ts";
import type { Flowchart } from "../flowchart.ts";
import { type Layout, layOut, type Size } from "../layout/layout.ts";
import { safeUrl } from "../safe-url.ts";
import { drawEdge, drawEdgeLabel, labelPoint, pathAlong, pathOfLoop } from "./draw-edge.ts";
import { drawNode, sizeOfCard } from "./draw-node.ts";
import { escapeHtml } from "./escape-html.ts";

/** Part of its natural width to which a wide drawing shrinks before it has to be scrolled. */
const SMALLEST_SCALE = 0.55;

/**
 * Draws the chart of a diagram as an SVG element for an HTML page; its classes are those of the page's style sheet.
 * @returns null if the chart has no node, or is too large to be drawn
 */
export function drawChart({ chart, cards, heading, description }: Diagram): string | null {
  const nodes = drawnNodes(chart, cards);
  const sizes = nodes.map(({ card }) => sizeOfCard(card));
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const layout = layOut(
    sizes,
    chart.edges.map(({ sourceId, targetId }) => [places.get(sourceId) ?? 0, places.get(targetId) ?? 0]),
  );
  if (layout === null || nodes.length === 0) return null;
  const { width, height, centres } = layout;
  const origin = { x: 0, y: 0 };
  const boxes = nodes.map(({ card, url }, place) =>
    drawNode(card, url, centres[place] ?? origin, sizes[place] ?? { width: 0, height: 0 }),
  );
  // Links in an image cannot be reached with a screen reader, so a drawing with links is a group.
  const role = nodes.some(({ url }) => url !== null) ? "group" : "img";
  return [
    `<svg role="${role}" aria-labelledby="drawing-title drawing-text" viewBox="0 0 ${width} ${height}" width="${width}" ` +
      `height="${height}" style="--least:${Math.round(width * SMALLEST_SCALE)}px">`,
    `<title id="drawing-title">${escapeHtml(heading)}</title>`,
    `<desc id="drawing-text">${escapeHtml(description)}</desc>`,
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" ' +
      'markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="head" d="M0 1L10 5L0 9Z"/></marker></defs>',
    ...drawEdges(chart, layout, sizes, places),
    ...boxes,
    "</svg>",
  ].join("\n");
}

interface DrawnNode {
  readonly id: string;
  readonly card: DiagramCard;
  readonly url: string | null;
}

/** The nodes of the chart, each id once, and those that only edges name. */
function drawnNodes(chart: Flowchart, cards: Diagram["cards"]): DrawnNode[] {
  const nodes = new Map<string, DrawnNode>();
  const add = (id: string, label: string, url: string | null) => {
    const [heading = "", ...lines] = label.split("\n");
    if (!nodes.has(id)) nodes.set(id, { id, url, card: cards.get(id) ?? { heading, lines, state: null } });
  };
  for (const { id, label, url } of chart.nodes) add(id, label, url === null ? null : safeUrl(url));
  for (const { sourceId, targetId } of chart.edges) {
    add(sourceId, sourceId, null);
    add(targetId, targetId, null);
  }
  return [...nodes.values()];
}

/** Lines first, then labels above them. The label that most edges have is only their tooltip. */
function drawEdges(
  { edges }: Flowchart,
  { routes, centres }: Layout,
  sizes: readonly Size[],
  places: ReadonlyMap<string, number>,
): string[] {
  const usual = mostFrequent(edges.map(({ label }) => label.trim()).filter((label) => label !== ""));
  const lines: string[] = [];
  const labels: string[] = [];
  for (const [index, edge] of edges.entries()) {
    const route = routes[index] ?? [];
    const place = places.get(edge.sourceId) ?? 0;
    const loop = () => pathOfLoop(centres[place] ?? { x: 0, y: 0 }, sizes[place] ?? { width: 0, height: 0 });
    lines.push(drawEdge(edge, route.length === 0 ? loop() : pathAlong(route)));
    const label = edge.label.trim();
    if (label !== "" && label !== usual && route.length > 0) labels.push(drawEdgeLabel(label, labelPoint(route)));
  }
  return [...lines, ...labels];
}

/** The text that is there most often, of several the first one; undefined if there is none. */
function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].reduce<readonly [string?, number?]>(
    (most, entry) => (entry[1] > (most[1] ?? 0) ? entry : most),
    [],
  )[0];
}
