import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { describeEachDatabase } from "../support/test-database.ts";

/** Parent and child, as positions in the list of steps. */
type Edge = readonly [from: number, to: number];

interface Relationship {
  readonly parents: readonly number[];
  readonly children: readonly number[];
  readonly depth: number | null;
}

const LARGEST_DEPTH = 50;

/** What the view should say, by the rules and not by its SQL: a walk from the roots, level by level. */
function relationshipsOf(steps: number, edges: readonly Edge[]): Relationship[] {
  const numbers = Array.from({ length: steps }, (_, step) => step);
  const parents = numbers.map((step) => edges.filter(([, to]) => to === step).map(([from]) => from));
  const children = numbers.map((step) => edges.filter(([from]) => from === step).map(([, to]) => to));
  const depths = new Map<number, number>();
  let level = numbers.filter((step) => parents[step]?.length === 0);
  for (let depth = 0; depth <= LARGEST_DEPTH && level.length > 0; depth += 1) {
    for (const step of level) depths.set(step, depth);
    level = [...new Set(level.flatMap((step) => children[step] ?? []))].filter((step) => !depths.has(step));
  }
  const ascending = (list: readonly number[] = []) => [...list].sort((a, b) => a - b);
  return numbers.map((step) => ({
    parents: ascending(parents[step]),
    children: ascending(children[step]),
    depth: depths.get(step) ?? null,
  }));
}

/** Graphs with anything that the table admits: cycles, steps that are their own parent, edges that are there twice. */
const anyGraph = fc.integer({ min: 1, max: 8 }).chain((steps) => {
  const step = fc.nat({ max: steps - 1 });
  return fc.record({ steps: fc.constant(steps), edges: fc.array(fc.tuple(step, step), { maxLength: 16 }) });
});

const chain = (steps: number): Edge[] => Array.from({ length: steps - 1 }, (_, step) => [step, step + 1]);

describeEachDatabase("tasker_step_dag_relationships", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await database.execute(`
      insert into tasker_task_namespaces (name, created_at, updated_at) values ('default', now(), now());
      insert into tasker_named_tasks (name, created_at, updated_at) values ('graph', now(), now());
      insert into tasker_dependent_systems (name, created_at, updated_at) values ('default', now(), now());
      insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at) values (1, 'step', now(), now())`);
  });
  afterAll(() => database.close());

  /** Stores a graph, its steps alternating between `tasks` tasks, and gives the ids of the steps in order. */
  async function store(steps: number, edges: readonly Edge[], tasks = 1): Promise<number[]> {
    const rows = await database.query(
      `with task as (
         insert into tasker_tasks (named_task_id, requested_at, identity_hash, created_at, updated_at)
         select 1, now(), gen_random_uuid(), now(), now() from generate_series(1, $2::int4) returning task_id
       ), numbered as (select task_id, row_number() over () - 1 as number from task)
       insert into tasker_workflow_steps (task_id, named_step_id, created_at, updated_at)
       select numbered.task_id, 1, now(), now()
       from generate_series(0, $1::int4 - 1) step join numbered on numbered.number = step % $2::int4
       order by step returning workflow_step_id`,
      [steps, tasks],
    );
    const ids = rows.map((row) => Number(row.workflow_step_id)).sort((a, b) => a - b);
    await database.query(
      `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
       select edge.from_step, edge.to_step, 'provides', now(), now() from unnest($1::int8[], $2::int8[]) edge (from_step, to_step)`,
      [edges.map(([from]) => ids[from] ?? 0), edges.map(([, to]) => ids[to] ?? 0)],
    );
    return ids;
  }

  /** What the view says about steps, in positions like the graph's. */
  async function readView(ids: readonly number[]): Promise<Relationship[]> {
    const rows = await database.query(
      "select * from tasker_step_dag_relationships where workflow_step_id = any($1::int8[]) order by workflow_step_id",
      [ids],
    );
    const positions = (value: unknown) => (Array.isArray(value) ? value.map((id) => ids.indexOf(id)) : []);
    return rows.map((row) => {
      const [parents, children] = [positions(row.parent_step_ids), positions(row.child_step_ids)];
      expect(row).toMatchObject({
        parent_count: parents.length,
        child_count: children.length,
        is_root_step: parents.length === 0,
        is_leaf_step: children.length === 0,
        named_step_id: 1,
      });
      return { parents, children, depth: row.min_depth_from_root === null ? null : Number(row.min_depth_from_root) };
    });
  }

  test("says of any graph what the rules say", async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph, fc.integer({ min: 1, max: 2 }), async ({ steps, edges }, tasks) => {
        expect(await readView(await store(steps, edges, tasks))).toEqual(relationshipsOf(steps, edges));
      }),
      { numRuns: 60 },
    );
  });

  test("a step alone is a root and a leaf, with empty arrays", async () => {
    expect(await readView(await store(1, []))).toEqual([{ parents: [], children: [], depth: 0 }]);
  });

  test("an edge that is there twice counts twice", async () => {
    const [parent, child] = await readView(
      await store(2, [
        [0, 1],
        [0, 1],
      ]),
    );
    expect(parent?.children).toEqual([1, 1]);
    expect(child).toEqual({ parents: [0, 0], children: [], depth: 1 });
  });

  test("the depth is that of the shortest path", async () => {
    const shortcut: Edge[] = [...chain(5), [0, 4]];
    expect((await readView(await store(5, shortcut))).map(({ depth }) => depth)).toEqual([0, 1, 2, 3, 1]);
  });

  test("a step that only a cycle leads to has no depth", async () => {
    expect(
      (
        await readView(
          await store(2, [
            [0, 1],
            [1, 0],
          ]),
        )
      ).map(({ depth }) => depth),
    ).toEqual([null, null]);
  });

  test("depths end at 50", async () => {
    const depths = (await readView(await store(53, chain(53)))).map(({ depth }) => depth);
    expect(depths.slice(48)).toEqual([48, 49, 50, null, null]);
  });

  test("a graph with 4 to the power of 20 paths is answered like any other", async () => {
    const levels = 21;
    const edges = Array.from({ length: levels - 1 }, (_, level) =>
      [0, 1, 2, 3].flatMap((from) => [0, 1, 2, 3].map((to): Edge => [level * 4 + from, level * 4 + 4 + to])),
    ).flat();
    const depths = (await readView(await store(levels * 4, edges))).map(({ depth }) => depth);
    expect(depths).toEqual(Array.from({ length: levels * 4 }, (_, step) => Math.floor(step / 4)));
  });
});
