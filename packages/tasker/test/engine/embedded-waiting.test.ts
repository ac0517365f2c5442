import { describe, expect, test } from "vitest";
import { ProceduralError } from "../../src/errors/index.ts";
import { graphTemplate, makeGate, startEngine, useDatabase } from "../support/engine-harness.ts";
import { openMigratedEmbedded } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

describe("waiting for a task inside an open transaction of the embedded database", () => {
  test("throws instead of hanging, whoever has the task; the transaction goes on", async () => {
    const database = await useDatabase(openMigratedEmbedded);
    const gate = makeGate();
    const { engine, clock } = await startEngine(database, [graphTemplate("a", { run: () => gate.promise })]);
    const running = await engine.submit(request);
    const submitted = await database.transaction(async (transaction) => {
      const inside = await engine.submit(request, { transaction });
      for (const { taskId } of [running, inside]) {
        await expect(engine.settled(taskId)).rejects.toThrow(ProceduralError);
      }
      return inside;
    });
    gate.open();
    expect(await engine.settled(running.taskId)).toMatchObject({ state: "complete" });
    const waiting = engine.settled(submitted.taskId);
    clock.advance(500);
    expect(await waiting).toMatchObject({ state: "complete" });
  });
});
