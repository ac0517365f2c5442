import { describe, expect, test } from "vitest";
import { LiveDisplay } from "../../../src/cli/displays/live-display.ts";
import { Printer } from "../../../src/cli/printer.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { sampleEvent } from "../../support/sample-event.ts";
import { NOW, sampleStep, sampleTask } from "../render/sample-progress.ts";
import { CapturedIo } from "../support/captured-io.ts";
import { Screen } from "../support/screen.ts";

function open(size: { columns: number; rows: number }) {
  const clock = new ManualClock(NOW);
  const io = new CapturedIo({ cwd: "/", env: { NO_COLOR: "1" }, isTty: true, clock, ...size });
  const display = new LiveDisplay(io, new Printer(io));
  const screen = () => new Screen(size.rows).write(io.out);
  return { clock, io, display, screen };
}

describe("the live display", () => {
  test("shows the task, and lets durations and countdowns move", () => {
    const { clock, display, screen } = open({ columns: 70, rows: 20 });
    display.begin(sampleTask());
    expect(screen().lines[2]).toBe("├─ ● reserve_items  in_progress  1/3      800ms");
    clock.advance(1000);
    expect(screen().lines).toEqual([
      "● order 1.0.0  task 12  in_progress  1/4 steps  3.4s",
      "✓ check_order       complete     1/3       12ms",
      "├─ ● reserve_items  in_progress  1/3       1.8s",
      "├─ ↻ charge_card    error        2/3      310ms  retry in 1s",
      "│    the payment gateway is busy",
      "└─ ○ send_receipt   pending                      after reserve_items,…",
      "",
    ]);
  });

  test("a drawing that got shorter leaves nothing of the longer one", () => {
    const { clock, display, screen } = open({ columns: 70, rows: 20 });
    const task = sampleTask();
    display.begin(task);
    display.change(sampleEvent({ taskId: 12, stepId: 3, at: NOW }), {
      ...task,
      steps: task.steps.map((step) => ({ ...step, error: null })),
    });
    clock.advance(100);
    expect(screen().lines).toHaveLength(6);
    expect(screen().text).not.toContain("busy");
  });

  test("never draws more lines than the terminal has", () => {
    const { clock, display, screen } = open({ columns: 70, rows: 8 });
    display.begin(sampleTask(Array.from({ length: 500 }, (_, at) => sampleStep(`s${at}`))));
    clock.advance(500);
    expect(screen().scrolled).toBe(0);
    expect(screen().lines.at(-2)).toBe("  495 more steps: 495 pending");
  });

  test("a notice stands below the board, and is printed when the display is gone", () => {
    const { clock, io, display, screen } = open({ columns: 70, rows: 20 });
    display.begin(sampleTask());
    display.notice("stopping");
    clock.advance(100);
    expect(screen().lines.at(-2)).toBe("stopping");
    expect(io.err).toBe("");
    display.end();
    expect(screen().lines).toEqual([""]);
    expect(io.err).toBe("stopping\n");
    expect(clock.timers).toEqual([]);
  });

  test("hides the cursor and gives it back once", () => {
    const { io, display } = open({ columns: 70, rows: 20 });
    display.end();
    expect(io.out).toBe("");
    const second = open({ columns: 70, rows: 20 });
    second.display.begin(sampleTask());
    second.display.end();
    second.display.end();
    expect(second.io.out.split("\x1b[?25l")).toHaveLength(2);
    expect(second.io.out.split("\x1b[?25h")).toHaveLength(2);
  });
});
