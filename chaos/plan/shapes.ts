import type { Random } from "tasker/testing";
import { type Conduct, working } from "./conduct.ts";
import { chance, integer, pick } from "./random-draws.ts";
import type { StepPlan } from "./step-plan.ts";

const nameOf = (place: number) => `s${place}`;

/** Conduct of an ordinary step: short work, which now and then fails some times first. */
function ordinary(random: Random): Conduct {
  return working(integer(random, 1, 400), {
    failures: chance(random, 0.15) ? integer(random, 1, 2) : 0,
    publishes: chance(random, 0.2),
  });
}

/** Steps in a row. */
export function chain(random: Random, length: number): StepPlan[] {
  return Array.from({ length }, (_, place) => ({
    name: nameOf(place),
    dependsOn: place === 0 ? [] : [nameOf(place - 1)],
    conduct: ordinary(random),
  }));
}

/** One step, then `width` beside each other, then one. */
export function diamond(random: Random, width: number): StepPlan[] {
  const middle = Array.from({ length: width }, (_, place) => nameOf(place + 1));
  return [
    { name: nameOf(0), dependsOn: [], conduct: ordinary(random) },
    ...middle.map((name) => ({ name, dependsOn: [nameOf(0)], conduct: ordinary(random) })),
    { name: nameOf(width + 1), dependsOn: middle, conduct: ordinary(random) },
  ];
}

/** Any graph; some steps fail for good, of which some are ignored; some are skipped by conditions. */
export function anyGraph(random: Random, size: number, mishaps: number): StepPlan[] {
  return Array.from({ length: size }, (_, place) => {
    const before = Array.from({ length: place }, (_unused, other) => nameOf(other));
    const dependsOn = [...new Set(Array.from({ length: integer(random, 0, 3) }, () => pick(random, [...before, ""])))];
    const parents = dependsOn.filter((name) => name !== "");
    const [first] = parents;
    const dies = chance(random, mishaps);
    return {
      name: nameOf(place),
      dependsOn: parents,
      conduct: { ...ordinary(random), dies },
      ...(dies && chance(random, 0.6) ? { onFailure: "continue" as const } : {}),
      ...(chance(random, mishaps) ? { skippable: true } : {}),
      ...(chance(random, mishaps) && first !== undefined
        ? { runIf: { step: first, outcome: pick(random, ["complete", "skipped", "failed"] as const) } }
        : {}),
      ...(chance(random, mishaps / 2) ? { runIf: "never" as const } : {}),
      ...(chance(random, mishaps) ? { skipsDependants: true } : {}),
    };
  });
}

/** A list, a step for each of its items, and a step after them. */
export function forEach(random: Random, items: number, maxParallel: number | null): StepPlan[] {
  const limit = maxParallel === null ? {} : { max_parallel: maxParallel };
  return [
    { name: "list", dependsOn: [], conduct: working(5, { items }) },
    {
      name: "each",
      dependsOn: ["list"],
      conduct: working(integer(random, 1, 40), { failures: chance(random, 0.3) ? 1 : 0 }),
      uncertain: true,
      keys: { for_each: { step: "list", path: "items", ...limit } },
    },
    { name: "after", dependsOn: ["each"], conduct: ordinary(random) },
  ];
}

/** Steps in a row of which the last fails for good, whereupon those before it are undone. */
export function saga(random: Random, length: number): StepPlan[] {
  return chain(random, length).map((step, place) =>
    place === length - 1
      ? { ...step, conduct: { ...step.conduct, dies: true }, onFailure: "compensate" }
      : { ...step, undoable: true },
  );
}

/** A sleep, a signal that may come too late, and a task of another template, with work between them. */
export function waits(random: Random, childName: string): StepPlan[] {
  const conduct = working(10);
  return [
    { name: "begin", dependsOn: [], conduct: ordinary(random) },
    {
      name: "nap",
      dependsOn: ["begin"],
      conduct,
      uncertain: true,
      keys: { type: "sleep", sleep: { seconds: integer(random, 0, 4) } },
    },
    {
      name: "approval",
      dependsOn: ["begin"],
      conduct,
      uncertain: true,
      keys: { type: "signal", signal: { name: "approved", timeout_seconds: 12, on_timeout: "continue" } },
    },
    {
      name: "child",
      dependsOn: ["nap"],
      conduct,
      uncertain: true,
      retryLimit: 10,
      keys: { type: "task", task: { name: childName } },
    },
    { name: "end", dependsOn: ["child", "approval"], conduct: ordinary(random) },
  ];
}

/** Steps under limits that all tasks of the template share, beside each other. */
export function limited(random: Random, width: number): StepPlan[] {
  return Array.from({ length: width }, (_, place) => ({
    name: nameOf(place),
    dependsOn: [],
    conduct: ordinary(random),
    keys:
      place % 3 === 0
        ? { limits: [{ name: "few", concurrency: 3 }], priority: place }
        : { limits: [{ name: "often", rate: { count: 10, per_seconds: 1 } }] },
  }));
}

/** Steps that miss their deadline at first, one of which does not even stop when it is told to. */
export function deadlines(random: Random): StepPlan[] {
  const late = { timeoutSeconds: 1, retryLimit: 20, uncertain: true };
  return [
    { name: "hangs", dependsOn: [], conduct: working(20, { hangs: 1 }), ...late },
    { name: "deaf", dependsOn: [], conduct: working(20, { hangs: 1, deaf: true }), ...late },
    { name: "after", dependsOn: ["hangs", "deaf"], conduct: ordinary(random) },
  ];
}

/** Steps that take their time, some of which do not stop when they are told to. */
export function slow(random: Random): StepPlan[] {
  return Array.from({ length: 3 }, (_, place) => ({
    name: nameOf(place),
    dependsOn: place === 2 ? [nameOf(0), nameOf(1)] : [],
    conduct: working(integer(random, 1_000, 6_000), { deaf: chance(random, 0.3) }),
  }));
}

/** Steps behind a circuit breaker that their failures open for a while. */
export function guarded(random: Random, length: number): StepPlan[] {
  return chain(random, length).map((step, place) => ({
    ...step,
    conduct: { ...step.conduct, failures: place % 2 },
    retryLimit: 10,
    keys: { circuit_breaker: { name: "shaky", failures: 3, window_seconds: 10, open_seconds: 2 } },
  }));
}
