import { getTaskDiagram } from "../../api/reference/task-diagrams.ts";
import { flowchartRecord } from "../../diagram/flowchart-record.ts";
import { renderDiagram } from "../../diagram/render-diagram.ts";
import { diagramOfTask } from "../../models/task-diagram/diagram-of-task.ts";
import { implement } from "../http/call.ts";
import { accepts, otherForm } from "../http/other-form.ts";

/** From the page of a task's diagram to where the paths of the reference begin, wherever that is. */
const BASE_URL = "../..";

/** Draws a task. */
export const taskDiagrams = implement(getTaskDiagram, async ({ params, request, parts: { database } }) => {
  const diagram = await diagramOfTask(database, params.task_id, { baseUrl: BASE_URL });
  if (accepts(request.headers, "text/html")) return otherForm("text/html", renderDiagram(diagram, "html"));
  return { answer: flowchartRecord(diagram.chart) };
});
