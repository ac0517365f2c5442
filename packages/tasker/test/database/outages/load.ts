import { expect } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { Engine } from "../../../src/engine/engine.ts";
import { DatabaseUnavailableError } from "../../../src/errors/index.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { graphTemplate, type LogLine, recordingLog } from "../../support/engine-harness.ts";

const STEPS = 4;
const TASKS_PER_SUBMIT = 10;

/** What is known of a load when it has ended. */
export interface EndedLoad {
  readonly tasks: number;
  /** What the engine logged, debug lines left out. */
  readonly lines: readonly LogLine[];
}

/**
 * Has an engine run tasks of four steps while something is done to its database, and on until all have ended. Whoever submits
 * does so again when the database is away. Asserts that every task is complete, that each handler was called once, and that
 * the audit trail is valid.
 * @param disturb what is done; tasks are submitted for as long as it takes
 */
export async function runUnderLoad(database: Database, disturb: () => Promise<void>): Promise<EndedLoad> {
  const registry = new HandlerRegistry();
  const calls = new Map<number, number>();
  registry.register(
    graphTemplate("a -> b, a -> c, b -> d, c -> d", {
      run: async (_task, _sequence, step) => {
        calls.set(step.stepId, (calls.get(step.stepId) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, step.stepId % 5));
        return step.name;
      },
    }),
  );
  const lines: LogLine[] = [];
  // The machine's clock: the waits between attempts must pass. The lease outlasts the outage: nobody else takes the tasks.
  const engine = new Engine({ database, registry, log: recordingLog(lines), pollIntervalMs: 50, leaseMs: 600_000 });
  await engine.start();
  const ends: Promise<{ readonly state: string }>[] = [];
  let isDisturbed = true;
  const disturbance = disturb().finally(() => {
    isDisturbed = false;
  });
  for (let round = 0; isDisturbed || round < 3; round++) {
    const tasks = await submitUntilKnown(engine, round);
    ends.push(...tasks.map(({ taskId }) => engine.settled(taskId)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await disturbance;
  const states = (await Promise.all(ends)).map(({ state }) => state);
  await engine.stop();
  expect(new Set(states)).toEqual(new Set(["complete"]));
  expect(calls.size).toBe(states.length * STEPS);
  expect([...calls.values()].every((count) => count === 1)).toBe(true);
  const [written] = await database.query(
    `select count(*)::int4 as rows, count(distinct workflow_step_id)::int4 as steps
     from tasker_workflow_step_transitions where to_state = 'complete'`,
  );
  expect(written).toEqual({ rows: calls.size, steps: calls.size });
  await expectCleanAuditTrail(database);
  return { tasks: states.length, lines: lines.filter(({ level }) => level !== "debug") };
}

/** A submit whose answer was lost is submitted again: the key makes it the same tasks. */
async function submitUntilKnown(engine: Engine, round: number) {
  const requests = Array.from({ length: TASKS_PER_SUBMIT }, (_, place) => ({
    name: "graph",
    context: {},
    idempotencyKey: `${round}.${place}`,
  }));
  for (;;) {
    try {
      return await engine.submitMany(requests);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
    }
  }
}
