import type { ActionReason, StepAction, TaskAction } from "../../src/actions/action-result.ts";
import type { State } from "../../src/states/state.ts";

/** A step as the model knows it. */
export interface ModelStep {
  readonly state: State;
  readonly attempts: number;
  readonly limit: number;
  readonly retryable: boolean;
  readonly skippable: boolean;
  readonly parents: readonly string[];
  /** JSON text. */
  readonly results: string;
}

/** A task as the model knows it. */
export interface ModelTask {
  readonly state: State;
  readonly paused: boolean;
  readonly steps: Readonly<Record<string, ModelStep>>;
}

/** An action that is drawn at random. */
export interface DrawnAction {
  readonly action: StepAction | Exclude<TaskAction, "rerun_as_new">;
  readonly step: string;
  /** Of `edit_step`. */
  readonly limit: number;
  /** Of `complete_step`. */
  readonly result: number;
}

/** What an action is to answer, and how the task stands after it. */
export interface Predicted {
  readonly outcome: "done" | "already" | "refused";
  readonly reason: ActionReason | null;
  readonly task: ModelTask;
}

const OVER: readonly State[] = ["complete", "cancelled", "resolved_manually"];
const OPEN: readonly State[] = ["pending", "in_progress", "error"];

/** What the rules of docs/operating.md make of an action: nothing here knows how they are written. */
export function predict(task: ModelTask, drawn: DrawnAction): Predicted {
  const already = (reason: ActionReason): Predicted => ({ outcome: "already", reason, task });
  const refused = (reason: ActionReason): Predicted => ({ outcome: "refused", reason, task });
  const taskReason = `task_${task.state}` as ActionReason;
  const isOver = OVER.includes(task.state);
  const names = Object.keys(task.steps);
  const stepOf = (name: string) => {
    const step = task.steps[name];
    if (step === undefined) throw new Error(`no step ${name}`);
    return step;
  };
  const done = (changes: Readonly<Record<string, Partial<ModelStep>>>, to: Partial<ModelTask> = {}): Predicted => {
    const steps = Object.fromEntries(names.map((name) => [name, { ...stepOf(name), ...changes[name] }]));
    return { outcome: "done", reason: null, task: { ...task, ...to, steps } };
  };
  const reopened: Partial<ModelTask> = task.state === "error" ? { state: "pending" } : {};

  switch (drawn.action) {
    case "pause_task":
      if (task.paused) return already("paused");
      return isOver ? refused(taskReason) : done({}, { paused: true });
    case "resume_task":
      return task.paused ? done({}, { paused: false }) : already("not_paused");
    case "resolve_task":
      if (task.state === "resolved_manually") return already("task_resolved_manually");
      return task.state === "error" ? done({}, { state: "resolved_manually", paused: false }) : refused(taskReason);
    case "cancel_task": {
      if (task.state === "cancelled") return already("task_cancelled");
      const open = names.filter((name) => OPEN.includes(stepOf(name).state));
      const ended = Object.fromEntries(open.map((name) => [name, { state: "cancelled" as const }]));
      return done(ended, { state: "cancelled", paused: false });
    }
    case "retry_task": {
      const failed = names.filter((name) => stepOf(name).state === "error" || isStuck(stepOf(name)));
      if (isOver) return refused(taskReason);
      if (failed.length === 0 && task.state !== "error") return already("nothing_failed");
      return done(Object.fromEntries(failed.map((name) => [name, grant(stepOf(name))])), reopened);
    }
    case "rerun_from": {
      const below = names.filter((name) => isBelow(task, name, drawn.step));
      const failed = below.filter((name) => stepOf(name).state === "error" || isStuck(stepOf(name)));
      if (isOver) return refused(taskReason);
      if (failed.length === 0 && task.state !== "error") return already("nothing_failed");
      const blocked = hindrance(task, drawn.step, below);
      if (blocked !== null) return refused(blocked);
      return done(Object.fromEntries(failed.map((name) => [name, forget()])), reopened);
    }
    default:
      return predictForStep(task, drawn, { already, refused, done, reopened });
  }
}

interface Answers {
  already(reason: ActionReason): Predicted;
  refused(reason: ActionReason): Predicted;
  done(changes: Readonly<Record<string, Partial<ModelStep>>>, to?: Partial<ModelTask>): Predicted;
  readonly reopened: Partial<ModelTask>;
}

function predictForStep(task: ModelTask, drawn: DrawnAction, answers: Answers): Predicted {
  const { already, refused, done, reopened } = answers;
  const { action, step: name } = drawn;
  const step = task.steps[name];
  if (step === undefined) throw new Error(`no step ${name}`);
  const { state } = step;
  const reason = `step_${state}` as ActionReason;
  const result = JSON.stringify({ by: drawn.result });

  if (action === "retry_step" && (state === "in_progress" || (state === "pending" && !isStuck(step)))) {
    return already(reason);
  }
  if (action === "reset_attempts" && state === "pending" && step.attempts === 0 && !isStuck(step)) {
    return already("no_attempts");
  }
  if ((action === "resolve_step" || action === "skip_step") && state === "resolved_manually") return already(reason);
  if (action === "complete_step" && state === "resolved_manually" && step.results === result) return already(reason);
  if (action === "cancel_step" && state === "cancelled") return already(reason);
  if (action === "edit_step" && step.limit === drawn.limit) return already("same_values");

  if (OVER.includes(task.state)) return refused(`task_${task.state}` as ActionReason);
  const isRunning = state === "in_progress";
  if (OVER.includes(state) || (isRunning && action !== "cancel_step" && action !== "edit_step")) return refused(reason);
  if (action === "skip_step" && !step.skippable) return refused("not_skippable");

  if (action === "retry_step") return done({ [name]: grant(step) }, reopened);
  if (action === "reset_attempts") return done({ [name]: forget() }, reopened);
  if (action === "cancel_step") return done({ [name]: { state: "cancelled" } }, reopened);
  if (action === "edit_step") {
    const goesOn = state === "error" && step.retryable && step.attempts >= step.limit && step.attempts < drawn.limit;
    return done({ [name]: { limit: drawn.limit, ...(goesOn ? { state: "pending" } : {}) } }, goesOn ? reopened : {});
  }
  const results = action === "complete_step" ? result : step.results;
  return done({ [name]: { state: "resolved_manually", results } }, reopened);
}

/** Pending, and yet without an attempt. */
function isStuck({ state, attempts, limit, retryable }: ModelStep): boolean {
  return state === "pending" && (attempts >= limit || (!retryable && attempts > 0));
}

/** One more attempt at least. */
function grant({ attempts, limit, retryable }: ModelStep): Partial<ModelStep> {
  const isSpent = !retryable && attempts > 0;
  return {
    state: "pending",
    limit: isSpent ? attempts + 1 : Math.max(limit, attempts + 1),
    retryable: retryable || attempts > 0,
  };
}

/** All attempts are to come; the template of the test lets every step be retried. */
function forget(): Partial<ModelStep> {
  return { state: "pending", attempts: 0, retryable: true };
}

function isBelow(task: ModelTask, name: string, top: string): boolean {
  return name === top || (task.steps[name]?.parents ?? []).some((parent) => isBelow(task, parent, top));
}

function hindrance(task: ModelTask, top: string, below: readonly string[]): ActionReason | null {
  const states = below.map((name) => task.steps[name]?.state ?? "pending");
  if (states.includes("in_progress")) return "running_below";
  if (states.some((state) => OVER.includes(state))) return "finished_below";
  const parents = (task.steps[top]?.parents ?? []).map((name) => task.steps[name]?.state);
  const isMet = parents.every((state) => state === "complete" || state === "resolved_manually");
  return isMet ? null : "unfinished_above";
}
