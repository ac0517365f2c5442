import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { CyclicGraphError, InvalidRecordError, RecordNotFoundError } from "../../../src/errors/index.ts";
import {
  queryBuilder,
  type Scope,
  StepDagRelationship,
  WorkflowStep,
  WorkflowStepEdge,
} from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { readRun, seedEdge, seedTask } from "../support/seed-task.ts";

const AT = new Date("2026-03-02T12:00:00Z");

describeOnPostgres("WorkflowStepEdge", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const link = (from: number, to: number) => WorkflowStepEdge.createEdge(database, from, to, "provides", AT);
  const edgesIn = (scope: Scope<"tasker_workflow_step_edges">) =>
    queryBuilder(database).selectFrom("tasker_workflow_step_edges").where(scope).selectAll().orderBy("id");
  const pairsIn = async (scope: Scope<"tasker_workflow_step_edges">) =>
    (await edgesIn(scope).execute()).map((edge) => [edge.from_step_id, edge.to_step_id]);

  test("is created, read, changed and deleted", async () => {
    const { id } = await seedTask(database, "a, b, c");
    const edge = await WorkflowStepEdge.createEdge(database, id("a"), id("b"), "provides", AT);
    expect(edge).toEqual({
      id: edge.id,
      from_step_id: id("a"),
      to_step_id: id("b"),
      name: "provides",
      created_at: AT,
      updated_at: AT,
    });
    expect(await WorkflowStepEdge.find(database, edge.id)).toEqual(edge);
    const changed = await WorkflowStepEdge.update(database, edge.id, { to_step_id: id("c"), name: "blocks" });
    expect(changed).toMatchObject({ from_step_id: id("a"), to_step_id: id("c"), name: "blocks" });
    const ends = await WorkflowStepEdge.loadSteps(database, [changed]);
    expect([...ends.keys()].sort()).toEqual([id("a"), id("c")].sort());
    await WorkflowStepEdge.destroy(database, edge.id);
    await expect(WorkflowStepEdge.find(database, edge.id)).rejects.toBeInstanceOf(RecordNotFoundError);
    await expect(WorkflowStepEdge.destroy(database, edge.id)).rejects.toBeInstanceOf(RecordNotFoundError);
    await expect(WorkflowStepEdge.update(database, edge.id, {})).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test("needs a name and two steps that exist", async () => {
    const { id } = await seedTask(database, "a, b");
    const nameless = WorkflowStepEdge.createEdge(database, id("a"), id("b"), " ");
    await expect(nameless).rejects.toMatchObject({ violations: [{ field: "name", rule: "a text that is not blank" }] });
    const endless = WorkflowStepEdge.createEdge(database, 9_999_999, 9_999_998, "provides");
    await expect(endless).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(endless).rejects.toMatchObject({
      violations: [
        { field: "from_step_id", value: "9999999", rule: "the id of an existing record" },
        { field: "to_step_id", value: "9999998", rule: "the id of an existing record" },
      ],
    });
  });

  test("that leads to its own step, back along another, or back by a longer way is refused by name", async () => {
    const { id } = await seedTask(database, "a -> b, b -> c");
    await expect(link(id("a"), id("a"))).rejects.toMatchObject({ context: { members: ["a"], step_ids: [id("a")] } });
    await expect(link(id("b"), id("a"))).rejects.toMatchObject({ context: { members: ["b", "a"] } });
    const long = link(id("c"), id("a"));
    await expect(long).rejects.toBeInstanceOf(CyclicGraphError);
    await expect(long).rejects.toThrow("An edge from 'c' to 'a' closes a cycle: c -> a -> b -> c");
  });

  test("a second way to a step, the same edge again, and an edge into another task are accepted", async () => {
    const { id } = await seedTask(database, "a -> b, b -> c");
    const other = await seedTask(database, "x");
    await link(id("a"), id("c"));
    await link(id("a"), id("c"));
    await link(id("c"), other.id("x"));
    expect(await pairsIn(WorkflowStepEdge.childrenOf(id("a")))).toEqual([
      [id("a"), id("b")],
      [id("a"), id("c")],
      [id("a"), id("c")],
    ]);
    await expect(link(other.id("x"), id("a"))).rejects.toMatchObject({ context: { members: ["x", "a", "c"] } });
  });

  test("a change that closes a cycle is refused; one that keeps its ends, or turns it round, is not", async () => {
    const { id } = await seedTask(database, "a -> b, b -> c");
    const edge = await link(id("a"), id("c"));
    const turned = WorkflowStepEdge.update(database, edge.id, { from_step_id: id("c"), to_step_id: id("a") });
    await expect(turned).rejects.toMatchObject({ context: { members: ["c", "a", "b"] } });
    await WorkflowStepEdge.update(database, edge.id, { name: "again" });
    const lone = await seedTask(database, "a, b");
    const only = await link(lone.id("a"), lone.id("b"));
    await WorkflowStepEdge.update(database, only.id, { from_step_id: lone.id("b"), to_step_id: lone.id("a") });
    const self = WorkflowStepEdge.update(database, only.id, { to_step_id: lone.id("b") });
    await expect(self).rejects.toBeInstanceOf(CyclicGraphError);
  });

  test("two who would close a cycle together: one of them is refused", async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await seedTask(database, "a, b, c");
      const tries = await Promise.allSettled([link(id("a"), id("b")), link(id("b"), id("c")), link(id("c"), id("a"))]);
      const refused = tries.filter((attempt) => attempt.status === "rejected");
      expect(refused).toMatchObject([{ reason: { code: "TASKER_CYCLIC_GRAPH" } }]);
    }
  });

  test("many are checked and written at once, or none of them", async () => {
    const { id } = await seedTask(database, "a, b, c, d");
    const pair = (from: string, to: string) => ({ from_step_id: id(from), to_step_id: id(to), name: "provides" });
    const closing = WorkflowStepEdge.createMany(database, [pair("a", "b"), pair("b", "c"), pair("c", "a")]);
    await expect(closing).rejects.toMatchObject({ context: { members: ["a", "b", "c"] } });
    expect(await pairsIn(WorkflowStepEdge.childrenOf(id("a")))).toEqual([]);
    const made = await WorkflowStepEdge.createMany(database, [pair("c", "d"), pair("a", "b")]);
    expect(made.map((edge) => edge.from_step_id)).toEqual([id("c"), id("a")]);
    expect(await WorkflowStepEdge.createMany(database, [])).toEqual([]);
  });

  test("a ladder of 60 levels, which has more ways than could be counted, is checked like any other", async () => {
    const rungs = Array.from({ length: 60 }, (_, level) =>
      ["l", "r"].flatMap((side) => [`m${level} -> ${side}${level}`, `${side}${level} -> m${level + 1}`]),
    );
    const { id } = await seedTask(database, rungs.flat().join(", "));
    await link(id("m0"), id("m60"));
    await expect(link(id("m60"), id("m0"))).rejects.toBeInstanceOf(CyclicGraphError);
  });

  test("raises the revision of the runs of both tasks", async () => {
    const run = { ownerId: 7, wakeAt: AT };
    const one = await seedTask(database, "a", { run });
    const two = await seedTask(database, "a", { run });
    const edge = await link(one.id("a"), two.id("a"));
    await WorkflowStepEdge.destroy(database, edge.id);
    expect(await readRun(database, one.taskId)).toMatchObject({ revision: 2 });
    expect(await readRun(database, two.taskId)).toMatchObject({ revision: 2 });
  });

  test("`childrenOf`, `parentsOf`, `providesEdges` and `providesToChildren` find the right edges", async () => {
    const { id } = await seedTask(database, "a -> b, a -> c, x -> b");
    await WorkflowStepEdge.createEdge(database, id("x"), id("c"), "blocks");
    expect(await pairsIn(WorkflowStepEdge.childrenOf(id("x")))).toEqual([
      [id("x"), id("b")],
      [id("x"), id("c")],
    ]);
    expect(await pairsIn(WorkflowStepEdge.parentsOf(id("b")))).toEqual([
      [id("a"), id("b")],
      [id("x"), id("b")],
    ]);
    expect(await pairsIn(WorkflowStepEdge.providesToChildren(id("a")))).toEqual([
      [id("a"), id("b")],
      [id("a"), id("c")],
      [id("x"), id("b")],
    ]);
    const blocking: Scope<"tasker_workflow_step_edges"> = (eb) =>
      eb.and([WorkflowStepEdge.parentsOf(id("c"))(eb), eb.not(WorkflowStepEdge.providesEdges(eb))]);
    expect(await pairsIn(blocking)).toEqual([[id("x"), id("c")]]);
    expect(edgesIn(WorkflowStepEdge.childrenOf(1)).compile().sql).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_edges" where "tasker_workflow_step_edges"."from_step_id" = $1 order by "id""`,
    );
    expect(edgesIn(WorkflowStepEdge.parentsOf(1)).compile().sql).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_edges" where "tasker_workflow_step_edges"."to_step_id" = $1 order by "id""`,
    );
    expect(edgesIn(WorkflowStepEdge.providesEdges).compile().sql).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_edges" where "tasker_workflow_step_edges"."name" = $1 order by "id""`,
    );
    expect(edgesIn(WorkflowStepEdge.providesToChildren(1)).compile().sql).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_edges" where ("tasker_workflow_step_edges"."name" = $1 and "tasker_workflow_step_edges"."to_step_id" in (select "outgoing"."to_step_id" from "tasker_workflow_step_edges" as "outgoing" where "outgoing"."from_step_id" = $2)) order by "id""`,
    );
    expect(edgesIn(WorkflowStepEdge.siblingsOf(1)).compile().sql).toMatchInlineSnapshot(`
      "select * from "tasker_workflow_step_edges" where "tasker_workflow_step_edges"."to_step_id" in (
          select own.to_step_id from tasker_workflow_step_edges own
          where own.to_step_id <> $1 and own.to_step_id in (
            select shared.to_step_id from tasker_workflow_step_edges mine
            join tasker_workflow_step_edges shared on shared.from_step_id = mine.from_step_id
            where mine.to_step_id = $2
          )
          group by own.to_step_id
          having array_agg(own.from_step_id order by own.from_step_id) = (
            select array_agg(mine.from_step_id order by mine.from_step_id) from tasker_workflow_step_edges mine
            where mine.to_step_id = $3
          )
        ) order by "id""
    `);
  });

  test("siblings have the same parents, each as often: one row for each of their edges, never the step's own", async () => {
    const { id } = await seedTask(database, "a -> b, a -> c, a -> d, x -> d, a -> e, x -> e, f");
    expect(await pairsIn(WorkflowStepEdge.siblingsOf(id("b")))).toEqual([[id("a"), id("c")]]);
    expect(await pairsIn(WorkflowStepEdge.siblingsOf(id("d")))).toEqual([
      [id("a"), id("e")],
      [id("x"), id("e")],
    ]);
    expect(await pairsIn(WorkflowStepEdge.siblingsOf(id("a")))).toEqual([]);
    expect(await pairsIn(WorkflowStepEdge.siblingsOf(id("f")))).toEqual([]);
    await seedEdge(database, id("a"), id("c"));
    expect(await pairsIn(WorkflowStepEdge.siblingsOf(id("b")))).toEqual([]);
  });

  test("random edges: siblings, parents and children are those of a plain list of edges", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const pair = fc.tuple(fc.nat(5), fc.nat(5), fc.constantFrom("provides", "blocks"));
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { maxLength: 14 }), async (pairs) => {
        const { taskId, id } = await seedTask(database, names.join(", "));
        const idAt = (index: number) => id(names[index] ?? "a");
        const plain = pairs.map(([from, to, name]) => ({ from: idAt(from), to: idAt(to), name }));
        for (const { from, to, name } of plain) await seedEdge(database, from, to, name);
        const parentsOf = (step: number) =>
          plain
            .filter(({ to }) => to === step)
            .map(({ from }) => from)
            .sort(byValue);
        const all = names.map(id);
        const strict = (step: number) =>
          all.filter((o) => o !== step && parentsOf(step).length > 0 && `${parentsOf(o)}` === `${parentsOf(step)}`);
        const steps = await WorkflowStep.findMany(database, all);
        const rows = [...steps.values()];
        const loaded = {
          parents: await WorkflowStep.loadParents(database, rows),
          children: await WorkflowStep.loadChildren(database, rows),
          siblings: await WorkflowStep.loadSiblings(database, rows),
        };
        const idsIn = (found: { workflow_step_id: number }[] | undefined) => found?.map((s) => s.workflow_step_id);
        for (const step of all) {
          const kept = (keep: (edge: (typeof plain)[number]) => boolean) =>
            plain.filter(keep).map(({ from, to }) => [from, to]);
          expect(await pairsIn(WorkflowStepEdge.siblingsOf(step))).toEqual(kept(({ to }) => strict(step).includes(to)));
          const children = plain.filter(({ from }) => from === step).map(({ to }) => to);
          expect(await pairsIn(WorkflowStepEdge.providesToChildren(step))).toEqual(
            kept(({ to, name }) => name === "provides" && children.includes(to)),
          );
          expect(idsIn(loaded.parents.get(step))).toEqual(parentsOf(step));
          expect(idsIn(loaded.children.get(step))).toEqual(children.sort(byValue));
          expect(idsIn(loaded.siblings.get(step))).toEqual(
            all.filter((o) => o !== step && parentsOf(o).some((parent) => parentsOf(step).includes(parent))),
          );
          const inView = await queryBuilder(database)
            .selectFrom("tasker_step_dag_relationships")
            .where(StepDagRelationship.siblingsOf(step))
            .where(StepDagRelationship.forTask(taskId))
            .select("workflow_step_id")
            .orderBy("workflow_step_id")
            .execute();
          expect(inView.map((row) => row.workflow_step_id)).toEqual(strict(step));
        }
      }),
      { numRuns: 12 },
    );
  });

  test("random edges made one after the other: exactly those that close a cycle are refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { maxLength: 12 }), async (pairs) => {
        const names = ["a", "b", "c", "d", "e"];
        const { id } = await seedTask(database, names.join(", "));
        const kept: (readonly [number, number])[] = [];
        for (const [from, to] of pairs) {
          const closes = isReachable(kept, to, from);
          const attempt = link(id(names[from] ?? "a"), id(names[to] ?? "a"));
          if (closes) await expect(attempt).rejects.toBeInstanceOf(CyclicGraphError);
          else {
            await attempt;
            kept.push([from, to]);
          }
        }
      }),
      { numRuns: 8 },
    );
  });
});

function isReachable(edges: readonly (readonly [number, number])[], from: number, to: number): boolean {
  return from === to || edges.some(([start, end]) => start === from && isReachable(edges, end, to));
}

const byValue = (a: number, b: number) => a - b;
