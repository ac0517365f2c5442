import { z } from "zod";
import { route } from "../route.ts";
import { TaskParams } from "../shapes/common.ts";
import { Flowchart } from "../shapes/diagram.ts";

/** Draws a task. */
export const getTaskDiagram = route({
  id: "getTaskDiagram",
  method: "GET",
  path: "/tasks/{task_id}/task_diagrams",
  dialect: "reference",
  tag: "Tasks",
  summary: "Draw a task as it is now",
  description: "A page for a request that accepts `text/html`, as browsers do; else JSON.",
  permission: { resource: "tasker.task_diagram", action: "index", on: "task" },
  params: TaskParams,
  answer: Flowchart,
  otherTypes: { "text/html": z.string() },
  errors: [404],
});
