import { expect, test } from "vitest";
import type { TaskDisplay } from "../../src/cli/displays/display.ts";
import { TaskFollower } from "../../src/cli/task-follower.ts";
import type { EngineEvent } from "../../src/engine/engine-event.ts";
import { sampleRun } from "../engine/sample-run.ts";
import { NOW, sampleTask } from "./render/sample-progress.ts";

/** Keeps what it is told. */
class Recorder implements TaskDisplay {
  readonly told: string[] = [];
  begin(): void {
    this.told.push("begin");
  }
  change(event: EngineEvent): void {
    this.told.push(`${event.stepName} ${event.toState}`);
  }
  notice(): void {}
  end(): void {}
  result(): void {}
}

const event = (taskId: number, toState: string): EngineEvent => ({
  name: "step.changed",
  taskId,
  task: sampleRun(taskId).view,
  stepId: 4,
  stepName: "send_receipt",
  fromState: "",
  toState,
  metadata: {},
  at: NOW,
});

test("events that come before the task is known follow its beginning; other tasks' events are left out", () => {
  const display = new Recorder();
  const follower = new TaskFollower(display);
  follower.observe(event(12, "in_progress"));
  follower.observe(event(13, "in_progress"));
  expect(display.told).toEqual([]);
  follower.begin(sampleTask());
  follower.observe(event(13, "complete"));
  follower.observe(event(12, "complete"));
  expect(display.told).toEqual(["begin", "send_receipt in_progress", "send_receipt complete"]);
});
