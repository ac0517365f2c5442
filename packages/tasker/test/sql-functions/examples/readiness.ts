import { describe, expect, test } from "vitest";
import type { Connection } from "../../../src/database/database.ts";
import { callReadiness, callReadinessBatch } from "../call-function.ts";
import { type Content, HOUR_US, SECOND_US } from "../content.ts";
import { type ExampleStep, exampleContent } from "../example-content.ts";

/** Runs `check` on a database with this content alone. */
export type OnContent = (
  content: Content,
  check: (connection: Connection) => Promise<void>,
  timeZone?: string,
) => Promise<void>;

/** A parent that has completed. */
const COMPLETE: ExampleStep = { states: ["in_progress", "complete"] };
/** A failure long ago. */
const FAILED: ExampleStep = { states: ["in_progress", "error"], stateUs: -HOUR_US, attempts: 1 };

const idsOf = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map((row) => row.workflow_step_id);

export function readinessExamples(on: OnContent): void {
  describe("get_step_readiness_status", () => {
    /** The row of the first step. */
    async function expectFirst(steps: readonly ExampleStep[], edges: [number, number][], expected: object) {
      await on(exampleContent(steps, edges), async (connection) => {
        const [row] = await callReadiness(connection, 1, [1]);
        expect(row).toMatchObject(expected);
      });
    }

    test.each<[string, ExampleStep, boolean, boolean, boolean]>([
      ["fresh, attempts 0", {}, true, true, true],
      ["fresh, attempts NULL", { attempts: null }, true, true, true],
      ["limit 0, never run", { retry_limit: 0 }, true, false, false],
      ["limit NULL stands for 3: two attempts", { retry_limit: null, attempts: 2 }, true, true, true],
      ["limit NULL stands for 3: three attempts", { retry_limit: null, attempts: 3 }, true, false, false],
      ["not retryable, never run", { retryable: false }, true, true, false],
      ["in error, attempts left, backoff over", FAILED, true, true, true],
      ["in error, attempts used up", { ...FAILED, attempts: 3 }, true, false, false],
      ["in error and processed", { ...FAILED, processed: true }, true, true, false],
      ["in process", { in_process: true }, true, true, false],
      ["in progress", { states: ["in_progress"] }, true, true, false],
      ["complete", { states: ["complete"] }, true, true, false],
      ["cancelled", { states: ["cancelled"] }, true, true, false],
      ["resolved by hand, attempts used up", { states: ["resolved_manually"], attempts: 3 }, true, false, false],
      ["in a state that does not exist", { states: ["bogus"] }, true, true, false],
      ["asked to wait from now on", { backoff_request_seconds: 30, last_attempted_us: 0 }, true, true, false],
      [
        "waited exactly as long as asked to",
        { backoff_request_seconds: 30, last_attempted_us: -30 * SECOND_US },
        true,
        true,
        true,
      ],
      ["asked to wait, without a time of the attempt", { backoff_request_seconds: 30 }, true, true, true],
    ])("%s", async (_case, step, dependencies_satisfied, retry_eligible, ready_for_execution) => {
      await expectFirst([step], [], { dependencies_satisfied, retry_eligible, ready_for_execution });
    });

    test.each<[number | null, number]>([
      [null, 2_000_000],
      [-2147483648, 0],
      [-1, 500_000],
      [0, 1_000_000],
      [1, 2_000_000],
      [2, 4_000_000],
      [3, 8_000_000],
      [4, 16_000_000],
      [5, 30_000_000],
      [43, 30_000_000],
      // the reference's function fails from here on
      [44, 30_000_000],
      [1024, 30_000_000],
      [2147483647, 30_000_000],
    ])("after %s attempts a failure is waited for %i microseconds", async (attempts, delayUs) => {
      const failed = { attempts, retry_limit: 2147483647, states: ["error"] };
      const isEligible = (attempts ?? 0) < 2147483647;
      await expectFirst([{ ...failed, stateUs: -delayUs }], [], { next_retry_at: 0, ready_for_execution: isEligible });
      await expectFirst([{ ...failed, stateUs: 1 - delayUs }], [], { next_retry_at: 1, ready_for_execution: false });
    });

    test("the requested wait and that of the failure must both be over, and only the first is reported", async () => {
      const step = { ...FAILED, stateUs: -SECOND_US, last_attempted_us: -SECOND_US, backoff_request_seconds: 1 };
      await expectFirst([step], [], { next_retry_at: 0, last_failure_at: -SECOND_US, ready_for_execution: false });
    });

    test("a retry is reported also where none will happen", async () => {
      const waited = { last_attempted_us: -HOUR_US, backoff_request_seconds: 60 };
      await expectFirst([{ ...waited, states: ["complete"], attempts: 3 }], [], {
        next_retry_at: 60 * SECOND_US - HOUR_US,
        last_failure_at: null,
      });
    });

    test("a failure that was put back to pending is no failure any more", async () => {
      await expectFirst([{ attempts: 1, states: ["error", "pending"] }], [], {
        current_state: "pending",
        last_failure_at: null,
        next_retry_at: null,
        ready_for_execution: true,
      });
    });

    test.each<[string, ExampleStep[], boolean, number]>([
      ["complete and resolved by hand", [COMPLETE, { states: ["resolved_manually"] }], true, 2],
      ["one cancelled", [COMPLETE, { states: ["cancelled"] }], false, 1],
      ["one without a transition", [COMPLETE, {}], false, 1],
      ["one in error", [COMPLETE, FAILED], false, 1],
      ["one that was complete", [COMPLETE, { states: ["complete", "pending"] }], false, 1],
    ])("two parents, %s", async (_case, parents, dependencies_satisfied, completed_parents) => {
      const edges: [number, number][] = [
        [2, 1],
        [3, 1],
      ];
      await expectFirst([{}, ...parents], edges, {
        dependencies_satisfied,
        ready_for_execution: dependencies_satisfied,
        total_parents: 2,
        completed_parents,
      });
    });

    test("an edge that is there twice counts twice, and one from another task like any other", async () => {
      const steps = [{}, COMPLETE, { ...COMPLETE, task_id: 2 }];
      const content = exampleContent(
        steps,
        [
          [2, 1],
          [2, 1],
          [3, 1],
        ],
        [{}, {}],
      );
      await on(content, async (connection) => {
        expect((await callReadiness(connection, 1))[0]).toMatchObject({ total_parents: 3, completed_parents: 3 });
      });
    });

    test("answers for the steps of the task that are asked for", async () => {
      const content = exampleContent([{}, {}, { task_id: 2 }], [], [{}, {}]);
      await on(content, async (connection) => {
        expect(idsOf(await callReadiness(connection, 1))).toEqual([1, 2]);
        expect(idsOf(await callReadiness(connection, 1, null))).toEqual([1, 2]);
        expect(idsOf(await callReadiness(connection, 1, [2, 3, 9, null, 2]))).toEqual([2]);
        expect(idsOf(await callReadiness(connection, 1, []))).toEqual([]);
        expect(idsOf(await callReadiness(connection, 1, [null]))).toEqual([]);
        expect(idsOf(await callReadiness(connection, 9))).toEqual([]);
        expect(idsOf(await callReadiness(connection, null))).toEqual([]);
      });
    });

    test("columns are read in the zone of the session", async () => {
      const content = exampleContent([{ backoff_request_seconds: 60, last_attempted_us: 0 }]);
      const readyIn = async (timeZone: string) => {
        let ready: unknown;
        await on(
          content,
          async (connection) => {
            ready = (await callReadiness(connection, 1))[0]?.ready_for_execution;
          },
          timeZone,
        );
        return ready;
      };
      expect(await readyIn("UTC")).toBe(false);
      expect(await readyIn("Asia/Kolkata")).toBe(true);
    });
  });

  describe("get_step_readiness_status_batch", () => {
    test("answers for each step once, however often its task is named", async () => {
      const content = exampleContent([{}, { task_id: 2 }, { task_id: 3 }], [], [{}, {}, {}]);
      await on(content, async (connection) => {
        expect(idsOf(await callReadinessBatch(connection, [2, 1, 2, null, 9]))).toEqual([1, 2]);
        expect(await callReadinessBatch(connection, [])).toEqual([]);
        expect(await callReadinessBatch(connection, null)).toEqual([]);
      });
    });
  });
}
