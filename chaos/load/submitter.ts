import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "tasker/testing";
import type { Fleet } from "../fleet/fleet.ts";
import { templatesOf } from "../plan/catalogue.ts";
import { planTask, type TaskPlan } from "../plan/plan-task.ts";
import { drawsFor, integer, pick } from "../plan/random-draws.ts";
import type { TemplatePlan } from "../plan/template-plan.ts";
import type { SubmittedRequest } from "../process/messages.ts";

const PAUSE_MS = 100;

/** A task whose submit was acknowledged. */
export interface Submission {
  readonly task: TaskPlan;
  readonly taskId: number;
  /** By the clock of `performance.now()`. */
  readonly acknowledgedAt: number;
}

/** What a submitter needs to know. */
export interface SubmitterOptions {
  readonly seed: number;
  readonly fleet: Fleet;
  readonly catalogue: readonly TemplatePlan[];
  /** Tasks under way at the same time, about. */
  readonly liveTasks: number;
  /** How many are under way. */
  readonly countLive: () => number;
  readonly onFinding: (finding: string) => void;
}

/** Has the processes submit tasks, each as often as it takes until one of them says that it was. */
export class Submitter {
  /** In the order of their acknowledgement. */
  readonly submissions: Submission[] = [];
  readonly #options: SubmitterOptions;
  readonly #random: Random;
  #unanswered: TaskPlan[] = [];
  #asking = 0;
  #number = 0;

  constructor(options: SubmitterOptions) {
    this.#options = options;
    this.#random = drawsFor(options.seed, "submitter");
  }

  /** Tasks that no process has acknowledged. */
  get unacknowledged(): number {
    return this.#unanswered.length + this.#asking;
  }

  /** Submits until the signal aborts. */
  async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const room = this.#options.liveTasks - this.#options.countLive() - this.unacknowledged;
      if (this.#unanswered.length > 0 || room > 0) this.#ask(Math.min(room, integer(this.#random, 1, 6)));
      await sleep(PAUSE_MS);
    }
  }

  /** Asks again for what was not acknowledged until everything is, or after `forMs`. */
  async finish(forMs: number): Promise<void> {
    const end = performance.now() + forMs;
    while (this.unacknowledged > 0 && performance.now() < end) {
      this.#ask(0);
      await sleep(PAUSE_MS);
    }
  }

  /** Asks one process for what was not acknowledged so far, and for some new tasks. */
  #ask(fresh: number): void {
    const ready = this.#options.fleet.slots.filter(({ isReady }) => isReady);
    if (ready.length === 0) return;
    const slot = pick(this.#random, ready);
    const { seed, catalogue } = this.#options;
    const knows = (task: TaskPlan) => task.template.release === null || task.template.release === slot.release;
    const tasks = this.#unanswered.filter(knows);
    this.#unanswered = this.#unanswered.filter((task) => !knows(task));
    const templates = templatesOf(catalogue, slot.release);
    for (let left = fresh; left > 0; left -= 1) {
      this.#number += 1;
      tasks.push(planTask(seed, this.#number, templates));
    }
    if (tasks.length === 0) return;
    this.#asking += tasks.length;
    void slot.submit(tasks.map(requestOf)).then((taskIds) => {
      this.#asking -= tasks.length;
      if (taskIds === null) this.#unanswered.push(...tasks);
      else this.#acknowledge(tasks, taskIds);
    });
  }

  #acknowledge(tasks: readonly TaskPlan[], taskIds: readonly number[]): void {
    for (const [place, task] of tasks.entries()) {
      const taskId = taskIds[place];
      if (taskId === undefined) this.#options.onFinding(`submitting task number ${task.number} gave no id`);
      else this.submissions.push({ task, taskId, acknowledgedAt: performance.now() });
    }
  }
}

function requestOf({ number, template, idempotencyKey, priority, bypassSteps }: TaskPlan): SubmittedRequest {
  const { name, version } = template;
  return { number, name, version, idempotencyKey, priority, bypassSteps: [...bypassSteps] };
}
