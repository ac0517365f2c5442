import type { Connection } from "../database/database.ts";
import type { EngineListener } from "./engine-event.ts";
import type { EngineOptions } from "./options.ts";
import type { SubmittedTask, TaskRequest } from "./task-request.ts";

/** How a task stands: `complete`, `error`, `cancelled` or `resolved_manually` end it, as far as this engine goes. */
export interface TaskOutcome {
  readonly taskId: number;
  readonly state: string;
}

/** Executes tasks: the contract. */
export declare class Engine {
  constructor(options: EngineOptions);
  submit(request: TaskRequest, options?: { readonly transaction?: Connection }): Promise<SubmittedTask>;
  submitMany(
    requests: readonly TaskRequest[],
    options?: { readonly transaction?: Connection },
  ): Promise<SubmittedTask[]>;
  start(): Promise<void>;
  /** Stops claiming, lets handlers finish for `graceMs` (default 10,000), then aborts them and gives their steps back. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
  /** Resolves when the task has reached a terminal state or `error`, whoever brings it there. */
  settled(taskId: number): Promise<TaskOutcome>;
  /** Subscribes; call the returned function to end it. */
  on(listener: EngineListener): () => void;
}
