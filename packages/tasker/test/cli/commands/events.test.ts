import { describe, expect, test } from "vitest";
import { runCaptured } from "../support/captured-io.ts";

const run = (...argv: string[]) => runCaptured(["events", ...argv], { cwd: import.meta.dirname });

describe("tasker events", () => {
  test("list prints the events of a category, a name and a description a line", async () => {
    const { code, out } = await run("list", "--category", "task");
    expect(code).toBe(0);
    expect(out.trimEnd().split("\n")).toHaveLength(7);
    expect(out).toContain("task.completed             Every step of a task is done.\n");
  });

  test("list --json prints one object a line, with schema and example", async () => {
    const { out } = await run("list", "--namespace", "observability", "--json");
    const events = out
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({
      name: "observability.task.enqueue",
      durability: "on_request",
      payload_schema: { properties: { priority: { type: "integer" } } },
      example_payload: { priority: 0 },
    });
  });

  test("show tells what an event says, and when", async () => {
    const { out } = await run("show", "step.failed");
    expect(out).toContain("step.failed  step, derived\n");
    expect(out).toContain("Published after the commit of the step's move to error.");
    expect(out).toMatch(/ {2}error_message +string or null +message of the error\n/);
    expect(out).toContain('Example: {"from_state":');
  });

  test("show names the nearest one for a name that is none", async () => {
    const { code, err } = await run("show", "step.fail");
    expect(code).toBe(2);
    expect(err).toContain("there is no event 'step.fail' (did you mean \"step.failed\"?)");
  });

  test("search finds by name and description", async () => {
    expect((await run("search", "bypass")).out).toMatch(/^step\.bypassed +/);
    expect((await run("search", "no such thing")).err).toContain("no events");
  });
});
