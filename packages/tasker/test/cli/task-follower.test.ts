import { expect, test } from "vitest";
import type { TaskDisplay } from "../../src/cli/displays/display.ts";
import { TaskFollower } from "../../src/cli/task-follower.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { sampleEvent } from "../support/sample-event.ts";
import { NOW, sampleTask } from "./render/sample-progress.ts";

/** Keeps what it is told. */
class Recorder implements TaskDisplay {
  readonly told: string[] = [];
  begin(): void {
    this.told.push("begin");
  }
  change({ stepName, payload }: TaskerEvent): void {
    this.told.push(`${stepName} ${payload.to_state}`);
  }
  notice(): void {}
  end(): void {}
  result(): void {}
}

const event = (taskId: number, state: string) =>
  sampleEvent({ taskId, stepId: 4, stepName: "send_receipt", payload: { to_state: state }, at: NOW });

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
