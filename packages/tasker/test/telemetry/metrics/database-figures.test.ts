import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/clock/clock.ts";
import type { Database } from "../../../src/database/database.ts";
import { DatabaseFigures } from "../../../src/telemetry/metrics/database-figures.ts";
import { addDatabaseMetrics } from "../../../src/telemetry/metrics/database-metrics.ts";
import { countLiveTasks, countProcesses } from "../../../src/telemetry/metrics/figure-statements.ts";
import { Metrics } from "../../../src/telemetry/metrics/metrics.ts";
import { SubscriberMetrics } from "../../../src/telemetry/metrics/subscriber-metrics.ts";
import { startSubscriber } from "../../event-log/support.ts";
import {
  graphTemplate,
  makeEngine,
  recordingLog,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const silent = recordingLog([]);

function figuresOf(database: Database, intervalMs = 60_000): DatabaseFigures {
  return new DatabaseFigures({ database, clock: systemClock, log: silent, intervalMs });
}

/** Submits tasks that nobody runs. */
async function submitTasks(database: Database, count: number, name = "graph"): Promise<void> {
  const { engine } = makeEngine(database, [graphTemplate("a", { namespace: "shop", name })]);
  await engine.submitMany(Array.from({ length: count }, (_, n) => ({ namespace: "shop", name, context: { n } })));
}

/** Every node of a plan, with its type and table. */
function nodesOf(plan: unknown): { type: string; table: string }[] {
  if (typeof plan !== "object" || plan === null) return [];
  const { "Node Type": type, "Relation Name": table = "", Plans: plans = [] } = Object(plan);
  return [{ type, table }, ...plans.flatMap(nodesOf)];
}

describeEachDatabase("figures of the database", (open) => {
  test("are the live tasks by name, as far as a process runs them, they wait for one, or for their time", async () => {
    const database = await useDatabase(open);
    await submitTasks(database, 3);
    await submitTasks(database, 2, "other");
    await database.execute(`
      insert into tasker_processes
        (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at, stopped_at)
      select 'here', 1, '1', t.now, t.now, 1, t.now + interval '1 hour', t.now, null from (select now() at time zone 'UTC' as now) t
      union all
      select 'gone', 1, '1', t.now, t.now, 1, t.now - interval '1 hour', t.now, t.now - interval '1 minute' from (select now() at time zone 'UTC' as now) t;
      update tasker_task_runs set wake_at = now() at time zone 'UTC' - interval '90 seconds' where task_id = 1;
      update tasker_task_runs set wake_at = now() at time zone 'UTC' + interval '1 hour' where task_id = 2;
      update tasker_task_runs set wake_at = null where task_id = 3;
      update tasker_task_runs set owner_id = 1 where task_id = 4;
      update tasker_task_runs set owner_id = 2 where task_id = 5`);
    const figures = figuresOf(database);
    expect(figures.latest).toBeNull();
    await figures.look();
    expect(figures.latest).toEqual({
      kinds: [
        {
          namespace: "shop",
          task_name: "graph",
          owned: 0,
          due: 1,
          delayed: 1,
          orphaned: 0,
          oldest_due_seconds: expect.closeTo(90, -1),
        },
        { namespace: "shop", task_name: "other", owned: 2, due: 0, delayed: 0, orphaned: 1, oldest_due_seconds: 0 },
      ],
      subscribers: [],
      processes: { alive: 1, gone: 1 },
    });
    const metrics = new Metrics();
    addDatabaseMetrics(metrics, () => figures);
    const text = await metrics.text();
    expect(text).toContain('tasker_database_due_tasks{namespace="shop",task_name="graph"} 1\n');
    expect(text).toContain('tasker_database_orphaned_tasks{namespace="shop",task_name="other"} 1\n');
    expect(text).toContain('tasker_database_processes{state="alive"} 1\n');
  });
});

describeEachDatabase("figures of durable subscribers", (open) => {
  test("are how far each is behind, what it keeps and what it gave up; replays have none", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    const failing = await startSubscriber(database, {
      name: "failing",
      from: "beginning",
      deadLetterAfter: 1,
      handle: ({ name }) => {
        if (name === "step.completed") throw new Error("no");
      },
    });
    const idle = await startSubscriber(database, { name: "idle", from: "beginning", handle: () => undefined });
    await idle.stop();
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await until(() => failing.statistics().delivered === 4, "what it takes");
    await failing.stop();
    await database.execute(`
      insert into tasker_event_subscribers (name, filter, cursor, next_task_id, next_task_row_id, next_step_row_id,
        next_event_id, is_temporary, lease_until, created_at, updated_at)
      select 'failing (replay)', s.filter, s.cursor, 1, 1, 1, 1, true, now() + interval '1 day', s.created_at, s.updated_at
      from tasker_event_subscribers s where s.name = 'failing'`);
    const figures = figuresOf(database);
    await figures.look();
    expect(figures.latest?.subscribers).toEqual([
      { name: "failing", lag_events: 0, lag_seconds: 0, held: 0, dead_letters: 1 },
      { name: "idle", lag_events: 5, lag_seconds: expect.any(Number), held: 0, dead_letters: 0 },
    ]);
    const metrics = new Metrics();
    addDatabaseMetrics(metrics, () => figures);
    const subscribers = new SubscriberMetrics(metrics);
    const end = subscribers.observe(failing);
    const text = await metrics.text();
    expect(text).toContain('tasker_database_subscriber_lag_events{subscriber="idle"} 5\n');
    expect(text).toContain('tasker_database_dead_letters{subscriber="failing"} 1\n');
    expect(text).toContain('tasker_subscriber_delivered_events_total{subscriber="failing"} 4\n');
    expect(text).toContain('tasker_subscriber_dead_events_total{subscriber="failing"} 1\n');
    expect(text).toContain('tasker_subscriber_active{subscriber="failing"} 0\n');
    expect(text).toContain('tasker_subscriber_lag_events{subscriber="failing"} 0\n');
    end();
    expect(await metrics.text()).not.toContain("tasker_subscriber_active{");
  });
});

describeOnPostgres("processes that share a database", () => {
  test("count once in an interval, whichever comes first; the others read what it found", async () => {
    const database = await useDatabase(openTestDatabase);
    await submitTasks(database, 1);
    const [one, other] = [figuresOf(database), figuresOf(database)];
    await one.look();
    await submitTasks(database, 5, "later");
    await other.look();
    expect(other.latest).toEqual(one.latest);
    expect(other.ageSeconds).toBeGreaterThanOrEqual(0);
    await database.execute("update tasker_figures set next_at = now() at time zone 'UTC'");
    await Promise.all([one.look(), other.look()]);
    await one.look();
    expect(one.latest?.kinds).toHaveLength(2);
  });

  test("go on looking when the database does not answer, and say so once", async () => {
    const lines: Parameters<typeof recordingLog>[0] = [];
    const database = await useDatabase(openTestDatabase);
    let looks = 0;
    const counted: Database = {
      ...database,
      run(statement, parameters) {
        looks += 1;
        return database.run(statement, parameters);
      },
    };
    await database.execute("alter table tasker_figures rename to away");
    const log = recordingLog(lines);
    const figures = new DatabaseFigures({ database: counted, clock: systemClock, log, intervalMs: 5 });
    figures.start();
    onTestFinished(() => figures.stop());
    await until(() => looks >= 3, "it has looked several times");
    await database.execute("alter table away rename to tasker_figures");
    await until(() => figures.latest !== null, "it is counted");
    expect(lines.map(({ message }) => message)).toEqual(["figures of the database could not be counted"]);
  });
});

describeOnPostgres("what is counted in the background", () => {
  test("is read from the index of live tasks, and from no table that grows with what was done", async () => {
    const database = await useDatabase(openTestDatabase);
    await submitTasks(database, 4_000);
    // What is done is in the table, and not in the index.
    await database.execute("update tasker_task_runs set wake_at = null where task_id % 20 <> 0");
    await database.execute("vacuum analyze");
    for (const [statement, parameters] of [
      [countLiveTasks, [new Date(), 15_000]],
      [countProcesses, []],
    ] as const) {
      const [row] = await database.query(`explain (format json) ${statement.text}`, parameters);
      const [{ Plan: plan }] = Object(row)["QUERY PLAN"];
      const scans = nodesOf(plan).filter(({ table }) =>
        /tasker_(tasks|task_runs|workflow_steps|.*transitions)$/.test(table),
      );
      expect(scans.filter(({ type }) => type !== "Index Only Scan")).toEqual([]);
      if (statement === countLiveTasks) expect(scans).toEqual([{ type: "Index Only Scan", table: "tasker_task_runs" }]);
    }
  });
});
