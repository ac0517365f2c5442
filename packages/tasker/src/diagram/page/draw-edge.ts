import type { DiagramEdge } from "../flowchart.ts";
import type { Point, Size } from "../layout/layout.ts";
import { round } from "./draw-node.ts";
import { escapeHtml } from "./escape-html.ts";
import { fitText } from "./fit-text.ts";

const LABEL_SIZE = 11;
const WIDEST_LABEL = 120;

/** An edge as SVG: a smooth line with its arrowheads, its label as tooltip. */
export function drawEdge(edge: DiagramEdge, path: string): string {
  const heads = [
    edge.direction === "back" || edge.direction === "both" ? ' marker-start="url(#arrow)"' : "",
    edge.direction === "forward" || edge.direction === "both" ? ' marker-end="url(#arrow)"' : "",
  ];
  const title = edge.label.trim() === "" ? "" : `<title>${escapeHtml(edge.label)}</title>`;
  return `<path class="edge ${edge.type}" d="${path}"${heads.join("")}>${title}</path>`;
}

/** The label of an edge as SVG. */
export function drawEdgeLabel(label: string, { x, y }: Point): string {
  const text = escapeHtml(fitText(label, LABEL_SIZE, WIDEST_LABEL));
  return `<text class="label" x="${round(x)}" y="${round(y + 4)}">${text}</text>`;
}

/** The path along a route: curves that leave and meet the layers upright, straight lines through them. */
export function pathAlong(route: readonly Point[]): string {
  return route
    .map(({ x, y }, index) => {
      const before = route[index - 1];
      if (before === undefined) return `M${round(x)} ${round(y)}`;
      if (index % 2 === 0) return `L${round(x)} ${round(y)}`;
      const half = round((before.y + y) / 2);
      return `C${round(before.x)} ${half} ${round(x)} ${half} ${round(x)} ${round(y)}`;
    })
    .join("");
}

/** The path of an edge from a node to itself: an ear at its right side. */
export function pathOfLoop({ x, y }: Point, { width }: Size): string {
  const side = x + width / 2;
  return `M${round(side)} ${round(y - 8)}C${round(side + 22)} ${round(y - 14)} ${round(side + 22)} ${round(y + 14)} ${round(side)} ${round(y + 8)}`;
}

/** Where a label stands: on the middle curve of a route, nearer to its end, where edges of one node have parted. */
export function labelPoint(route: readonly Point[]): Point {
  const first = 2 * Math.floor((route.length / 2 - 1) / 2);
  const [a, b] = [route[first], route[first + 1]];
  // The point of the curve at the parameter 0.7.
  return a === undefined || b === undefined
    ? { x: 0, y: 0 }
    : { x: 0.216 * a.x + 0.784 * b.x, y: 0.342 * a.y + 0.658 * b.y };
}
