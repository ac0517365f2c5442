import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { findHintChannel } from "../../src/database/hints/hint.ts";
import { graphTemplate, startEngine, useDatabase } from "../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres, openTestDatabase, openThrowAway } from "../support/test-database.ts";
import { WatchedCommits } from "./watch-commits.ts";

const request = { name: "graph", context: {} };

describeOnPostgres("a commit of a running engine", () => {
  test("is one statement, which is a transaction by itself", async () => {
    const real = await useDatabase(openTestDatabase);
    let transactions = 0;
    const database: Database = {
      ...real,
      transaction: (work) => {
        transactions += 1;
        return real.transaction(work);
      },
    };
    const { engine } = await startEngine(database, [graphTemplate("a -> b, a -> c, b -> d, c -> d")]);
    const { taskId } = await engine.submit(request);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await engine.stop();
    expect(transactions).toBe(0);
  });

  test("writes all moves of a step and a task, of which only the last are current", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        if (step.attempt === 1) throw new Error("once");
      },
    });
    const { engine, clock, seen } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await seen(({ name }) => name === "step.failed");
    clock.advance(1_000);
    await engine.settled(taskId);
    const rows = await database.query(`
      select 'a' as what, sort_key, to_state, most_recent, metadata from tasker_workflow_step_transitions
      union all select 'task', sort_key, to_state, most_recent, metadata from tasker_task_transitions order by 1, 2`);
    const first = Math.floor(Number(Reflect.get(Object(rows[0]?.metadata), "seq")) / 65_536);
    const commitOf = (metadata: unknown) => Math.floor(Number(Reflect.get(Object(metadata), "seq")) / 65_536) - first;
    expect(
      rows.map(({ what, to_state, most_recent, metadata }) => [what, to_state, most_recent, commitOf(metadata)]),
    ).toEqual([
      ["a", "in_progress", false, 0],
      ["a", "error", false, 1],
      ["a", "pending", false, 2],
      ["a", "in_progress", false, 2],
      ["a", "complete", true, 3],
      ["task", "in_progress", false, 0],
      ["task", "complete", true, 3],
    ]);
    await engine.stop();
  });

  test("holds no lock that another commit would wait for, unless it is of the same task", async () => {
    const real = await useDatabase(openTestDatabase);
    const commits = new WatchedCommits(real);
    const { engine } = await startEngine(commits.database, [graphTemplate("a -> b")]);
    const commit = commits.keepNextOpen();
    const { taskId } = await engine.submit(request);
    const transaction = await commit.written;
    const held = await transaction.query(
      "select distinct locktype, mode from pg_locks where pid = pg_backend_pid() and locktype not like '%xid' order by 1, 2",
    );
    commit.end();
    expect(held.map(({ locktype, mode }) => `${locktype} ${mode}`)).toEqual([
      "relation AccessShareLock",
      "relation RowExclusiveLock",
      "relation RowShareLock",
      "transactionid ExclusiveLock",
    ]);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });

  test("notifies nobody: those who are to look are told in a statement of its own", async () => {
    const made = await createTestDatabase();
    const real = await useDatabase(() => openThrowAway(made));
    const listener = new pg.Client({ connectionString: made.url });
    await listener.connect();
    onTestFinished(() => listener.end());
    const [found] = await real.run(findHintChannel, []);
    const channel = String(found?.channel);
    const heard: string[] = [];
    const last = new Promise<void>((resolve) => {
      listener.on("notification", ({ payload = "" }) => {
        heard.push(payload);
        if (payload === "0:last") resolve();
      });
    });
    await listener.query(`listen ${channel}`);
    const database: Database = {
      ...real,
      run: async (statement, parameters) => (statement.name === "tell_hints" ? [] : real.run(statement, parameters)),
    };
    const { engine } = await startEngine(database, [graphTemplate("a -> b")]);
    const tasks = await engine.submitMany([request, request]);
    for (const { taskId } of tasks) await engine.settled(taskId);
    await engine.stop();
    await real.execute(`notify ${channel}, '0:last'`);
    await last;
    expect(heard).toEqual(["0:last"]);
  });
});

describeOnPostgres("the functions of hot statements", () => {
  test("carry the settings of their plans and their time zone: nothing depends on the session", async () => {
    const database = await useDatabase(openTestDatabase);
    const functions = await database.query(`
      select p.proname::text as name, coalesce(p.proconfig, '{}') as settings from pg_proc p
      join pg_language l on l.oid = p.prolang
      where p.pronamespace = 'public'::regnamespace and p.proname like 'tasker\\_%' and l.lanname = 'plpgsql'
        -- Readers of the event log have settings of their own.
        and p.proname not like 'tasker\\_log\\_%'`);
    const names = functions.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["tasker_commit", "tasker_submit", "tasker_claim", "tasker_load", "tasker_take_permits"]),
    );
    const withoutSettings = (wanted: readonly string[]) =>
      functions
        .filter(({ settings }) => wanted.some((one) => !(Array.isArray(settings) && settings.includes(one))))
        .map(({ name }) => name);
    // Called once for each template that an engine gets to know.
    expect(withoutSettings(["enable_seqscan=off", "jit=off", "plan_cache_mode=force_generic_plan"])).toEqual([
      "tasker_name_definition",
    ]);
    // Has nothing to do with time zones.
    expect(withoutSettings(["TimeZone=UTC"])).toEqual(["tasker_commit_one"]);
  });
});
