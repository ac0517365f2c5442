import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TaskActions } from "../../src/actions/task-actions.ts";
import type { Connection, Database } from "../../src/database/database.ts";
import { findOrphans } from "../../src/engine/find-orphans.ts";
import { PermanentError } from "../../src/errors/index.ts";
import { isState, type State } from "../../src/states/state.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, startEngine, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type DrawnAction, type ModelStep, type ModelTask, predict } from "./action-model.ts";

const EDGES = "a -> b, a -> c, b -> d, c -> d, d -> e";
const STEPS = ["a", "b", "c", "d", "e"] as const;
/** Sequences that are played; more with `TASKER_MODEL_RUNS`. */
const RUNS = Number(process.env.TASKER_MODEL_RUNS ?? 8);
const SEED = Number(process.env.TASKER_MODEL_SEED ?? 20_261);
const note = { actor: "chance", reason: "drawn" };

/** Something that happens to the task: an action, the end of an attempt that runs, time, or another engine. */
type Event =
  | { readonly kind: "act"; readonly drawn: DrawnAction }
  | { readonly kind: "end"; readonly place: number; readonly how: "returns" | "throws" | "gives up" }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "restart" };

const drawnAction: fc.Arbitrary<DrawnAction> = fc.record({
  action: fc.constantFrom(
    ...(["retry_step", "retry_step", "reset_attempts", "resolve_step", "complete_step", "skip_step"] as const),
    ...(["cancel_step", "edit_step", "retry_task", "retry_task", "cancel_task", "resolve_task"] as const),
    ...(["pause_task", "resume_task", "resume_task", "rerun_from", "rerun_from"] as const),
  ),
  step: fc.constantFrom(...STEPS),
  limit: fc.integer({ min: 1, max: 4 }),
  result: fc.integer({ min: 0, max: 1 }),
});

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: drawnAction.map((drawn) => ({ kind: "act" as const, drawn })) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      place: fc.nat(4),
      how: fc.constantFrom("returns" as const, "throws" as const, "throws" as const, "gives up" as const),
    }),
  },
  { weight: 4, arbitrary: fc.constantFrom(500, 500, 10_000, 400_000).map((ms) => ({ kind: "wait" as const, ms })) },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
);

const asState = (value: unknown): State => {
  if (isState(value)) return value;
  throw new Error(`${String(value)} is no state`);
};

async function readModel(connection: Connection, taskId: number): Promise<ModelTask> {
  const [task] = await connection.query(
    `select coalesce(x.to_state, 'pending') as state, r.paused from tasker_task_runs r
     left join tasker_task_transitions x on x.task_id = r.task_id and x.most_recent where r.task_id = $1`,
    [taskId],
  );
  const rows = await connection.query(
    `select n.name, coalesce(x.to_state, 'pending') as state, w.attempts, w.retry_limit, w.retryable, w.skippable, w.results,
       array(
         select p.name::text from tasker_workflow_step_edges e
         join tasker_workflow_steps f on f.workflow_step_id = e.from_step_id join tasker_named_steps p using (named_step_id)
         where e.to_step_id = w.workflow_step_id order by 1
       ) as parents
     from tasker_workflow_steps w join tasker_named_steps n using (named_step_id)
     left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
     where w.task_id = $1`,
    [taskId],
  );
  const steps = rows.map((row): [string, ModelStep] => [
    String(row.name),
    {
      state: asState(row.state),
      attempts: Number(row.attempts),
      limit: Number(row.retry_limit),
      retryable: row.retryable === true,
      skippable: row.skippable === true,
      parents: (row.parents as string[]).map(String),
      results: JSON.stringify(row.results),
    },
  ]);
  return { state: asState(task?.state), paused: task?.paused === true, steps: Object.fromEntries(steps) };
}

function perform(actions: TaskActions, taskId: number, { action, step, limit, result }: DrawnAction) {
  const address = { taskId, step };
  switch (action) {
    case "retry_step":
      return actions.retryStep(address, note);
    case "reset_attempts":
      return actions.resetAttempts(address, note);
    case "resolve_step":
      return actions.resolveStep(address, note);
    case "complete_step":
      return actions.completeStep(address, { by: result }, note);
    case "skip_step":
      return actions.skipStep(address, note);
    case "cancel_step":
      return actions.cancelStep(address, note);
    case "edit_step":
      return actions.editStep(address, { retryLimit: limit }, note);
    case "retry_task":
      return actions.retryTask(taskId, note);
    case "cancel_task":
      return actions.cancelTask(taskId, note);
    case "resolve_task":
      return actions.resolveTask(taskId, note);
    case "pause_task":
      return actions.pauseTask(taskId, note);
    case "resume_task":
      return actions.resumeTask(taskId, note);
    case "rerun_from":
      return actions.rerunFrom(address, note);
  }
}

describeOnPostgres("actions drawn at random, beside an engine that runs the task", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  /** Does an action while nobody else can write, and compares what it did with what the model says. */
  function actAndCompare(clock: ManualClock, taskId: number, drawn: DrawnAction): Promise<void> {
    return database.transaction(async (transaction) => {
      await transaction.query("select from tasker_task_runs where task_id = $1 for no key update", [taskId]);
      const before = await readModel(transaction, taskId);
      const { outcome, reason, task } = predict(before, drawn);
      const result = await perform(new TaskActions({ database: transaction, clock }), taskId, drawn);
      const answered = { outcome: result.outcome, reason: result.outcome === "done" ? null : result.reason };
      expect(answered, JSON.stringify({ drawn, before })).toEqual({ outcome, reason });
      expect(await readModel(transaction, taskId), JSON.stringify({ drawn, before })).toEqual(task);
    });
  }

  test(
    "answer and do what the rules say, and leave a task that can be brought to its end",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
          const clock = new ManualClock();
          const running: ((how: "returns" | "throws" | "gives up") => void)[] = [];
          let isOver = false;
          const template = graphTemplate(EDGES, {
            steps: { b: { skippable: true }, d: { skippable: true }, c: { retryLimit: 1 } },
            run: (_task, _sequence, step) => {
              if (isOver) return step.name;
              return new Promise((resolve, reject) => {
                running.push((how) => {
                  if (how === "returns") resolve(step.name);
                  else reject(how === "throws" ? new Error("fails") : new PermanentError("fails for good"));
                });
              });
            },
          });
          let engine = (await startEngine(database, [template], { clock })).engine;
          const { taskId } = await engine.submit({ name: "graph", context: {} });
          const breathe = () => new Promise((resolve) => setTimeout(resolve, 2));
          for (const one of events) {
            if (one.kind === "act") await actAndCompare(clock, taskId, one.drawn);
            else if (one.kind === "end") running.splice(one.place % Math.max(1, running.length), 1)[0]?.(one.how);
            else if (one.kind === "wait") clock.advance(one.ms);
            else {
              await engine.stop({ graceMs: 0 });
              engine = (await startEngine(database, [template], { clock })).engine;
            }
            await breathe();
          }

          // Whatever has happened, the task can be brought to its end.
          isOver = true;
          const actions = new TaskActions({ database, clock });
          await actions.resumeTask(taskId, note);
          await actions.retryTask(taskId, note);
          for (const end of running.splice(0)) end("returns");
          const ended = `
          select from tasker_task_runs r
          join tasker_task_transitions x on x.task_id = r.task_id and x.most_recent
          where r.task_id = $1 and r.owner_id = 0 and r.wake_at is null and not r.dirty
            and x.to_state in ('complete', 'error', 'cancelled', 'resolved_manually')`;
          await until(async () => {
            clock.advance(60_000);
            for (const end of running.splice(0)) end("returns");
            await breathe();
            return (await database.query(ended, [taskId])).length === 1;
          }, `the end of task ${taskId}`);
          await engine.stop({ graceMs: 0 });
          expect(await findOrphans(database, 0)).toEqual([]);
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      await expectCleanAuditTrail(database);
    },
    60_000 + RUNS * 10_000,
  );
});
