import { createHash } from "node:crypto";
import type { TaskView } from "tasker";

/**
 * `ORD-YYYYMMDD-XXXXXXXX`: the UTC day of the request and eight hexadecimal digits. Made of the task alone, so that a
 * repeated step finds the order that it has written before.
 */
export function numberOrder(task: Pick<TaskView, "taskId" | "requestedAt" | "correlationId">): string {
  const day = task.requestedAt.toISOString().slice(0, 10).replaceAll("-", "");
  const digest = createHash("sha256").update(`${task.taskId}/${task.correlationId}`).digest("hex");
  return `ORD-${day}-${digest.slice(0, 8).toUpperCase()}`;
}
