import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { TaskRequest } from "../../src/engine/task-request.ts";
import { generateTasks, linear } from "../../src/testing/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, makeEngine, makeGate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const requests = (namespace: string, count: number, name = "graph"): TaskRequest[] =>
  Array.from({ length: count }, (_, place) => ({ namespace, name, context: { place } }));

/** The tasks that a process claims in one call, by namespace and name, in the order of their turns; nothing stays claimed. */
async function claim(database: Database, most: number, kept = 0): Promise<string[]> {
  const rows: Record<string, unknown>[] = [];
  const work = database.transaction(async (transaction) => {
    await transaction.execute(`
      insert into tasker_processes (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at)
      values ('here', 1, '1', now(), now(), 10000, now(), now())`);
    rows.push(
      ...(await transaction.query(
        `select s.name || '.' || n.name as what from (
           select c.task_id from tasker_claim(
             (select max(process_id) from tasker_processes), array(select named_task_id from tasker_named_tasks),
             array(select $2::int4 from tasker_named_tasks), $1, $1, '2030-01-01') c offset 0
         ) c
         join tasker_task_runs r using (task_id) join tasker_named_tasks n using (named_task_id)
         join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id`,
        [most, kept],
      )),
    );
    throw new Error("not for good");
  });
  await expect(work).rejects.toThrow("not for good");
  return rows.map(({ what }) => String(what)).sort();
}

describeOnPostgres("the work of several namespaces", () => {
  test("is claimed in turns of namespaces, and within one in turns of templates; the higher priority goes first", async () => {
    const database = await useDatabase(openTestDatabase);
    const templates = ["many.graph", "many.other", "few.graph"].map((kind) => {
      const [namespace, name] = kind.split(".");
      return graphTemplate("a", { namespace, name });
    });
    const { engine } = makeEngine(database, templates);
    await engine.submitMany(requests("many", 50));
    await engine.submitMany(requests("many", 50, "other"));
    await engine.submitMany(requests("few", 3));
    expect(await claim(database, 4)).toEqual(["few.graph", "few.graph", "many.graph", "many.other"]);
    expect(await claim(database, 10)).toEqual([
      ...Array(3).fill("few.graph"),
      ...Array(4).fill("many.graph"),
      ...Array(3).fill("many.other"),
    ]);
    await engine.submitMany(requests("many", 2).map((one) => ({ ...one, priority: 5 })));
    expect(await claim(database, 4)).toEqual(["few.graph", "many.graph", "many.graph", "many.other"]);
  });

  test("starts in turns, however long the backlog of one of them is", async () => {
    const database = await useDatabase(openTestDatabase);
    const order: string[] = [];
    const templates = ["many", "few"].map((namespace) =>
      graphTemplate("a", { namespace, run: (task) => void order.push(task.namespace) }),
    );
    const outside = makeEngine(database, templates);
    await outside.engine.submitMany(requests("many", 100));
    const few = await outside.engine.submitMany(requests("few", 2));
    const { engine } = await startEngine(database, templates, { concurrency: 1 });
    for (const { taskId } of few) await engine.settled(taskId);
    const places = order.flatMap((namespace, place) => (namespace === "few" ? [place] : []));
    expect(Math.max(...places)).toBeLessThan(10);
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("finds room in memory although one of them has filled what there is for it", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    let running = 0;
    const many = graphTemplate("a", {
      namespace: "many",
      run: () => {
        running += 1;
        return gate.promise;
      },
    });
    const templates = [many, graphTemplate("a", { namespace: "few" })];
    const outside = makeEngine(database, templates);
    await outside.engine.submitMany([...requests("few", 1), ...requests("many", 30)]);
    const { engine, clock } = await startEngine(database, templates, { maxTasks: 8 });
    await until(() => running === 6, "what there is room for");
    // From outside, and by this process itself, which owns what it submits if there is room.
    const [later] = await outside.engine.submitMany(requests("few", 1));
    const own = await engine.submitMany([...requests("many", 5), ...requests("few", 2)]);
    await until(async () => {
      clock.advance(500);
      const [row] = await database.query(
        "select count(*)::int8 as n from tasker_task_transitions where to_state = 'complete'",
      );
      return Number(row?.n) === 4;
    }, "the tasks of the other");
    expect(await engine.settled(later?.taskId ?? 0)).toMatchObject({ state: "complete" });
    expect(await engine.settled(own.at(-1)?.taskId ?? 0)).toMatchObject({ state: "complete" });
    expect([running, engine.statistics().tasks]).toEqual([6, 6]);
    gate.open();
    await until(async () => {
      clock.advance(500);
      return (await database.query("select from tasker_task_runs where wake_at is not null")).length === 0;
    }, "the end of all tasks");
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("costs a claim the same, however many tasks wait", async () => {
    const database = await useDatabase(openTestDatabase);
    /** Pages that a claim of fifty tasks touches. */
    const cost = async () => {
      const rows = await database.query(
        `explain (analyze, buffers, costs off, timing off, summary off) select * from tasker_claim(
           (select min(process_id) from tasker_processes), array(select named_task_id from tasker_named_tasks),
           array(select 0 from tasker_named_tasks), 50, 50, '2030-01-01')`,
      );
      const text = rows.map((row) => String(row["QUERY PLAN"])).join("\n");
      const [, hit = "0", read = "0"] = /Buffers: shared hit=(\d+)(?: read=(\d+))?/.exec(text) ?? [];
      expect(text).toContain("rows=50");
      return Number(hit) + Number(read);
    };
    const fill = (count: number) =>
      generateTasks(database, {
        count,
        shapes: ["many", "few"].map((namespace) => ({ item: linear(1, { namespace }), share: 0.5 })),
        checkForeignKeys: false,
      });
    await database.execute(`
      insert into tasker_processes (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at)
      values ('here', 1, '1', now(), now(), 10000, now(), now())`);
    await fill(400);
    await cost();
    const little = await cost();
    await fill(10_000);
    await database.execute("vacuum analyze tasker_task_runs");
    const much = await cost();
    expect(much).toBeLessThan(2 * little);
  });
});
