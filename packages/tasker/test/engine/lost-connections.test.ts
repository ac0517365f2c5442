import { expect, test } from "vitest";
import { Engine } from "../../src/engine/engine.ts";
import { DatabaseUnavailableError } from "../../src/errors/index.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, type LogLine, recordingLog, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

/** Ends every other connection to the database that is in the middle of something, as a failing network does. */
const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and application_name = 'tasker'`;

describeOnPostgres("connections that are lost at any moment", () => {
  test("cost time and nothing else: all tasks end, every step is complete once, every event is told once", async () => {
    const database = await useDatabase(() => openTestDatabase({ connections: 4 }));
    const registry = new HandlerRegistry();
    registry.register(
      graphTemplate("a -> b, a -> c, b -> d, c -> d, d -> e", {
        run: (_task, _sequence, step) =>
          new Promise((resolve) => setTimeout(() => resolve(step.name), step.stepId % 7)),
      }),
    );
    const lines: LogLine[] = [];
    // The machine's clock: the waits between attempts must pass.
    const engine = new Engine({ database, registry, log: recordingLog(lines), pollIntervalMs: 50, leaseMs: 600_000 });
    const events: TaskerEvent[] = [];
    engine.on((event) => events.push(event));
    await engine.start();
    const ids: number[] = [];
    const ends: Promise<unknown>[] = [];
    let cuts = 0;
    for (let round = 0; round < 12; round++) {
      const requests = Array.from({ length: 10 }, (_, place) => ({
        name: "graph",
        context: {},
        idempotencyKey: `${round}.${place}`,
      }));
      // A submit whose answer was lost is submitted again: the key makes it the same task.
      for (;;) {
        try {
          const tasks = await engine.submitMany(requests);
          ids.push(...tasks.map(({ taskId }) => taskId));
          ends.push(...tasks.map(({ taskId }) => engine.settled(taskId)));
          break;
        } catch (error) {
          if (!(error instanceof DatabaseUnavailableError)) throw error;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, (round * 7) % 23));
      try {
        await database.query(CUT);
        cuts += 1;
      } catch (error) {
        if (!(error instanceof DatabaseUnavailableError)) throw error;
      }
    }
    const settled = await Promise.all(ends);
    await engine.stop();
    expect(settled).toEqual(ids.map((taskId) => ({ taskId, state: "complete" })));
    expect(new Set(ids).size).toBe(120);
    expect(cuts).toBeGreaterThan(6);
    expect(lines.filter(({ level }) => level === "warn").length).toBeGreaterThan(0);
    const completions = await database.query(
      "select workflow_step_id from tasker_workflow_step_transitions where to_state = 'complete'",
    );
    expect(completions).toHaveLength(600);
    expect(new Set(completions.map(({ workflow_step_id }) => workflow_step_id)).size).toBe(600);
    const told = (name: string) =>
      events.filter((event) => event.name === name).map(({ taskId, stepId }) => stepId ?? taskId);
    expect(told("step.completed").sort()).toEqual(completions.map(({ workflow_step_id }) => workflow_step_id).sort());
    expect(told("task.completed").sort()).toEqual([...ids].sort());
    expect(told("task.start_requested").sort()).toEqual([...ids].sort());
    await expectCleanAuditTrail(database);
  });
});
