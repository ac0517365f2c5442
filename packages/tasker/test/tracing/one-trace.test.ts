import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { openPostgres } from "../../src/database/postgres.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";
import { type ReceivedSpan, startOtlpReceiver } from "./otlp-receiver.ts";
import { labelOf, outline, spanTrees } from "./span-tree.ts";
import { TracedMember } from "./traced-member.ts";

async function open() {
  const { url, drop } = await createTestDatabase();
  const database = await openPostgres(url);
  onTestFinished(() => database.close().then(drop));
  return { url, database, receiver: await startOtlpReceiver() };
}

async function untilComplete(database: Database): Promise<void> {
  const sql = "select from tasker_task_transitions where most_recent and to_state = 'complete'";
  for (const end = performance.now() + 25_000; performance.now() < end; ) {
    if ((await database.query(sql)).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("the task did not end");
}

const instances = ["each[0]", "each[1]", "each[2]", "each[3]", "each[4]", "each[5]"];
const expected = ["list", ...instances, "each", "sum"];
const attempts = (spans: readonly ReceivedSpan[]) => spans.filter(({ name }) => name === "tasker.step.execution");
const stepOf = ({ attributes }: ReceivedSpan) => attributes["tasker.step_name"];

describeOnPostgres("the trace of a task that fans out over two processes", () => {
  test.each([
    ["below the task's own span", true],
    ["beside the task's own span", false],
  ])(
    "is one tree, its steps %s",
    async (_where, choosesIds) => {
      const { url, database, receiver } = await open();
      const common = { url, traces: receiver.url, choosesIds };
      // The second process runs what the first one has no room for; each[3] fails there and is tried again.
      const [owner, taker] = await Promise.all([
        TracedMember.start({ ...common, service: "owner", concurrency: 1, holds: true }),
        TracedMember.start({ ...common, service: "taker", concurrency: 10, holds: false, failsAt: 1 }),
      ]);
      await owner.submit();
      await taker.until(({ kind }) => kind === "called");
      owner.tell({ kind: "let go" });
      await untilComplete(database);
      await Promise.all([owner.stop(), taker.stop()]);
      const { spans } = receiver;
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
      expect(new Set(attempts(spans).map(({ service }) => service))).toEqual(new Set(["owner", "taker"]));
      const succeeded = attempts(spans).filter(({ status }) => status.code === 1);
      expect(succeeded.map(stepOf).toSorted()).toEqual(expected.toSorted());
      const trees = spanTrees(spans);
      expect(trees.map(({ span }) => labelOf(span))).toEqual(["task.initialize fan"]);
      const depth = choosesIds ? 2 : 1;
      const lines = outline(trees);
      expect(lines).toContain(`${"  ".repeat(1)}task.execution fan`);
      for (const name of expected) expect(lines).toContain(`${"  ".repeat(depth)}step.execution ${name}`);
      for (const item of [0, 1, 2, 3, 4, 5]) expect(lines).toContain(`${"  ".repeat(depth + 1)}work on ${item}`);
      const failed = attempts(spans).filter(({ status }) => status.code === 2);
      expect(failed.map(stepOf)).toEqual(["each[3]"]);
      const again = attempts(spans).filter((span) => span.attributes["tasker.attempt_number"] === 2);
      expect(again.flatMap(({ links }) => links.map(({ spanId }) => spanId))).toEqual(
        failed.map(({ spanId }) => spanId),
      );
      await expectCleanAuditTrail(database);
    },
    60_000,
  );

  test("goes on in the process that takes the task over when the first one is killed", async () => {
    const { url, database, receiver } = await open();
    const common = { url, traces: receiver.url, choosesIds: true, concurrency: 10 };
    const first = await TracedMember.start({ ...common, service: "first", holds: true });
    await first.submit();
    await first.until((report) => report.kind === "called" && report.step === "each[5]");
    // What it has exported is known; the attempts under way are lost with it.
    for (const end = performance.now() + 25_000; attempts(receiver.spans).length === 0; ) {
      if (performance.now() > end) throw new Error("nothing was exported");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await first.kill();
    const heir = await TracedMember.start({ ...common, service: "heir", holds: false });
    await untilComplete(database);
    await heir.stop();
    const { spans } = receiver;
    const trees = spanTrees(spans);
    expect(trees.map(({ span }) => labelOf(span))).toEqual(["task.initialize fan"]);
    const byService = (service: string) => attempts(spans).filter((span) => span.service === service);
    expect(byService("first").map(stepOf)).toEqual(["list"]);
    expect(byService("heir").map(stepOf).toSorted()).toEqual(expected.filter((name) => name !== "list").toSorted());
    const interrupted = byService("heir").filter(({ attributes }) => attributes["tasker.interruptions"] === 1);
    expect(interrupted.map(stepOf).toSorted()).toEqual(instances);
    const [task, ...others] = spans.filter(({ name }) => name === "tasker.task.execution");
    expect(others).toEqual([]);
    expect(task?.events.filter(({ name }) => name === "step.interrupted")).toHaveLength(instances.length);
    // It began when the first process began it, and was shown by the second one.
    const list = byService("first")[0];
    expect(task?.service).toBe("heir");
    expect(task?.startTimeUnixNano).toBeLessThanOrEqual((list?.startTimeUnixNano ?? 0) + 1);
    expect(outline(trees)).toContain("    step.execution list");
    await expectCleanAuditTrail(database);
  });
});
