import { z } from "zod";
import { findSpareSlots, offerSteps } from "../../src/engine/sharing/offer-statements.ts";
import { announceSpareSlots, findOffers } from "../../src/engine/sharing/take-statements.ts";
import type { Answers } from "./answers.ts";
import type { StoredTasks } from "./stored-tasks.ts";

const parsed = z.unknown().transform((text): unknown => JSON.parse(String(text)));
const Tasks = parsed.pipe(z.array(z.object({ t: z.number(), e: z.number(), r: z.number() })));
const Steps = parsed.pipe(z.array(z.object({ t: z.number(), s: z.number(), x: z.string(), a: z.number() })));

/** A step that its task's owner offers to others. */
export interface Offer {
  readonly owner: number;
  readonly taskId: number;
  readonly epoch: number;
  readonly revision: number;
  readonly stepId: number;
  /** Id and number that the attempt will have. */
  readonly executionId: string;
  readonly attempt: number;
}

/** The steps that are offered and the slots that processes have to spare, by the contract of `tasker_offer_steps`. */
export class StoredOffers {
  readonly #stored: StoredTasks;
  readonly #spare = new Map<number, number>();
  /** By step. */
  readonly #offers = new Map<number, Offer>();

  /** @param hasBegun whether an execution has begun */
  constructor(answers: Answers, stored: StoredTasks, hasBegun: (executionId: string) => boolean) {
    this.#stored = stored;
    answers.on(announceSpareSlots, ([processId, slots]) => {
      this.#spare.set(processId, slots);
      return [];
    });
    answers.on(findSpareSlots, ([owner]) => {
      const others = [...this.#spare].filter(([id]) => id !== owner && !stored.isGone(id));
      return [{ slots: others.reduce((sum, [, slots]) => sum + slots, 0) }];
    });
    answers.on(findOffers, ([processId]) => {
      const found = [...this.#offers.values()].some(({ owner }) => owner !== processId);
      return [{ found }];
    });
    answers.on(offerSteps, ([owner, , tasks, steps]) => {
      const refused: { readonly refused_task_id: number }[] = [];
      const offered = Steps.parse(steps).filter(({ s, x }) => !this.#offers.has(s) && !hasBegun(x));
      for (const { t: taskId, e: epoch, r: revision } of Tasks.parse(tasks)) {
        const task = stored.get(taskId);
        const isHeld = task.owner === owner && task.epoch === epoch && task.revision === revision;
        if (!isHeld) refused.push({ refused_task_id: taskId });
        for (const { t, s: stepId, x: executionId, a: attempt } of isHeld ? offered : []) {
          if (t === taskId) this.#offers.set(stepId, { owner, taskId, epoch, revision, stepId, executionId, attempt });
        }
      }
      return refused;
    });
  }

  /** Takes back offers of a process. */
  withdraw(owner: number, stepIds: readonly number[]): void {
    for (const stepId of stepIds) if (this.#offers.get(stepId)?.owner === owner) this.#offers.delete(stepId);
  }

  /** Deletes the offers of tasks, whoever made them. */
  drop(taskIds: readonly number[]): void {
    for (const [stepId, { taskId }] of this.#offers) if (taskIds.includes(taskId)) this.#offers.delete(stepId);
  }

  /** Takes out offers of others that still hold. */
  take(processId: number, most: number): Offer[] {
    const holds = ({ owner, taskId, epoch, revision }: Offer) => {
      const task = this.#stored.get(taskId);
      return owner !== processId && task.epoch === epoch && task.revision === revision && !task.isPaused;
    };
    const taken = [...this.#offers.values()].filter(holds).slice(0, most);
    for (const { stepId } of taken) this.#offers.delete(stepId);
    return taken;
  }
}
