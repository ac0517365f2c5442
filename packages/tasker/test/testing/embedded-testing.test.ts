import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import * as testing from "../../src/testing/index.ts";
import { findAuditViolations } from "../support/audit-trail.ts";

describe("a database in memory, which needs nothing installed", () => {
  let database: Database;
  beforeAll(async () => {
    database = await testing.openMemoryDatabase();
  });
  afterAll(() => database.close());

  test("serves every builder", async () => {
    const clock = new testing.ManualClock();
    const { template } = testing.bindShape(testing.diamondWorkflow());
    expect(await testing.runTask(template, {}, { database, clock })).toMatchObject({ state: "complete" });
    const [middle] = await testing.tasksInState(
      database,
      [{ template, steps: { branch_one_process: "in_progress" } }],
      { clock },
    );
    const shapes = [{ item: testing.diamondWorkflow(), share: 1 }];
    const batch = await testing.generateTasks(database, {
      count: 50,
      shapes,
      states: testing.EVERY_STATE,
      checkForeignKeys: false,
      clock,
    });
    expect(batch.stepCount).toBe(350);
    expect(await findAuditViolations(database)).toEqual([]);
    const engine = testing.createTestEngine({ database, clock, templates: [template] });
    await engine.engine.start();
    await testing.drain(engine);
    await engine.engine.stop();
    expect((await testing.readTask(database, middle?.taskId ?? 0)).state).toBe("complete");
    expect(
      (await testing.playScenario(testing.drawScenario(3, { kind: "recovery" }), { database })).differences,
    ).toEqual([]);
    expect(await findAuditViolations(database)).toEqual([]);
  });
});
