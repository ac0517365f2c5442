import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import type { StepLimit } from "../../src/templates/limit.ts";
import { type Random, randomInteger } from "../../src/testing/random.ts";
import { graphTemplate } from "../../src/testing/run/graph-template.ts";
import type { ManualClock } from "../../src/testing/run/manual-clock.ts";
import type { RunningHandlers } from "./limit-plan.ts";
import type { StoredTask } from "./stored-task.ts";
import { drawWait, type WaitPlan } from "./wait-plan.ts";

/** What a step of a simulated task is to do. */
export interface StepPlan {
  readonly parents: readonly number[];
  readonly failures: number;
  readonly dies: boolean;
  /** What it waits for instead of calling a handler; null for most steps. */
  readonly waits: WaitPlan | null;
  readonly limits: readonly StepLimit[];
}

/** Where handlers run. */
interface HandlerHost {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly handlers: RunningHandlers;
}

const ATTEMPTS = 3;
const nameOf = (place: number) => `s${place}`;

/** @param limits those that steps may have */
export function drawSteps(random: Random, limits: readonly StepLimit[]): StepPlan[] {
  const isWide = random() < 0.3;
  return Array.from({ length: randomInteger(random, 1, isWide ? 15 : 9) }, (_, place) => {
    const waits = random() < 0.15 ? drawWait(place, random) : null;
    return {
      parents: isWide ? [0].filter((parent) => parent < place) : drawParents(place, random),
      failures: random() < 0.2 ? randomInteger(random, 1, ATTEMPTS) : 0,
      dies: random() < 0.05,
      waits,
      limits: waits === null ? limits.filter(() => random() < 0.4) : [],
    };
  });
}

function drawParents(place: number, random: Random): number[] {
  if (place === 0) return [];
  return [...new Set([0, 0, 0].map(() => randomInteger(random, 0, 2 * place)))].filter((parent) => parent < place);
}

/**
 * @param version number of the version that the template has
 * @param processIdOf gives the process that calls the handlers
 */
export function templateOf(
  steps: readonly StepPlan[],
  version: number,
  { clock, random, handlers }: HandlerHost,
  processIdOf: () => number,
): TaskTemplate {
  const settings = steps.map(({ parents, waits, limits }, place) => [
    nameOf(place),
    { dependsOn: parents.map(nameOf), wait: waits?.wait ?? null, limits },
  ]);
  return graphTemplate("", {
    version: `${version}.0.0`,
    steps: Object.fromEntries(settings),
    run: async (_task, sequence, step) => {
      const { parents = [], failures = 0, dies = false, limits = [] } = steps[Number(step.name.slice(1))] ?? {};
      for (const parent of parents) sequence.resultsOf(nameOf(parent));
      const leave = handlers.enter(limits, processIdOf());
      try {
        if (random() < 0.7) await clock.sleep(randomInteger(random, 1, 3_000), step.signal);
      } finally {
        leave();
      }
      if (step.attempt <= failures) throw new RetryableError("again");
      if (dies) throw new PermanentError("never");
      return step.name;
    },
  });
}

/** What is wrong with how a task stands in the end, whatever happened to its processes; null if nothing is. */
export function judgeEnd(plan: readonly StepPlan[], task: StoredTask): string | null {
  const found = [...task.steps.values()];
  const satisfied: boolean[] = [];
  const expected = plan.map((step, place) => {
    const isReached = step.parents.every((parent) => satisfied[parent]);
    // Where the signal and the time are close to each other, either may come first.
    const isDone = isReached && (endOf(step) ?? found[place]?.state) === "complete";
    satisfied.push(isDone);
    const attempts = step.waits === null ? Math.min(step.failures + 1, ATTEMPTS) : 1;
    return isReached ? `${isDone ? "complete" : "error"} ${attempts}` : "pending 0";
  });
  const is = [task.state, ...found.map(({ state, attempts }) => `${state} ${attempts}`)].join(", ");
  const ought = [satisfied.every(Boolean) ? "complete" : "error", ...expected].join(", ");
  return is === ought ? null : `task ${task.taskId} is ${is}; expected ${ought}`;
}

function endOf({ waits, failures, dies }: StepPlan): "complete" | "error" | null {
  if (waits !== null) return waits.end;
  return failures < ATTEMPTS && !dies ? "complete" : "error";
}
