import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { EngineMetrics } from "../../../src/telemetry/metrics/engine-metrics.ts";
import { Metrics } from "../../../src/telemetry/metrics/metrics.ts";
import { graphTemplate, makeEngine, makeGate, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

/** Starts an engine that is measured. `value` reads one series, null if there is none. */
async function startMeasured(
  database: Database,
  templates: Parameters<typeof makeEngine>[1],
  options: Parameters<typeof makeEngine>[2] = {},
) {
  const metrics = new Metrics();
  const meter = new EngineMetrics(metrics);
  const made = makeEngine(database, templates, { ...options, meter });
  onTestFinished(meter.observe({ engine: made.engine, database: null, clock: made.clock }));
  await made.engine.start();
  const value = async (series: string): Promise<number | null> => {
    const found = (await metrics.text()).split("\n").find((line) => line.startsWith(`tasker_${series} `));
    return found === undefined ? null : Number(found.split(" ").at(-1));
  };
  return { ...made, metrics, value };
}

const task = 'namespace="shop",task_name="order"';
const step = (name: string) => `${task},step_name="${name}"`;

describeOnPostgres("the metrics of an engine", () => {
  test("count what happens to tasks and steps, once each, with their names as labels", async () => {
    const order = graphTemplate("check -> charge", {
      namespace: "shop",
      name: "order",
      run: (_task, _sequence, { name, attempt }) => {
        if (name === "charge" && attempt === 1) throw new Error("busy");
        return name;
      },
    });
    const { engine, clock, value } = await startMeasured(await useDatabase(openTestDatabase), [order]);
    const { taskId } = await engine.submit({ name: "order", namespace: "shop", context: {} });
    await until(async () => {
      clock.advance(1_000);
      return (await value(`task_completed_total{${task}}`)) === 1;
    }, `task ${taskId} completes`);
    expect(await value(`task_started_total{${task}}`)).toBe(1);
    expect(await value(`step_started_total{${step("check")}}`)).toBe(1);
    expect(await value(`step_completed_total{${step("check")}}`)).toBe(1);
    expect(await value(`step_started_total{${step("charge")}}`)).toBe(2);
    expect(await value(`step_failed_total{${step("charge")}}`)).toBe(1);
    expect(await value(`step_retries_total{${step("charge")}}`)).toBe(1);
    expect(await value(`step_completed_total{${step("charge")}}`)).toBe(1);
    expect(await value(`step_duration_seconds_count{${step("charge")},status="error"}`)).toBe(1);
    expect(await value(`step_duration_seconds_count{${step("charge")},status="complete"}`)).toBe(1);
    expect(await value(`task_duration_seconds_count{${task},status="complete"}`)).toBe(1);
    expect(await value(`task_failed_total{${task}}`)).toBeNull();
  });

  test("count commits, what they held, and claims; tell of slots, ready steps and connections", async () => {
    const gate = makeGate();
    const wide = graphTemplate("a, b, c, d", { run: () => gate.promise });
    const database = await useDatabase(openTestDatabase);
    const { engine, clock, value } = await startMeasured(database, [wide], { concurrency: 1, sharing: false });
    await engine.submit({ name: "graph", namespace: "default", context: {} });
    await until(async () => (await value("running_steps")) === 1, "a step runs");
    expect(await value("ready_steps")).toBe(3);
    clock.advance(5_000);
    expect(await value("ready_step_age_seconds")).toBe(5);
    expect(await value("slots")).toBe(1);
    expect(await value("active_tasks")).toBe(1);
    expect(await value("engine_running")).toBe(1);
    expect(await value("lease_held")).toBe(1);
    expect(await value("pool_connections")).toBeGreaterThan(0);
    gate.open();
    await until(async () => (await value("active_tasks")) === 0, "the task ends");
    // The first start; three times an end with the next start; the last end.
    expect(await value("commit_batch_steps_count")).toBe(5);
    expect(await value("commit_batch_steps_sum")).toBe(8);
    expect(await value("commit_duration_seconds_count")).toBe(5);
    expect(await value("ready_steps")).toBe(0);
    await until(async () => ((await value("claim_duration_seconds_count")) ?? 0) > 0, "it has looked for work");
  });

  test("count the instances of a step that runs for each item of a list together", async () => {
    const fan = defineTask({ name: "order", namespace: "shop" })
      .step("load", { process: () => [1, 2, 3] })
      .step("each", { forEach: { step: "load" }, process: (_task, _sequence, { itemIndex }) => itemIndex })
      .build();
    const { engine, metrics, value } = await startMeasured(await useDatabase(openTestDatabase), [fan]);
    await engine.submit({ name: "order", namespace: "shop", context: {} });
    await until(async () => (await value(`task_completed_total{${task}}`)) === 1, "the task completes");
    // Three items, and the step itself, which gathers what they stored.
    expect(await value(`step_completed_total{${step("each")}}`)).toBe(4);
    expect(await metrics.text()).not.toContain("each[");
  });

  test("count the tasks that are taken over from a process that is gone", async () => {
    const database = await useDatabase(openTestDatabase);
    const one = graphTemplate("a");
    const { engine } = makeEngine(database, [one]);
    const { taskId } = await engine.submit({ name: "graph", namespace: "default", context: {} });
    await database.query(
      `with gone as (
         insert into tasker_processes
           (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at, stopped_at)
         values ('gone', 1, '1', now(), now(), 1, now(), now(), now()) returning process_id
       )
       update tasker_task_runs r set owner_id = g.process_id from gone g where r.task_id = $1`,
      [taskId],
    );
    const { value } = await startMeasured(database, [one]);
    expect(await value("takeover_tasks_total")).toBe(1);
    await until(async () => (await value("claimed_tasks_total")) === 1, "it is claimed");
  });
});
