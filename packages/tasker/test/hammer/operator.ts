import type { ActionResult } from "../../src/actions/action-result.ts";
import type { TaskActions } from "../../src/actions/task-actions.ts";
import type { Connection } from "../../src/database/database.ts";
import { type Random, randomInteger, randomItem } from "../../src/testing/random.ts";
import { STEPS } from "./hammered-task.ts";

/** How often each action is drawn. Those that end a step or a task for good are rare: the rest must have something to do. */
const WEIGHTS = {
  retryStep: 30,
  retryTask: 8,
  resetAttempts: 8,
  editStep: 6,
  cancelStep: 3,
  completeStep: 6,
  resolveStep: 4,
  skipStep: 4,
  pauseTask: 8,
  resumeTask: 16,
  rerunFrom: 6,
  cancelTask: 0.3,
  resolveTask: 0.3,
} as const;
type Drawn = keyof typeof WEIGHTS;

/** Names of the actions, as often as they weigh. */
const DRAWN: readonly Drawn[] = Object.entries(WEIGHTS).flatMap(([name, weight]) =>
  Array.from({ length: Math.round(weight * 10) }, () => name as Drawn),
);

/** Somebody who does one thing after the other to the task that is being hammered, and to its successor when it is over. */
export class HammeringOperator {
  /** Answers by action and outcome, such as `retry_step done`. */
  readonly counts = new Map<string, number>();
  readonly #connection: Connection;
  readonly #actions: TaskActions;
  readonly #random: Random;
  readonly #note: { readonly actor: string; readonly reason: string };

  constructor(connection: Connection, actions: TaskActions, random: Random, actor: string) {
    this.#connection = connection;
    this.#actions = actions;
    this.#random = random;
    this.#note = { actor, reason: "hammering" };
  }

  /** Acts until the signal aborts, every few milliseconds. */
  async act(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#once();
      await new Promise((resolve) => setTimeout(resolve, randomInteger(this.#random, 0, 25)));
    }
  }

  async #once(): Promise<void> {
    const [row] = await this.#connection.query("select max(task_id)::int8 as id from tasker_tasks");
    const taskId = Number(row?.id);
    const name = randomItem(this.#random, DRAWN) ?? "retryStep";
    const result = await this.#do(name, taskId);
    this.#count(result);
    if (result.outcome !== "refused" || !result.reason.startsWith("task_") || result.reason === "task_in_progress")
      return;
    // It is over: its successor takes over what was finished above some step of the upper layers.
    const step = STEPS[randomInteger(this.#random, 0, 30)] ?? "";
    this.#count(await this.#actions.rerunTask({ taskId, step }, this.#note));
  }

  #do(name: Drawn, taskId: number): Promise<ActionResult> {
    const actions = this.#actions;
    const note = this.#note;
    const step = { taskId, step: randomItem(this.#random, STEPS) ?? "" };
    switch (name) {
      case "editStep":
        return actions.editStep(step, { retryLimit: randomInteger(this.#random, 1, 4), inputs: this.#random() }, note);
      case "completeStep":
        return actions.completeStep(step, { by: "hand" }, note);
      case "retryStep":
      case "resetAttempts":
      case "cancelStep":
      case "resolveStep":
      case "skipStep":
      case "rerunFrom":
        return actions[name](step, note);
      default:
        return actions[name](taskId, note);
    }
  }

  #count({ action, outcome }: ActionResult): void {
    const key = `${action} ${outcome}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
}
