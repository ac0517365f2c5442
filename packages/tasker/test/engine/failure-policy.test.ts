import { describe, expect, test } from "vitest";
import { decideReady } from "../../src/engine/decide-ready.ts";
import { decideStep } from "../../src/engine/decide-step.ts";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import { defaultStep } from "../../src/testing/run/graph-template.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  readHistory,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { createRailsTask } from "../support/rails-rows.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { SAMPLE_RULES, sampleStep } from "./sample-run.ts";

const writer = { writer: 7, epoch: 9 };
const goesOn = { onFailure: "continue" } as const;

describe("the final failure of a step with on_failure: continue", () => {
  const fail = (step: Parameters<typeof sampleStep>[0], kind: "failure" | "interrupted") =>
    decideStep({
      step: sampleStep({ state: "in_progress", sortKey: 10, attempts: 3, ...step }),
      definition: defaultStep("a", goesOn),
      executionId: "7.1",
      outcome:
        kind === "interrupted"
          ? { kind, reason: "gone" }
          : {
              kind,
              durationMs: 1,
              failure: {
                message: "no",
                errorClass: "Error",
                backtrace: "",
                errorCode: null,
                permanent: false,
                retryAfterSeconds: null,
                details: null,
                isOutage: true,
              },
            },
      nowMs: 0,
      random: 0.5,
      rules: SAMPLE_RULES,
      writer,
    });

  test("is an error that is resolved in the same commit, and satisfies the step", () => {
    const { move, next, resolution } = fail({}, "failure");
    expect({ next, resolution }).toEqual({
      next: "satisfied",
      resolution: { kind: "failure_ignored", skippedWith: null },
    });
    expect(move.rows).toMatchObject([
      { from: "in_progress", to: "error", sortKey: 20, metadata: { error_message: "no", retry_available: false } },
      {
        from: "error",
        to: "resolved_manually",
        sortKey: 30,
        metadata: { ...writer, resolution: "failure_ignored", reason: "on_failure is continue" },
      },
    ]);
    expect(move.results?.value).toMatchObject({ error: "no" });
  });

  test("is so too where the process was lost once too often", () => {
    const { move, next } = fail({ interruptions: 4 }, "interrupted");
    expect(next).toBe("satisfied");
    expect(move.rows.map(({ to }) => to)).toEqual(["error", "resolved_manually"]);
  });

  test("is not reached while attempts are left, or after an interruption that counts for nothing", () => {
    expect(fail({ attempts: 1 }, "failure")).toMatchObject({ next: "retry", resolution: null });
    expect(fail({ attempts: 1 }, "interrupted")).toMatchObject({ next: "open", resolution: null });
  });

  test("is found where another process had it fail, and only there", () => {
    const facts = { definition: defaultStep("a", goesOn), isBypassed: false, skippedWith: null, holds: null };
    const failed = sampleStep({ state: "error", sortKey: 20, attempts: 3 });
    expect(decideReady({ ...facts, step: failed })).toMatchObject({
      closing: { facts: { resolution: "failure_ignored" } },
    });
    expect(decideReady({ ...facts, step: { ...failed, attempts: 2 } })).toEqual({ kind: "start" });
    expect(decideReady({ ...facts, step: sampleStep({ retryLimit: 0 }) })).toEqual({ kind: "start" });
    expect(decideReady({ ...facts, definition: defaultStep("a", {}), step: failed })).toEqual({ kind: "start" });
  });
});

describeEachDatabase("a task with a step whose failure is ignored", (open) => {
  test("goes on and completes; the failure stays in the audit trail", async () => {
    const database = await useDatabase(open);
    const seen: unknown[] = [];
    const template = graphTemplate("a -> c, b -> c", {
      steps: { a: goesOn, b: { ...goesOn, defaultResults: { price: 0 } } },
      run: (_task, sequence, step) => {
        if (step.name === "a") throw new PermanentError("no luck", { errorCode: "E1" });
        if (step.name === "b") throw new RetryableError("busy", { retryAfter: 0 });
        seen.push(sequence.resultsOf("a"), sequence.resultsOf("b"));
        return null;
      },
    });
    const { engine, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(seen).toEqual([null, { price: 0 }]);
    expect(
      (await readTransitions(database, taskId, "a")).map(({ to_state, metadata }) => [to_state, metadata]),
    ).toEqual([
      ["in_progress", expect.anything()],
      ["error", expect.objectContaining({ error_message: "no luck", error_code: "E1", permanent: true })],
      ["resolved_manually", expect.objectContaining({ resolution: "failure_ignored" })],
    ]);
    expect(await readStep(database, taskId, "a")).toMatchObject({
      attempts: 1,
      retryable: false,
      in_process: false,
      results: { error: "no luck", error_code: "E1" },
    });
    expect(await readStep(database, taskId, "b")).toMatchObject({ attempts: 3, results: { price: 0 } });
    const [context] = await database.query("select * from get_task_execution_context($1)", [taskId]);
    expect(context).toMatchObject({ execution_status: "all_complete", completed_steps: 3, failed_steps: 0 });
    await until(() => events.some(({ name }) => name === "task.completed"), "the last event");
    expect(events.filter(({ stepName }) => stepName === "a").map(({ name }) => name)).toEqual([
      "step.execution_requested",
      "step.failed",
      "step.resolved_manually",
      "step.failure_ignored",
    ]);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a step whose failure is ignored", () => {
  test("and that a Rails process left in error for good is resolved when the task is adopted", async () => {
    const database = await useDatabase(openTestDatabase);
    const ran: string[] = [];
    const template = graphTemplate("a -> b", {
      steps: { a: goesOn },
      run: (_task, _sequence, step) => void ran.push(step.name),
    });
    const { clock } = await startEngine(database, [template], { adopt: { sourceSystems: ["unknown"] } });
    const taskId = await createRailsTask(database, {
      steps: [
        {
          name: "a",
          rows: [
            { to: "in_progress", sortKey: 10 },
            { to: "error", sortKey: 20 },
          ],
          columns: { attempts: 3 },
        },
        { name: "b", dependsOn: ["a"] },
      ],
    });
    await until(async () => {
      clock.advance(10_000);
      return (await database.query("select from tasker_tasks where complete")).length === 1;
    }, "the end of the task");
    expect(ran).toEqual(["b"]);
    expect(await readHistory(database, taskId)).toContain("a error > resolved_manually");
    await expectCleanAuditTrail(database);
  });

  test("leaves a failure of another step what it is", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> b, c", {
      steps: { a: goesOn },
      run: (_task, _sequence, step) => {
        if (step.name !== "b") throw new PermanentError("no");
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await readStep(database, taskId, "b")).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });
});
