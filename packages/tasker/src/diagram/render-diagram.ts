import type { Diagram } from "./diagram.ts";
import { flowchartRecord } from "./flowchart-record.ts";
import { renderMermaid } from "./mermaid.ts";
import { renderPage } from "./page/render-page.ts";

/** Formats of a diagram. */
export type DiagramFormat = "mermaid" | "json" | "html";

/** A diagram as the text of a file in one of the formats; JSON is indented. Ends with a line feed. */
export function renderDiagram(diagram: Diagram, format: DiagramFormat): string {
  if (format === "html") return renderPage(diagram);
  if (format === "mermaid") return `${renderMermaid(diagram.chart)}\n`;
  return `${JSON.stringify(flowchartRecord(diagram.chart), null, 2)}\n`;
}
