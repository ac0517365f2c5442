import { STATES } from "../../states/state.ts";
import type { Diagram } from "../diagram.ts";
import { renderMermaid } from "../mermaid.ts";
import { drawChart } from "./draw-chart.ts";
import { stateClass } from "./draw-node.ts";
import { drawTable } from "./draw-table.ts";
import { escapeHtml } from "./escape-html.ts";
import { STYLE_SHEET } from "./style-sheet.ts";

/** Nothing but the style sheet of the page itself: it needs no script, and text that got in as markup would do nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * A diagram as one HTML page that needs nothing else: no script, no network. The drawing is SVG; the steps follow as a
 * table, and the chart as Mermaid text.
 * @throws RangeError a shape, type, direction or style of the chart is not one of Mermaid's
 */
export function renderPage(diagram: Diagram): string {
  const { heading, facts, table, hasStates } = diagram;
  const lines = facts.map(
    ({ label, value, time }) => `<p><strong>${escapeHtml(label)}:</strong> ${drawValue(value, time)}</p>`,
  );
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(heading)}</title>`,
    `<style>\n${STYLE_SHEET}\n</style>`,
    "</head>",
    "<body>",
    "<header>",
    `<h1><bdi>${escapeHtml(heading)}</bdi></h1>`,
    `<div class="facts">${lines.join("\n")}</div>`,
    ...(hasStates ? [drawLegend(diagram)] : []),
    "</header>",
    "<main>",
    // The classes are the reference's; the attribute tells a Mermaid script of a surrounding page that all is drawn.
    '<div class="tasker-diagram mermaid" data-processed="true" role="region" aria-label="Diagram" tabindex="0">',
    drawChart(diagram) ?? missingDrawing(table.rows.length),
    "</div>",
    "<h2>Steps</h2>",
    drawTable(diagram),
    "<details>",
    "<summary>Mermaid source</summary>",
    `<pre>${escapeHtml(renderMermaid(diagram.chart))}</pre>`,
    "</details>",
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function drawValue(value: string, time: Date | undefined): string {
  const text = escapeHtml(value);
  return time === undefined ? `<bdi>${text}</bdi>` : `<time datetime="${time.toISOString()}">${text}</time>`;
}

/** The states with their colours and how many steps are in each. */
function drawLegend({ table }: Diagram): string {
  const counts = new Map<string, number>(STATES.map((state) => [state, 0]));
  for (const { state } of table.rows) if (state !== null) counts.set(state, (counts.get(state) ?? 0) + 1);
  const items = [...counts].map(([state, count]) => {
    const number = count === 0 ? "" : ` ${count}`;
    return `<li><span class="swatch ${stateClass(state)}"></span>${escapeHtml(state)}${number}</li>`;
  });
  return `<ul class="legend" aria-label="States of steps">\n${items.join("\n")}\n</ul>`;
}

function missingDrawing(steps: number): string {
  return steps === 0
    ? "<p>There are no steps.</p>"
    : `<p>The graph is too large to be drawn; the table has its ${steps} steps.</p>`;
}
