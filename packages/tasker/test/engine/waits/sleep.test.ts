import { expect, test } from "vitest";
import { z } from "zod";
import { bindTemplate } from "../../../src/handlers/bind-template.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { parseTemplate } from "../../../src/templates/parse-template.ts";
import { drain } from "../../../src/testing/run/drain.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { readTask } from "../../../src/testing/run/read-task.ts";
import { runTask } from "../../../src/testing/run/run-task.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const DAY_MS = 86_400_000;

const subscription = (days: number) =>
  defineTask({ name: "subscription", context: z.object({ email: z.string() }) })
    .step("invite", { process: () => ({ invited: true }) })
    .sleep("trial", { dependsOn: ["invite"], seconds: days * 86_400 })
    .step("charge", { dependsOn: ["trial"], process: (_task, sequence) => sequence.resultsOf("trial") })
    .build();

describeEachDatabase("a sleep of 30 days", (open) => {
  test("takes no real time in a test, and goes on when it is over", async () => {
    const database = await useDatabase(open);
    const clock = new ManualClock();
    const start = clock.now();
    const report = await runTask(subscription(30), { email: "ada@example.com" }, { database, clock });
    const over = new Date(start + 30 * DAY_MS).toISOString();
    expect(report.state).toBe("complete");
    expect(report.steps.trial).toMatchObject({ state: "complete", attempts: 1, results: { until: over } });
    expect(report.steps.charge?.results).toEqual({ until: over });
    expect(report.elapsedMs).toBeGreaterThanOrEqual(30 * DAY_MS);
    expect(report.elapsedMs).toBeLessThanOrEqual(30 * DAY_MS + 500);
    expect(report.history).toEqual([
      "task pending > in_progress",
      "invite pending > in_progress",
      "invite in_progress > complete",
      "trial pending > in_progress",
      "trial in_progress > complete",
      "charge pending > in_progress",
      "charge in_progress > complete",
      "task in_progress > complete",
    ]);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a step that sleeps", () => {
  test("is in progress and says what it waits for; its task is nobody's meanwhile", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, clock, seen } = await startEngine(database, [subscription(30)]);
    const { taskId } = await engine.submit({ name: "subscription", context: { email: "a" } });
    await seen(({ stepName, name }) => stepName === "trial" && name === "step.execution_requested");
    const wakeAt = new Date(clock.now() + 30 * DAY_MS);
    await until(async () => {
      const [run] = await database.query("select owner_id, wake_at from tasker_task_runs");
      return run?.owner_id === 0 && String(run.wake_at) === String(wakeAt);
    }, "the release");
    expect(await readStep(database, taskId, "trial")).toMatchObject({
      state: "in_progress",
      in_process: true,
      attempts: 1,
    });
    const [row] = await readTransitions(database, taskId, "trial");
    expect(row?.metadata).toMatchObject({
      attempt_number: 1,
      waiting_for: { kind: "sleep", since: new Date(clock.now()).toISOString(), until: wakeAt.toISOString() },
    });
    const [context] = await database.query("select * from get_task_execution_context($1)", [taskId]);
    expect(context).toMatchObject({ status: "in_progress", execution_status: "processing", in_progress_steps: 1 });
    await expectCleanAuditTrail(database);
  });

  test("starts and waits in one commit; its end and what follows are one commit", async () => {
    const database = await useDatabase(openTestDatabase);
    const report = await runTask(subscription(1), { email: "a" }, { database });
    const rows = await database.query(`
      select n.name, x.to_state, (x.metadata ->> 'seq')::bigint / 65536 as commit
      from tasker_workflow_step_transitions x join tasker_workflow_steps w using (workflow_step_id)
      join tasker_named_steps n using (named_step_id) order by (x.metadata ->> 'seq')::bigint`);
    const commits = [...new Set(rows.map(({ commit }) => commit))];
    expect(rows.map(({ name, to_state, commit }) => `${commits.indexOf(commit)} ${name} ${to_state}`)).toEqual([
      "0 invite in_progress",
      "1 invite complete",
      "1 trial in_progress",
      "2 trial complete",
      "2 charge in_progress",
      "3 charge complete",
    ]);
    expect(report.state).toBe("complete");
  });

  test("holds no slot and keeps nothing else from running", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "wide" })
      .sleep("one", { seconds: 10 })
      .sleep("two", { seconds: 20 })
      .step("work", { process: () => "done" })
      .step("after", { dependsOn: ["one", "two", "work"], process: () => "all" })
      .build();
    const under = await startEngine(database, [template], { concurrency: 1 });
    const { taskId } = await under.engine.submit({ name: "wide", context: {} });
    await under.seen(({ name, stepName }) => name === "step.completed" && stepName === "work");
    expect(await readStep(database, taskId, "one")).toMatchObject({ state: "in_progress" });
    await drain(under);
    expect(await readTask(database, taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("goes on in another process, which does not count as an interruption", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const template = (name: string) =>
      defineTask({ name: "handed_over" })
        .sleep("pause", { seconds: 50 })
        .step("after", { dependsOn: ["pause"], process: () => name })
        .build();
    const first = await startEngine(database, [template("first")], { clock });
    const { taskId } = await first.engine.submit({ name: "handed_over", context: {} });
    await first.seen(({ stepName }) => stepName === "pause");
    // What a process that dies leaves behind: its tasks are still its own.
    await first.engine.stop();
    await database.query("update tasker_task_runs set owner_id = 4711");
    await database.query(`
      insert into tasker_processes
        (process_id, host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at, stopped_at)
      overriding system value select 4711, 'gone', 1, '0', t, t, 10000, t, t, t
      from (select now() at time zone 'UTC' - interval '1 hour' as t) before`);
    const second = await startEngine(database, [template("second")], { clock, leaseMs: 600 });
    await until(async () => {
      const [run] = await database.query("select owner_id from tasker_task_runs");
      clock.advance(1);
      return run?.owner_id !== 4711;
    }, "the takeover");
    await drain(second);
    const report = await readTask(database, taskId);
    expect(report.steps).toMatchObject({ pause: { state: "complete", attempts: 1 }, after: { results: "second" } });
    expect((await readTransitions(database, taskId, "pause")).map(({ to_state }) => to_state)).toEqual([
      "in_progress",
      "complete",
    ]);
    await expectCleanAuditTrail(database);
  });

  test("until a moment from the context or from a step's results", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const at = (seconds: number) => new Date(clock.now() + seconds * 1_000);
    const template = defineTask<{ visit: { at: string } }>({ name: "visit" })
      .step("plan", { process: () => ({ times: [at(20).getTime()] }) })
      .sleep("until_visit", { until: { path: "visit.at" } })
      .sleep("until_planned", { dependsOn: ["plan"], until: { step: "plan", path: "times.0" } })
      .build();
    const report = await runTask(template, { visit: { at: at(10) } }, { database, clock });
    expect(report.steps).toMatchObject({
      until_visit: { results: { until: at(-10).toISOString() } },
      until_planned: { results: { until: at(0).toISOString() } },
    });
    expect(report.elapsedMs).toBe(20_000);
  });

  test("until a moment that is past goes on at once; one that is no moment fails for good", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "odd" })
      .sleep("past", { until: { path: "past" } })
      .sleep("nothing", { until: { path: "none" } })
      .sleep("no_moment", { until: { path: "word" } })
      .sleep("endless", { seconds: 1e15 })
      .build();
    const report = await runTask(template, { past: 0, word: "soon" }, { database });
    expect(report.state).toBe("error");
    expect(report.elapsedMs).toBe(0);
    expect(report.steps).toMatchObject({
      past: { state: "complete" },
      nothing: { state: "error", retryable: false, error: { code: "VALUE_NOT_FOUND" } },
      no_moment: {
        error: { code: "WAIT_UNTIL_WHEN", message: expect.stringContaining('found "soon" at word in the context') },
      },
      endless: { error: { code: "WAIT_WITHOUT_END" } },
    });
    await expectCleanAuditTrail(database);
  });

  test("is written in YAML as in TypeScript", async () => {
    const definition = parseTemplate(`
      name: nap
      step_templates:
        - { name: work, handler_class: Run }
        - { name: nap, type: sleep, depends_on_step: work, sleep: { seconds: 90 } }
        - { name: more, handler_class: Run, depends_on_step: nap }`);
    const database = await useDatabase(openTestDatabase);
    const report = await runTask(bindTemplate(definition, { Run: () => "done" }), {}, { database });
    expect(report).toMatchObject({ state: "complete", steps: { more: { results: "done" } } });
    expect(report.elapsedMs).toBeGreaterThanOrEqual(90_000);
  });
});

describeOnPostgres("a task that is to start later", () => {
  test("is not begun before its time; tasks that are due come by priority", async () => {
    const database = await useDatabase(openTestDatabase);
    const begun: number[] = [];
    const template = graphTemplate("a", { run: (task) => void begun.push(task.taskId) });
    const under = await startEngine(database, [template], { concurrency: 1, maxTasks: 1 });
    const { engine, clock } = under;
    const runAt = new Date(clock.now() + 7 * DAY_MS);
    const submitted = await engine.submitMany(
      [1, 3, 2].map((priority) => ({ name: "graph", context: {}, priority, runAt })),
    );
    const [low, high, middle] = submitted.map(({ taskId }) => taskId);
    clock.advance(7 * DAY_MS - 1_000);
    await until(() => clock.timers.length > 0, "the next look");
    clock.advance(500);
    await until(() => clock.timers.length > 0, "the next look");
    expect(begun).toEqual([]);
    expect(await readTask(database, low ?? 0)).toMatchObject({ state: "pending", history: [] });
    await drain(under);
    expect(begun).toEqual([high, middle, low]);
    await expectCleanAuditTrail(database);
  });

  test("is looked for once in each poll interval, and not more often", async () => {
    const database = await useDatabase(openTestDatabase);
    let looks = 0;
    const counting: typeof database = {
      ...database,
      run: (statement, parameters) => {
        if (statement.name === "claim_tasks") looks += 1;
        return database.run(statement, parameters);
      },
    };
    const { engine, clock } = await startEngine(counting, [graphTemplate("a")], { pollIntervalMs: 500 });
    await engine.submit({ name: "graph", context: {}, runAt: new Date(clock.now() + DAY_MS) });
    await until(() => clock.timers.length > 0, "the end of the first look");
    const before = looks;
    for (let turn = 1; turn <= 4; turn++) {
      clock.advance(499);
      await new Promise((resolve) => setImmediate(resolve));
      expect(looks - before).toBe(turn - 1);
      clock.advance(1);
      await until(() => clock.timers.length > 0 && looks - before === turn, "the next look");
    }
  });
});
