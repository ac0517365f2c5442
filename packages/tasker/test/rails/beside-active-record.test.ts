import { describe, expect, inject, onTestFinished, test } from "vitest";
import { openPostgres } from "../../src/database/postgres.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, startEngine, until } from "../support/engine-harness.ts";
import { createRailsDatabase } from "../support/rails-layout.ts";
import { RailsError, RailsProcess } from "./rails-process.ts";

const steps = [
  { name: "a" },
  { name: "b", depends_on: ["a"] },
  { name: "c", depends_on: ["a"], retry_limit: 1 },
  { name: "d", depends_on: ["b", "c"] },
];
const newTask = { namespace: "default", name: "graph", version: "1.0.0", context: { from: "rails" }, steps };

/** A database, a Ruby process beside it, and engines that adopt, on a clock that goes on by itself. */
async function share(engineCount: number) {
  const { url, drop } = await createRailsDatabase();
  const database = await openPostgres(url, { connections: 8 });
  const rails = new RailsProcess(url);
  const clock = new ManualClock(Date.now());
  const attempts: string[] = [];
  const template = graphTemplate("a -> b, a -> c, b -> d, c -> d", {
    steps: { c: { retryLimit: 1 } },
    run: async (task, _sequence, step) => {
      attempts.push(`${task.taskId} ${step.name} ${step.attempt}`);
      await new Promise((resolve) => setImmediate(resolve));
      if (step.name === "c" && task.taskId % 3 === 0) throw new Error("c fails");
      return { ran: step.name };
    },
  });
  let isOver = false;
  const ticking = (async () => {
    while (!isOver) {
      clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  onTestFinished(async () => {
    isOver = true;
    await ticking;
    await rails.close();
    await database.close();
    await drop();
  });
  const engines = await Promise.all(
    Array.from({ length: engineCount }, () => startEngine(database, [template], { clock, adopt: true })),
  );
  const settle = () =>
    until(async () => {
      const live = await database.query(`
        select from tasker_tasks k left join tasker_task_transitions x on x.task_id = k.task_id and x.most_recent
        where coalesce(x.to_state, 'pending') in ('pending', 'in_progress')`);
      return live.length === 0;
    }, "the end of all tasks");
  return { database, rails, engines, attempts, settle };
}

/** Numbers in [0, 1) that are the same in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function countEach(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

describe.skipIf(inject("postgres") === null || !inject("rails"))("beside ActiveRecord on one database", () => {
  test("its tasks are run, and it reads what came of them; ours it reads, finds valid and destroys", async () => {
    const { database, rails, engines, settle } = await share(1);
    const theirs = Number(await rails.call("create_task", newTask));
    const ours = (await engines[0]?.engine.submit({ name: "graph", context: { from: "here" } }))?.taskId ?? 0;
    expect([theirs % 3, ours % 3]).not.toContain(0);
    await settle();
    for (const taskId of [theirs, ours]) {
      const done = (name: string) => ({ state: "complete", attempts: 1, results: { ran: name }, processed: true });
      expect(await rails.call("status", { task_id: taskId })).toEqual({
        state: "complete",
        complete: true,
        context: { from: taskId === ours ? "here" : "rails" },
        steps: { a: done("a"), b: done("b"), c: done("c"), d: done("d") },
      });
      expect(await rails.call("problems", { task_id: taskId })).toEqual([]);
    }
    await expectCleanAuditTrail(database);
    for (const taskId of [theirs, ours]) await rails.call("destroy_task", { task_id: taskId });
    const left = await database.query(`select (select count(*) from tasker_tasks)::int as tasks,
      (select count(*) from tasker_task_runs)::int as runs,
      (select count(*) from tasker_workflow_step_transitions)::int as rows`);
    expect(left).toEqual([{ tasks: 0, runs: 0, rows: 0 }]);
  });

  test("several hundred tasks at once, in both directions: nothing is lost, nothing runs twice", async () => {
    const { database, rails, engines, attempts, settle } = await share(2);
    const random = seededRandom(7);
    const ids: number[] = [];
    const written: string[] = [];
    const strange: RailsError[] = [];
    const act = async (command: string, parameters: Readonly<Record<string, unknown>>) => {
      try {
        const row = await rails.call(command, parameters);
        written.push(JSON.stringify(row));
      } catch (error) {
        // A move that the machine does not have from the state that it was found in is no conflict.
        if (!(error instanceof RailsError)) throw error;
        if (!error.rubyClass.endsWith("TransitionFailed")) strange.push(error);
      }
    };
    const operate = async () => {
      const task_id = ids[Math.max(0, ids.length - 1 - Math.floor(random() * 12))];
      const kind = random();
      if (kind < 0.25) await act("cancel_task", { task_id });
      else if (kind < 0.35) await act("cancel_step", { task_id, step: random() < 0.5 ? "b" : "d" });
      else if (kind < 0.6) await act("resolve_step", { task_id, step: random() < 0.5 ? "c" : "b" });
      else if (kind < 0.75) await act("retry_step", { task_id, step: "c" });
      else if (kind < 0.85) await act("retry_task", { task_id });
      else await rails.call("status", { task_id });
    };
    const submitter = async () => {
      for (let round = 0; round < 45; round++) {
        const requests = Array.from({ length: 5 }, () => ({ name: "graph", context: { from: "here" } }));
        const engine = engines[round % 2]?.engine;
        for (const { taskId } of (await engine?.submitMany(requests)) ?? []) ids.push(taskId);
        await operate();
      }
    };
    const creator = async () => {
      for (let created = 0; created < 20; created++) {
        ids.push(Number(await rails.call("create_task", newTask)));
        await operate();
        await operate();
      }
    };
    await Promise.all([submitter(), creator(), creator(), creator()]);
    await settle();
    for (const { engine } of engines) await engine.stop();

    expect(ids).toHaveLength(285);
    expect(strange).toEqual([]);
    expect(written.length).toBeGreaterThan(20);
    const trail = await database.query(`
      select 'task' as kind, task_id as owner, sort_key, to_state as to from tasker_task_transitions
      union all select 'step', workflow_step_id, sort_key, to_state from tasker_workflow_step_transitions`);
    const found = new Set(trail.map((row) => JSON.stringify(row)));
    expect(written.filter((row) => !found.has(row))).toEqual([]);
    const starts = await database.query(`
      select w.task_id || ' ' || n.name || ' ' || (x.metadata ->> 'attempt_number') as attempt
      from tasker_workflow_step_transitions x join tasker_workflow_steps w using (workflow_step_id)
      join tasker_named_steps n using (named_step_id) where x.to_state = 'in_progress' and x.metadata ? 'writer'`);
    // A start can be written and taken back without a call, never the other way round.
    const calls = countEach(attempts);
    const rows = countEach(starts.map(({ attempt }) => String(attempt)));
    expect([...calls].filter(([attempt, count]) => count > (rows.get(attempt) ?? 0))).toEqual([]);
    const lines = engines.flatMap((engine) =>
      engine.lines.filter(({ level }) => level === "error" || level === "warn"),
    );
    expect(lines).toEqual([]);
    await expectCleanAuditTrail(database);
    for (const taskId of ids.slice(0, 15)) expect(await rails.call("problems", { task_id: taskId })).toEqual([]);
  }, 90_000);
});
