import type { Diagram, DiagramRow } from "../diagram.ts";
import { safeUrl } from "../safe-url.ts";
import { stateClass } from "./draw-node.ts";
import { escapeHtml } from "./escape-html.ts";

/** The table of steps as HTML: one row a step, its name as the row's heading, linked where its node is. */
export function drawTable({ chart, table }: Diagram): string {
  const urls = new Map(chart.nodes.map(({ id, url }) => [id, url === null ? null : safeUrl(url)]));
  const columns = table.columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`);
  const rows = table.rows.map((row) => drawRow(row, urls.get(row.nodeId) ?? null));
  return [
    '<div class="rows">',
    "<table>",
    `<thead><tr>${columns.join("")}</tr></thead>`,
    "<tbody>",
    ...rows,
    "</tbody>",
    "</table>",
    "</div>",
  ].join("\n");
}

function drawRow({ state, cells: [name = "", ...cells] }: DiagramRow, url: string | null): string {
  const swatch = state === null ? "" : `<span class="swatch ${stateClass(state)}"></span>`;
  const label = url === null ? escapeHtml(name) : `<a href="${escapeHtml(url)}">${escapeHtml(name)}</a>`;
  return `<tr><th scope="row">${swatch}${label}</th>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
}
