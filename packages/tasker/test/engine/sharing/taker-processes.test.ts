import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { type Gate, makeGate, readHistory, readState, readStep, until } from "../../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { startHeir } from "../membership/heir.ts";
import { Member } from "../membership/member.ts";

const LEASE = { leaseMs: 1_500, stuckAfterMs: 20_000 };

interface SharedStep {
  readonly database: Database;
  /** The task of which the other process has taken the first step. */
  readonly taskId: number;
  readonly taker: Member;
  /** Frees the owner's only slot. */
  readonly slot: Gate<void>;
}

/** An owner in this process, whose only slot is taken, and another process that has taken a step of it and runs its handler. */
async function shareStep(): Promise<SharedStep> {
  const { url, drop } = await createTestDatabase();
  const database = await openPostgres(url);
  onTestFinished(() => database.close().then(drop));
  const slot = makeGate<void>();
  const { engine } = await startHeir(url, { ...LEASE, concurrency: 1, pollIntervalMs: 100 }, () => slot.promise);
  await engine.submit({ name: "graph", context: {} });
  const taker = await Member.start({ url, ...LEASE });
  const { taskId } = await engine.submit({ name: "graph", context: {} });
  await taker.until((report) => report.kind === "called" && report.taskId === taskId);
  await until(
    async () => (await readStep(database, taskId, "hold")).state === "in_progress",
    "its start to be written",
  );
  return { database, taskId, taker, slot };
}

/** Waits until the owner has written that nobody runs the step any more. */
const untilInterrupted = ({ database, taskId }: SharedStep) =>
  until(async () => (await readStep(database, taskId, "hold")).attempts === 0, "the interruption");

/** Lets the owner run the step itself, and waits for the end of its task. */
async function untilDone({ database, taskId, slot }: SharedStep): Promise<void> {
  slot.open();
  await until(async () => (await readState(database, taskId)) === "complete", "the task's end");
}

describeOnPostgres("a step that another process has taken", () => {
  test("goes on with its owner when that process is killed: no attempt is used up", async () => {
    const shared = await shareStep();
    await shared.taker.kill();
    await untilInterrupted(shared);
    await untilDone(shared);
    const step = await readStep(shared.database, shared.taskId, "hold");
    expect(step).toMatchObject({ attempts: 1, results: `of ${process.pid}` });
    await expectCleanAuditTrail(shared.database);
  });

  test("goes on with its owner when that process is stopped for longer than its lease; what it says afterwards changes nothing", async () => {
    const shared = await shareStep();
    const { database, taskId, taker } = shared;
    taker.child.kill("SIGSTOP");
    await untilInterrupted(shared);
    await untilDone(shared);
    const history = await readHistory(database, taskId);
    taker.tell({ kind: "let go" });
    taker.child.kill("SIGCONT");
    await taker.until(({ kind }) => kind === "aborted");
    taker.tell({ kind: "stop" });
    await taker.until(({ kind }) => kind === "stopped");
    expect(await readHistory(database, taskId)).toEqual(history);
    const step = await readStep(database, taskId, "hold");
    expect(step).toMatchObject({ attempts: 1, results: `of ${process.pid}` });
    await expectCleanAuditTrail(database);
  });
});
