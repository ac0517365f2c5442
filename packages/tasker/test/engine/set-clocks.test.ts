import { expect, onTestFinished, test } from "vitest";
import { type Clock, systemClock } from "../../src/clock/clock.ts";
import type { Database } from "../../src/database/database.ts";
import { Engine } from "../../src/engine/engine.ts";
import { RetryableError } from "../../src/errors/index.ts";
import type { StepFunction } from "../../src/handlers/function-step-handler.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { graphTemplate, makeGate, readState, readTransitions, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const HOUR_MS = 3_600_000;

/** A clock that somebody sets while it runs. */
class SetClock implements Clock {
  offsetMs = 0;

  now(): number {
    return Date.now() + this.offsetMs;
  }

  elapsed(): number {
    return performance.now();
  }

  after(delayMs: number, fire: () => void) {
    return systemClock.after(delayMs, fire);
  }
}

async function start(database: Database, clock: Clock, template: TaskTemplate): Promise<Engine> {
  const registry = new HandlerRegistry();
  registry.register(template);
  const engine = new Engine({ database, registry, clock });
  await engine.start();
  onTestFinished(() => engine.stop({ graceMs: 0 }));
  return engine;
}

describeOnPostgres("an engine whose clock is set back by an hour", () => {
  test("retries a step when it had planned to, also if that was while the failure was being written", async () => {
    const clock = new SetClock();
    const real = await useDatabase(openTestDatabase);
    let isFailed = false;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        const rows = await real.run(statement, parameters);
        if (isFailed && statement.name.startsWith("commit_")) clock.offsetMs = -HOUR_MS;
        return rows;
      },
    };
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        isFailed = step.attempt === 1;
        if (isFailed) throw new RetryableError("again", { retryAfter: 0.1 });
      },
    });
    const engine = await start(database, clock, template);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(async () => (await readState(real, taskId)) === "complete", "the second attempt");
    expect(clock.offsetMs).toBe(-HOUR_MS);
    const times = (await readTransitions(real, taskId, "a")).map(({ created_at: at }) => Number(at));
    expect(times).not.toEqual([...times].sort((a, b) => a - b));
  });

  test("starts a step that waits for a permit of another process when that is given back", async () => {
    const clock = new SetClock();
    const database = await useDatabase(openTestDatabase);
    const holding = makeGate();
    const limits = [{ name: "one", key: null, concurrency: 1, rate: null }];
    const template = graphTemplate("a", { steps: { a: { limits } }, run: () => holding.promise });
    const holder = await start(database, systemClock, template);
    const first = await holder.submit({ name: "graph", context: {} });
    await until(async () => (await readState(database, first.taskId)) === "in_progress", "the permit to be taken");
    const engine = await start(database, clock, graphTemplate("a", { steps: { a: { limits } } }));
    const second = await engine.submit({ name: "graph", context: {} });
    const isRefused = async () => (await database.query("select from tasker_limit_waits")).length > 0;
    await until(isRefused, "the second task to be refused");
    clock.offsetMs = -HOUR_MS;
    holding.open();
    await until(async () => (await readState(database, second.taskId)) === "complete", "the second task's turn");
  });
});

describeOnPostgres("a task of a process whose clock was an hour ahead", () => {
  test("goes on at once when another process takes it over", async () => {
    const clock = new SetClock();
    clock.offsetMs = HOUR_MS;
    const database = await useDatabase(openTestDatabase);
    const held = makeGate();
    const first = await start(database, clock, graphTemplate("a", { run: () => held.promise }));
    const { taskId } = await first.submit({ name: "graph", context: {} });
    await until(async () => (await readState(database, taskId)) === "in_progress", "the first attempt");

    await database.execute("update tasker_processes set stopped_at = clock_timestamp() at time zone 'UTC'");
    await start(database, systemClock, graphTemplate("a"));
    await until(async () => (await readState(database, taskId)) === "complete", "the second attempt");
    held.open();
  });

  test("goes on at once when that process stops and gives it back", async () => {
    const clock = new SetClock();
    clock.offsetMs = HOUR_MS;
    const database = await useDatabase(openTestDatabase);
    const waitForStop: StepFunction = (_task, _sequence, step) =>
      new Promise((_, reject) => step.signal.addEventListener("abort", () => reject(step.signal.reason)));
    const first = await start(database, clock, graphTemplate("a", { run: waitForStop }));
    const { taskId } = await first.submit({ name: "graph", context: {} });
    await until(async () => (await readState(database, taskId)) === "in_progress", "the first attempt");
    await first.stop({ graceMs: 0 });

    await start(database, systemClock, graphTemplate("a"));
    await until(async () => (await readState(database, taskId)) === "complete", "the second attempt");
  });
});
