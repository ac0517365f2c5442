import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { queryBuilder, type Scope, WorkflowStep } from "../../../src/models/index.ts";
import { STATES } from "../../../src/states/state.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { seedTask } from "../support/seed-task.ts";

type Steps = Scope<"tasker_workflow_steps">;

/** What the scopes look at, of one step. */
interface Facts {
  readonly taskId: number;
  readonly taskCreatedAt: Date;
  /** Its transitions in order; the last is the current one. */
  readonly trail: readonly { readonly state: string; readonly at: Date }[];
}

const day = (n: number) => new Date(Date.UTC(2026, 2, 1 + n));
const current = ({ trail }: Facts) => trail.at(-1);
const since = (facts: Facts, state: string, time: Date) => {
  const row = current(facts);
  return row?.state === state && row.at > time;
};

describeOnPostgres("scopes of WorkflowStep", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const query = (scope: Steps) => queryBuilder(database).selectFrom("tasker_workflow_steps").where(scope).selectAll();

  test("are single conditions, without joins", () => {
    const compiled = (scope: Steps) => query(scope).compile().sql;
    expect(compiled(WorkflowStep.completed)).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where exists (select "current"."id" from "tasker_workflow_step_transitions" as "current" where "current"."workflow_step_id" = "tasker_workflow_steps"."workflow_step_id" and "current"."most_recent" = $1 and "current"."to_state" in ($2, $3))"`,
    );
    expect(compiled(WorkflowStep.failed)).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where exists (select "current"."id" from "tasker_workflow_step_transitions" as "current" where "current"."workflow_step_id" = "tasker_workflow_steps"."workflow_step_id" and "current"."most_recent" = $1 and "current"."to_state" in ($2))"`,
    );
    expect(compiled(WorkflowStep.pending)).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where not exists (select "current"."id" from "tasker_workflow_step_transitions" as "current" where "current"."workflow_step_id" = "tasker_workflow_steps"."workflow_step_id" and "current"."most_recent" = $1 and "current"."to_state" not in ($2, $3))"`,
    );
    expect(compiled(WorkflowStep.forTask(1))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where "tasker_workflow_steps"."task_id" = $1"`,
    );
    expect(compiled(WorkflowStep.byCurrentState())).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where exists (select "current"."id" from "tasker_workflow_step_transitions" as "current" where "current"."workflow_step_id" = "tasker_workflow_steps"."workflow_step_id" and "current"."most_recent" = $1)"`,
    );
    expect(compiled(WorkflowStep.byCurrentState("error"))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where exists (select "current"."id" from "tasker_workflow_step_transitions" as "current" where "current"."workflow_step_id" = "tasker_workflow_steps"."workflow_step_id" and "current"."most_recent" = $1 and "current"."to_state" in ($2))"`,
    );
    expect(compiled(WorkflowStep.completedSince(day(0)))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where exists (select "current"."id" from "tasker_workflow_step_transitions" as "current" where "current"."workflow_step_id" = "tasker_workflow_steps"."workflow_step_id" and "current"."most_recent" = $1 and "current"."to_state" in ($2) and "current"."created_at" > $3)"`,
    );
    expect(compiled(WorkflowStep.failedSince(day(0)))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where exists (select "current"."id" from "tasker_workflow_step_transitions" as "current" where "current"."workflow_step_id" = "tasker_workflow_steps"."workflow_step_id" and "current"."most_recent" = $1 and "current"."to_state" in ($2) and "current"."created_at" > $3)"`,
    );
    expect(compiled(WorkflowStep.forTasksSince(day(0)))).toMatchInlineSnapshot(
      `"select * from "tasker_workflow_steps" where "tasker_workflow_steps"."task_id" in (select "recent"."task_id" from "tasker_tasks" as "recent" where "recent"."created_at" > $1)"`,
    );
  });

  test("over random steps, alone and combined, select what the rules select in memory", async () => {
    const steps = await seedRandomSteps(database);
    const [firstTask] = [...steps.values()].map(({ taskId }) => taskId);
    const cases: readonly (readonly [Steps, (facts: Facts) => boolean])[] = [
      [WorkflowStep.completed, (f) => ["complete", "resolved_manually"].includes(current(f)?.state ?? "")],
      [WorkflowStep.failed, (f) => current(f)?.state === "error"],
      [WorkflowStep.pending, (f) => ["pending", "in_progress"].includes(current(f)?.state ?? "pending")],
      [WorkflowStep.forTask(firstTask ?? 0), (f) => f.taskId === firstTask],
      [WorkflowStep.byCurrentState(), (f) => f.trail.length > 0],
      [WorkflowStep.byCurrentState("pending"), (f) => current(f)?.state === "pending"],
      [WorkflowStep.completedSince(day(3)), (f) => since(f, "complete", day(3))],
      [WorkflowStep.failedSince(day(3)), (f) => since(f, "error", day(3))],
      [WorkflowStep.forTasksSince(day(2)), (f) => f.taskCreatedAt > day(2)],
    ];
    const select = async (scope: Steps) =>
      (await query(scope).execute()).map((row) => row.workflow_step_id).sort(byValue);
    const filter = (keep: (facts: Facts) => boolean) =>
      [...steps]
        .filter(([, facts]) => keep(facts))
        .map(([id]) => id)
        .sort(byValue);
    for (const [scope, keep] of cases) {
      expect(await select(scope)).toEqual(filter(keep));
      expect(filter(keep).length).toBeGreaterThan(0);
    }
    const one = fc.constantFrom(...cases);
    await fc.assert(
      fc.asyncProperty(one, one, one, async ([a, inA], [b, inB], [c, inC]) => {
        const either: Steps = (eb) => eb.or([a(eb), eb.and([b(eb), eb.not(c(eb))])]);
        expect(await select(either)).toEqual(filter((facts) => inA(facts) || (inB(facts) && !inC(facts))));
        expect((await query(a).where(b).where(c).execute()).length).toBe(
          filter((f) => inA(f) && inB(f) && inC(f)).length,
        );
      }),
      { numRuns: 25 },
    );
  });
});

/** Tasks of five steps each, with trails of up to four random states. */
async function seedRandomSteps(database: Database): Promise<Map<number, Facts>> {
  const move = fc.record({ state: fc.constantFrom(...STATES), at: fc.integer({ min: 0, max: 6 }).map(day) });
  const tasks = fc.array(
    fc.record({
      taskCreatedAt: fc.integer({ min: 0, max: 5 }).map(day),
      trails: fc.array(fc.array(move, { maxLength: 4 }), { minLength: 5, maxLength: 5 }),
    }),
    { minLength: 12, maxLength: 12 },
  );
  const [sample = []] = fc.sample(tasks, { numRuns: 1, seed: 7 });
  const found = new Map<number, Facts>();
  for (const { taskCreatedAt, trails } of sample) {
    const { taskId, id } = await seedTask(database, "a, b, c, d, e", { createdAt: taskCreatedAt });
    for (const [index, trail] of trails.entries()) {
      const step = id("abcde"[index] ?? "a");
      found.set(step, { taskId, taskCreatedAt, trail });
      await database.query(
        `insert into tasker_workflow_step_transitions
           (workflow_step_id, to_state, sort_key, most_recent, created_at, updated_at)
         select $1, u.state, u.place * 10, u.place = cardinality($2::text[]), u.at, u.at
         from unnest($2::text[], $3::timestamp[]) with ordinality as u(state, at, place)`,
        [step, trail.map(({ state }) => state), trail.map(({ at }) => at)],
      );
    }
  }
  return found;
}

const byValue = (a: number, b: number) => a - b;
