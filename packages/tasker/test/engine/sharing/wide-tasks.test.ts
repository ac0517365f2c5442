import { expect, test } from "vitest";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { graphTemplate, readState, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

describeOnPostgres("a task that is wider than one process", () => {
  test("uses every process: each step runs once, and the join reads all results", async () => {
    const database = await useDatabase(() => openTestDatabase({ connections: 8 }));
    const clock = new ManualClock();
    const width = 150;
    const names = Array.from({ length: width }, (_, place) => `s${place}`);
    const runs = new Map<string, string[]>();
    const template = (engine: string) =>
      graphTemplate(names.map((name) => `first -> ${name}, ${name} -> join`).join(","), {
        run: async (_task, sequence, step) => {
          runs.set(step.name, [...(runs.get(step.name) ?? []), engine]);
          if (step.name === "join") return names.map((name) => sequence.resultsOf(name));
          await new Promise((resolve) => setTimeout(resolve, 5));
          return step.name === "first" ? 7 : `${step.name} after ${sequence.resultsOf("first")}`;
        },
      });
    const options = { clock, concurrency: 5, pollIntervalMs: 50 };
    const owner = await startEngine(database, [template("owner")], options);
    const others = await Promise.all(
      ["second", "third"].map((name) => startEngine(database, [template(name)], options)),
    );
    const engines = [owner, ...others];
    await until(async () => {
      clock.advance(50);
      return (await database.query("select from tasker_processes where spare_slots = 5")).length === 3;
    }, "room in all processes");
    const { taskId } = await owner.engine.submit({ name: "graph", context: {} });
    await until(async () => {
      clock.advance(50);
      return (await readState(database, taskId)) === "complete";
    }, "the end of the task");
    const counts = new Map<string, number>();
    for (const names of runs.values()) for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(["owner", "second", "third"]);
    expect(engines.flatMap(({ lines }) => lines.filter(({ level }) => level === "error"))).toEqual([]);
    expect([...runs.values()].filter((names) => names.length !== 1)).toEqual([]);
    expect(runs.size).toBe(width + 2);
    await expectCleanAuditTrail(database);
  });
});
