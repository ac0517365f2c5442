import { setTimeout as sleep } from "node:timers/promises";
import { type Database, DatabaseUnavailableError, Engine, HandlerRegistry, SignalRefusedError } from "tasker";
import { NAMESPACE } from "../plan/template-plan.ts";
import type { Submission } from "./submitter.ts";

/** Somebody who sends the signals that tasks wait for, from a program that runs none of them. */
export class SignalSender {
  sent = 0;
  readonly #engine: Engine;
  readonly #submissions: readonly Submission[];
  readonly #open: { readonly at: number; readonly taskId: number; readonly name: string }[] = [];
  #seen = 0;

  constructor(database: Database, submissions: readonly Submission[]) {
    this.#engine = new Engine({ database, registry: new HandlerRegistry() });
    this.#submissions = submissions;
  }

  /** Sends until the signal aborts. */
  async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(200);
      this.#takeNew();
      const due = this.#open.findIndex(({ at }) => at <= performance.now());
      const [next] = due < 0 ? [] : this.#open.splice(due, 1);
      if (next !== undefined && !(await this.#send(next.taskId, next.name))) this.#open.push(next);
    }
  }

  #takeNew(): void {
    for (const { task, taskId, acknowledgedAt } of this.#submissions.slice(this.#seen)) {
      const { signalAfterMs, template } = task;
      if (signalAfterMs === null) continue;
      for (const name of template.signals) this.#open.push({ at: acknowledgedAt + signalAfterMs, taskId, name });
    }
    this.#seen = this.#submissions.length;
  }

  /** @returns whether nothing is left to do */
  async #send(taskId: number, name: string): Promise<boolean> {
    try {
      await this.#engine.signal(taskId, name, { from: NAMESPACE }, { sender: NAMESPACE, idempotencyKey: name });
      this.sent += 1;
      return true;
    } catch (error) {
      if (error instanceof SignalRefusedError) return true;
      if (error instanceof DatabaseUnavailableError) return false;
      throw error;
    }
  }
}
