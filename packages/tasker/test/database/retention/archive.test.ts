import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { openArchiveFile } from "../../../src/database/retention/archive-file.ts";
import { makeArchiveQuery } from "../../../src/database/retention/archive-query.ts";
import { prune } from "../../../src/database/retention/prune.ts";
import { readLines } from "../../../src/database/retention/read-lines.ts";
import { type Annotation, TaskHandler } from "../../../src/handlers/task-handler.ts";
import { createTestEngine } from "../../../src/testing/run/test-engine.ts";
import { graphTemplate, useDatabase } from "../../support/engine-harness.ts";
import { describeEachDatabase } from "../../support/test-database.ts";
import { countTaskRows, dumpTasks, insertTasks, restoreLine, taskIds } from "./stored-tasks.ts";

const LATER = new Date("2026-06-01T00:00:00Z");

class Annotating extends TaskHandler {
  override updateAnnotations(): readonly Annotation[] {
    return [{ type: "note", value: { x: 1 } }];
  }
}

function temporaryFile(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), "tasker-archive-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, name);
}

describeEachDatabase("archiving", (open) => {
  /** Complete tasks with everything that a task can have, and values that JSON or a driver could spoil. */
  async function makeRichTasks(database: Database): Promise<void> {
    const template = graphTemplate("a -> b, a -> c", { hooks: new Annotating(), steps: { b: { skippable: true } } });
    // Its rows are changed by hand below, so that its events would not agree with them.
    const { engine } = createTestEngine({ database, templates: [template] });
    await engine.start();
    const context = { text: 'line\nbreak \u2028 "quoted" \\ é 漢 \u{1f600}', deep: [[{}]] };
    const { taskId } = await engine.submit({ name: "graph", context, tags: ["t"], bypassSteps: ["b"] });
    await engine.settled(taskId);
    await engine.stop();
    await insertTasks(database, { count: 2, steps: 2 });
    await database.execute(`
      update tasker_tasks set bypass_steps = e'[ "b",\\n\\t"b",\\r\\n 1.10 ]', created_at = '2025-12-31 23:59:59.000001'
      where task_id = ${taskId};
      update tasker_workflow_steps set results =
        '{"n": 12345678901234567890.12345678901234567890, "small": 1e-300, "zero": 1.000, "i": 9007199254740993}',
        processed_at = '2026-01-01 00:00:00.123456', last_attempted_at = 'infinity' where task_id = ${taskId};
      update tasker_task_transitions set metadata = null where task_id = ${taskId} and not most_recent;
      insert into tasker_events (kind, name, event_id, task_id, payload, occurred_at, created_at)
      values (0, 'order.paid', 'custom:1.1:0', ${taskId}, '{"total": 1.10}', '2026-01-01', '2026-01-01')`);
  }

  test.each(["old.jsonl", "old.jsonl.gz"])("%s holds every column of every row that was deleted", async (name) => {
    const database = await useDatabase(open);
    await makeRichTasks(database);
    // A column that no release knows of.
    await database.execute("alter table tasker_tasks add column host_note varchar default 'kept'");
    try {
      const before = await dumpTasks(database);
      const path = temporaryFile(name);
      const archive = await openArchiveFile(path);
      expect((await prune(database, { olderThan: LATER, archive, batchSize: 2 })).tasks).toBe(3);
      await archive.close();
      expect(await taskIds(database)).toEqual([]);
      const bytes = readFileSync(path);
      const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
      const lines = text.split("\n");
      expect(lines.pop()).toBe("");
      expect(lines).toHaveLength(3);
      for (const line of lines) await restoreLine(database, line);
      expect(await dumpTasks(database)).toEqual(before);
    } finally {
      await database.execute("alter table tasker_tasks drop column host_note");
    }
  });

  test("a line has names, times in UTC with microseconds, and numbers with all of their digits", async () => {
    const database = await useDatabase(open);
    await makeRichTasks(database);
    const lines: string[] = [];
    await prune(database, { olderThan: LATER, archive: { append: async (more) => void lines.push(...more) } });
    const line = lines[0] ?? "";
    expect(line).toContain('"n": 12345678901234567890.12345678901234567890');
    expect(line).toContain('"zero": 1.000');
    expect(line).toContain('"i": 9007199254740993');
    expect(JSON.parse(line)).toMatchObject({
      archive_version: 1,
      namespace: "default",
      name: "graph",
      version: "1.0.0",
      task: { created_at: "2025-12-31T23:59:59.000001Z", bypass_steps: ["b", "b", 1.1], tags: ["t"] },
      run: { owner_id: 0, wake_at: null },
      transitions: [{ to_state: "in_progress", metadata: null }, { to_state: "complete" }],
      annotations: [{ annotation_type_name: "note", annotation: { x: 1 } }],
      events: [{ name: "order.paid", event_id: "custom:1.1:0", payload: { total: 1.1 } }],
      steps: [
        { step_name: "a", dependent_system_name: "unknown", processed_at: "2026-01-01T00:00:00.123456Z" },
        { step_name: "b", skippable: true, last_attempted_at: "infinity" },
        { step_name: "c" },
      ],
      edges: [{ name: "provides" }, { name: "provides" }],
      step_transitions: expect.arrayContaining([expect.objectContaining({ to_state: "complete", most_recent: true })]),
    });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ namespace: "rails", name: "chain", run: null, annotations: [] });
  });

  test("what cannot be archived is not deleted, and the run ends there", async () => {
    const database = await useDatabase(open);
    await insertTasks(database, { count: 5, steps: 2 });
    const archived: string[] = [];
    const archive = {
      append: async (lines: readonly string[]) => {
        if (archived.length === 2) throw new Error("disk full");
        archived.push(...lines);
      },
    };
    await expect(prune(database, { olderThan: LATER, batchSize: 2, archive })).rejects.toThrow("disk full");
    expect(await countTaskRows(database)).toMatchObject({ tasker_tasks: 3, tasker_workflow_steps: 6 });
  });

  test("what cannot be deleted is not archived", async () => {
    const database = await useDatabase(open);
    const [first] = await insertTasks(database, { count: 4, steps: 1 });
    await database.execute(`
      create table bills (task_id bigint references tasker_tasks); insert into bills values (${first})`);
    try {
      const lines: string[] = [];
      const archive = { append: async (more: readonly string[]) => void lines.push(...more) };
      expect((await prune(database, { olderThan: LATER, archive })).tasks).toBe(3);
      expect(lines.map((line) => JSON.parse(line).task.task_id)).not.toContain(first);
      expect(lines).toHaveLength(3);
    } finally {
      await database.execute("drop table bills");
    }
  });

  test("a dry run archives nothing", async () => {
    const database = await useDatabase(open);
    await insertTasks(database, { count: 1, steps: 1 });
    const archive = { append: () => Promise.reject(new Error("called")) };
    expect((await prune(database, { olderThan: LATER, archive, dryRun: true })).tasks).toBe(1);
  });

  test("tasks too large for a line are told apart, and what exceeds the memory of a batch is left to the next", async () => {
    const database = await useDatabase(open);
    const ids = await insertTasks(database, { count: 25, steps: 1 });
    const large = "jsonb_build_object('x', repeat('x', 20000))";
    await database.execute(`update tasker_tasks set context = ${large} where task_id < ${ids[20]}`);
    await database.execute(`update tasker_tasks set context = '{}' where task_id = ${ids[3]}`);
    const query = await makeArchiveQuery(database, 10_000);
    const { lines, taskIds: read, oversized, rest } = await readLines(database, query, ids);
    expect([read, lines.length]).toEqual([[ids[3], ...ids.slice(20)], 6]);
    expect([oversized, rest]).toEqual([ids.slice(0, 20).filter((id) => id !== ids[3]), []]);
    const all = await readLines(database, await makeArchiveQuery(database), ids, 100_000);
    expect([all.taskIds, all.oversized, all.rest]).toEqual([ids.slice(0, 20), [], ids.slice(20)]);
  });
});
