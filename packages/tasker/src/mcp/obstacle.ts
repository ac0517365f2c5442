import type { z } from "zod";
import type { RouteId } from "../api/routes/index.ts";
import type { TaskDetails } from "../api/shapes/task.ts";
import type { Tool } from "./tool.ts";

type Task = z.output<typeof TaskDetails>;
type Given = Readonly<Record<string, unknown>>;
/** Says why something cannot be done, or need not be; null: it can. */
type Rule = (task: Task, given: Given) => string | null;

const OVER = ["complete", "cancelled", "resolved_manually"];

const unlessOver: Rule = ({ state }) => (OVER.includes(state) ? `the task is ${state}` : null);

/** A rule on the step that is named; one that the answer about the task does not have is for the server to find. */
function onStep(rule: (step: Task["steps"][number]) => string | null): Rule {
  return (task, given) => {
    const step = task.steps.find(({ name, step_id: id }) => name === given.step || id === given.step);
    if (step !== undefined) return unlessOver(task, given) ?? rule(step);
    return task.truncated.includes("steps") ? null : `the task has no step ${String(given.step)}`;
  };
}

const isOpen = onStep(({ name, state }) =>
  state === "pending" || state === "error" ? null : `step ${name} is ${state}`,
);

/** As docs/operating.md has them; the server decides anew, by more than this. */
const RULES: { readonly [Known in RouteId]?: Rule } = {
  retryTask: (task, given) =>
    unlessOver(task, given) ??
    (task.state === "error" || task.truncated.length > 0 || task.steps.some(({ state }) => state === "error")
      ? null
      : "no step has failed"),
  cancelTask: ({ state }) => (state === "cancelled" ? "the task is cancelled" : null),
  resolveTask: ({ state }) => (state === "error" ? null : `the task is ${state}`),
  pauseTask: (task, given) => unlessOver(task, given) ?? (task.paused ? "the task is paused" : null),
  resumeTask: ({ paused }) => (paused ? null : "the task is not paused"),
  rerunTask: (task, given) => {
    if (given.as_new_task !== true) return unlessOver(task, given);
    return OVER.includes(task.state) || task.state === "error" ? null : `the task is ${task.state}`;
  },
  retryStep: isOpen,
  completeStep: isOpen,
  skipStep: isOpen,
};

/** Why an action on a task would be refused, or change nothing, as the task stands; null: nothing is known to be in its way. */
export function obstacleTo({ route }: Tool, task: Task, given: Given): string | null {
  const rule = Object.entries(RULES).find(([id]) => id === route.id)?.[1];
  return rule?.(task, given) ?? null;
}
