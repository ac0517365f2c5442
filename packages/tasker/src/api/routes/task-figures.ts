import { z } from "zod";
import { route } from "../route.ts";
import { Analysis, DependencyGraph, Estimate, Risk, Why } from "../shapes/analysis.ts";
import { Id, Moment, TaskParams } from "../shapes/common.ts";
import { DiagramFormat, Flowchart } from "../shapes/diagram.ts";

function aboutTask<const Name extends string, Answer extends z.ZodType>(
  id: Name,
  path: string,
  summary: string,
  answer: Answer,
) {
  return route({
    id,
    method: "GET",
    path: `/v1/tasks/{task_id}/${path}`,
    tag: "Analysis",
    summary,
    permission: { resource: "tasker.task", action: "show", on: "task" },
    params: TaskParams,
    answer,
    errors: [404, 422],
  });
}

/** Tells the graph of a task. */
export const getTaskGraph = aboutTask("getTaskGraph", "graph", "The steps of a task as a graph", DependencyGraph);

/** Analyses a task. */
export const analyzeTask = aboutTask(
  "analyzeTask",
  "analysis",
  "What holds a task up: critical paths, parallelism, failures, bottlenecks",
  Analysis,
);

/** Says why a task does not go on. */
export const explainTask = aboutTask(
  "explainTask",
  "why",
  "Why a task does not go on, and what would change that",
  Why,
);

/** Estimates when a task will be done. */
export const estimateTask = aboutTask(
  "estimateTask",
  "estimate",
  "When a task will be done, and how likely it fails, by what its steps took before",
  z.object({ task_id: Id, generated_at: Moment, estimate: Estimate, risk: Risk }),
);

/** Draws a task. */
export const drawTask = route({
  id: "drawTask",
  method: "GET",
  path: "/v1/tasks/{task_id}/diagram",
  tag: "Analysis",
  summary: "Draw a task as it is now",
  permission: { resource: "tasker.task_diagram", action: "index", on: "task" },
  params: TaskParams,
  query: z.strictObject({
    format: DiagramFormat,
    base_url: z
      .string()
      .max(1_000)
      .default("../../..")
      .describe(
        "Where the pages of steps are: each step is a link to `<base_url>/tasks/.../workflow_steps/...`. With http, https, or " +
          "relative to the answer. Empty: no links",
      ),
  }),
  answer: Flowchart,
  otherTypes: { "text/html": z.string(), "text/vnd.mermaid": z.string() },
  errors: [404],
});
