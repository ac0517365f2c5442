import { describe, expect, test } from "vitest";
import { callAnalytics, callSystemHealth } from "../call-function.ts";
import { HOUR_US, MINUTE_US } from "../content.ts";
import { type ExampleStep, exampleContent } from "../example-content.ts";
import type { OnContent } from "./readiness.ts";

/** One complete, one failed, one cancelled, one untouched step of a task of the last ten minutes. */
const WORKED_EXAMPLE = exampleContent(
  [
    { states: ["complete"], stateUs: -5 * MINUTE_US, created_us: -9 * MINUTE_US },
    { states: ["error"], stateUs: -3 * MINUTE_US, created_us: -9 * MINUTE_US },
    { states: ["cancelled"], created_us: -9 * MINUTE_US },
    { created_us: -9 * MINUTE_US },
  ],
  [],
  [{ created_us: -10 * MINUTE_US }],
);

export function systemHealthExamples(on: OnContent): void {
  describe("get_system_health_counts_v01", () => {
    test("an empty database has connections and nothing else", async () => {
      await on(exampleContent([], [], []), async (connection) => {
        const [{ active_connections, max_connections, ...counts } = {}] = await callSystemHealth(connection);
        expect(Object.values(counts)).toEqual(Array(14).fill(0));
        expect(active_connections).toBeGreaterThanOrEqual(1);
        expect(max_connections).toBeGreaterThanOrEqual(Number(active_connections));
      });
    });

    test("tasks and steps without a transition are in the totals alone", async () => {
      const content = exampleContent([{}, { states: ["pending"] }], [], [{}, { states: ["pending"] }]);
      await on(content, async (connection) => {
        expect(await callSystemHealth(connection)).toMatchObject([
          { total_tasks: 2, pending_tasks: 1, total_steps: 2, pending_steps: 1 },
        ]);
      });
    });

    test.each<[string, ExampleStep, object]>([
      ["attempts left", {}, { retryable_error_steps: 1, exhausted_retry_steps: 0, in_backoff_steps: 0 }],
      ["an attempt long ago", { last_attempted_us: -HOUR_US }, { retryable_error_steps: 1, in_backoff_steps: 1 }],
      ["no attempts left", { attempts: 3 }, { retryable_error_steps: 0, exhausted_retry_steps: 1 }],
      ["not retryable", { retryable: false }, { retryable_error_steps: 0, exhausted_retry_steps: 0 }],
      ["unknown attempts", { attempts: null }, { retryable_error_steps: 0, exhausted_retry_steps: 0 }],
      ["no limit", { retry_limit: null }, { retryable_error_steps: 0, exhausted_retry_steps: 0 }],
    ])("a step in error with %s", async (_case, step, expected) => {
      await on(exampleContent([{ attempts: 1, states: ["error"], ...step }]), async (connection) => {
        expect(await callSystemHealth(connection)).toMatchObject([{ error_steps: 1, ...expected }]);
      });
    });
  });
}

export function analyticsExamples(on: OnContent): void {
  describe("get_analytics_metrics_v01", () => {
    test("an empty database is healthy", async () => {
      await on(exampleContent([], [], []), async (connection) => {
        expect(await callAnalytics(connection)).toEqual([
          {
            active_tasks_count: 0,
            total_namespaces_count: 0,
            unique_task_types_count: 0,
            system_health_score: "1.0",
            task_throughput: 0,
            completion_count: 0,
            error_count: 0,
            completion_rate: "0.0",
            error_rate: "0.0",
            avg_task_duration: "0.000",
            avg_step_duration: "0.000",
            step_throughput: 0,
            analysis_period_start: -HOUR_US,
            calculated_at: 0,
          },
        ]);
      });
    });

    test("one task can count as completed and as failed", async () => {
      await on(WORKED_EXAMPLE, async (connection) => {
        expect(await callAnalytics(connection)).toMatchObject([
          {
            active_tasks_count: 1,
            total_namespaces_count: 1,
            unique_task_types_count: 1,
            system_health_score: "0.500",
            task_throughput: 1,
            completion_count: 1,
            error_count: 1,
            completion_rate: "100.00",
            error_rate: "100.00",
            avg_task_duration: "300.000",
            avg_step_duration: "240.000",
            step_throughput: 4,
          },
        ]);
      });
    });

    test("the score looks at the last hour, the rest at what is asked for", async () => {
      const done: ExampleStep = { states: ["complete"] };
      const content = exampleContent(
        [done, { ...done, states: ["error"], task_id: 2 }],
        [],
        [{ created_us: -HOUR_US }, { created_us: 1 - HOUR_US }],
      );
      await on(content, async (connection) => {
        expect(await callAnalytics(connection)).toMatchObject([{ task_throughput: 1, system_health_score: "0.000" }]);
        expect(await callAnalytics(connection, -2 * HOUR_US)).toMatchObject([
          { task_throughput: 2, completion_rate: "50.00", system_health_score: "0.000" },
        ]);
      });
    });
  });
}
