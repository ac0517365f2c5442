import { getTask, listTasks } from "../../api/routes/tasks.ts";
import { type DetailBounds, readTaskDetails } from "../../reading/task/task-details.ts";
import { readTaskPage } from "../../reading/tasks/task-page.ts";
import { implement } from "../http/call.ts";
import { knownState } from "./known-state.ts";
import { taskFilterOf } from "./task-filter-of.ts";

/** Lists tasks. */
export const taskList = implement(listTasks, async ({ query, scope, parts: { database } }) => {
  const { limit, cursor, order, total: wantsTotal, ...filter } = query;
  const request = { ...taskFilterOf(filter), scope, limit, cursor, order, total: wantsTotal };
  const { items, nextCursor, total } = await readTaskPage(database, request);
  const tasks = items.map((task) => ({ ...task, state: knownState(task.state) }));
  return { answer: { tasks, next_cursor: nextCursor, total } };
});

/** What an answer about one task has at most. */
const BOUNDS: DetailBounds = { things: 1_000, bytes: 8_000_000 };

/** Shows a task. */
export const taskDetails = implement(getTask, async ({ params, scope, parts: { database, redact, encryption } }) => {
  const protection = { redact, encryption };
  const details = await readTaskDetails(database, params.task_id, protection, scope, BOUNDS);
  const { late_results: lateResults, ...task } = details;
  const steps = task.steps.map((step) => ({ ...step, state: knownState(step.state) }));
  const children = task.children.map((child) => ({ ...child, state: knownState(child.state) }));
  return { answer: { ...task, state: knownState(task.state), steps, children, late_results: lateResults } };
});
