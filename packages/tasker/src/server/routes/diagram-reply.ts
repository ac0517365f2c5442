import type { Diagram } from "../../diagram/diagram.ts";
import { flowchartRecord } from "../../diagram/flowchart-record.ts";
import { type DiagramFormat, renderDiagram } from "../../diagram/render-diagram.ts";
import { otherForm } from "../http/other-form.ts";

const TYPES = { mermaid: "text/vnd.mermaid", html: "text/html" };

/** Answers with a diagram in the form that was asked for. */
export function diagramReply(diagram: Diagram, format: DiagramFormat) {
  if (format === "json") return { answer: flowchartRecord(diagram.chart) };
  return otherForm(TYPES[format], renderDiagram(diagram, format));
}
