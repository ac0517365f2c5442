import { describe, expect, test } from "vitest";
import { decideStart } from "../../src/engine/decide-start.ts";
import { NO_ROW } from "../../src/engine/step-move.ts";
import { sampleStep } from "./sample-run.ts";

const writer = { writer: 7, epoch: 9 };

describe("the start of a step", () => {
  test("that is pending is one row, the first with sort key 10", () => {
    expect(decideStart(sampleStep(), "7.1", writer)).toEqual({
      base: NO_ROW,
      rows: [
        {
          from: "pending",
          to: "in_progress",
          sortKey: 10,
          metadata: { writer: 7, epoch: 9, execution_id: "7.1", attempt_number: 1 },
        },
      ],
      attempts: 1,
      backoffSeconds: null,
      results: null,
      retryable: null,
    });
  });

  test("that failed goes back to pending first", () => {
    const { base, rows, attempts } = decideStart(
      sampleStep({ state: "error", sortKey: 20, attempts: 1 }),
      "7.2",
      writer,
    );
    expect({ base, attempts }).toEqual({ base: 20, attempts: 2 });
    expect(rows).toEqual([
      { from: "error", to: "pending", sortKey: 30, metadata: { ...writer, retry_attempt: 2 } },
      {
        from: "pending",
        to: "in_progress",
        sortKey: 40,
        metadata: { ...writer, execution_id: "7.2", attempt_number: 2 },
      },
    ]);
  });

  test("whose process is gone ends the lost attempt first, and counts as that attempt", () => {
    const step = sampleStep({
      state: "in_progress",
      sortKey: 10,
      attempts: 0,
      interruptions: 1,
      lostExecutionId: "3.4",
    });
    const { base, rows, attempts } = decideStart(step, "7.3", writer);
    expect({ base, attempts }).toEqual({ base: 10, attempts: 1 });
    expect(rows.map(({ from, to, sortKey }) => [from, to, sortKey])).toEqual([
      ["in_progress", "error", 20],
      ["error", "pending", 30],
      ["pending", "in_progress", 40],
    ]);
    expect(rows[0]?.metadata).toMatchObject({
      execution_id: "3.4",
      attempt_number: 1,
      interrupted: true,
      interruptions: 1,
    });
    expect(rows[2]?.metadata).toMatchObject({ execution_id: "7.3", attempt_number: 1, interruptions: 1 });
  });
});
