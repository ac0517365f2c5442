import { setTimeout as sleep } from "node:timers/promises";
import { type ActionResult, type Database, DatabaseUnavailableError, TaskActions } from "tasker";
import type { Random } from "tasker/testing";
import { drawsFor, integer, pick, pickWeighted } from "../plan/random-draws.ts";
import type { Submission } from "./submitter.ts";

/** How often each action is drawn, compared with others. */
const WEIGHTS = {
  pauseTask: 14,
  resumeTask: 20,
  cancelTask: 4,
  retryTask: 8,
  resolveTask: 4,
  rerunTask: 6,
  rerunFrom: 6,
  retryStep: 12,
  resetAttempts: 6,
  resolveStep: 5,
  completeStep: 6,
  skipStep: 5,
  cancelStep: 4,
  editStep: 6,
} as const;

const NOTE = { actor: "chaos", reason: "drawn" };
/** Operators look at tasks that were submitted lately. */
const LATEST = 15;

/** Somebody who does one thing after the other to tasks that may be operated on. */
export class Operator {
  /** Answers by action and outcome, such as `pause_task done`. */
  readonly counts = new Map<string, number>();
  readonly #database: Database;
  readonly #actions: TaskActions;
  readonly #random: Random;
  readonly #submissions: readonly Submission[];

  constructor(database: Database, seed: number, submissions: readonly Submission[]) {
    this.#database = database;
    this.#actions = new TaskActions({ database });
    this.#random = drawsFor(seed, "operator");
    this.#submissions = submissions;
  }

  /** Acts until the signal aborts. */
  async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(integer(this.#random, 20, 200));
      const operated = this.#submissions.slice(-20 * LATEST).filter(({ task }) => task.isOperated);
      if (operated.length === 0) continue;
      await this.#attempt(() => this.#act(pick(this.#random, operated.slice(-LATEST))));
    }
  }

  /** Has everything go on that is paused. */
  async resumeAll(): Promise<void> {
    await this.#attempt(async () => {
      const rows = await this.#database.query("select task_id from tasker_task_runs where paused");
      for (const { task_id: taskId } of rows) await this.#actions.resumeTask(Number(taskId), NOTE);
    });
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      this.#count("database unavailable");
    }
  }

  async #act({ task, taskId }: Submission): Promise<void> {
    const result = await this.#do(taskId, pick(this.#random, task.template.steps).name);
    this.#count(`${result.action} ${result.outcome}`);
  }

  #do(taskId: number, step: string): Promise<ActionResult> {
    const name = pickWeighted(this.#random, WEIGHTS);
    const address = { taskId, step };
    switch (name) {
      case "editStep":
        return this.#actions.editStep(address, { retryLimit: integer(this.#random, 1, 5) }, NOTE);
      case "completeStep":
        return this.#actions.completeStep(address, { items: [] }, NOTE);
      case "retryStep":
      case "resetAttempts":
      case "resolveStep":
      case "skipStep":
      case "cancelStep":
      case "rerunFrom":
      case "rerunTask":
        return this.#actions[name](address, NOTE);
      default:
        return this.#actions[name](taskId, NOTE);
    }
  }

  #count(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
}
