import type { z } from "zod";
import { createTask, createTasks } from "../../api/routes/tasks.ts";
import type { TaskCreation } from "../../api/shapes/submission.ts";
import { initiatorOf } from "../../auth/initiator-of.ts";
import type { Principal } from "../../auth/principal.ts";
import type { TaskRequest } from "../../engine/task-request.ts";
import { implement } from "../http/call.ts";
import { idempotencyKeyOf } from "../http/idempotency-key.ts";

/** Longest idempotency key, in characters. */
const LONGEST_KEY = 1_024;

/** Creates a task. */
export const taskCreation = implement(createTask, async ({ body, access, principal, request, parts: { engine } }) => {
  await access.authorize("tasker.task", "create", { namespace: body.namespace ?? "default" });
  const key = idempotencyKeyOf(request, LONGEST_KEY);
  const { taskId, created } = await engine.submit(requestOf(body, key, principal), {
    refuseOthers: true,
    stored: true,
  });
  const headers = { location: `/v1/tasks/${taskId}` };
  return { answer: { task_id: taskId, created }, status: created ? 201 : 200, headers };
});

/** Creates tasks, all of them or none. */
export const taskCreations = implement(
  createTasks,
  async ({ body: { tasks }, access, principal, parts: { engine } }) => {
    for (const namespace of new Set(tasks.map((task) => task.namespace ?? "default"))) {
      await access.authorize("tasker.task", "create", { namespace });
    }
    const requests = tasks.map(({ idempotency_key: key, ...task }) => requestOf(task, key, principal));
    const submitted = await engine.submitMany(requests, { refuseOthers: true, stored: true });
    return { answer: { tasks: submitted.map(({ taskId, created }) => ({ task_id: taskId, created })) } };
  },
);

function requestOf(
  body: z.output<typeof TaskCreation>,
  idempotencyKey: string | undefined,
  principal: Principal,
): TaskRequest {
  const { source_system: sourceSystem, bypass_steps: bypassSteps, run_at: runAt, correlation_id: correlationId } = body;
  const { name, namespace, version, context, initiator = initiatorOf(principal), reason, tags, priority } = body;
  return {
    ...{ name, namespace, version, context, initiator, sourceSystem, reason, tags, bypassSteps, priority },
    ...{ idempotencyKey, correlationId },
    runAt: runAt === undefined ? undefined : new Date(runAt),
  };
}
