import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import type { TaskTemplate } from "../../../src/handlers/task-template.ts";
import { readTaskDetails } from "../../../src/reading/task/task-details.ts";
import { isEnvelope } from "../../../src/secrets/envelope.ts";
import { Encryption } from "../../../src/vault/encryption.ts";
import { rotateKeys } from "../../../src/vault/rotate.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { makeGate, readState, readStep, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const key = (id: string) => ({ id, key: randomBytes(32).toString("hex") });
const [one, two] = [key("k1"), key("k2")];
const decrypting = (keys: readonly ReturnType<typeof key>[]) => ({ redact: [], encryption: new Encryption({ keys }) });
const SECRET = "4111-1111-1111-1111";

/** Two steps one after the other: the second has what the first stored of the context. */
function template(second: (seen: unknown) => unknown = (seen) => ({ seen })): TaskTemplate {
  return defineTask({ name: "pay", namespace: "shop" })
    .step("first", {
      retryLimit: 1,
      process: ({ context }) => ({ card: String(context.card), items: [String(context.card)] }),
    })
    .step("second", {
      dependsOn: ["first"],
      retryLimit: 2,
      process: (_task, sequence) => second(sequence.resultsOf("first").card),
    })
    .step("each", {
      dependsOn: ["first"],
      retryLimit: 1,
      forEach: { step: "first", path: "items" },
      process: (_task, _sequence, step) => ({ item: step.inputs }),
    })
    .build();
}

const request = { namespace: "shop", name: "pay", context: { card: SECRET } };

async function stored(database: Database): Promise<string> {
  const rows = await database.query(`
    select to_json(t)::text as row from tasker_tasks t union all select to_json(t)::text from tasker_workflow_steps t
    union all select to_json(t)::text from tasker_workflow_step_transitions t
    union all select to_json(t)::text from tasker_task_transitions t
    union all select to_json(t)::text from tasker_step_executions t union all select to_json(t)::text from tasker_events t`);
  return JSON.stringify(rows);
}

describeEachDatabase("encryption", (open) => {
  test("leaves nothing readable in the database, and everything to handlers, instances and joins", async () => {
    const database = await useDatabase(open);
    const { engine, events } = await startEngine(database, [template()], { encryption: { keys: [one] } });
    const { taskId } = await engine.submit(request);
    await engine.settled(taskId);
    expect(await readState(database, taskId)).toBe("complete");
    expect((await stored(database)) + JSON.stringify(events)).not.toContain(SECRET);
    const details = await readTaskDetails(database, taskId, decrypting([one]));
    expect(details.context).toEqual({ card: SECRET });
    const results = Object.fromEntries(details.steps.map((step) => [step.name, step.results]));
    expect(results).toEqual({
      first: { card: SECRET, items: [SECRET] },
      second: { seen: SECRET },
      each: [{ item: SECRET }],
      "each[0]": { item: SECRET },
    });
    await expectCleanAuditTrail(database);
  });
});

/** A task whose first step is done and whose second waits in memory, left by an engine that is gone. */
async function leave(database: Database, encryption: { readonly keys: readonly ReturnType<typeof key>[] } | null) {
  const begun = makeGate();
  const run = template(async () => {
    begun.open();
    await new Promise(() => {});
  });
  const { engine } = await startEngine(database, [run], encryption === null ? {} : { encryption });
  const { taskId } = await engine.submit(request);
  await begun.promise;
  await until(async () => (await readStep(database, taskId, "each")).state === "complete", "the others");
  await engine.stop({ graceMs: 0 });
  return taskId;
}

const failure = async (database: Database, taskId: number, keys = [one]) => {
  const { steps } = await readTaskDetails(database, taskId, decrypting(keys));
  return steps.find(({ name }) => name === "second");
};

describeOnPostgres("a task that another process takes over", () => {
  test("goes on from what was encrypted, also where it was not when the task began", async () => {
    for (const before of [{ keys: [one] }, null]) {
      const database = await useDatabase(openTestDatabase);
      const taskId = await leave(database, before);
      const { engine } = await startEngine(database, [template()], { encryption: { keys: [two, one] } });
      await engine.settled(taskId);
      expect(await readState(database, taskId)).toBe("complete");
      const { results } = await readStep(database, taskId, "second");
      expect(results).toMatchObject({ $tasker: "enc1", kid: "k2" });
      await engine.stop();
    }
  });

  test("without its key fails the step that reads it, which says which key; others go on", async () => {
    const database = await useDatabase(openTestDatabase);
    const taskId = await leave(database, { keys: [one] });
    const other = defineTask({ name: "plain", namespace: "shop" })
      .step("a", { process: () => 1 })
      .build();
    const { engine, clock } = await startEngine(database, [template(), other], { encryption: { keys: [two] } });
    const plain = await engine.submit({ namespace: "shop", name: "plain", context: {} });
    await engine.settled(plain.taskId);
    expect(await readState(database, plain.taskId)).toBe("complete");
    await until(async () => {
      clock.advance(1_000);
      return (await readState(database, taskId)) === "error";
    }, "the task's end");
    expect(await failure(database, taskId, [two])).toMatchObject({
      state: "error",
      results: {
        error: 'results of step first cannot be decrypted: its key "k1" is not in the keyring (k2)',
        error_code: "TASKER_UNREADABLE_VALUE",
      },
    });
  });

  test("without any key is told so by the step that reads it", async () => {
    const database = await useDatabase(openTestDatabase);
    const taskId = await leave(database, { keys: [one] });
    const { engine, clock } = await startEngine(database, [template()], {});
    await until(async () => {
      clock.advance(1_000);
      return (await readState(database, taskId)) === "error";
    }, "the task's end");
    await engine.stop();
    const { results } = await readStep(database, taskId, "second");
    expect(JSON.stringify(results)).toContain("there is no encryption here");
  });

  test.each([
    ["changed", (value: Record<string, unknown>) => ({ ...value, data: `AAAA${String(value.data).slice(4)}` })],
    ["swapped", null],
  ])("whose value was %s fails that step at once, for good", async (_what, change) => {
    const database = await useDatabase(openTestDatabase);
    const [first, second] = [await leave(database, { keys: [one] }), await leave(database, { keys: [one] })];
    const [ours, theirs] = [await readStep(database, first, "first"), await readStep(database, second, "first")];
    const value = change === null ? theirs.results : change(Object(ours.results));
    await database.query("update tasker_workflow_steps set results = $1 where workflow_step_id = $2", [
      JSON.stringify(value),
      ours.workflow_step_id,
    ]);
    const { engine } = await startEngine(database, [template()], { encryption: { keys: [one] } });
    await Promise.all([engine.settled(first), engine.settled(second)]);
    expect(await readState(database, second)).toBe("complete");
    expect(await failure(database, first)).toMatchObject({
      state: "error",
      retryable: false,
      results: {
        error: "results of step first cannot be decrypted: it was changed, or belongs to another task, step or column",
      },
    });
  });

  test("and is done again as a new task reads what the first one stored", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [template()], { encryption: { keys: [one] } });
    const { taskId } = await engine.submit(request);
    await engine.settled(taskId);
    const again = await engine.actions.rerunTask({ taskId, step: "second" }, { actor: "ann", reason: "again" });
    const newTask = Number(Reflect.get(again, "newTaskId"));
    await engine.settled(newTask);
    const { steps } = await readTaskDetails(database, newTask, decrypting([one]));
    expect(steps.find(({ name }) => name === "second")?.results).toEqual({ seen: SECRET });
  });
});

describeOnPostgres("rotating keys", () => {
  test("brings every value under the current key in batches, and begins where it was stopped", async () => {
    const database = await useDatabase(openTestDatabase);
    const taskIds = [];
    const { engine } = await startEngine(database, [template()], { encryption: { keys: [one] } });
    for (let count = 0; count < 5; count++) taskIds.push((await engine.submit(request)).taskId);
    await Promise.all(taskIds.map((taskId) => engine.settled(taskId)));
    await engine.stop();
    const encryption = new Encryption({ keys: [two, one] });
    const stop = new Error("stopped");
    const stopped = rotateKeys(database, encryption, {
      batchSize: 3,
      onProgress: () => {
        throw stop;
      },
    });
    await expect(stopped).rejects.toBe(stop);
    const report = await rotateKeys(database, encryption, { batchSize: 3 });
    // 5 contexts and 5 inputs of instances, 5 x 4 results; three were done before it was stopped.
    expect(report).toEqual({ rotated: 27, unreadable: [], unreadableCount: 0 });
    expect(await rotateKeys(database, encryption)).toMatchObject({ rotated: 0 });
    for (const taskId of taskIds) {
      const { context, steps } = await readTaskDetails(database, taskId, decrypting([two]));
      expect(context).toEqual({ card: SECRET });
      expect(steps.some(({ results }) => isEnvelope(results))).toBe(false);
    }
  });

  test("names what it cannot read and leaves it as it is", async () => {
    const database = await useDatabase(openTestDatabase);
    await leave(database, { keys: [one] });
    const before = await stored(database);
    const report = await rotateKeys(database, new Encryption({ keys: [two] }));
    expect(report).toMatchObject({ rotated: 0, unreadableCount: 5 });
    expect(report.unreadable[0]).toContain('its key "k1" is not in the keyring (k2)');
    expect(await stored(database)).toBe(before);
  });
});
