import { describe, expect, test } from "vitest";
import { callSlowSteps, callSlowTasks } from "../call-function.ts";
import { HOUR_US, MINUTE_US, SECOND_US } from "../content.ts";
import { type ExampleStep, exampleContent } from "../example-content.ts";
import type { SlowestArguments } from "../oracle/slowest.ts";
import type { OnContent } from "./readiness.ts";

const ALL: SlowestArguments = { sinceUs: null, limit: 10, namespace: null, name: null, version: null };

const done = (taskId: number, afterUs: number): ExampleStep => ({
  task_id: taskId,
  states: ["complete"],
  created_us: -HOUR_US,
  stateUs: -HOUR_US + afterUs,
});

/** Three tasks of one step each; the second took longest. */
const THREE_TASKS = exampleContent(
  [done(1, 2 * MINUTE_US), done(2, 3 * MINUTE_US), done(3, SECOND_US)],
  [],
  [{ created_us: -HOUR_US }, { created_us: -HOUR_US, initiator: "me" }, { created_us: -HOUR_US }],
);

export function slowestExamples(on: OnContent): void {
  describe.each([
    ["get_slowest_tasks_v01", callSlowTasks],
    ["get_slowest_steps_v01", callSlowSteps],
  ])("%s", (_name, call) => {
    const idsOf = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map((row) => row.task_id);

    test("answers, which the reference's does not, also on an empty database", async () => {
      await on(exampleContent([], [], []), async (connection) => {
        expect(await call(connection, ALL)).toEqual([]);
      });
    });

    test("gives the slowest first, as many as are wanted", async () => {
      await on(THREE_TASKS, async (connection) => {
        expect(idsOf(await call(connection, ALL))).toEqual([2, 1, 3]);
        expect(idsOf(await call(connection, { ...ALL, limit: null }))).toEqual([2, 1, 3]);
        expect(idsOf(await call(connection, { ...ALL, limit: 2 }))).toEqual([2, 1]);
        expect(await call(connection, { ...ALL, limit: 0 })).toEqual([]);
      });
    });

    test("refuses a negative limit", async () => {
      await on(THREE_TASKS, async (connection) => {
        await expect(call(connection, { ...ALL, limit: -1 })).rejects.toMatchObject({ context: { sqlstate: "2201W" } });
      });
    });

    test.each<[string, Partial<SlowestArguments>, number]>([
      ["the namespace", { namespace: "default" }, 3],
      ["another namespace", { namespace: "Default" }, 0],
      ["an empty namespace, which is a filter", { namespace: "" }, 0],
      ["the name", { name: "order" }, 3],
      ["another name", { name: "ORDER" }, 0],
      ["the version", { version: "1.0.0" }, 3],
      ["another version", { version: "1.0" }, 0],
      ["the instant of creation, which is not after itself", { sinceUs: -HOUR_US }, 0],
      ["an instant before it", { sinceUs: -HOUR_US - 1 }, 3],
    ])("looks for %s", async (_case, given, count) => {
      await on(THREE_TASKS, async (connection) => {
        expect(await call(connection, { ...ALL, ...given })).toHaveLength(count);
      });
    });
  });

  describe("get_slowest_tasks_v01", () => {
    test("tells how long a task took until its last complete or failed step", async () => {
      await on(THREE_TASKS, async (connection) => {
        expect((await callSlowTasks(connection, ALL))[0]).toEqual({
          task_id: 2,
          task_name: "order",
          namespace_name: "default",
          version: "1.0.0",
          duration_seconds: "180.000",
          step_count: 1,
          completed_steps: 1,
          error_steps: 0,
          created_at: -HOUR_US,
          completed_at: -HOUR_US + 3 * MINUTE_US,
          initiator: "me",
          source_system: null,
        });
      });
    });

    test("counts steps, where the reference's counts transitions", async () => {
      const states = [["in_progress", "error", "complete"], ["in_progress", "error"], ["cancelled"], []];
      await on(exampleContent(states.map((one) => ({ states: one }))), async (connection) => {
        expect(await callSlowTasks(connection, ALL)).toMatchObject([
          { step_count: 4, completed_steps: 1, error_steps: 1 },
        ]);
      });
    });

    test("leaves out tasks without a complete or failed step, and keeps durations of zero and below", async () => {
      const content = exampleContent(
        [{ states: ["in_progress"] }, { states: ["error"], task_id: 2 }, done(3, 0)],
        [],
        [{}, {}, {}, {}],
      );
      await on(content, async (connection) => {
        expect(await callSlowTasks(connection, ALL)).toMatchObject([
          { task_id: 2, duration_seconds: "0.000" },
          { task_id: 3, duration_seconds: "-3600.000" },
        ]);
      });
    });
  });

  describe("get_slowest_steps_v01", () => {
    test("tells how long a step took from its creation, attempts as they are stored", async () => {
      await on(exampleContent([{ ...done(1, 1_500), attempts: null }]), async (connection) => {
        expect(await callSlowSteps(connection, ALL)).toEqual([
          {
            workflow_step_id: 1,
            task_id: 1,
            step_name: "charge",
            task_name: "order",
            namespace_name: "default",
            version: "1.0.0",
            duration_seconds: "0.002",
            attempts: null,
            created_at: -HOUR_US,
            completed_at: -HOUR_US + 1_500,
            retryable: true,
            step_status: "complete",
          },
        ]);
      });
    });

    test("leaves out steps that are not complete, and those that took no time", async () => {
      const steps = [{ states: ["resolved_manually"] }, { states: ["error"] }, { states: ["in_progress"] }];
      await on(exampleContent([...steps, done(1, 0), done(1, -1)]), async (connection) => {
        expect(await callSlowSteps(connection, ALL)).toEqual([]);
      });
    });
  });
}
