import type { StepSnapshot, TaskSnapshot } from "../../../src/diagram/task-diagram.ts";

/** What differs from the defaults in a step of {@link sampleTask}. */
export type SampleSteps = Readonly<Record<string, Partial<StepSnapshot>>>;

/**
 * Task 18, `demo`, from text such as `a -> b, a -> c, d`. Steps are numbered from 84 in the order of their first mention;
 * `steps` says what is not the default of one.
 */
export function sampleTask(edges: string, steps: SampleSteps = {}, task: Partial<TaskSnapshot> = {}): TaskSnapshot {
  const pairs = edges.split(",").map((part) => part.split("->").map((name) => name.trim()));
  const names = [...new Set(pairs.flat())].filter((name) => name !== "");
  const idOf = (name: string) => 84 + names.indexOf(name);
  const links = pairs.flatMap((chain) => chain.slice(1).map((to, place) => [chain[place] ?? "", to] as const));
  return {
    taskId: 18,
    name: "demo",
    status: "pending",
    createdAt: new Date("2026-11-20T12:30:05.250Z"),
    steps: names.map((name) => ({
      stepId: idOf(name),
      name,
      state: "pending",
      attempts: 0,
      error: null,
      isRoot: !links.some(([, to]) => to === name),
      ...steps[name],
    })),
    edges: links.map(([from, to]) => ({ fromStepId: idOf(from), toStepId: idOf(to), name: "provides" })),
    ...task,
  };
}
