import { expect } from "vitest";
import { PermanentError, RetryableError } from "../../../src/errors/index.ts";
import { graphTemplate, readState, until, useDatabase } from "../../support/engine-harness.ts";
import { openTestDatabase } from "../../support/test-database.ts";
import type { Scenario } from "./scenario.ts";

const request = { name: "graph", context: {} };
const note = { actor: "ada", reason: "seen to it" };

const completes: Scenario = {
  title: "a task that completes",
  shows: {
    "task.initialize_requested": [{ to_state: "pending" }],
    "task.start_requested": [{ total_steps: 1 }],
    "task.completed": [{ total_steps: 1, cancelled_steps: [] }],
    "step.execution_requested": [{ attempt_number: 1 }],
    "step.before_handle": [{ attempt_number: 1, retry_limit: 3 }],
    "step.completed": [{ attempt_number: 1 }],
    "observability.task.enqueue": [{ priority: 0 }],
    "workflow.task_started": [{ total_steps: 1, remaining_steps: 1 }],
    "workflow.viable_steps_discovered": [{ step_names: ["a"], step_count: 1 }],
    "workflow.steps_execution_started": [{ step_count: 1 }],
    "workflow.steps_execution_completed": [{ processed_count: 1, successful_count: 1 }],
    "workflow.task_finalization_started": [{ final_status: "complete", total_steps: 1 }],
    "workflow.task_finalization_completed": [{ final_status: "complete", total_steps: 1 }],
    "tasker.process.joined": [{ process_id: 1 }],
    "tasker.process.left": [{ process_id: 1 }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await stage.start(database, [graphTemplate("a")]);
    const { taskId } = await engine.submit(request);
    await engine.settled(taskId);
    await engine.stop();
  },
};

const fails: Scenario = {
  title: "a task that fails, is retried, fails again and is resolved",
  shows: {
    "step.failed": [
      { error_message: "down", retry_available: true },
      { error_message: "down", retry_available: false },
      { error_message: "never", permanent: true },
    ],
    "observability.step.backoff": [{ attempt_number: 1, backoff_seconds: 1 }],
    "observability.step.max_retries_reached": [{ attempt_number: 2, error_message: "down" }],
    "step.retry_requested": [{ retry_attempt: 2 }, { actor: "ada", action: "retry_step" }],
    "task.failed": [
      { failed_steps: ["a"], failed_steps_count: 1 },
      { failed_steps: ["a"], failed_steps_count: 1 },
    ],
    "task.retry_requested": [{ from_state: "error" }],
    "task.resolved_manually": [note],
    "workflow.no_viable_steps": [{ reason: "blocked" }, { reason: "blocked" }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    let calls = 0;
    const run = () => {
      calls += 1;
      throw calls <= 2 ? new RetryableError("down") : new PermanentError("never");
    };
    const template = graphTemplate("a -> b", { run, steps: { a: { retryLimit: 2 } } });
    const { engine, clock } = await stage.start(database, [template]);
    const { taskId } = await engine.submit(request);
    await stage.seen("task.failed", 1, () => clock.advance(500));
    await engine.actions.retryStep({ taskId, step: "a" }, note);
    await stage.seen("task.failed", 2, () => clock.advance(500));
    await engine.actions.resolveTask(taskId, note);
    await stage.seen("task.resolved_manually");
  },
};

const endsEarly: Scenario = {
  title: "a task of which steps are left out, and that is cancelled while it waits",
  shows: {
    "step.bypassed": [{ reason: "named in bypass_steps" }],
    "step.skipped": [{ skipped_with: null }],
    "step.failure_ignored": [{}],
    "step.resolved_manually": [
      { resolution: "bypassed" },
      { resolution: "skipped" },
      { resolution: "failure_ignored" },
    ],
    "step.wait_started": [{ kind: "signal", name: "go" }],
    "step.cancelled": [note],
    "task.cancelled": [note],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const never = { kind: "test", step: null, path: "x", operator: "equals", value: 1 } as const;
    const template = graphTemplate("bypassed -> left_out, left_out -> broken, broken -> late", {
      run: () => {
        throw new PermanentError("never");
      },
      steps: {
        bypassed: { skippable: true },
        left_out: { runIf: never },
        broken: { onFailure: "continue" },
        late: { wait: { kind: "signal", name: "go", timeoutSeconds: null, onTimeout: "fail" } },
      },
    });
    const { engine } = await stage.start(database, [template]);
    const { taskId } = await engine.submit({ ...request, bypassSteps: ["bypassed"] });
    await stage.seen("step.wait_started");
    await engine.actions.cancelTask(taskId, note);
    await until(async () => (await readState(database, taskId)) === "cancelled", "the cancel");
    await stage.seen("task.cancelled");
    expect(stage.count("task.failed")).toBe(0);
  },
};

export const TASKS: readonly Scenario[] = [completes, fails, endsEarly];
