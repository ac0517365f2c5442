import { isSatisfied } from "../../src/states/guards.ts";
import { canStepMove } from "../../src/states/step-state.ts";
import { canTaskMove } from "../../src/states/task-state.ts";
import type { StoredStep, StoredTask } from "./stored-task.ts";
import type { WrittenRow } from "./written-commit.ts";

/** Holds what is written against the rules of the audit trail, row by row. */
export class Audit {
  /** What was written and should not have been. */
  readonly violations: string[] = [];
  /** Starts and ends by execution id. */
  readonly #executions = new Map<string, { starts: number; ends: number }>();

  /** A row that is about to become the current one of a step. */
  step(task: StoredTask, step: StoredStep, { from, to, sortKey, metadata }: WrittenRow): void {
    const what = `task ${task.taskId}, step ${step.name}: ${from} > ${to} by ${metadata.writer}`;
    if (from !== step.state || sortKey !== Math.max(step.sortKey, 0) + 10)
      this.violations.push(`${what} after ${step.state}`);
    if (!canStepMove(from, to)) this.violations.push(`${what} is no legal move`);
    if (to === "in_progress") {
      const parents = step.dependsOn.map((name) => task.steps.get(name)?.state ?? "pending");
      if (!parents.every(isSatisfied)) this.violations.push(`${what} before its parents`);
      this.#count(String(metadata.execution_id), what, { starts: 1, ends: 0 });
    } else if (from === "in_progress") this.#count(String(metadata.execution_id), what, { starts: 0, ends: 1 });
  }

  /** A row that is about to become the current one of a task. */
  task(task: StoredTask, { from, to, sortKey, metadata }: WrittenRow): void {
    const what = `task ${task.taskId}: ${from} > ${to} by ${metadata.writer}`;
    if (from !== task.state || sortKey !== Math.max(task.sortKey, 0) + 10)
      this.violations.push(`${what} after ${task.state}`);
    if (!canTaskMove(from, to)) this.violations.push(`${what} is no legal move`);
    const steps = [...task.steps.values()];
    const isDone = steps.every(({ state, skippable }) => isSatisfied(state) || (state === "cancelled" && skippable));
    if (to === "complete" && !isDone)
      this.violations.push(`${what} with steps ${steps.map(({ state }) => state).join(", ")}`);
    if (to === "error" && steps.some(({ state }) => state === "in_progress"))
      this.violations.push(`${what} while a step is running`);
  }

  #count(executionId: string, what: string, more: { readonly starts: number; readonly ends: number }): void {
    const { starts, ends } = this.#executions.get(executionId) ?? { starts: 0, ends: 0 };
    const counted = { starts: starts + more.starts, ends: ends + more.ends };
    this.#executions.set(executionId, counted);
    if (counted.starts !== 1 || counted.ends > 1) {
      this.violations.push(`${what}: execution ${executionId} has ${counted.starts} starts and ${counted.ends} ends`);
    }
  }
}
