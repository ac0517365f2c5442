import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { Engine } from "../../../src/engine/engine.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  type LogLine,
  makeEngine,
  makeGate,
  readState,
  recordingLog,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import {
  createTestDatabase,
  describeOnPostgres,
  openTestDatabase,
  openThrowAway,
} from "../../support/test-database.ts";
import { runUnderLoad } from "./load.ts";

/** Has each write of a step's completion fail with the SQLSTATE that a table holds, until that is empty. */
const RAISING = `
  create table trouble (code text);
  create function raise_trouble() returns trigger language plpgsql as $$
  declare v_code text;
  begin
    select code into v_code from trouble;
    if found then raise exception using errcode = v_code, message = 'as the test says'; end if;
    return new;
  end $$;
  create trigger trouble before insert on tasker_workflow_step_transitions
  for each row when (new.to_state = 'complete') execute function raise_trouble()`;

describeOnPostgres("a database that answers, but does not write", () => {
  // Raised by a trigger: a full disk cannot be had on every machine.
  test.each([
    ["53100", "warn", "disk full"],
    ["57014", "warn", "statement time-out"],
    ["42501", "error", "missing right"],
  ])("%s is told once as a %s (%s), the result is kept, and written when it can be", async (code, level) => {
    const database = await useDatabase(openTestDatabase);
    await database.execute(RAISING);
    const lines: LogLine[] = [];
    let calls = 0;
    const registry = new HandlerRegistry();
    const run = () => {
      calls += 1;
      return { call: calls };
    };
    registry.register(graphTemplate("a", { run }));
    const engine = new Engine({ database, registry, log: recordingLog(lines), pollIntervalMs: 20, leaseMs: 600_000 });
    onTestFinished(() => engine.stop({ graceMs: 0 }));
    await database.query("insert into trouble values ($1)", [code]);
    await engine.start();
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    const told = () => lines.filter(({ message }) => message.includes("commit_"));
    await until(() => told().length > 0, "the report");
    await database.execute("delete from trouble");
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(calls).toBe(1);
    expect(told().filter(({ level }) => level !== "info")).toMatchObject([
      { level, facts: { err: { context: { sqlstate: code } } } },
    ]);
    await expectCleanAuditTrail(database);
  });

  test.each(["40P01", "40001"])("%s, lost against another transaction, is done again at once", async (code) => {
    const database = await useDatabase(openTestDatabase);
    await database.execute(RAISING);
    await database.query("insert into trouble values ($1)", [code]);
    // A trigger's own deletion would be rolled back with the attempt: the sequence counts.
    await database.execute(`
      create sequence attempts;
      create or replace function raise_trouble() returns trigger language plpgsql as $$
      begin
        if nextval('attempts') < 4 then raise exception using errcode = (select code from trouble); end if;
        return new;
      end $$`);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    await engine.start();
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    // The engine's clock stands still: no wait would end.
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("that has become a standby, as in a failover: what is written waits for connections that lead elsewhere", async () => {
    const { url, drop } = await createTestDatabase();
    const database = await openThrowAway({ url, drop });
    onTestFinished(() => database.close());
    const administrator = await openPostgres(`${url}?options=-c%20default_transaction_read_only%3Doff`);
    const setReadOnly = (value: "on" | "off") =>
      administrator.execute(
        `alter database "${new URL(url).pathname.slice(1)}" set default_transaction_read_only = ${value}`,
      );
    const { lines } = await runUnderLoad(database, async () => {
      await setReadOnly("on");
      await administrator.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      await pause(500);
      await setReadOnly("off");
    }).finally(() => administrator.close());
    expect(lines.some(({ facts }) => JSON.stringify(facts).includes("25006"))).toBe(true);
  });

  test("that has fewer connections than the engine wants: those that it has do the work", async () => {
    const { url, drop } = await createTestDatabase();
    const owner = await openPostgres(url, { connections: 1 });
    const role = `tasker_test_${randomUUID().slice(0, 8)}`;
    await owner.execute(`create role ${role} login connection limit 2; grant all on all tables in schema public to ${role};
      grant all on all sequences in schema public to ${role}`);
    const address = new URL(url);
    address.username = role;
    const database = await openThrowAway({ url: address.href, drop: async () => undefined }, { connections: 6 });
    onTestFinished(async () => {
      await database.close();
      await owner.execute(`drop owned by ${role}; drop role ${role}`);
      await owner.close();
      await drop();
    });
    const { lines } = await runUnderLoad(database, () => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(lines[0]).toMatchObject({ level: "warn", facts: { err: { context: { sqlstate: "53300" } } } });
    expect(lines.length).toBeLessThan(5);
  });
});

describeOnPostgres("somebody who holds what the engine is to write", () => {
  test("keeps the tasks that are held, not the others of their lane; what their handlers return is kept", async () => {
    const database = await useDatabase(openTestDatabase);
    await database.execute("alter function tasker_commit set lock_timeout = '100ms'");
    const registry = new HandlerRegistry();
    const gate = makeGate();
    const calls: number[] = [];
    registry.register(
      graphTemplate("a", {
        run: async (task) => {
          calls.push(task.taskId);
          await gate.promise;
        },
      }),
    );
    const lines: LogLine[] = [];
    const engine = new Engine({ database, registry, log: recordingLog(lines), pollIntervalMs: 20, leaseMs: 600_000 });
    onTestFinished(() => engine.stop({ graceMs: 0 }));
    await engine.start();
    const ids = (await engine.submitMany(Array.from({ length: 20 }, () => ({ name: "graph", context: {} })))).map(
      ({ taskId }) => taskId,
    );
    await until(() => calls.length === 20, "all handlers");
    const held = ids.slice(3, 5);
    const released = makeGate();
    const isHeld = makeGate();
    const blocker = database.transaction(async (transaction) => {
      await transaction.query("select from tasker_task_runs where task_id = any($1) for update", [held]);
      isHeld.open();
      for (
        let waits = 0;
        waits < 1_000 && !(await Promise.race([released.promise.then(() => true), pause(100)]));
        waits++
      ) {
        await transaction.query("select 1");
      }
    });
    await isHeld.promise;
    gate.open();
    const free = ids.filter((taskId) => !held.includes(taskId));
    await Promise.all(free.map((taskId) => engine.settled(taskId)));
    for (const taskId of held) expect(await readState(database, taskId)).toBe("in_progress");
    released.open();
    await blocker;
    for (const taskId of held) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(calls).toHaveLength(20);
    expect(lines.filter(({ message }) => message.includes("it is set aside")).length).toBeGreaterThanOrEqual(2);
    await expectCleanAuditTrail(database);
  });

  test("is not another caller who names new templates in the opposite order: both transactions commit", async () => {
    const database = await useDatabase(openTestDatabase);
    const names = ["first", "second"];
    const { engine } = makeEngine(
      database,
      names.map((name) => graphTemplate("a -> b", { name })),
    );
    const other = makeEngine(
      database,
      names.map((name) => graphTemplate("a -> b", { name })),
    );
    const hasNamed = makeGate();
    const forward = database.transaction(async (transaction) => {
      await engine.submit({ name: "first", context: {} }, { transaction });
      hasNamed.open();
      await pause(100);
      await engine.submit({ name: "second", context: {} }, { transaction });
    });
    await hasNamed.promise;
    const backward = database.transaction(async (transaction) => {
      await other.engine.submit({ name: "second", context: {} }, { transaction });
      await other.engine.submit({ name: "first", context: {} }, { transaction });
    });
    await Promise.all([forward, backward]);
    expect(await database.query("select count(*)::int4 as n from tasker_tasks")).toEqual([{ n: 4 }]);
  });
});

function pause(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}
