import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import {
  InvalidRecordError,
  RecordConflictError,
  RecordNotFoundError,
  UnencodableValueError,
} from "../../../src/errors/index.ts";
import { queryBuilder, type Scope, WorkflowStepTransition } from "../../../src/models/index.ts";
import { STATES } from "../../../src/states/state.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { BLANK_METADATA, INVALID_TRANSITIONS } from "../support/invalid-transitions.ts";
import { seedTask } from "../support/seed-task.ts";

type Row = WorkflowStepTransition.WorkflowStepTransitionRow;
type Rows = Scope<"tasker_workflow_step_transitions">;

const AT = new Date("2026-03-02T12:00:00Z");
const after = (seconds: number) => new Date(AT.getTime() + seconds * 1000);
const VALUES = ["text", 'quo"ted', "1", 1, 2.5, true, null, [1], { n: 1 }, ""] as const;

describeOnPostgres("WorkflowStepTransition", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const query = (scope: Rows) =>
    queryBuilder(database).selectFrom("tasker_workflow_step_transitions").where(scope).selectAll();
  const idsIn = async (scope: Rows) => (await query(scope).orderBy("id").execute()).map((row) => row.id);

  test("is created, read, changed and deleted", async () => {
    const { id } = await seedTask(database, "a");
    const made = await WorkflowStepTransition.create(
      database,
      { workflow_step_id: id("a"), to_state: "error", from_state: "in_progress", metadata: { a: 1 }, sort_key: 3 },
      AT,
    );
    expect(made).toMatchObject({ workflow_step_id: id("a"), most_recent: true, metadata: { a: 1 }, created_at: AT });
    expect(await WorkflowStepTransition.find(database, made.id)).toEqual(made);
    const changed = await WorkflowStepTransition.update(database, made.id, { from_state: null }, after(1));
    expect(changed).toEqual({ ...made, from_state: null, updated_at: after(1) });
    await WorkflowStepTransition.destroy(database, made.id);
    await expect(WorkflowStepTransition.find(database, made.id)).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test.each(INVALID_TRANSITIONS)("refuses %j and names field and rule", async (wrong, field, rule) => {
    const { id } = await seedTask(database, "a");
    const given = { workflow_step_id: id("a"), to_state: "pending", sort_key: 1, ...wrong } as const;
    const refused = WorkflowStepTransition.create(
      database,
      given as Parameters<typeof WorkflowStepTransition.create>[1],
    );
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field, rule }] });
  });

  test("blank metadata become an empty object; keys and the current row are unique to a step, which must exist", async () => {
    const { id } = await seedTask(database, "a");
    const make = (sort_key: number, rest: object = {}) =>
      WorkflowStepTransition.create(database, {
        workflow_step_id: id("a"),
        to_state: "pending",
        sort_key,
        most_recent: false,
        ...rest,
      });
    for (const [index, metadata] of BLANK_METADATA.entries()) {
      expect(await make(index, { metadata, from_state: "" })).toMatchObject({ metadata: {}, from_state: null });
    }
    await expect(make(1)).rejects.toBeInstanceOf(RecordConflictError);
    await make(90, { most_recent: true });
    await expect(make(91, { most_recent: true })).rejects.toMatchObject({
      context: { fields: ["workflow_step_id", "most_recent"] },
    });
    await expect(make(1, { workflow_step_id: 999_999 })).rejects.toMatchObject({
      violations: [{ field: "workflow_step_id", value: "999999", rule: "the id of an existing record" }],
    });
  });

  test("scopes over random rows, alone and combined, select what the rules select in memory", async () => {
    const { rows, taskOf } = await seedRandomRows(database);
    const [someStep = 0] = taskOf.keys();
    const has = (key: string) => (row: Row) => WorkflowStepTransition.hasMetadata(row, key);
    type Case = readonly [Rows, (row: Row) => boolean];
    const withValue = (key: string, value: unknown): Case => [
      WorkflowStepTransition.withMetadataValue(key, value),
      (row) => has(key)(row) && JSON.stringify(WorkflowStepTransition.getMetadata(row, key)) === JSON.stringify(value),
    ];
    const cases: readonly Case[] = [
      [WorkflowStepTransition.toState("error"), (row) => row.to_state === "error"],
      [WorkflowStepTransition.withMetadataKey("a"), has("a")],
      [WorkflowStepTransition.withMetadataKey("a b"), has("a b")],
      [WorkflowStepTransition.withMetadataKey("\u0000"), () => false],
      ...VALUES.map((value) => withValue("a", value)),
      withValue("ü", "text"),
      withValue("\ud800", 1),
      [WorkflowStepTransition.forAttempt(2), (row) => WorkflowStepTransition.getMetadata(row, "attempt_number") === 2],
      [
        WorkflowStepTransition.inTimeRange(after(1), after(3)),
        (row) => row.created_at >= after(1) && row.created_at <= after(3),
      ],
      [WorkflowStepTransition.forStep(someStep), (row) => row.workflow_step_id === someStep],
      [
        WorkflowStepTransition.forTask(taskOf.get(someStep) ?? 0),
        (row) => taskOf.get(row.workflow_step_id) === taskOf.get(someStep),
      ],
      [
        WorkflowStepTransition.retryTransitions,
        (row) =>
          row.to_state === "pending" &&
          rows.some(
            (earlier) =>
              earlier.workflow_step_id === row.workflow_step_id &&
              earlier.to_state === "error" &&
              earlier.sort_key < row.sort_key,
          ),
      ],
    ];
    const known = new Set(rows.map((row) => row.id));
    const select = async (scope: Rows) => (await idsIn(scope)).filter((id) => known.has(id));
    const filter = (keep: Case[1]) => rows.filter(keep).map((row) => row.id);
    for (const [scope, keep] of cases) expect(await select(scope)).toEqual(filter(keep));
    const one = fc.constantFrom(...cases);
    await fc.assert(
      fc.asyncProperty(one, one, one, async ([a, inA], [b, inB], [c, inC]) => {
        const either: Rows = (eb) => eb.or([eb.and([a(eb), eb.not(b(eb))]), c(eb)]);
        expect(await select(either)).toEqual(filter((row) => (inA(row) && !inB(row)) || inC(row)));
      }),
      { numRuns: 25 },
    );
  });

  test("a value that JSON cannot hold cannot be looked for", () => {
    expect(() => WorkflowStepTransition.withMetadataValue("a", Number.NaN)).toThrow(UnencodableValueError);
  });

  test("the trail of a step: order, last move to a state, and what people read", async () => {
    const { taskId, id } = await seedTask(database, "a, b");
    await WorkflowStepTransition.append(database, id("a"), "in_progress", { attempt_number: 1 }, AT);
    await WorkflowStepTransition.append(database, id("a"), "error", { error_message: "no" }, after(1.25));
    await WorkflowStepTransition.append(database, id("b"), "cancelled", {}, after(2));
    const rows = await WorkflowStepTransition.history(database, id("a"));
    const recent = await WorkflowStepTransition.recent(query(WorkflowStepTransition.forStep(id("a")))).execute();
    expect(recent).toEqual(rows.toReversed());
    const ofTask = WorkflowStepTransition.forTask(taskId);
    expect(await WorkflowStepTransition.mostRecentToState(database, "error", ofTask)).toEqual(rows[1]);
    const histories = await WorkflowStepTransition.loadHistories(database, [id("a"), id("b")]);
    const all = [...histories.values()].flat();
    const formatted = await WorkflowStepTransition.loadFormattedMetadata(database, all);
    expect(formatted.get(rows[1]?.id ?? 0)).toEqual({
      error_message: "no",
      duration_since_previous: 1.25,
      transition_description: "Failed: no",
      transition_timestamp: "2026-03-02T12:00:01Z",
      step_name: "a",
      task_id: taskId,
    });
    expect([...formatted.values()].map((metadata) => metadata.step_name)).toEqual(["a", "a", "b"]);
    expect((await WorkflowStepTransition.loadStepNames(database, all)).get(id("b"))).toBe("b");
    expect((await WorkflowStepTransition.loadTasks(database, all)).get(id("b"))).toMatchObject({ task_id: taskId });
    expect((await WorkflowStepTransition.loadWorkflowSteps(database, all)).size).toBe(2);
    expect(await WorkflowStepTransition.loadDurationsSincePrevious(database, [])).toEqual(new Map());
  });

  test("statistics count retries and the mean duration of those that say it", async () => {
    const { taskId, id } = await seedTask(database, "a");
    for (const [index, [state, metadata]] of (
      [
        ["in_progress", {}],
        ["error", { execution_duration: 1 }],
        ["pending", { execution_duration: "unknown" }],
        ["in_progress", {}],
        ["complete", { execution_duration: 2 }],
      ] as const
    ).entries()) {
      await WorkflowStepTransition.append(database, id("a"), state, metadata, after(index));
    }
    const where = WorkflowStepTransition.forTask(taskId);
    expect(await WorkflowStepTransition.statistics(database, { where, now: after(86_402) })).toEqual({
      total_transitions: 5,
      states: { complete: 1, error: 1, in_progress: 2, pending: 1 },
      recent_activity: 2,
      average_time_between_transitions: 1,
      retry_attempts: 1,
      average_execution_time: 1.5,
    });
    const none = WorkflowStepTransition.forStep(999_999);
    expect(await WorkflowStepTransition.statistics(database, { where: none })).toMatchObject({
      total_transitions: 0,
      retry_attempts: 0,
      average_execution_time: null,
    });
    expect((await WorkflowStepTransition.statistics(database)).total_transitions).toBeGreaterThan(5);
  });

  test("the scopes' SQL", () => {
    const compiled = (scope: Rows) => query(scope).compile().sql;
    expect(compiled(WorkflowStepTransition.toState("error"))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where "tasker_workflow_step_transitions"."to_state" = $1"`,
    );
    expect(compiled(WorkflowStepTransition.withMetadataKey("k"))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where "tasker_workflow_step_transitions"."metadata" -> $1::text is not null"`,
    );
    expect(compiled(WorkflowStepTransition.withMetadataValue("k", 1))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where "tasker_workflow_step_transitions"."metadata" -> $1::text is not distinct from $2::jsonb"`,
    );
    expect(compiled(WorkflowStepTransition.forAttempt(1))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where "tasker_workflow_step_transitions"."metadata" -> $1::text is not distinct from $2::jsonb"`,
    );
    expect(compiled(WorkflowStepTransition.inTimeRange(AT, AT))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where "tasker_workflow_step_transitions"."created_at" between $1 and $2"`,
    );
    expect(compiled(WorkflowStepTransition.forStep(1))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where "tasker_workflow_step_transitions"."workflow_step_id" = $1"`,
    );
    expect(compiled(WorkflowStepTransition.forTask(1))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where "tasker_workflow_step_transitions"."workflow_step_id" in (select "workflow_step_id" from "tasker_workflow_steps" where "task_id" = $1)"`,
    );
    const ordered = WorkflowStepTransition.recent(query(WorkflowStepTransition.forStep(1)));
    expect(ordered.compile().sql).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where "tasker_workflow_step_transitions"."workflow_step_id" = $1 order by "tasker_workflow_step_transitions"."sort_key" desc"`,
    );
    expect(compiled(WorkflowStepTransition.retryTransitions)).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_step_transitions" where ("tasker_workflow_step_transitions"."to_state" = $1 and exists (select "earlier"."id" from "tasker_workflow_step_transitions" as "earlier" where "earlier"."workflow_step_id" = "tasker_workflow_step_transitions"."workflow_step_id" and "earlier"."sort_key" < "tasker_workflow_step_transitions"."sort_key" and "earlier"."to_state" = $2))"`,
    );
  });
});

/** Steps of three tasks with twelve random transitions each; some metadata are of a kind that only others write. */
async function seedRandomRows(database: Database) {
  const metadata = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.dictionary(fc.constantFrom("a", "b", "a b", "ü", "attempt_number"), fc.constantFrom(...VALUES, 2), {
        maxKeys: 3,
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom(null, ["a"], "a") },
  );
  const row = fc.record({ state: fc.constantFrom(...STATES), metadata, second: fc.nat(5) });
  const [sample = []] = fc.sample(fc.array(row, { minLength: 72, maxLength: 72 }), { numRuns: 1, seed: 11 });
  const taskOf = new Map<number, number>();
  for (let task = 0; task < 3; task++) {
    const { taskId, id } = await seedTask(database, "a, b");
    for (const name of ["a", "b"]) taskOf.set(id(name), taskId);
  }
  const steps = [...taskOf.keys()];
  const inserted = await database.query(
    `insert into tasker_workflow_step_transitions
       (workflow_step_id, to_state, metadata, sort_key, most_recent, created_at, updated_at)
     select u.step, u.state, u.metadata, u.place, false, u.at, u.at
     from unnest($1::int8[], $2::text[], $3::jsonb[], $4::timestamp[]) with ordinality as u(step, state, metadata, at, place)
     returning id`,
    [
      sample.map((_, index) => steps[index % steps.length]),
      sample.map(({ state }) => state),
      sample.map(({ metadata }) => (metadata === null ? null : JSON.stringify(metadata))),
      sample.map(({ second }) => after(second)),
    ],
  );
  const found = await WorkflowStepTransition.findMany(
    database,
    inserted.map(({ id }) => Number(id)),
  );
  return { rows: [...found.values()].sort((a, b) => a.id - b.id), taskOf };
}
