import { ROUTES } from "../api/routes/index.ts";
import type { Client } from "../client/client.ts";
import type { Tool } from "./tool.ts";

/** What a tool would do: the request, and the task as it stands. Changes nothing. */
export async function previewOf(tool: Tool, client: Client, given: Readonly<Record<string, unknown>>): Promise<object> {
  const { task_id: taskId } = given;
  const task = typeof taskId === "number" ? await client.call(ROUTES.getTask, { params: { task_id: taskId } }) : null;
  return {
    preview: true,
    would: tool.title,
    given,
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
    next: "call again with confirm: true to do it",
  };
}
