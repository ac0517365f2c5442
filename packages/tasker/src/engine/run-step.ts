import { type Clock, elapsedOf } from "../clock/clock.ts";
import { withCorrelationId } from "../correlation/current-correlation.ts";
import { CircuitOpenError, StepTimeoutError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { CircuitBoard, Guard } from "../handlers/circuits/circuit-board.ts";
import type { CustomEventRegistry } from "../handlers/custom-events/registry.ts";
import { encodeJson } from "../json/encode.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { guardOf, postponedBy, verdictOf } from "./circuits/step-guard.ts";
import { concludeOutcome } from "./conclude-outcome.ts";
import { describeFailure } from "./describe-failure.ts";
import { subjectOf } from "./event-subject.ts";
import type { Execution } from "./execution.ts";
import { LiveSequence } from "./live-sequence.ts";
import type { Outcome } from "./outcome.ts";
import type { Protection } from "./protection/protection.ts";
import { stepHandlerOf } from "./step-handler-of.ts";
import { StoredJson } from "./stored-json.ts";
import type { TaskKind } from "./strategies/settings-by-task.ts";
import type { Strategies } from "./strategies/strategies.ts";
import { traceAttempt } from "./tracing/trace-attempt.ts";

/** What running a step needs. */
export interface StepRunner {
  readonly clock: Clock;
  /** Largest result in bytes of JSON. */
  readonly maxValueBytes: number;
  readonly strategies: Pick<Strategies, "stepExecutor">;
  /** Deadline of a step of such a task that has none of its own, in seconds; null for none. */
  defaultTimeoutSecondsOf(task: TaskKind): number | null;
  readonly circuits: CircuitBoard;
  readonly protection: Protection;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
  /** Id of this process in the database. */
  readonly processId: number;
  readonly events: EventBus;
  /** The custom events that steps may publish. */
  readonly eventDeclarations: Pick<CustomEventRegistry, "ofStep">;
  /** Called once per execution, with its first outcome. */
  readonly executions: { settle(execution: Execution): void };
}

/**
 * Calls the handler of an execution and settles it with what comes of that: its results, its error, or its deadline,
 * whichever is first. Never throws. A handler that goes on after its deadline is left to itself; what it returns then is
 * ignored.
 */
export function runStep(runner: StepRunner, execution: Execution): void {
  const { run, name } = execution;
  const { clock } = runner;
  execution.launched = true;
  execution.startedAt = clock.now();
  const begun = elapsedOf(clock);
  const span = traceAttempt(runner.tracing, execution, runner.processId);
  execution.span = span;
  execution.openEvents(runner);
  execution.secrets = runner.protection.secrets;
  const cancelDeadline = armDeadline(runner, execution, begun);
  const finish = (outcome: Outcome) => {
    cancelDeadline();
    settleOnce(runner, execution, outcome);
  };
  const fail = (error: unknown) => {
    const { interruption } = execution;
    if (interruption !== null) finish({ kind: "interrupted", reason: interruption.message });
    else if (error instanceof CircuitOpenError) finish(postponedBy(error));
    else finish({ kind: "failure", failure: describeFailure(error), durationMs: elapsedOf(clock) - begun });
  };
  const succeed = () => {
    // A deadline has passed: what the handler left is not looked at.
    if (execution.outcome !== null) return;
    try {
      const text = encodeJson(execution.results, { maxBytes: runner.maxValueBytes, what: `results of step ${name}` });
      const durationMs = elapsedOf(clock) - begun;
      finish({ kind: "success", results: new StoredJson(text), durationMs });
    } catch (error) {
      fail(error);
    }
  };
  const call = () => {
    if (execution.unreadable !== undefined) throw execution.unreadable;
    const handler = stepHandlerOf(execution);
    const { stepExecutor } = runner.strategies;
    runner.events.tell("step.before_handle", subjectOf(run, execution.step), () => ({
      attempt_number: execution.attempt,
      execution_id: execution.executionId,
      retry_limit: execution.retryLimit,
    }));
    const execute = () =>
      withCorrelationId(run.view.correlationId, () =>
        stepExecutor.executeSingleStep(run.view, new LiveSequence(run), execution, handler),
      );
    return span === null ? execute() : span.run(execute);
  };
  const guard = guardOf(run, name);
  try {
    const work = guard === undefined ? call() : passThrough(runner, execution, guard, call);
    Promise.resolve(work).then(succeed, fail);
  } catch (error) {
    fail(error);
  }
}

/** Calls the handler if its circuit lets it through. What becomes of it is told to the circuit when it settles. */
async function passThrough(
  runner: StepRunner,
  execution: Execution,
  guard: Guard,
  call: () => unknown,
): Promise<unknown> {
  const passage = await runner.circuits.enter(guard, execution.executionId);
  if (execution.outcome !== null) {
    // Its deadline has passed meanwhile.
    runner.circuits.leave(passage, "unknown");
    return undefined;
  }
  execution.passage = passage;
  if (execution.interruption !== null) throw execution.interruption;
  return call();
}

/** Settles an execution unless it is settled already. */
export function settleOnce(runner: StepRunner, execution: Execution, outcome: Outcome): void {
  if (execution.outcome !== null) return;
  const settled = concludeOutcome(runner.protection, execution, outcome);
  execution.outcome = settled;
  execution.span?.end(settled);
  if (execution.passage !== null) runner.circuits.leave(execution.passage, verdictOf(settled));
  runner.executions.settle(execution);
}

function armDeadline(runner: StepRunner, execution: Execution, begun: number): () => void {
  const seconds = execution.run.timeoutSecondsOf(execution.name) ?? runner.defaultTimeoutSecondsOf(execution.run.view);
  if (seconds === null) return () => {};
  return runner.clock.after(seconds * 1_000, () => {
    if (execution.outcome !== null) return;
    const error = new StepTimeoutError(`step ${execution.name} did not finish within ${seconds} s`, {
      context: { step: execution.name, timeoutSeconds: seconds },
    });
    const durationMs = elapsedOf(runner.clock) - begun;
    settleOnce(runner, execution, { kind: "failure", failure: describeFailure(error), durationMs });
    execution.abort(error);
  });
}
