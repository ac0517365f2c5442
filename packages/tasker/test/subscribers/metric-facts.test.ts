import { describe, expect, test } from "vitest";
import { errorTypeOf } from "../../src/subscribers/error-type.ts";
import { extractNumericMetric, safeGet } from "../../src/subscribers/event-facts.ts";
import {
  buildMetricName,
  extractCoreAttributes,
  extractErrorMetrics,
  extractMetricTags,
  extractPerformanceMetrics,
  extractStepAttributes,
  extractTimingMetrics,
} from "../../src/subscribers/metric-facts.ts";
import { sampleEvent } from "./sample-event.ts";

describe("a fact of an event", () => {
  test("is of its payload, or of what stands beside it, or the default", () => {
    const event = sampleEvent("step.failed", { payload: { attempt_number: 2, step_name: "own", none: null } });
    expect(safeGet(event, "attempt_number")).toBe(2);
    expect(safeGet(event, "step_name")).toBe("own");
    expect(safeGet(event, "task_id")).toBe(7);
    expect(safeGet(event, "timestamp")).toBe("2026-01-01T00:00:00.000Z");
    expect(safeGet(event, "none", "x")).toBe("x");
    expect(safeGet(event, "toString", "x")).toBe("x");
    expect(safeGet({ a: 1 }, "a")).toBe(1);
    expect(safeGet(null, "a", "x")).toBe("x");
  });

  test.each([
    [5, 5],
    ["3.5", 3.5],
    ["much", 9],
    ["", 9],
    [null, 9],
    [{}, 9],
    [true, 9],
    [Number.NaN, 9],
  ])("as a number: %j is %j", (value, expected) => {
    expect(extractNumericMetric({ value }, "value", 9)).toBe(expected);
  });
});

describe("the figures of an event", () => {
  test("have their defaults where nothing is told", () => {
    expect(extractCoreAttributes({})).toEqual({ task_id: "unknown" });
    expect(extractStepAttributes({})).toEqual({ task_id: "unknown", step_name: "unknown_step" });
    expect(extractTimingMetrics(null)).toEqual({
      execution_duration: 0,
      started_at: null,
      completed_at: null,
      step_count: 0,
      completed_steps: 0,
      failed_steps: 0,
    });
    expect(extractErrorMetrics({})).toEqual({
      error_message: "unknown_error",
      error_class: "UnknownError",
      error_type: "unknown",
      attempt_number: 1,
      is_retryable: false,
      final_failure: true,
    });
    expect(Object.values(extractPerformanceMetrics({}))).toEqual([0, 0, 0, 0, 0]);
    expect(extractMetricTags({ task_name: "unknown", step_name: "unknown_step" })).toEqual([]);
  });

  test("tell of a failed step what its event tells", () => {
    const payload = {
      error_message: "slow",
      error_class: "StepTimeoutError",
      attempt_number: 2,
      retry_available: true,
    };
    const event = sampleEvent("step.failed", { payload });
    expect(extractErrorMetrics(event)).toEqual({
      error_message: "slow",
      error_class: "StepTimeoutError",
      error_type: "timeout",
      attempt_number: 2,
      is_retryable: true,
      final_failure: false,
    });
    expect(extractErrorMetrics({ attempt_number: 3, retry_limit: 3, retryable: true })).toMatchObject({
      is_retryable: true,
      final_failure: true,
    });
    expect(extractStepAttributes(event)).toEqual({
      task_id: 7,
      step_id: 3,
      event_timestamp: "2026-01-01T00:00:00.000Z",
      step_name: "charge",
    });
    expect(extractMetricTags(event)).toEqual(["task:order", "step:charge", "retryable:true", "attempt:2"]);
  });

  test("have names without dots that follow each other", () => {
    expect(buildMetricName("tasker..task.", "completed")).toBe("tasker.task.completed");
  });
});

test.each([
  ["Net::ReadTimeout", "timeout"],
  ["ConnectionTimeout", "timeout"],
  ["ConnectionError", "network"],
  ["RecordNotFound", "not_found"],
  ["Http403", "auth"],
  ["RateLimitExceeded", "rate_limit"],
  ["InvalidInput", "client_error"],
  ["InternalError", "server_error"],
  ["StandardError", "runtime"],
  ["Error", "runtime"],
  ["RangeError", "other"],
  ["", "unknown"],
  [null, "unknown"],
])("an error of the class %j is %s", (name, type) => {
  expect(errorTypeOf(name)).toBe(type);
});
