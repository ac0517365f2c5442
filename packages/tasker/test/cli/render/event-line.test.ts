import { describe, expect, test } from "vitest";
import { drawChange } from "../../../src/cli/render/event-line.ts";
import { drawFinished } from "../../../src/cli/render/finished-line.ts";
import { plainLine } from "../../../src/cli/render/span.ts";
import { NOW } from "./sample-progress.ts";

const draw = (stepName: string | null, toState: string, metadata: Record<string, unknown> = {}) =>
  plainLine(drawChange({ stepName, toState, metadata, at: NOW }, { time: "+1.00s", nameColumns: 8 }));

describe("a change as a line", () => {
  test.each([
    ["charge", "in_progress", { attempt_number: 2 }, "+1.00s  ● charge    in_progress  attempt 2"],
    ["charge", "complete", { execution_duration: 0.12 }, "+1.00s  ✓ charge    complete     120ms"],
    [
      "charge",
      "error",
      { execution_duration: 0.3, error_message: "busy", backoff_until: new Date(NOW + 1500).toISOString() },
      "+1.00s  ↻ charge    error        300ms  retry in 1.5s  busy",
    ],
    [
      "charge",
      "error",
      { error_message: "declined", permanent: true },
      "+1.00s  ✗ charge    error        no further attempt  declined",
    ],
    [
      "charge",
      "error",
      { interrupted: true, error_message: "the process is gone" },
      "+1.00s  ✗ charge    error        interrupted  the process is gone",
    ],
    [null, "complete", {}, "+1.00s  ✓ task      complete"],
    [
      "charge",
      "resolved_manually",
      { resolution: "paid in cash" },
      "+1.00s  ✓ charge    resolved_manually  paid in cash",
    ],
    ["charge", "lost", { error_message: 7 }, "+1.00s  ? charge    lost"],
  ])("%s to %s %j", (stepName, toState, metadata, line) => {
    expect(draw(stepName, toState, metadata)).toBe(line);
  });

  test("metadata of another engine may be missing", () => {
    const change = { stepName: "charge", toState: "pending", metadata: null, at: NOW };
    expect(plainLine(drawChange(change, { time: "", nameColumns: 6 }))).toBe("  ○ charge  pending");
  });
});

describe("a finished task as a line", () => {
  test("shows what failed", () => {
    const failure = { stepName: "charge", message: "declined\nfor good" };
    expect(plainLine(drawFinished({ taskId: 7, state: "error", durationMs: 1234, failure }))).toBe(
      "✗ task 7  error  1.2s  charge: declined for good",
    );
    expect(plainLine(drawFinished({ taskId: 7, state: "complete", durationMs: 12, failure: null }))).toBe(
      "✓ task 7  complete  12ms",
    );
  });
});
