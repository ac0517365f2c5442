import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { graphTemplate, makeEngine, readHistory, readState, readStep, until } from "../../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { startHeir } from "./heir.ts";
import { Member } from "./member.ts";

const SECOND = { leaseMs: 1_500, stuckAfterMs: 20_000 };

async function useDatabase(): Promise<{ readonly url: string; readonly database: Database }> {
  const { url, drop } = await createTestDatabase();
  const database = await openPostgres(url);
  onTestFinished(() => database.close().then(drop));
  return { url, database };
}

/** Submits a task from outside and waits until the process runs its first step. */
async function holdTask(database: Database, member: Member): Promise<number> {
  const { taskId } = await makeEngine(database, [graphTemplate("hold -> after")]).engine.submit({
    name: "graph",
    context: {},
  });
  await member.until(({ kind }) => kind === "called");
  return taskId;
}

const calls = ({ reports }: Member) => reports.filter(({ kind }) => kind === "called").length;
const untilDone = (database: Database, taskId: number) =>
  until(async () => (await readState(database, taskId)) === "complete", "the task's end");
const stop = async (member: Member) => {
  member.tell({ kind: "stop" });
  await member.until(({ kind }) => kind === "stopped");
};

describeOnPostgres("the tasks of a process", () => {
  test("that was killed go on elsewhere long before its lease has ended", async () => {
    const { url, database } = await useDatabase();
    const lease = { url, leaseMs: 20_000, stuckAfterMs: 60_000 };
    const dead = await Member.start(lease);
    const taskId = await holdTask(database, dead);
    await until(async () => {
      const [row] = await database.query("select guarded from tasker_processes");
      return row?.guarded === true;
    }, "the process to hold its lock");
    await startHeir(url, lease);
    const killedAt = performance.now();
    await dead.kill();
    await untilDone(database, taskId);
    expect(performance.now() - killedAt).toBeLessThan(10_000);
    expect(await readStep(database, taskId, "hold")).toMatchObject({ attempts: 1 });
    await expectCleanAuditTrail(database);
  });

  test("that was stopped for a while are others'; when it goes on, it stops its handlers, starts over, and changes nothing", async () => {
    const { url, database } = await useDatabase();
    const zombie = await Member.start({ url, ...SECOND });
    const taskId = await holdTask(database, zombie);
    zombie.child.kill("SIGSTOP");
    const heir = await startHeir(url, SECOND);
    await untilDone(database, taskId);
    const history = await readHistory(database, taskId);
    zombie.tell({ kind: "let go" });
    zombie.child.kill("SIGCONT");
    await zombie.until(({ kind }) => kind === "aborted");
    await until(async () => {
      const rows = await database.query("select process_id from tasker_processes where stopped_at is null");
      return rows.length === 2;
    }, "the zombie to have registered anew");
    expect(calls(zombie)).toBe(1);
    expect(zombie.lines()).toContain("declared dead by another process: starting over");
    expect(await readHistory(database, taskId)).toEqual(history);
    expect(await readStep(database, taskId, "hold")).toMatchObject({ attempts: 1, results: `of ${process.pid}` });
    await heir.engine.stop();
    const { taskId: next } = await makeEngine(database, [graphTemplate("hold -> after")]).engine.submit({
      name: "graph",
      context: {},
    });
    await untilDone(database, next);
    await stop(zombie);
    await expectCleanAuditTrail(database);
  });

  test("whose event loop is busy for longer than the lease stay its own", async () => {
    const { url, database } = await useDatabase();
    const busy = await Member.start({ url, ...SECOND });
    const taskId = await holdTask(database, busy);
    const other = await startHeir(url, SECOND);
    busy.tell({ kind: "block", ms: 3 * SECOND.leaseMs });
    busy.tell({ kind: "let go" });
    await until(async () => {
      const [shown] = await database.query(
        "select heartbeat_at - progress_at > interval '1 second' as lags from tasker_processes where process_id = 1",
      );
      return shown?.lags === true;
    }, "the process to show that it makes no progress");
    await untilDone(database, taskId);
    expect([calls(busy), other.calls.length]).toEqual([2, 0]);
    await stop(busy);
    await expectCleanAuditTrail(database);
  });

  test("whose event loop stands still for too long go on elsewhere", async () => {
    const { url, database } = await useDatabase();
    const stuck = await Member.start({ url, ...SECOND, stuckAfterMs: 500 });
    const taskId = await holdTask(database, stuck);
    await startHeir(url, SECOND);
    stuck.tell({ kind: "block", ms: 6_000 });
    await untilDone(database, taskId);
    expect(await readStep(database, taskId, "hold")).toMatchObject({ results: `of ${process.pid}`, attempts: 1 });
    await stuck.until((report) => report.kind === "log" && report.message.includes("has made no progress for"));
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a process that is stopped in order", () => {
  test("hands its tasks over at once, whatever the lease", async () => {
    const { url, database } = await useDatabase();
    const lease = { url, leaseMs: 60_000, stuckAfterMs: 60_000 };
    const old = await Member.start(lease);
    const taskId = await holdTask(database, old);
    await startHeir(url, lease);
    const stopAt = performance.now();
    await stop(old);
    await untilDone(database, taskId);
    expect(performance.now() - stopAt).toBeLessThan(5_000);
    expect(await readStep(database, taskId, "hold")).toMatchObject({ attempts: 1, results: `of ${process.pid}` });
    await expectCleanAuditTrail(database);
  });
});
