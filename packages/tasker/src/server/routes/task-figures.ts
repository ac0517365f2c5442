import { whyTask } from "../../analysis/why/why-task.ts";
import { analyzeTask, drawTask, estimateTask, explainTask, getTaskGraph } from "../../api/routes/task-figures.ts";
import { diagramOfTask } from "../../models/task-diagram/diagram-of-task.ts";
import { analysisOf } from "../figures/analysis.ts";
import { implement } from "../http/call.ts";
import { diagramReply } from "./diagram-reply.ts";

/** Tells the graph of a task. */
export const taskGraph = implement(getTaskGraph, async ({ params, parts }) => ({
  answer: (await analysisOf(parts, params.task_id)).dependency_graph,
}));

/** Analyses a task. */
export const taskAnalysis = implement(analyzeTask, async ({ params, parts }) => ({
  answer: await analysisOf(parts, params.task_id),
}));

/** Says why a task does not go on. */
export const taskExplanation = implement(explainTask, async ({ params, parts: { database, clock } }) => ({
  answer: await whyTask(database, params.task_id, new Date(clock.now())),
}));

/** Estimates when a task will be done. */
export const taskEstimate = implement(estimateTask, async ({ params, parts }) => {
  const { task_id, generated_at, estimate, risk } = await analysisOf(parts, params.task_id);
  return { answer: { task_id, generated_at, estimate, risk } };
});

/** Draws a task. */
export const taskDrawing = implement(drawTask, async ({ params, query, parts: { database } }) =>
  diagramReply(
    await diagramOfTask(database, params.task_id, query.base_url === "" ? {} : { baseUrl: query.base_url }),
    query.format,
  ),
);
