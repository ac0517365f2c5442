import type { ActionResult } from "../../actions/action-result.ts";
import type { TaskActions } from "../../actions/task-actions.ts";
import { actOnTasks } from "../../api/routes/bulk-actions.ts";
import { intersectScopes } from "../../auth/principal.ts";
import { TaskerError } from "../../errors/index.ts";
import { implement, noteOf } from "../http/call.ts";
import { problemOf } from "../problems/problem-of.ts";
import { type ChosenTask, chooseTasks } from "./choose-tasks.ts";
import { eachInOrder } from "./each-in-order.ts";
import { requireChoice } from "./require-choice.ts";
import { taskFilterOf } from "./task-filter-of.ts";

/** Actions under way at the same time. */
const AT_ONCE = 4;

const METHODS = {
  retry: "retryTask",
  cancel: "cancelTask",
  pause: "pauseTask",
  resume: "resumeTask",
  resolve: "resolveTask",
} as const satisfies Record<string, keyof TaskActions>;

/** Does something to all tasks that a filter fits. */
export const taskActions = implement(actOnTasks, async (call) => {
  const { action, filter, all, limit, cursor, dry_run: isDryRun, reason } = call.body;
  const { access, parts, request } = call;
  requireChoice(filter, all);
  const scope = intersectScopes(call.scope, await access.authorizeList("tasker.task", action));
  const { tasks, nextCursor } = await chooseTasks(parts.database, {
    ...taskFilterOf(filter, "body.filter"),
    scope,
    limit,
    cursor,
    signal: request.signal,
  });
  const note = noteOf(call, reason);
  const act = async ({ taskId, namespace }: ChosenTask): Promise<Result> => {
    if (!(await access.can("tasker.task", action, { namespace, taskId }))) return failed(taskId, FORBIDDEN);
    if (isDryRun) return { task_id: taskId, outcome: "would", code: null, message: null };
    return resultOf(taskId, () => parts.engine.actions[METHODS[action]](taskId, note), request.id);
  };
  const results = await eachInOrder(tasks, AT_ONCE, act, request.signal);
  const count = (wanted: Result["outcome"]) => results.filter(({ outcome }) => outcome === wanted).length;
  const counts = { done: count("done"), already: count("already"), refused: count("refused"), failed: count("failed") };
  const answer = { action, dry_run: isDryRun, matched: tasks.length, counts, results, next_cursor: nextCursor };
  return { answer };
});

interface Result {
  readonly task_id: number;
  readonly outcome: "done" | "already" | "refused" | "failed" | "would";
  readonly code: string | null;
  readonly message: string | null;
}

const FORBIDDEN = { code: "TASKER_FORBIDDEN", message: "not allowed for this task" };

function failed(taskId: number, { code, message }: { readonly code: string; readonly message: string }): Result {
  return { task_id: taskId, outcome: "failed", code, message };
}

/** What came of one action; what goes wrong with one task keeps none of the others from being done. */
async function resultOf(taskId: number, act: () => Promise<ActionResult>, requestId: string): Promise<Result> {
  try {
    const result = await act();
    const code = result.outcome === "done" ? null : result.reason;
    return { task_id: taskId, outcome: result.outcome, code, message: result.message };
  } catch (error) {
    if (!(error instanceof TaskerError)) throw error;
    const { code, detail } = problemOf(error, requestId);
    return failed(taskId, { code, message: detail });
  }
}
