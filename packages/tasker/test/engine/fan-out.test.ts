import fc from "fast-check";
import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { DatabaseUnavailableError, PermanentError, RetryableError } from "../../src/errors/index.ts";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import type { StepExecution } from "../../src/handlers/execution.ts";
import type { JsonValue } from "../../src/json/json-value.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { runTask } from "../../src/testing/run/run-task.ts";
import { tasksInState } from "../../src/testing/states/tasks-in-state.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { makeGate, readState, readStep, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

/** What a mapped step does with one item. */
type Work = (step: StepExecution) => unknown;

/** A template whose step `load` gives what it is told, `each` works on its items, and `end` counts what came of them. */
const mapping = (load: unknown, work: Work, forEach: { maxParallel?: number; maxItems?: number; path?: string } = {}) =>
  defineTask({ name: "mapping" })
    .step("load", { process: () => load as JsonValue })
    .step("each", { forEach: { step: "load", ...forEach }, process: (_task, _sequence, step) => work(step) })
    .step("end", { dependsOn: ["each"], process: (_task, sequence) => sequence.resultsOf("each").length })
    .build();

/** State of the only step with this name; undefined if there is none. */
const stateOf = async (database: Database, name: string) =>
  (
    await database.query(
      `select coalesce(x.to_state, 'pending') as state from tasker_workflow_steps w
       join tasker_named_steps n using (named_step_id)
       left join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
       where n.name = $1`,
      [name],
    )
  )[0]?.state;

/** The database, but the answer to each statement that adds steps is lost the first time, after it was carried out. */
function losingAnswers(database: Database): Database {
  let lost = 0;
  return new Proxy(database, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function") return member;
      if (key !== "run") return member.bind(target);
      return async (...call: Parameters<Database["run"]>) => {
        const rows = await target.run(...call);
        if (call[0].name !== "commit_adding" || lost > 0) return rows;
        lost += 1;
        throw new DatabaseUnavailableError("the answer was lost");
      };
    },
  });
}

describeEachDatabase("a step that runs for each item of a list", (open) => {
  test("gets an instance for each item, and joins what they stored in the order of the items", async () => {
    const database = await useDatabase(open);
    const seen: unknown[] = [];
    const template = mapping(
      { numbers: [5, null, { deep: [1] }] },
      (step) => {
        seen.push([step.name, step.itemIndex, step.inputs]);
        return { got: step.inputs };
      },
      { path: "numbers" },
    );
    const report = await runTask(template, {}, { database });
    expect(seen).toEqual([
      ["each[0]", 0, 5],
      ["each[1]", 1, null],
      ["each[2]", 2, { deep: [1] }],
    ]);
    expect(report.steps).toMatchObject({
      "each[0]": { state: "complete", results: { got: 5 }, attempts: 1 },
      each: { state: "complete", results: [{ got: 5 }, { got: null }, { got: { deep: [1] } }], attempts: 1 },
      end: { state: "complete", results: 3 },
    });
    expect(report.history).toEqual([
      "task pending > in_progress",
      "load pending > in_progress",
      "load in_progress > complete",
      "each[0] pending > in_progress",
      "each[1] pending > in_progress",
      "each[2] pending > in_progress",
      "each[0] in_progress > complete",
      "each[1] in_progress > complete",
      "each[2] in_progress > complete",
      "each pending > in_progress",
      "each in_progress > complete",
      "end pending > in_progress",
      "end in_progress > complete",
      "task in_progress > complete",
    ]);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a step that runs for each item of a list", () => {
  test("runs 10,000 items, and tasks share the names of the instances", async () => {
    const database = await useDatabase(openTestDatabase);
    const items = Array.from({ length: 10_000 }, (_, index) => index);
    const template = mapping(items, (step) => step.itemIndex);
    const { engine } = await startEngine(database, [template], { concurrency: 1_000 });
    const names = async () =>
      (await database.query("select count(*)::integer as n, max(named_step_id) as last from tasker_named_steps"))[0];
    const { taskId } = await engine.submit({ name: "mapping", context: {} });
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await readStep(database, taskId, "each")).toMatchObject({ results: items });
    expect(await readStep(database, taskId, "end")).toMatchObject({ results: 10_000 });
    await expectCleanAuditTrail(database);

    const before = await names();
    const small = mapping(items.slice(0, 20), (step) => step.itemIndex);
    const other = await startEngine(database, [small]);
    await engine.stop();
    const second = await other.engine.submit({ name: "mapping", context: {} });
    expect(await other.engine.settled(second.taskId)).toMatchObject({ state: "complete" });
    expect(await names()).toEqual(before);
    expect(before).toMatchObject({ n: 10_003, last: 10_003 });
  });

  test("works on no more items at a time than max_parallel says, retries apart", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    let running = 0;
    let most = 0;
    const work: Work = async (step) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (step.attempt === 1 && Number(step.inputs) % 3 === 0) throw new RetryableError("again", { retryAfter: 5 });
      return step.inputs;
    };
    const items = Array.from({ length: 20 }, (_, index) => index);
    const report = await runTask(mapping(items, work, { maxParallel: 3 }), {}, { database, clock });
    expect(report.steps.each).toMatchObject({ state: "complete", results: items });
    expect(report.steps["each[3]"]?.attempts).toBe(2);
    expect(most).toBe(3);
    await expectCleanAuditTrail(database);
  });

  test("completes with an empty list when there is nothing to do", async () => {
    const database = await useDatabase(openTestDatabase);
    const report = await runTask(
      mapping([], () => expect.unreachable()),
      {},
      { database },
    );
    expect(report.state).toBe("complete");
    expect(report.steps).toMatchObject({ each: { results: [], attempts: 1 }, end: { results: 0 } });
    expect(Object.keys(report.steps)).toEqual(["load", "each", "end"]);
    await expectCleanAuditTrail(database);
  });

  test.each([
    [
      "an object",
      { items: 1 },
      {},
      /each runs for each item of the results of step load: found an object, expected a list/,
    ],
    ["nothing", { items: [] }, { path: "item" }, /of item in the results of step load: found nothing/],
    ["a text", "abc", {}, /found a string/],
    ["too many", [1, 2, 3], { maxItems: 2 }, /found a list of 3 items, expected at most 2 \(max_items\)/],
  ])("fails for good where it finds no list of the allowed length: %s", async (_what, load, forEach, message) => {
    const database = await useDatabase(openTestDatabase);
    const report = await runTask(
      mapping(load, () => expect.unreachable(), forEach),
      {},
      { database },
    );
    expect(report.state).toBe("error");
    expect(report.steps.each).toMatchObject({ state: "error", attempts: 1 });
    const step = await readStep(database, report.taskId, "each");
    expect(step).toMatchObject({
      retryable: false,
      results: { error: expect.stringMatching(message), error_class: "FanOutError", error_code: "TASKER_FAN_OUT" },
    });
    await expectCleanAuditTrail(database);
  });

  test("fails for good where the joined results are larger than a result may be", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [mapping([1, 2, 3], () => "x".repeat(60))], { maxValueBytes: 150 });
    const { taskId } = await engine.submit({ name: "mapping", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await readStep(database, taskId, "each[2]")).toMatchObject({ state: "complete" });
    expect(await readStep(database, taskId, "each")).toMatchObject({
      state: "error",
      results: { error: expect.stringMatching(/results of step each/), error_code: "TASKER_VALUE_TOO_LARGE" },
    });
    await expectCleanAuditTrail(database);
  });

  test("waits for a failed instance, and goes on when that is mended: the others are not run again", async () => {
    const database = await useDatabase(openTestDatabase);
    let broken = true;
    const runs: string[] = [];
    const work: Work = (step) => {
      runs.push(step.name);
      if (broken && step.inputs === 2) throw new PermanentError("not this one", { errorCode: "TWO" });
      return step.inputs;
    };
    const under = await startEngine(database, [mapping([1, 2, 3], work)]);
    const { taskId } = await under.engine.submit({ name: "mapping", context: {} });
    expect(await under.engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await readStep(database, taskId, "each[1]")).toMatchObject({
      state: "error",
      results: { error_code: "TWO" },
    });
    expect(await readStep(database, taskId, "each")).toMatchObject({ state: "pending" });
    const [failure] = await database.query(
      "select metadata from tasker_task_transitions where task_id = $1 and most_recent",
      [taskId],
    );
    expect(failure?.metadata).toMatchObject({ failed_steps: ["each[1]"], blocked_steps_count: 2, total_steps: 6 });
    await expectCleanAuditTrail(database);
    broken = false;
    runs.length = 0;
    await database.execute(`
      update tasker_workflow_steps w set retryable = true, attempts = 0 from tasker_named_steps n
      where n.named_step_id = w.named_step_id and n.name = 'each[1]';
      update tasker_workflow_step_transitions x set most_recent = false from tasker_workflow_steps w
      join tasker_named_steps n using (named_step_id) where n.name = 'each[1]' and x.workflow_step_id = w.workflow_step_id;
      insert into tasker_workflow_step_transitions
        (workflow_step_id, to_state, sort_key, metadata, most_recent, created_at, updated_at)
      select workflow_step_id, 'pending', 100, '{}', true, now(), now() from tasker_workflow_steps
      join tasker_named_steps n using (named_step_id) where n.name = 'each[1]';
      update tasker_task_transitions set most_recent = false where task_id = ${taskId};
      insert into tasker_task_transitions (task_id, to_state, sort_key, metadata, most_recent, created_at, updated_at)
      values (${taskId}, 'pending', 100, '{}', true, now(), now());
      update tasker_task_runs set wake_at = '2000-01-01' where task_id = ${taskId}`);
    await until(async () => {
      under.clock.advance(500);
      return (await readState(database, taskId)) === "complete";
    }, "the end of the task");
    expect(runs).toEqual(["each[1]"]);
    expect(await readStep(database, taskId, "each")).toMatchObject({ results: [1, 2, 3] });
  });

  test("joins null for an item whose failure is ignored; a source that was left out has no items", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "lenient" })
      .step("load", { skippable: true, process: () => [1, 2, 3] })
      .step("each", {
        forEach: { step: "load" },
        onFailure: "continue",
        process: (_task, _sequence, step) => {
          if (step.inputs === 2) throw new PermanentError("not this one");
          return step.inputs;
        },
      })
      .build();
    const report = await runTask(template, {}, { database });
    expect(report.state).toBe("complete");
    expect(report.steps["each[1]"]).toMatchObject({ state: "resolved_manually" });
    expect(report.steps.each).toMatchObject({ state: "complete", results: [1, null, 3] });
    const bypassed = await runTask(template, {}, { database, request: { bypassSteps: ["load"] } });
    expect(bypassed.steps.each).toMatchObject({ state: "complete", results: [] });
    await expectCleanAuditTrail(database);
  });

  test("joins what an operator completed an item with, an empty object too", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "by_hand" })
      .step("load", { process: () => [1, 2] })
      .step("each", {
        forEach: { step: "load" },
        process: (_task, _sequence, step) => {
          if (step.inputs === 2) throw new PermanentError("not this one");
          return step.inputs;
        },
      })
      .build();
    const under = await startEngine(database, [template]);
    const { taskId } = await under.engine.submit({ name: "by_hand", context: {} });
    expect(await under.engine.settled(taskId)).toMatchObject({ state: "error" });
    await under.engine.actions.completeStep(
      { taskId, step: "each[1]" },
      {},
      { actor: "Grace", reason: "done by hand" },
    );
    await until(async () => {
      under.clock.advance(500);
      return (await readState(database, taskId)) === "complete";
    }, "the end of the task");
    expect(await readStep(database, taskId, "each")).toMatchObject({ results: [1, {}] });
    await under.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("holds each item, and not the join, to the limits of the step", async () => {
    const database = await useDatabase(openTestDatabase);
    let running = 0;
    const template = defineTask({ name: "limited" })
      .step("load", { process: () => [1, 2, 3, 4] })
      .step("each", {
        forEach: { step: "load" },
        limits: [{ concurrency: 1 }],
        process: async (_task, _sequence, step) => {
          running += 1;
          expect(running).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return step.inputs * 2;
        },
      })
      .build();
    const report = await runTask(template, {}, { database });
    expect(report.steps.each).toMatchObject({ state: "complete", results: [2, 4, 6, 8] });
    await expectCleanAuditTrail(database);
  });

  test("can run over the results of another such step", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "chain" })
      .step("load", { process: () => ["a", "b"] })
      .step("first", { forEach: { step: "load" }, process: (_task, _sequence, step) => `${step.inputs}1` })
      .step("second", {
        forEach: { step: "first", maxParallel: 1 },
        process: (_task, sequence, step) => `${step.inputs}2 of ${sequence.resultsOf("first").length}`,
      })
      .build();
    const report = await runTask(template, {}, { database });
    expect(report.steps.second?.results).toEqual(["a12 of 2", "b12 of 2"]);
    await expectCleanAuditTrail(database);
  });

  test("is taken over in the middle by another process: what is done stays done", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const held = makeGate();
    const template = (run: Work) => mapping([0, 1, 2, 3, 4, 5], run, { maxParallel: 2 });
    const dead = await startEngine(
      database,
      [
        template(async (step) => {
          if (Number(step.inputs) >= 2) await held.promise;
          return `first ${step.inputs}`;
        }),
      ],
      { clock },
    );
    const { taskId } = await dead.engine.submit({ name: "mapping", context: {} });
    await until(async () => (await stateOf(database, "each[3]")) === "in_progress", "the second pair of items");
    await database.execute(`update tasker_processes set stopped_at = now() at time zone 'UTC'`);
    let running = 0;
    const heir = await startEngine(
      database,
      [
        template(async (step) => {
          running += 1;
          expect(running).toBeLessThanOrEqual(2);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return `second ${step.inputs}`;
        }),
      ],
      { clock },
    );
    expect(await heir.engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await readStep(database, taskId, "each")).toMatchObject({
      results: ["first 0", "first 1", "second 2", "second 3", "second 4", "second 5"],
    });
    held.open();
    await expectCleanAuditTrail(database);
  });

  test.each(["with the outcome before it", "alone"])("is added once although the answer was lost: %s", async (how) => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const template = mapping([7, 8], (step) => step.inputs);
    const make = () => startEngine(losingAnswers(database), [template], { clock });
    const request = { name: "mapping", context: {} };
    const submit = async () => (await (await make()).engine.submit(request)).taskId;
    const find = async () => {
      const [task] = await tasksInState(database, [{ template, steps: { load: "complete" } }], { clock });
      await database.execute("update tasker_workflow_steps set results = '[7, 8]' where processed");
      await make();
      return task?.taskId ?? 0;
    };
    const taskId = await (how === "alone" ? find() : submit());
    await until(async () => {
      clock.advance(500);
      return (await readState(database, taskId)) === "complete";
    }, "the end of the task");
    expect(await readStep(database, taskId, "each")).toMatchObject({ results: [7, 8] });
    expect(await database.query("select count(*)::integer as n from tasker_workflow_steps")).toEqual([{ n: 5 }]);
    await expectCleanAuditTrail(database);
  });

  test("whatever becomes of the items, ends as the rules say", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const item = fc.record({
      failures: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
      permanent: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
    });
    const plan = fc.record({
      items: fc.array(item, { maxLength: 12 }),
      retryLimit: fc.integer({ min: 1, max: 4 }),
      maxParallel: fc.option(fc.integer({ min: 1, max: 4 })),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ items, retryLimit, maxParallel }) => {
        let running = 0;
        const template = defineTask({ name: "random" })
          .step("load", { process: () => ({ items }) })
          .step("each", {
            forEach: { step: "load", path: "items", ...(maxParallel === null ? {} : { maxParallel }) },
            retryLimit,
            process: async (_task, _sequence, { inputs, attempt, itemIndex }) => {
              running += 1;
              expect(running).toBeLessThanOrEqual(maxParallel ?? items.length);
              if (Number(itemIndex) % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
              running -= 1;
              if (attempt <= inputs.failures) throw new RetryableError("again", { retryAfter: 0 });
              if (inputs.permanent) throw new PermanentError("never");
              return itemIndex;
            },
          })
          .step("end", { dependsOn: ["each"], process: () => "end" })
          .build();
        const report = await runTask(template, {}, { database, clock });
        const ended = items.map(({ failures, permanent }) => ({
          state: failures < retryLimit && !permanent ? "complete" : "error",
          attempts: Math.min(failures + 1, retryLimit),
        }));
        const works = ended.every(({ state }) => state === "complete");
        expect(report.state).toBe(works ? "complete" : "error");
        expect(report.steps).toMatchObject({
          ...Object.fromEntries(ended.map((end, place) => [`each[${place}]`, end])),
          each: works ? { state: "complete", results: items.map((_, place) => place) } : { state: "pending" },
          end: { state: works ? "complete" : "pending" },
        });
        expect(Object.keys(report.steps)).toHaveLength(items.length + 3);
      }),
      { numRuns: 25 },
    );
    await expectCleanAuditTrail(database);
  });
});
