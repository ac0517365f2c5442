import { ROUTES } from "../api/routes/index.ts";
import type { Client } from "../client/client.ts";
import { obstacleTo } from "./obstacle.ts";
import type { Tool } from "./tool.ts";

/**
 * What a tool would do: the request, what it is about as that stands, whether the token may do it, and whether things are such that
 * it can be done. Changes nothing.
 */
export async function previewOf(tool: Tool, client: Client, given: Readonly<Record<string, unknown>>): Promise<object> {
  const { task_id: taskId, dead_letter_id: letterId } = given;
  const task = typeof taskId === "number" ? await client.call(ROUTES.getTask, { params: { task_id: taskId } }) : null;
  const letter =
    typeof letterId === "number"
      ? await client.call(ROUTES.getDeadLetter, { params: { dead_letter_id: letterId } })
      : null;
  const obstacle = task === null ? null : obstacleTo(tool, task, given);
  return {
    preview: true,
    would: tool.title,
    given,
    ...(await permissionOf(tool, client, task?.namespace)),
    possible: obstacle === null,
    ...(obstacle === null ? {} : { because: obstacle }),
    ...(task === null
      ? {}
      : {
          task: {
            task_id: task.task_id,
            name: `${task.namespace}/${task.name}`,
            state: task.state,
            paused: task.paused,
            steps: task.steps.map(({ name, state, attempts, retry_limit }) => ({ name, state, attempts, retry_limit })),
          },
        }),
    ...(letter === null ? {} : { dead_letter: letter }),
    next: "call again with confirm: true to do it",
  };
}

/** Whether the token's permissions have it. What a file of roles gives to whoever made a task is beside them. */
async function permissionOf({ route: { permission } }: Tool, client: Client, namespace: string | undefined) {
  if (permission === null) return { allowed: true };
  const identity = await client.call(ROUTES.showIdentity);
  const wanted = `${permission.resource}:${permission.action}`;
  const isInside = namespace === undefined || identity.namespaces === null || identity.namespaces.includes(namespace);
  return { permission: wanted, allowed: isInside && identity.permissions.includes(wanted) };
}
