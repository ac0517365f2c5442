import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Connection, Database } from "../../../src/database/database.ts";
import {
  InvalidRecordError,
  RecordConflictError,
  RecordNotFoundError,
  UnencodableValueError,
} from "../../../src/errors/index.ts";
import { queryBuilder, type Scope, TaskTransition, WorkflowStepTransition } from "../../../src/models/index.ts";
import { STATES, type State } from "../../../src/states/state.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { SEEDED_AT, seedTask } from "../support/seed-task.ts";

const AT = new Date("2026-03-02T12:00:00Z");
const after = (seconds: number) => new Date(AT.getTime() + seconds * 1000);

const MODELS = [
  ["TaskTransition", TaskTransition, "tasker_task_transitions", "task_id"],
  ["WorkflowStepTransition", WorkflowStepTransition, "tasker_workflow_step_transitions", "workflow_step_id"],
] as const;

describeOnPostgres.each(MODELS)("%s", (name, Model, table, ownerColumn) => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  /** Attributes of a transition of the task, or the step, that was seeded last. */
  type Attributes = { to_state: State; sort_key: number } & Record<string, unknown>;
  const openOwner = async () => {
    const { taskId, id } = await seedTask(database, "a");
    const owner = ownerColumn === "task_id" ? taskId : id("a");
    const make = (attributes: Attributes, at = AT): Promise<TaskTransition.TaskTransitionRow> =>
      // both models take the same attributes, under the name of their own parent
      (Model.create as (c: Connection, a: never, at: Date) => Promise<never>)(
        database,
        { [ownerColumn]: owner, most_recent: false, ...attributes } as never,
        at,
      );
    return { owner, make };
  };

  test("is created, read, changed and deleted", async () => {
    const { owner, make } = await openOwner();
    const made = await make({ to_state: "error", from_state: "in_progress", metadata: { a: 1 }, sort_key: 3, most_recent: true });
    expect(made).toEqual({
      id: made.id,
      [ownerColumn]: owner,
      to_state: "error",
      from_state: "in_progress",
      metadata: { a: 1 },
      sort_key: 3,
      most_recent: true,
      created_at: AT,
      updated_at: AT,
    });
    expect(await Model.find(database, made.id)).toEqual(made);
    expect(await Model.update(database, made.id, { most_recent: false }, after(1))).toEqual({
      ...made,
      most_recent: false,
      updated_at: after(1),
    });
    expect(await Model.update(database, made.id, { metadata: [] })).toMatchObject({ metadata: {}, from_state: "in_progress" });
    await Model.destroy(database, made.id);
    await expect(Model.find(database, made.id)).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test.each([
    [{ to_state: "done" }, "to_state", "one of pending, in_progress, error, complete, cancelled, resolved_manually"],
    [{ to_state: "" }, "to_state", "one of pending, in_progress, error, complete, cancelled, resolved_manually"],
    [{ from_state: "done" }, "from_state", expect.stringContaining("or nothing")],
    [{ sort_key: undefined }, "sort_key", expect.stringContaining("a whole number from 0")],
    [{ metadata: [1] }, "metadata", "a JSON object"],
    [{ metadata: "text" }, "metadata", "a JSON object"],
    [{ metadata: { a: "\u0000" } }, "metadata", expect.stringContaining("U+0000")],
    [{ most_recent: "yes" }, "most_recent", "true or false"],
  ])("refuses %j and names field and rule", async (wrong, field, rule) => {
    const { make } = await openOwner();
    const refused = make({ to_state: "pending", sort_key: 1, ...wrong } as Attributes);
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field, rule }] });
  });

  test("blank metadata become an empty object, an empty state before none", async () => {
    const { make } = await openOwner();
    for (const [index, metadata] of [undefined, null, "", "  ", [], {}].entries()) {
      expect((await make({ to_state: "pending", sort_key: index, metadata, from_state: "" })).metadata).toEqual({});
    }
    expect((await make({ to_state: "pending", sort_key: 99, from_state: "" })).from_state).toBeNull();
  });

  test("has a sort key and a current row once for each task or step, which must exist", async () => {
    const { make } = await openOwner();
    await make({ to_state: "pending", sort_key: 1, most_recent: true });
    const sameKey = make({ to_state: "error", sort_key: 1 });
    await expect(sameKey).rejects.toBeInstanceOf(RecordConflictError);
    await expect(sameKey).rejects.toMatchObject({ context: { fields: [ownerColumn, "sort_key"] } });
    const second = make({ to_state: "error", sort_key: 2, most_recent: true });
    await expect(second).rejects.toMatchObject({ context: { fields: [ownerColumn, "most_recent"] } });
    await expect(make({ [ownerColumn]: 999_999, to_state: "error", sort_key: 1 })).rejects.toMatchObject({
      violations: [{ field: ownerColumn, value: "999999", rule: "the id of an existing record" }],
    });
  });

  const query = (scope: Scope<never>) =>
    queryBuilder(database).selectFrom(table as "tasker_task_transitions").where(scope as Scope<"tasker_task_transitions">);

  test("scopes over random rows, alone and combined, select what the rules select in memory", async () => {
    const value = fc.constantFrom<unknown>("text", 'quo"ted', "1", 1, 2.5, true, null, [1], { n: 1 }, "");
    const metadata = fc.dictionary(fc.constantFrom("a", "b", "a b", "ü"), value, { maxKeys: 2 });
    const [sample = []] = fc.sample(
      fc.array(fc.record({ state: fc.constantFrom(...STATES), metadata, second: fc.nat(5) }), { minLength: 60, maxLength: 60 }),
      { numRuns: 1, seed: 11 },
    );
    const { make } = await openOwner();
    const rows: TaskTransition.TaskTransitionRow[] = [];
    for (const [index, { state, metadata, second }] of sample.entries()) {
      rows.push(await make({ to_state: state, sort_key: index, metadata }, after(second)));
    }
    // what only another program writes: no metadata, and metadata that are no object
    await database.query(`update ${table} set metadata = null where id = $1`, [rows[0]?.id]);
    await database.query(`update ${table} set metadata = '["a"]' where id = $1`, [rows[1]?.id]);
    const stored = (await query((() => queryFor(rows)) as never).selectAll().execute()) as TaskTransition.TaskTransitionRow[];
    function queryFor(known: readonly { id: number }[]) {
      return queryBuilder(database).fn<boolean>("coalesce", [anyOf(known)]);
    }
    type Case = readonly [Scope<never>, (row: TaskTransition.TaskTransitionRow) => boolean];
    const withValue = (key: string, wanted: unknown): Case => [
      Model.withMetadataValue(key, wanted) as Scope<never>,
      (row) => Model.hasMetadata(row, key) && JSON.stringify(Model.getMetadata(row, key)) === JSON.stringify(wanted),
    ];
    const cases: readonly Case[] = [
      [Model.toState("error") as Scope<never>, (row) => row.to_state === "error"],
      [Model.withMetadataKey("a") as Scope<never>, (row) => Model.hasMetadata(row, "a")],
      [Model.withMetadataKey("a b") as Scope<never>, (row) => Model.hasMetadata(row, "a b")],
      [Model.inTimeRange(after(1), after(3)) as Scope<never>, (row) => row.created_at >= after(1) && row.created_at <= after(3)],
      ...["text", 'quo"ted', "1", 1, 2.5, true, null, [1], { n: 1 }, ""].map((wanted) => withValue("a", wanted)),
      withValue("ü", "text"),
    ];
    const select = async (scope: Scope<never>) =>
      (await query(scope).select("id").orderBy("id").execute()).map((row) => row.id);
    const known = new Set(rows.map((row) => row.id));
    const among = async (scope: Scope<never>) => (await select(scope)).filter((id) => known.has(id));
    const filter = (keep: Case[1]) => stored.filter(keep).map((row) => row.id).sort((a, b) => a - b);
    for (const [scope, keep] of cases) expect(await among(scope)).toEqual(filter(keep));
    const one = fc.constantFrom(...cases);
    await fc.assert(
      fc.asyncProperty(one, one, one, async ([a, inA], [b, inB], [c, inC]) => {
        const either: Scope<"tasker_task_transitions"> = (eb) =>
          eb.or([eb.and([a(eb as never), eb.not(b(eb as never))]), c(eb as never)]);
        expect(await among(either as Scope<never>)).toEqual(filter((row) => (inA(row) && !inB(row)) || inC(row)));
      }),
      { numRuns: 25 },
    );
  });
});

function anyOf(_rows: readonly { id: number }[]): never {
  throw new Error("unused");
}
