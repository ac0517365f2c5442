import { undoName } from "../templates/added-step-name.ts";
import type { TaskDefinition } from "../templates/definition.ts";

/** The queue of the steps that workers run because of how their template was registered. */
export const DEFAULT_QUEUE = "default";

/** Which handlers without code here are left to workers; see {@link isRemoteHandler}. */
export interface RemoteOptions {
  /**
   * Patterns of `handler_class`, in which `*` stands for any text. Steps whose handler is not given and matches one of them are
   * run by workers, from the queue `default`. Default: none.
   */
  readonly remote?: readonly string[] | undefined;
}

/** Whether a handler without code here is left to workers. */
export function isRemoteHandler(handlerClass: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "s").test(handlerClass);
  });
}

/** The queues that the definition itself names, by the names of steps and of what undoes them. */
export function declaredQueues({ steps }: TaskDefinition): Map<string, string> {
  const queues = new Map<string, string>();
  for (const { name, queue, compensation } of steps) {
    if (queue === null) continue;
    queues.set(name, queue);
    if (compensation !== null) queues.set(undoName(name), queue);
  }
  return queues;
}
