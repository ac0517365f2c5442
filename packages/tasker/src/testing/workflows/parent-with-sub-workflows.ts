import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { Engine } from "../../engine/engine.ts";
import { PermanentError, RetryableError } from "../../errors/index.ts";
import { defineTask } from "../../handlers/define-task/define-task.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { readTask } from "../run/read-task.ts";

/** What the steps of {@link parentWithSubWorkflows} submit to and read from: a test engine has both. */
export interface SubmitsTasks {
  readonly engine: Engine;
  readonly database: Connection;
}

/** Seconds between two looks at sub-workflows that are not over. */
const LOOK_AGAIN_SECONDS = 5;
/** Looks at most. */
const MOST_LOOKS = 50;

/**
 * A task that runs other tasks. The engine has no child tasks of its own yet, so this is built from what there is: the
 * step `submit_children` submits a task of the child's template for each item of the context `{ items: [...] }`, with an
 * idempotency key of its own step id, so that a repeated attempt submits nothing twice; `await_children` fails retryably
 * until all of them are over, and for good if one did not complete; `collect` gathers what they stored.
 * @param child template of the sub-workflows, registered with the same engine; its context is `{ item }`
 */
export function parentWithSubWorkflows(test: SubmitsTasks, child: TaskTemplate): TaskTemplate {
  const { namespace, name, version } = child.definition;
  return defineTask({
    name: "parent_with_sub_workflows",
    namespace: "orchestration",
    version: "1.0.0",
    context: z.object({ items: z.array(z.string()) }),
  })
    .step("submit_children", {
      process: async (task, _sequence, step) => {
        const requests = task.context.items.map((item, place) => ({
          namespace,
          name,
          version,
          context: { item },
          reason: `child of task ${task.taskId}`,
          idempotencyKey: `parent-step:${step.stepId}:${place}`,
        }));
        const submitted = await test.engine.submitMany(requests);
        return { children: submitted.map(({ taskId }) => taskId) };
      },
    })
    .step("await_children", {
      dependsOn: ["submit_children"],
      retryLimit: MOST_LOOKS,
      process: async (_task, sequence) => {
        const { children } = sequence.resultsOf("submit_children");
        const reports = await Promise.all(children.map((taskId) => readTask(test.database, taskId)));
        const failed = reports.filter(({ state }) => state === "error" || state === "cancelled");
        if (failed.length > 0) {
          throw new PermanentError(`sub-workflows failed: ${failed.map(({ taskId }) => taskId).join(", ")}`, {
            errorCode: "SUB_WORKFLOW_FAILED",
          });
        }
        const open = reports.filter(({ state }) => state === "pending" || state === "in_progress");
        if (open.length > 0) {
          throw new RetryableError(`${open.length} sub-workflows are not over`, { retryAfter: LOOK_AGAIN_SECONDS });
        }
        return { completed: reports.length };
      },
    })
    .step("collect", {
      dependsOn: ["submit_children", "await_children"],
      process: async (_task, sequence) => {
        const { children } = sequence.resultsOf("submit_children");
        const reports = await Promise.all(children.map((taskId) => readTask(test.database, taskId)));
        return {
          results: reports.map(({ steps }) =>
            Object.fromEntries(Object.entries(steps).map(([step, { results }]) => [step, results])),
          ),
        };
      },
    })
    .build();
}
