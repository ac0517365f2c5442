import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { PostgresOptions } from "../../src/database/postgres.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  type EngineUnderTest,
  graphTemplate,
  makeGate,
  readHistory,
  readState,
  readStep,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { createRailsDatabase } from "../support/rails-layout.ts";
import { createRailsTask, type RailsTask } from "../support/rails-rows.ts";
import { describeOnPostgres, openThrowAway } from "../support/test-database.ts";

/** What an engine asks besides, for its lease and to share work with other processes. */
const BESIDE = ["look_at_peers", "beat", "stop_every_other", "tell_hints", "announce_spare_slots", "find_offers"];

const DIAMOND = "a -> b, a -> c, b -> d, c -> d";
const diamond: RailsTask = {
  steps: [
    { name: "a" },
    { name: "b", dependsOn: ["a"] },
    { name: "c", dependsOn: ["a"] },
    { name: "d", dependsOn: ["b", "c"] },
  ],
};

/** Lets engines on one clock look for work until something holds. */
const looking = (clock: ManualClock, holds: () => boolean | Promise<boolean>, what: string) =>
  until(async () => {
    if (await holds()) return true;
    clock.advance(500);
    return false;
  }, what);

/** Lets an engine look for work some times. */
async function lookTimes({ clock }: EngineUnderTest, times: number): Promise<void> {
  for (let look = 0; look < times; look++) {
    await until(() => clock.timers.length > 0, "the next look");
    clock.advance(500);
  }
  await until(() => clock.timers.length > 0, "the last look");
}

const runRows = async (database: Database) =>
  (await database.query("select task_id from tasker_task_runs order by task_id")).map(({ task_id }) => task_id);

/** Laid out by Rails: its indexes, its functions, its own tables, and beside them only what our migrations add. */
const open = async (options: PostgresOptions = {}) => openThrowAway(await createRailsDatabase(), options);

describeOnPostgres("tasks that the reference created", () => {
  test("are run to their end, whatever its rows look like", async () => {
    const database = await useDatabase(open);
    const plain = await createRailsTask(database, diamond);
    const odd = await createRailsTask(database, {
      edgeName: "needs",
      bypassSteps: '["b"]',
      context: { amount: 3 },
      rows: [
        { to: "pending", sortKey: 0 },
        { to: "in_progress", sortKey: 1 },
        { to: "pending", sortKey: 7 },
      ],
      steps: [
        {
          name: "a",
          rows: [
            { to: "pending", sortKey: 0 },
            { to: "in_progress", sortKey: 1 },
            { to: "complete", sortKey: 2, metadata: null },
          ],
          columns: { attempts: 1, processed: true, results: '{"from": "rails"}' },
        },
        {
          name: "b",
          dependsOn: ["a"],
          rows: [{ to: "pending", sortKey: 0 }],
          columns: { attempts: null, results: null },
        },
        { name: "c", dependsOn: ["a"], columns: { attempts: null, retry_limit: null, inputs: null } },
        {
          name: "d",
          dependsOn: ["b", "c"],
          rows: [
            { to: "in_progress", sortKey: 0 },
            { to: "error", sortKey: 7, metadata: '{"backoff_until": 5}' },
          ],
          columns: { attempts: 1 },
        },
      ],
    });
    const seen: (readonly [number, string, number, unknown])[] = [];
    const template = graphTemplate(DIAMOND, {
      run: (task, sequence, step) => {
        seen.push([task.taskId, step.name, step.attempt, task.context]);
        return step.name === "b" ? sequence.resultsOf("a") : step.name;
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    await looking(engine.clock, async () => (await readState(database, odd)) === "complete", "the second task");
    await looking(engine.clock, async () => (await readState(database, plain)) === "complete", "the first task");
    await engine.engine.stop();
    expect(seen.filter(([taskId]) => taskId === odd)).toEqual([
      [odd, "b", 1, { amount: 3 }],
      [odd, "c", 1, { amount: 3 }],
      [odd, "d", 2, { amount: 3 }],
    ]);
    expect(seen.filter(([taskId]) => taskId === plain)).toHaveLength(4);
    expect(await readStep(database, odd, "b")).toMatchObject({
      state: "complete",
      results: { from: "rails" },
      attempts: 1,
    });
    expect(await readHistory(database, odd)).toEqual(
      expect.arrayContaining(["b pending > in_progress", "d error > pending", "task pending > in_progress"]),
    );
    const keys = await database.query(
      "select sort_key, to_state from tasker_task_transitions where task_id = $1 order by sort_key",
      [odd],
    );
    expect(keys.map(({ sort_key }) => sort_key)).toEqual([0, 1, 7, 17, 27]);
    expect(await database.query("select complete from tasker_tasks")).toEqual([{ complete: true }, { complete: true }]);
    expect(await database.query("select configuration from tasker_named_tasks")).toEqual([{ configuration: "{}" }]);
    expect(engine.lines.filter(({ level }) => level !== "info")).toMatchObject([
      { level: "warn", message: "bypass_steps names a step that is not skippable: it has no effect" },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("after the start, and of a kind that the database did not know, are found as well", async () => {
    const database = await useDatabase(open);
    const engine = await startEngine(database, [graphTemplate(DIAMOND)], { adopt: true });
    await lookTimes(engine, 2);
    const taskId = await createRailsTask(database, diamond);
    await looking(engine.clock, async () => (await readState(database, taskId)) === "complete", "the task");
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("adopting", () => {
  test("by two engines at once gives each task to one of them", async () => {
    const database = await useDatabase(open);
    const clock = new ManualClock();
    const runs = new Map<string, string[]>();
    const template = (who: string) =>
      graphTemplate(DIAMOND, {
        run: (task, _sequence, step) => {
          const key = `${task.taskId} ${step.name}`;
          runs.set(key, [...(runs.get(key) ?? []), who]);
        },
      });
    for (let count = 0; count < 40; count++) await createRailsTask(database, diamond);
    const engines = await Promise.all(
      ["first", "second"].map((who) => startEngine(database, [template(who)], { clock, adopt: true, maxTasks: 7 })),
    );
    const more = Array.from({ length: 20 }, () => createRailsTask(database, diamond));
    await Promise.all(more);
    await looking(
      clock,
      async () => (await database.query("select from tasker_tasks where not complete")).length === 0,
      "the end of all tasks",
    );
    expect(runs.size).toBe(240);
    expect([...runs.values()].filter((names) => names.length !== 1)).toEqual([]);
    expect(new Set([...runs.values()].flat()).size).toBe(2);
    for (const { engine, lines } of engines) {
      await engine.stop();
      expect(lines.filter(({ level }) => level !== "info")).toEqual([]);
    }
    await expectCleanAuditTrail(database);
  });

  test("leaves out what is not allowed, not registered, ended, in progress or in error", async () => {
    const database = await useDatabase(open);
    const one: RailsTask = { steps: [{ name: "a" }] };
    const adopted = [
      await createRailsTask(database, { ...one, namespace: "shop", sourceSystem: "web" }),
      await createRailsTask(database, {
        ...one,
        namespace: "shop",
        sourceSystem: "web",
        rows: [{ to: "pending", sortKey: 0 }],
      }),
    ];
    await createRailsTask(database, { ...one, namespace: "other", sourceSystem: "web" });
    await createRailsTask(database, { ...one, namespace: "shop", name: "second", sourceSystem: "web" });
    await createRailsTask(database, { ...one, namespace: "shop", version: "2.0.0", sourceSystem: "web" });
    await createRailsTask(database, { ...one, namespace: "shop", sourceSystem: "batch" });
    for (const to of ["in_progress", "complete", "error", "cancelled", "resolved_manually"]) {
      await createRailsTask(database, { ...one, namespace: "shop", sourceSystem: "web", rows: [{ to, sortKey: 10 }] });
    }
    await createRailsTask(database, { ...one, namespace: "shop", sourceSystem: "web", complete: true });
    const templates = [
      graphTemplate("a", { namespace: "shop" }),
      graphTemplate("a", { namespace: "shop", name: "second" }),
      graphTemplate("a", { namespace: "other" }),
    ];
    const engine = await startEngine(database, templates, {
      adopt: { namespaces: ["shop"], templates: ["graph"], sourceSystems: ["web"] },
    });
    const isDone = async (taskId: number) => (await readState(database, taskId)) === "complete";
    for (const taskId of adopted) await looking(engine.clock, () => isDone(taskId), "an adopted task");
    await lookTimes(engine, 12);
    await engine.engine.stop();
    expect(await runRows(database)).toEqual(adopted);

    // Those in progress are another engine's, which was told so.
    const bold = await startEngine(database, templates, {
      adopt: { namespaces: ["shop"], templates: ["graph"], sourceSystems: ["web"], inProgress: true },
    });
    await looking(bold.clock, async () => (await runRows(database)).length === 3, "the task in progress");
    await bold.engine.stop();
  });

  test("is off unless asked for: nothing is claimed, and nothing more is asked of the database", async () => {
    const real = await useDatabase(open);
    await createRailsTask(real, diamond);
    const asked: string[] = [];
    const database: Database = {
      ...real,
      run: (statement, parameters) => {
        asked.push(statement.name);
        return real.run(statement, parameters);
      },
    };
    const engine = await startEngine(database, [graphTemplate(DIAMOND)]);
    await lookTimes(engine, 12);
    await engine.engine.stop();
    expect(await runRows(real)).toEqual([]);
    expect(new Set(asked.filter((name) => !BESIDE.includes(name)))).toEqual(
      new Set([
        "draw_epoch",
        "register_process",
        "release_tasks_of_stopped",
        "mark_released",
        "find_kinds",
        "announce_kinds",
        "claim_tasks",
        "leave",
      ]),
    );
  });

  test("costs one question a look while nobody writes", async () => {
    const real = await useDatabase(open);
    await createRailsTask(real, { ...diamond, rows: [{ to: "error", sortKey: 10 }] });
    let asked: string[] = [];
    const database: Database = {
      ...real,
      run: (statement, parameters) => {
        asked.push(statement.name);
        return real.run(statement, parameters);
      },
    };
    const engine = await startEngine(database, [graphTemplate(DIAMOND)], { adopt: true });
    await lookTimes(engine, 3);
    asked = [];
    await lookTimes(engine, 10);
    expect(asked.filter((name) => !BESIDE.includes(name))).toEqual(Array.from({ length: 10 }, () => "read_positions"));
    await engine.engine.stop();
  });

  test("goes on in another process when the one that adopted dies", async () => {
    const database = await useDatabase(open);
    const clock = new ManualClock();
    const hanging = graphTemplate(DIAMOND, {
      run: (_task, _sequence, step) => (step.name === "a" ? "a" : new Promise(() => undefined)),
    });
    const taskId = await createRailsTask(database, diamond);
    const dead = await startEngine(database, [hanging], { clock, adopt: true });
    await looking(clock, () => dead.events.filter(({ stepName }) => stepName === "c").length > 0, "the second step");
    await database.execute("update tasker_processes set stopped_at = now() at time zone 'UTC'");
    const heir = await startEngine(database, [graphTemplate(DIAMOND)], { clock });
    await looking(clock, async () => (await readState(database, taskId)) === "complete", "the task's end");
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 1 });
    expect(await readStep(database, taskId, "b")).toMatchObject({ attempts: 1, state: "complete" });
    await heir.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("leaves a task alone of which a step is unknown, and says so; the others run", async () => {
    const database = await useDatabase(open);
    const strange = await createRailsTask(database, { steps: [{ name: "a" }, { name: "z", dependsOn: ["a"] }] });
    const fewer = await createRailsTask(database, { steps: [{ name: "a" }] });
    const engine = await startEngine(database, [graphTemplate("a -> b")], { adopt: true });
    await looking(engine.clock, async () => (await readState(database, fewer)) === "complete", "the other task");
    await engine.engine.stop();
    expect(await readState(database, strange)).toBe("pending");
    expect(engine.lines.filter(({ level }) => level === "error")).toMatchObject([
      { facts: { taskId: strange, err: { code: "TASKER_HANDLER_NOT_FOUND" } } },
    ]);
    expect(
      await database.query(
        "select from tasker_workflow_step_transitions x join tasker_workflow_steps w using (workflow_step_id) where w.task_id = $1",
        [strange],
      ),
    ).toEqual([]);
  });

  test("reads a backlog whose ids leap, page by page, and nothing of it twice", async () => {
    const real = await useDatabase(open);
    const first = await createRailsTask(real, diamond);
    await real.execute("select setval('tasker_tasks_task_id_seq', 4000000000000)");
    const second = await createRailsTask(real, diamond);
    let pages = 0;
    const database: Database = {
      ...real,
      run: (statement, parameters) => {
        if (statement.name === "adopt_tasks") pages += 1;
        return real.run(statement, parameters);
      },
    };
    const engine = await startEngine(database, [graphTemplate(DIAMOND)], { adopt: true });
    for (const taskId of [first, second]) {
      await looking(engine.clock, async () => (await readState(real, taskId)) === "complete", "a task");
    }
    expect(pages).toBeLessThan(6);
    await engine.engine.stop();
  });
});

describeOnPostgres("a task that is being deleted", () => {
  test("is passed over while that is open, holds up nothing, and leaves no run row", async () => {
    const database = await useDatabase(() => open({ connections: 8 }));
    const doomed = await createRailsTask(database, { steps: [] });
    const fine = await createRailsTask(database, diamond);
    const end = makeGate();
    const deleted = makeGate();
    const deleting = database.transaction(async (transaction) => {
      await transaction.query("delete from tasker_tasks where task_id = $1", [doomed]);
      deleted.open();
      await end.promise;
    });
    await deleted.promise;
    const engine = await startEngine(database, [graphTemplate(DIAMOND)], { adopt: true });
    await looking(engine.clock, async () => (await readState(database, fine)) === "complete", "the other task");
    end.open();
    await deleting;
    await lookTimes(engine, 3);
    expect(await runRows(database)).toEqual([fine]);
    expect(engine.lines.filter(({ level }) => level !== "info")).toEqual([]);
    await engine.engine.stop();
  });
});
