import {
  CHART_DIRECTIONS,
  type DiagramEdge,
  type DiagramNode,
  type EdgeDirection,
  type EdgeType,
  type Flowchart,
  type NodeShape,
} from "./flowchart.ts";
import { checkStyle, mermaidId, mermaidText } from "./mermaid-text.ts";
import { safeUrl } from "./safe-url.ts";

const BRACKETS: Readonly<Record<NodeShape, readonly [open: string, close: string]>> = {
  box: ["[", "]"],
  rounded: ["(", ")"],
  stadium: ["([", "])"],
  subroutine: ["[[", "]]"],
  cylinder: ["[(", ")]"],
  circle: ["((", "))"],
  diamond: ["{", "}"],
  hexagon: ["{{", "}}"],
};

/** Arrows with a head at the end, at both ends, and without. Mermaid has one stroke for dashed and dotted. */
const ARROWS: Readonly<Record<EdgeType, readonly [forward: string, both: string, none: string]>> = {
  solid: ["-->", "<-->", "---"],
  dashed: ["-.->", "<-.->", "-.-"],
  dotted: ["-.->", "<-.->", "-.-"],
  thick: ["==>", "<==>", "==="],
};

const HEADS: Readonly<Record<EdgeDirection, 0 | 1 | 2>> = { forward: 0, back: 0, both: 1, none: 2 };

/** No node has this name: see {@link mermaidId}. */
const FRAME_ID = "id__";

/**
 * The lines of a node: itself, its link, its style.
 * @throws RangeError the shape is not known, or the style could be read as other Mermaid syntax
 */
export function nodeLines(node: DiagramNode): string[] {
  const id = mermaidId(node.id);
  const [open, close] = lookUp(BRACKETS, "shape", node.shape);
  const url = node.url === null ? null : safeUrl(node.url);
  const lines = [`${id}${open}"${mermaidText(node.label)}"${close}`];
  if (url !== null) lines.push(`click ${id} "${url}"`);
  if (node.style !== null) lines.push(`style ${id} ${checkStyle(node.style)}`);
  return lines;
}

/**
 * The line of an edge. Mermaid has no arrow with a head at its start only, so one that points back changes sides.
 * @throws RangeError the type or the direction is not known
 */
export function edgeLine(edge: DiagramEdge): string {
  const arrow = lookUp(ARROWS, "type", edge.type)[lookUp(HEADS, "direction", edge.direction)];
  const ends = [mermaidId(edge.sourceId), mermaidId(edge.targetId)];
  const [from, to] = edge.direction === "back" ? ends.reverse() : ends;
  const label = edge.label.trim() === "" ? "" : `|"${mermaidText(edge.label)}"|`;
  return `${from} ${arrow}${label} ${to}`;
}

/**
 * Draws a chart as a Mermaid flowchart; text is escaped. No line feed at the end.
 * @throws RangeError a shape, type, direction or style is not one of Mermaid's
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function renderMermaid({ nodes, edges, direction, title }: Flowchart): string {
  if (!CHART_DIRECTIONS.includes(direction)) throw unknownWord("direction", direction, CHART_DIRECTIONS);
  const lines = [...nodes.flatMap(nodeLines), ...edges.map(edgeLine)];
  if (title === null) return [`graph ${direction}`, ...lines].join("\n");
  const framed = lines.map((line) => `  ${line}`);
  return [`graph ${direction}`, frameLine(mermaidText(title)), ...framed, "end"].join("\n");
}

/** Mermaid takes a title without a blank for the frame's id too, which must not be a node's: it gets one of its own. */
function frameLine(title: string): string {
  return /\S\s+\S/.test(title) ? `subgraph "${title}"` : `subgraph ${FRAME_ID}["${title}"]`;
}

function lookUp<Key extends string, Value>(table: Readonly<Record<Key, Value>>, field: string, word: Key): Value {
  if (!Object.hasOwn(table, word)) throw unknownWord(field, word, Object.keys(table));
  return table[word];
}

function unknownWord(field: string, word: string, expected: readonly string[]): RangeError {
  return new RangeError(`${field} is ${JSON.stringify(word)}, expected ${expected.join(", ")}`);
}
