import type { Connection } from "../../database/database.ts";
import { explainTask } from "./explain-task.ts";
import { loadWhyFacts } from "./load-facts.ts";
import type { Why } from "./why.ts";

/**
 * Says why a task does not go on, and what would change that. One query, which changes nothing.
 * @param now the moment to judge waits by. Default: now
 * @throws TaskNotFoundError
 */
export async function whyTask(connection: Connection, taskId: number, now: Date = new Date()): Promise<Why> {
  return explainTask(await loadWhyFacts(connection, taskId, now));
}
