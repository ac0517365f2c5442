import { expect, test } from "vitest";
import { analyzeTask } from "../../../src/analysis/task/analyze-task.ts";
import { ConfigurationError, PermanentError, TaskNotFoundError } from "../../../src/errors/index.ts";
import { graphTemplate } from "../../../src/testing/run/graph-template.ts";
import { startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const failingIn = (task: { readonly context: unknown }, name: string) =>
  typeof task.context === "object" && task.context !== null && Reflect.get(task.context, "fails") === name;

const template = graphTemplate("a -> b, a -> c, b -> d, c -> d", {
  run: (task, _sequence, step) => {
    if (failingIn(task, step.name)) throw new PermanentError("no stock");
    return step.name;
  },
});

describeOnPostgres("the analysis of a stored task", () => {
  test("knows how its steps stand, and what earlier tasks took and came to", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, clock } = await startEngine(database, [template]);
    const submit = async (context: Record<string, unknown>) => {
      const { taskId } = await engine.submit({ name: "graph", context });
      await until(async () => ["complete", "error"].includes(String(await stateOf(taskId))), "the end of the task");
      return taskId;
    };
    const stateOf = async (taskId: number) =>
      (
        await database.query("select to_state from tasker_task_transitions where task_id = $1 and most_recent", [
          taskId,
        ])
      )[0]?.to_state;
    for (let earlier = 0; earlier < 3; earlier++) await submit({});
    const failed = await submit({ fails: "b" });
    const analysis = await analyzeTask(database, failed, { now: new Date(clock.now()) });
    expect(analysis).toMatchObject({
      task_id: failed,
      critical_paths: { total_paths: 2, longest_path_length: 3 },
      parallelism_opportunities: { total_levels: 3, overall_completion: 50 },
      error_chains: { total_error_steps: 1, most_critical_error: "b", total_blocked_by_errors: 1 },
      bottlenecks: { total_bottlenecks: 1, bottlenecks: [{ step_name: "b", bottleneck_type: "Non-Retryable" }] },
      estimate: { remaining_steps: 2, steps_with_history: 2, needs_operator: true },
      risk: { probability_of_failure: 1 },
    });
    expect(analysis.estimate.p50_seconds).toBeLessThan(5);
    const next = await analyzeTask(database, await submit({ fails: "c" }));
    expect(next.risk.riskiest_steps).toEqual([]);
    const healthy = await analyzeTask(database, await submit({}), { settings: {} });
    expect(healthy.estimate).toMatchObject({ remaining_steps: 0, completes_at: null });
  });

  test("refuses a task that is not there, and settings that cannot be", async () => {
    const database = await useDatabase(openTestDatabase);
    await expect(analyzeTask(database, 4711)).rejects.toThrow(TaskNotFoundError);
    const settings = { severity_thresholds: { critical: -1 } };
    await expect(analyzeTask(database, 4711, { settings })).rejects.toThrow(ConfigurationError);
  });
});
