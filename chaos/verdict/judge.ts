import type { Submission } from "../load/submitter.ts";
import { foreseeTask } from "../plan/template-plan.ts";
import type { LedgerExecution } from "./executions.ts";
import type { Violation } from "./findings.ts";
import type { RunFacts, StepFacts } from "./run-facts.ts";

const ENDS = ["complete", "error", "cancelled", "resolved_manually"];

/** What a run is judged by. */
export interface Evidence {
  readonly submissions: readonly Pick<Submission, "task" | "taskId">[];
  /** Tasks whose submit was never acknowledged. */
  readonly unacknowledged: number;
  readonly facts: RunFacts;
  readonly executions: ReadonlyMap<string, LedgerExecution>;
}

/** Compares what the database holds with what was submitted, with what was foreseen, and with what handlers have done. */
export function judge(evidence: Evidence): Violation[] {
  return [...judgeTasks(evidence), ...judgeForeseen(evidence), ...judgeEffects(evidence)];
}

/** No task is lost, and none is there twice. */
function* judgeTasks({ submissions, unacknowledged, facts }: Evidence): Generator<Violation> {
  const states = new Map(facts.tasks.map(({ taskId, state }) => [taskId, state]));
  for (const { task, taskId } of submissions) {
    if (states.has(taskId)) continue;
    yield {
      promise: "a task whose submit was acknowledged is there",
      found: `number ${task.number}: no task ${taskId}`,
    };
  }
  for (const { taskId, state } of facts.tasks) {
    if (ENDS.includes(state)) continue;
    yield { promise: "every task comes to its end", found: `task ${taskId} is ${state}` };
  }
  if (unacknowledged > 0) {
    yield { promise: "every submit is acknowledged in the end", found: `${unacknowledged} tasks were not` };
  }
  const byNumber = Map.groupBy(facts.tasks, ({ number }) => number);
  for (const [number, tasks] of byNumber) {
    if (number === null || tasks.length === 1) continue;
    const ids = tasks.map(({ taskId }) => taskId).join(", ");
    yield { promise: "one key, one task", found: `number ${number} is there as ${ids}` };
  }
}

/** What no operator has touched ends as foreseen, and its attempts are those that failed or succeeded, whatever was interrupted. */
function* judgeForeseen({ submissions, facts }: Evidence): Generator<Violation> {
  const states = new Map(facts.tasks.map(({ taskId, state }) => [taskId, state]));
  const steps = Map.groupBy(facts.steps, ({ taskId }) => taskId);
  for (const { task, taskId } of submissions) {
    const foreseen = task.isOperated ? null : foreseeTask(task.template, task.bypassSteps);
    const state = states.get(taskId);
    if (foreseen === null || state === undefined || !ENDS.includes(state)) continue;
    const which = `task ${taskId} (number ${task.number}, ${task.template.name})`;
    if (state !== foreseen.end) {
      yield { promise: "a task ends as foreseen", found: `${which} is ${state}, expected ${foreseen.end}` };
    }
    for (const step of steps.get(taskId) ?? []) {
      const expected = foreseen.steps.get(step.name);
      if (expected === undefined) continue;
      if (step.state !== expected.state) {
        const found = `${which}: step ${step.name} is ${step.state}, expected ${expected.state}`;
        yield { promise: "a step ends as foreseen", found };
      } else if (expected.attempts !== null && step.attempts !== expected.attempts) {
        const found = `${which}: step ${step.name} has ${step.attempts} attempts, expected ${expected.attempts}`;
        yield { promise: "an interruption uses up no attempt", found };
      }
    }
  }
}

/**
 * A handler is called after its start was committed, once for each execution; one execution completes a step, with what it
 * returned; nothing starts after that.
 */
function* judgeEffects({ facts, executions }: Evidence): Generator<Violation> {
  const starts = new Map(facts.starts.map((start) => [start.executionId, start]));
  for (const [executionId, { stepId, begun }] of executions) {
    const found = `execution ${executionId} of step ${stepId}`;
    if (starts.get(executionId)?.stepId !== stepId) {
      yield { promise: "a handler is called after its start was committed", found: `${found} has no start` };
    }
    if (begun > 1) yield { promise: "a handler is called once for an execution", found: `${found}: ${begun} times` };
  }
  for (const { stepId, executionId, isAfterEnd } of facts.starts) {
    if (!isAfterEnd) continue;
    yield { promise: "no execution starts after its step was completed", found: `${executionId} of step ${stepId}` };
  }
  for (const step of facts.steps) yield* judgeCompletion(step, executions);
}

function* judgeCompletion(
  { taskId, stepId, name, completedBy, stored }: StepFacts,
  executions: ReadonlyMap<string, LedgerExecution>,
): Generator<Violation> {
  if (completedBy === null || isMapped(name, stored)) return;
  const which = `step ${stepId} (${name} of task ${taskId}) was completed by ${completedBy}`;
  const { stepId: owner, end = null } = executions.get(completedBy) ?? {};
  if (owner !== stepId || end !== "done") {
    yield { promise: "what completed a step is an execution that did its work", found: `${which}, which ${end}` };
  }
  if (stored !== completedBy) {
    yield { promise: "what is stored is of the execution that completed the step", found: `${which}, holds ${stored}` };
  }
}

/** A step that collects what its instances returned has no execution of its own. */
function isMapped(name: string, stored: string | null): boolean {
  return name === "each" && stored === null;
}
