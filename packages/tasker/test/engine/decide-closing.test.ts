import { describe, expect, test } from "vitest";
import { type Closing, decideClosing } from "../../src/engine/decide-closing.ts";
import { NO_ROW } from "../../src/engine/step-move.ts";
import type { StepRun } from "../../src/engine/step-run.ts";
import { StoredJson } from "../../src/engine/stored-json.ts";
import { canStepMove } from "../../src/states/step-state.ts";
import { sampleStep } from "./sample-run.ts";

const writer = { writer: 7, epoch: 9 };
const skipped: Closing = { to: "resolved_manually", facts: { resolution: "skipped", reason: "why" }, results: null };
const cancelled: Closing = { to: "cancelled", facts: { cancelled_with: "a" }, results: null };
const failed = sampleStep({ state: "error", sortKey: 20, attempts: 1 });
const lost = sampleStep({ state: "in_progress", sortKey: 30, attempts: 1, interruptions: 1, lostExecutionId: "3.4" });

const statesOf = (step: StepRun, closing: Closing) =>
  decideClosing(step, closing, writer).rows.map(({ from, to, sortKey }) => `${from} ${to} ${sortKey}`);

describe("a step that is closed without its handler", () => {
  test("and has not run is one row, which says why and by whom", () => {
    expect(decideClosing(sampleStep(), skipped, writer)).toEqual({
      base: NO_ROW,
      rows: [
        {
          from: "pending",
          to: "resolved_manually",
          sortKey: 10,
          metadata: { ...writer, resolution: "skipped", reason: "why" },
        },
      ],
      attempts: 0,
      backoffSeconds: null,
      results: null,
      retryable: null,
    });
  });

  test.each<readonly [string, StepRun, Closing, readonly string[]]>([
    ["failed before, is resolved", failed, skipped, ["error resolved_manually 30"]],
    ["failed before, is cancelled by way of pending", failed, cancelled, ["error pending 30", "pending cancelled 40"]],
    ["was lost, ends as an error first", lost, skipped, ["in_progress error 40", "error resolved_manually 50"]],
    [
      "was lost, is cancelled after both",
      lost,
      cancelled,
      ["in_progress error 40", "error pending 50", "pending cancelled 60"],
    ],
  ])("and %s", (_what, step, closing, rows) => {
    expect(statesOf(step, closing)).toEqual(rows);
    const move = decideClosing(step, closing, writer);
    expect(move.rows.every(({ from, to }) => canStepMove(from, to))).toBe(true);
    expect({ base: move.base, attempts: move.attempts }).toEqual({ base: step.sortKey, attempts: step.attempts });
  });

  test("and was lost names the attempt that was given back", () => {
    expect(decideClosing(lost, skipped, writer).rows[0]?.metadata).toMatchObject({
      execution_id: "3.4",
      attempt_number: 2,
      interrupted: true,
      interruptions: 1,
    });
  });

  test("stores the results that it is given", () => {
    const results = new StoredJson('{"n":1}');
    expect(decideClosing(sampleStep(), { ...skipped, results }, writer).results).toBe(results);
  });
});
