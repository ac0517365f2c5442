import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { PermanentError } from "../../../src/errors/index.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import type { TaskTemplate } from "../../../src/handlers/task-template.ts";
import { graphTemplate, makeEngine, makeGate, readState, readStep, until } from "../../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { runCaptured } from "../support/captured-io.ts";

/** A database with an engine that has not been started, and the command line beside it with the same clock. */
async function makeSite(template: TaskTemplate) {
  const { url, drop } = await createTestDatabase();
  const database = await openPostgres(url);
  onTestFinished(() => database.close().then(drop));
  const under = makeEngine(database, [template]);
  const tasker = (...argv: string[]) =>
    runCaptured(argv, { cwd: process.cwd(), env: { DATABASE_URL: url, USER: "ada" }, clock: under.clock });
  const why = async (taskId: number) => {
    const { code, out, err } = await tasker("why", String(taskId), "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const answer: { situation: string; text: string; reasons: { commands: string[] }[] } = JSON.parse(out);
    return answer;
  };
  /** Types a command that was recommended. */
  const type = (command = "") =>
    tasker(
      ...command
        .split(" ")
        .slice(1)
        .map((word) => word.replace(/^["'](.*)["']$/, "$1")),
    );
  /** Looks until the task, or a step of it, is in a state; the engine's clock goes on between two looks. */
  const becomes = (state: string, taskId: number, step?: string) =>
    until(
      async () => {
        under.clock.advance(500);
        const found =
          step === undefined ? await readState(database, taskId) : (await readStep(database, taskId, step)).state;
        return found === state;
      },
      `${step ?? "the task"} to be ${state}`,
    );
  return { ...under, database, tasker, why, type, becomes };
}

describeOnPostgres("tasker why", () => {
  test("says that nobody is there, that nobody is capable, and that a task is complete", async () => {
    const site = await makeSite(graphTemplate("a -> b"));
    const { taskId } = await site.engine.submit({ name: "graph", context: {} });
    expect(await site.why(taskId)).toMatchObject({ situation: "no_process" });
    const other = makeEngine(site.database, []);
    await other.engine.start();
    expect((await site.why(taskId)).text).toContain("has the template default/graph 1.0.0 with its handlers");
    await site.engine.start();
    await site.becomes("complete", taskId);
    const { code, out } = await site.tasker("why", String(taskId));
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Task 1 \(default\/graph 1\.0\.0\) is complete, 2 of 2 steps done\. It has been complete since .*\n$/,
    );
    expect(await site.tasker("why", "4711")).toMatchObject({ code: 1, err: expect.stringContaining("no task 4711") });
  });

  test("says until when a retry waits, and for which error; what it recommends has the task go on", async () => {
    let isMended = false;
    const site = await makeSite(
      graphTemplate("a -> b", {
        run: () => {
          if (!isMended) throw new Error("the gateway is busy");
        },
      }),
    );
    await site.engine.start();
    const { taskId } = await site.engine.submit({ name: "graph", context: {} });
    await until(async () => (await readStep(site.database, taskId, "a")).state === "error", "the first failure");
    const found = await site.why(taskId);
    expect(found.situation).toBe("waiting_for_retry");
    expect(found.text).toContain("failed (attempt 1 of 3): the gateway is busy. Attempt 2 starts at");
    expect(found.text).toContain("1 further step waits for steps before it");
    isMended = true;
    expect((await site.type(found.reasons[0]?.commands[0])).code).toBe(0);
    await site.becomes("complete", taskId);
  });

  test("names the failed step of a failed task, and commands that end its standstill", async () => {
    let isMended = false;
    const site = await makeSite(
      graphTemplate("a -> b", {
        run: () => {
          if (!isMended) throw new PermanentError("no such card");
        },
      }),
    );
    await site.engine.start();
    const { taskId } = await site.engine.submit({ name: "graph", context: {} });
    await site.becomes("error", taskId);
    const found = await site.why(taskId);
    expect(found).toMatchObject({ situation: "failed", reasons: [{}, { situation: "failed_step" }] });
    expect(found.text).toContain("no such card");
    isMended = true;
    expect((await site.type(found.reasons[1]?.commands[0])).code).toBe(0);
    await site.becomes("complete", taskId);
  });

  test("names the signal that a step waits for, who paused a task, and where a step runs", async () => {
    const gate = makeGate();
    const site = await makeSite(
      defineTask({ name: "refund" })
        .waitForSignal("approval", {})
        .step("pay", { dependsOn: ["approval"], timeoutSeconds: 600, process: () => gate.promise })
        .build(),
    );
    await site.engine.start();
    const { taskId } = await site.engine.submit({ name: "refund", context: {} });
    await site.becomes("in_progress", taskId, "approval");
    const waiting = await site.why(taskId);
    expect(waiting).toMatchObject({ situation: "waiting_for_signal" });
    await site.tasker("task", "pause", String(taskId), "--reason", "month end");
    const paused = await site.why(taskId);
    expect(paused.text).toContain("It was paused by ada (month end)");
    expect((await site.type(paused.reasons[0]?.commands[0])).code).toBe(0);
    expect((await site.type(waiting.reasons[0]?.commands[0])).code).toBe(0);
    await site.becomes("in_progress", taskId, "pay");
    const running = await site.why(taskId);
    expect(running.situation).toBe("running");
    expect(running.text).toMatch(
      /Step pay \(attempt 1 of 3\) has been running in process 1 \(\S+, pid \d+\) since .*; its deadline is/,
    );
    gate.open();
    await site.becomes("complete", taskId);
  });
});
