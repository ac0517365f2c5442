import { describe, expect, test } from "vitest";
import { callContext, callContexts } from "../call-function.ts";
import { HOUR_US } from "../content.ts";
import { type ExampleStep, exampleContent } from "../example-content.ts";
import type { OnContent } from "./readiness.ts";

const READY: ExampleStep = {};
const RUNNING: ExampleStep = { states: ["in_progress"], attempts: 1 };
const DONE: ExampleStep = { states: ["complete"], processed: true };
const WAITING: ExampleStep = { states: ["error"], attempts: 1 };
const EXHAUSTED: ExampleStep = { states: ["error"], stateUs: -HOUR_US, attempts: 3 };
const GIVEN_UP: ExampleStep = { states: ["error"], stateUs: -HOUR_US, attempts: 1, retryable: false };
const CANCELLED: ExampleStep = { states: ["cancelled"] };

export function executionContextExamples(on: OnContent): void {
  describe("get_task_execution_context", () => {
    test.each<[string, ExampleStep[], string, string, string]>([
      ["no steps", [], "waiting_for_dependencies", "wait_for_dependencies", "healthy"],
      ["a ready step", [READY, DONE], "has_ready_steps", "execute_ready_steps", "healthy"],
      ["a ready step beside a failure", [READY, EXHAUSTED], "has_ready_steps", "execute_ready_steps", "recovering"],
      ["a running step", [RUNNING], "processing", "wait_for_completion", "healthy"],
      ["a running step beside a failure", [RUNNING, EXHAUSTED], "processing", "wait_for_completion", "blocked"],
      ["a step without attempts left", [DONE, EXHAUSTED], "blocked_by_failures", "handle_failures", "blocked"],
      ["a failure in its backoff", [DONE, WAITING], "waiting_for_dependencies", "wait_for_dependencies", "recovering"],
      ["a failure not to be retried", [GIVEN_UP], "waiting_for_dependencies", "wait_for_dependencies", "recovering"],
      ["all done", [DONE, { states: ["resolved_manually"] }], "all_complete", "finalize_task", "healthy"],
      [
        "all done but a cancelled one",
        [DONE, CANCELLED],
        "waiting_for_dependencies",
        "wait_for_dependencies",
        "healthy",
      ],
    ])("%s", async (_case, steps, execution_status, recommended_action, health_status) => {
      await on(exampleContent(steps), async (connection) => {
        expect(await callContext(connection, 1)).toMatchObject([
          { total_steps: steps.length, execution_status, recommended_action, health_status },
        ]);
      });
    });

    test("counts steps by state, cancelled and unknown ones in the total alone", async () => {
      const steps = [READY, { states: ["pending"] }, RUNNING, DONE, { states: ["resolved_manually"] }, EXHAUSTED];
      const content = exampleContent([...steps, CANCELLED, { states: ["bogus"] }], [], [{ states: ["in_progress"] }]);
      await on(content, async (connection) => {
        expect(await callContext(connection, 1)).toMatchObject([
          {
            status: "in_progress",
            total_steps: 8,
            pending_steps: 2,
            in_progress_steps: 1,
            completed_steps: 2,
            failed_steps: 1,
            ready_steps: 2,
          },
        ]);
      });
    });

    test("the dummy of the reference: two roots are ready, two steps wait for them", async () => {
      const content = exampleContent(
        [{}, {}, {}, {}],
        [
          [2, 3],
          [3, 4],
          [1, 4],
        ],
      );
      await on(content, async (connection) => {
        expect(await callContext(connection, 1)).toEqual([
          {
            task_id: 1,
            named_task_id: 1,
            status: "pending",
            total_steps: 4,
            pending_steps: 4,
            in_progress_steps: 0,
            completed_steps: 0,
            failed_steps: 0,
            ready_steps: 2,
            execution_status: "has_ready_steps",
            recommended_action: "execute_ready_steps",
            completion_percentage: "0.00",
            health_status: "healthy",
          },
        ]);
      });
    });

    test.each([
      [0, 0, "0.0"],
      [1, 0, "0.00"],
      [3, 1, "33.33"],
      [3, 2, "66.67"],
      [4, 1, "25.00"],
      [2, 2, "100.00"],
    ])("of %i steps %i: %s %%", async (total, done, percentage) => {
      const steps = Array.from({ length: total }, (_, step) => (step < done ? DONE : READY));
      await on(exampleContent(steps), async (connection) => {
        expect(await callContext(connection, 1)).toMatchObject([{ completion_percentage: percentage }]);
      });
    });

    test("a number of attempts that the reference cannot answer blocks the task like any other", async () => {
      await on(exampleContent([{ states: ["error"], attempts: 2147483647 }]), async (connection) => {
        expect(await callContext(connection, 1)).toMatchObject([{ execution_status: "blocked_by_failures" }]);
      });
    });

    test("gives no row for a task that does not exist, or for NULL", async () => {
      await on(exampleContent([READY]), async (connection) => {
        expect(await callContext(connection, 9)).toEqual([]);
        expect(await callContext(connection, null)).toEqual([]);
      });
    });
  });

  describe("get_task_execution_contexts_batch", () => {
    test("gives a row for each time that a task is named, by task", async () => {
      const content = exampleContent([{ task_id: 2 }], [], [{}, {}, {}]);
      await on(content, async (connection) => {
        expect(await callContexts(connection, [2, 1, 2, null, 9])).toMatchObject([
          { task_id: 1, total_steps: 0, completion_percentage: "0.0" },
          { task_id: 2, total_steps: 1, completion_percentage: "0.00" },
          { task_id: 2, total_steps: 1 },
        ]);
        expect(await callContexts(connection, [])).toEqual([]);
        expect(await callContexts(connection, null)).toEqual([]);
      });
    });
  });
}
