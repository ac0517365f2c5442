import { expect } from "vitest";
import { listCircuits } from "../../../src/engine/circuits/list-circuits.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { firstHeartbeats, graphTemplate, until, useDatabase } from "../../support/engine-harness.ts";
import { openTestDatabase } from "../../support/test-database.ts";
import type { Scenario } from "./scenario.ts";

const request = { name: "graph", context: {} };
const gateway = { namespace: "shop", circuit: "gateway" };

const breaks: Scenario = {
  title: "a circuit that opens, is tried and closes",
  shows: {
    "tasker.circuit.opened": [gateway],
    "tasker.circuit.half_opened": [gateway],
    "tasker.circuit.closed": [gateway],
    "step.postponed": [{ circuit: "gateway", attempt_number: 3 }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const circuitBreaker = { failures: 2, windowSeconds: 60, openSeconds: 30, probes: 1 };
    let isDown = true;
    const template = defineTask({
      name: "charge",
      namespace: "shop",
      dependentSystems: { gateway: { circuitBreaker } },
    })
      .step("call", {
        dependentSystem: "gateway",
        process: () => {
          if (isDown) throw new Error("down");
          return "charged";
        },
      })
      .build();
    const { engine, clock } = await stage.start(database, [template]);
    await engine.submit({ namespace: "shop", name: "charge", context: {} });
    await stage.seen("step.failed");
    clock.advance(1_000);
    await stage.seen("tasker.circuit.opened");
    expect(await listCircuits(database)).toMatchObject([{ state: "open" }]);
    await stage.seen("step.failed", 2);
    await stage.seen("step.postponed", 1, () => clock.advance(500));
    isDown = false;
    await stage.seen("tasker.circuit.closed", 1, () => clock.advance(500));
    await stage.seen("task.completed");
  },
};

const takesOver: Scenario = {
  title: "a process that goes on with the tasks of one that is gone",
  shows: {
    "tasker.process.joined": [{ process_id: 1 }, { process_id: 2 }],
    "tasker.process.tasks_taken_over": [{ tasks: 1 }],
    "step.interrupted": [{ attempt_number: 1, interruptions: 1 }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const hanging = graphTemplate("a", { run: () => new Promise(() => undefined) });
    const dead = await stage.start(database, [hanging], { clock });
    await firstHeartbeats(database);
    const { taskId } = await dead.engine.submit(request);
    await stage.seen("step.before_handle");
    await database.execute("update tasker_processes set stopped_at = now() at time zone 'UTC' where process_id = 1");
    const heir = await stage.start(database, [graphTemplate("a")], { clock });
    expect(await heir.engine.settled(taskId)).toMatchObject({ state: "complete" });
  },
};

const startsOver: Scenario = {
  title: "a process that was declared dead starts over",
  shows: {
    "tasker.process.fenced": [{ process_id: 1 }],
    "tasker.process.joined": [{ process_id: 1 }, { process_id: 2 }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await stage.start(database, [graphTemplate("a")], { leaseMs: 5_000 });
    await database.execute(
      `update tasker_processes set stopped_at = now() at time zone 'UTC', released_at = now() at time zone 'UTC'
       where process_id = 1`,
    );
    await stage.seen("tasker.process.joined", 2);
    expect(engine.statistics()).toMatchObject({ processId: 2 });
  },
};

const adapts: Scenario = {
  title: "a process whose pool is busy executes fewer steps at the same time",
  shows: { "tasker.concurrency.changed": [{ from: 12, to: 3 }] },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    let busy = 0;
    const { engine, clock } = await stage.start(database, [], {
      execution: { concurrency_cache_duration: 1, steps_per_connection: 1 },
      concurrencySignals: {
        load: () => ({ eventLoopDelayMs: 0, memoryShare: 0 }),
        pool: () => ({ size: 50, busy, waiting: 0 }),
      },
    });
    busy = 48;
    await until(() => {
      clock.advance(1_000);
      return engine.concurrency().limit === 3;
    }, "the lower limit");
    clock.advance(1_000);
  },
};

export const PROCESSES: readonly Scenario[] = [breaks, takesOver, startsOver, adapts];
