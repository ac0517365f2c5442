import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { runTask } from "../../src/testing/run/run-task.ts";
import {
  configurableFailureWorkflow,
  diamondWorkflow,
  dummyTask,
  linearWorkflow,
  mixedWorkflow,
  parallelMergeWorkflow,
  treeWorkflow,
} from "../../src/testing/shapes/reference-shapes.ts";
import { bindShape } from "../../src/testing/shapes/shape.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("the planned failures of the reference's shapes", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const shapes = [
    linearWorkflow,
    diamondWorkflow,
    parallelMergeWorkflow,
    treeWorkflow,
    mixedWorkflow,
    configurableFailureWorkflow,
    dummyTask,
  ].map((make) => make());

  test.each(shapes)("happen when an engine runs $definition.name, and the task completes", async (shape) => {
    const { template, handlers } = bindShape(shape);
    const report = await runTask(template, shape.context, { database });
    expect(report.state).toBe("complete");
    for (const [name, step] of Object.entries(report.steps)) {
      const plan = shape.plans[name];
      const times = plan === undefined || plan.kind === "idempotent" ? 0 : plan.times;
      expect(step, name).toMatchObject({ state: "complete", attempts: times + 1 });
      const calls = handlers[name]?.callsOf(step.stepId) ?? [];
      expect(calls.map(({ outcome }) => outcome)).toEqual([...Array<string>(times).fill("threw"), "returned"]);
      const failures = report.events.filter((event) => event.name === "step.failed" && event.stepName === name);
      expect(failures.map(({ payload }) => payload.error_class)).toEqual(
        Array<string>(times).fill(plan?.kind === "time out" ? "StepTimeoutError" : "RetryableError"),
      );
    }
    await expectCleanAuditTrail(database);
  });

  test("take the time of their backoffs on the clock, and none in reality", async () => {
    const { template } = bindShape(configurableFailureWorkflow());
    const report = await runTask(template, {}, { database });
    // flaky_step waits 1 and 2 seconds, timeout_step 1
    expect(report.elapsedMs).toBe(4_000);
  });

  test("of the dummy task are none: each step is annotated", async () => {
    const { taskId } = await runTask(bindShape(dummyTask()).template, { dummy: true }, { database });
    const rows = await database.query(
      `select t.name, a.annotation ->> 'step' as step from tasker_task_annotations a
       join tasker_annotation_types t using (annotation_type_id) where task_id = $1 order by task_annotation_id`,
      [taskId],
    );
    expect(rows).toEqual(
      ["step-one", "step-two", "step-three", "step-four"].map((step) => ({ name: "dummy-annotation", step })),
    );
    await expect(runTask(bindShape(dummyTask()).template, { dummy: 1 }, { database })).rejects.toThrow("dummy");
  });
});
