import { describe, expect, test } from "vitest";
import { lineWidth, plainLine } from "../../../src/cli/render/span.ts";
import { drawTaskBoard, type TaskBoardOptions } from "../../../src/cli/render/task-board.ts";
import { NOW, sampleStep, sampleTask } from "./sample-progress.ts";

const draw = (options: Partial<TaskBoardOptions> = {}) =>
  drawTaskBoard(sampleTask(), { now: NOW, columns: 100, ...options }).map(plainLine);

describe("the board of a task", () => {
  test("shows what every step is doing", () => {
    expect(draw()).toEqual([
      "● order 1.0.0  task 12  in_progress  1/4 steps  2.4s",
      "✓ check_order       complete     1/3       12ms",
      "├─ ● reserve_items  in_progress  1/3      800ms",
      "├─ ↻ charge_card    error        2/3      310ms  retry in 2s",
      "│    the payment gateway is busy",
      "└─ ○ send_receipt   pending                      after reserve_items, charge_card",
    ]);
  });

  test("fits into 60 columns", () => {
    expect(draw({ columns: 60 })).toEqual([
      "● order 1.0.0  task 12  in_progress  1/4 steps  2.4s",
      "✓ check_order       complete     1/3       12ms",
      "├─ ● reserve_items  in_progress  1/3      800ms",
      "├─ ↻ charge_card    error        2/3      310ms  retry in 2s",
      "│    the payment gateway is busy",
      "└─ ○ send_receipt   pending                      after rese…",
    ]);
  });

  test("never grows wider than the terminal", () => {
    for (let columns = 10; columns < 120; columns += 7) {
      const lines = drawTaskBoard(sampleTask(), { now: NOW, columns });
      for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  test("is drawn in ASCII where nothing else can be", () => {
    expect(draw({ unicode: false })).toEqual([
      "> order 1.0.0  task 12  in_progress  1/4 steps  2.4s",
      "+ check_order       complete     1/3       12ms",
      "|- > reserve_items  in_progress  1/3      800ms",
      "|- ~ charge_card    error        2/3      310ms  retry in 2s",
      "|    the payment gateway is busy",
      "`- . send_receipt   pending                      after reserve_items, charge_card",
    ]);
  });

  test("on a low terminal keeps what runs and what fails, and counts the rest", () => {
    const steps = [
      ...Array.from({ length: 40 }, (_, at) =>
        sampleStep(`done_${at}`, { state: "complete", attempts: 1, durationMs: 5 }),
      ),
      sampleStep("running", { state: "in_progress", attempts: 1, startedAt: NOW - 100 }),
      ...Array.from({ length: 40 }, (_, at) => sampleStep(`next_${at}`)),
    ];
    const lines = drawTaskBoard(sampleTask(steps), { now: NOW, columns: 80, rows: 6 }).map(plainLine);
    expect(lines).toEqual([
      "● order 1.0.0  task 12  in_progress  40/81 steps  2.4s",
      "├─ ● running  in_progress  1/3      100ms",
      "├─ ○ next_0   pending",
      "├─ ○ next_1   pending",
      "├─ ○ next_2   pending",
      "  77 more steps: 40 complete, 37 pending",
    ]);
  });

  test("a step's name cannot draw outside its place", () => {
    const steps = [sampleStep("evil\x1b[2J\nname")];
    const lines = drawTaskBoard(sampleTask(steps), { now: NOW, columns: 80 }).map(plainLine);
    expect(lines[1]).toBe("○ evil\\x1b[2J name  pending");
  });
});
