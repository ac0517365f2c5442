import { describe, expect, test } from "vitest";
import { runCaptured } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

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

  test("of a project: those that its templates and files declare are listed, found and shown with their payloads", async () => {
    using project = new WorkDirectory({
      "order.yaml": `
name: order
namespace_name: shop
version: 1.0.0
step_templates:
  - name: pay
    handler_class: Pay
    custom_events:
      - name: order.paid
        description: Money has come
        condition: success
        payload_schema:
          type: object
          required: [total]
          properties:
            total: {type: number, description: in euros, examples: [12.5]}
            note: {type: [string, "null"]}
            items: {type: array, items: {type: string}}
            anything: true
`,
      "order.mjs": "export const Pay = () => {};",
      "events/more.yaml": "event_metadata:\n  order:\n    sent: {description: It is on its way}\n",
    });
    const ask = (...argv: string[]) =>
      runCaptured(["events", ...argv, "--template", "order.yaml", "--events", "events"], { cwd: project.path });
    expect(await ask("list", "--category", "custom")).toEqual({
      code: 0,
      err: "",
      out: "order.paid  Money has come\norder.sent  It is on its way\n",
    });
    expect((await ask("search", "money")).out).toBe("order.paid  Money has come\n");
    const { out } = await ask("show", "order.paid");
    expect(out).toContain("order.paid  custom, derived\n");
    expect(out).toContain("or that ends so: success.");
    expect(out).toContain("By: Pay.\nDeclared in: shop.order@1.0.0: pay.\n");
    expect(out).toMatch(/ {2}total +number +in euros\n {2}note +string or null/);
    expect(out).toMatch(/ {2}items +list of string\s*\n {2}anything +any/);
    expect(out).toContain('Example: {"total":12.5,"note":"","items":[],"anything":{}}');
    const json = JSON.parse((await ask("show", "order.paid", "--json")).out);
    expect(json).toMatchObject({
      conditions: ["success"],
      fired_by: ["Pay"],
      declared_in: ["shop.order@1.0.0: pay"],
      payload_schema: { required: ["total"], properties: { total: { type: "number" } } },
    });
    expect(JSON.parse((await ask("show", "order.sent", "--json")).out).declared_in).toEqual([
      expect.stringMatching(/events\/more\.yaml:3$/),
    ]);
  });

  test("search finds by name and description", async () => {
    expect((await run("search", "bypass")).out).toMatch(/^step\.bypassed +/);
    expect((await run("search", "no such thing")).err).toContain("no events");
  });
});
