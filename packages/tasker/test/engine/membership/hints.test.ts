import { expect, onTestFinished, test } from "vitest";
import { TaskActions } from "../../../src/actions/task-actions.ts";
import type { Hint } from "../../../src/database/hints/hint.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { Hints } from "../../../src/engine/membership/hints.ts";
import { graphTemplate, makeEngine, readState, recordingLog, until } from "../../support/engine-harness.ts";
import { openNetwork } from "../../support/network.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { startHeir } from "./heir.ts";

async function useDatabase(settings: { connections?: number } = {}) {
  const { url, drop } = await createTestDatabase();
  const database = await openPostgres(url, settings);
  onTestFinished(() => database.close().then(drop));
  return { url, database };
}

/** An engine that looks for work by itself only once a minute, when hints reach it. */
async function startListener(url: string, database: Awaited<ReturnType<typeof useDatabase>>["database"]) {
  const started = await startHeir(
    url,
    { pollIntervalMs: 60_000, leaseMs: 2_000 },
    (signal) =>
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          started.calls.push("aborted");
          resolve();
        });
      }),
  );
  await until(async () => {
    const [row] = await database.query("select guarded from tasker_processes");
    return row?.guarded === true;
  }, "the engine to listen");
  // The look with which it began is over.
  await new Promise((resolve) => setTimeout(resolve, 100));
  return started;
}

describeOnPostgres("an engine that is told where to look", () => {
  test("runs at once what another process submits, and hears at once what an operator does to it", async () => {
    const { url, database } = await useDatabase();
    const { calls } = await startListener(url, database);
    const outside = makeEngine(database, [graphTemplate("hold -> after")]);
    const { taskId } = await outside.engine.submit({ name: "graph", context: {} });
    await until(() => calls.length === 1, "the first step");
    await new TaskActions({ database }).cancelTask(taskId, { actor: "ada", reason: "too late" });
    await until(() => calls.includes("aborted"), "the handler to be told");
    expect(await readState(database, taskId)).toBe("cancelled");
  });
});

describeOnPostgres("hints", () => {
  test("that come close together are told in one statement, to the others, and to owners only what is theirs", async () => {
    const { database } = await useDatabase({ connections: 1 });
    const payloads: string[] = [];
    const watched = {
      ...database,
      kind: "postgres" as const,
      run: async (_statement: unknown, [payload]: readonly unknown[]) => void payloads.push(String(payload)),
    };
    const hints = new Hints(Object.assign(Object.create(database), watched), recordingLog([]));
    hints.processId = 3;
    for (let count = 0; count < 500; count++) hints.tell({ topic: count % 2 === 0 ? "tasks" : "steps" });
    hints.tell({ topic: "owner", processId: 7 });
    await until(() => payloads.length === 2, "both statements");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(payloads).toEqual(["3:tasks", "3:steps,tasks,owner.7"]);

    const heard: Hint[] = [];
    const owner = new Hints(database, recordingLog([]));
    owner.processId = 7;
    const forget = owner.onHint((hint) => heard.push(hint));
    for (const payload of [...payloads, "7:tasks", "3:owner.8"]) owner.receive(payload);
    forget();
    owner.receive("3:tasks");
    expect(heard.map(({ topic }) => topic)).toEqual(["tasks", "steps", "tasks", "owner"]);
  });
});

describeOnPostgres("an engine with nothing to do", () => {
  test("asks the database less than five times a second, heartbeat and all", async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const network = await openNetwork(url);
    await startHeir(network.via(url));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const before = network.requests;
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const asked = network.requests - before;
    expect(asked).toBeGreaterThan(0);
    expect(asked / 5).toBeLessThan(5);
  });
});
