import { describe, expect, test } from "vitest";
import { findNode } from "../../src/diagram/flowchart.ts";
import { flowchartRecord } from "../../src/diagram/flowchart-record.ts";
import { renderMermaid } from "../../src/diagram/mermaid.ts";
import { drawTask } from "../../src/diagram/task-diagram.ts";
import { InvalidRequestError } from "../../src/errors/index.ts";
import { sampleTask } from "./support/sample-task.ts";

const FAILED = { state: "error", attempts: 3, error: "1234567890123456789012345678901" };

describe("the diagram of a task", () => {
  test("in Mermaid has the reference's form", () => {
    const task = sampleTask("s0 -> s1, s0 -> s2", { s0: FAILED });
    expect(renderMermaid(drawTask(task, { baseUrl: "http://h" }).chart)).toBe(
      [
        "graph TD",
        'subgraph "Task 18: demo"',
        '  task_18["Task: demo<br/>ID: 18<br/>Status: pending"]',
        '  step_84["Step: s0<br/>Status: error<br/>Attempts: 3<br/>Error: 1234567890123456789012345678..."]',
        '  click step_84 "http://h/tasks/18/workflow_steps/84"',
        "  style step_84 fill:red;",
        '  step_85["Step: s1<br/>Status: pending<br/>Attempts: 0"]',
        '  click step_85 "http://h/tasks/18/workflow_steps/85"',
        "  style step_85 fill:lightblue;",
        '  step_86["Step: s2<br/>Status: pending<br/>Attempts: 0"]',
        '  click step_86 "http://h/tasks/18/workflow_steps/86"',
        "  style step_86 fill:lightblue;",
        "  task_18 --> step_84",
        '  step_84 -->|"provides"| step_85',
        '  step_84 -->|"provides"| step_86',
        "end",
      ].join("\n"),
    );
  });

  test("as a record has the reference's members", () => {
    const box = { shape: "box", attributes: {} };
    const line = { type: "solid", direction: "forward", attributes: {} };
    expect(flowchartRecord(drawTask(sampleTask("a -> b", { a: { state: "complete", attempts: 1 } })).chart)).toEqual({
      nodes: [
        { ...box, id: "task_18", label: "Task: demo\nID: 18\nStatus: pending" },
        { ...box, id: "step_84", label: "Step: a\nStatus: complete\nAttempts: 1", style: "fill:green;" },
        { ...box, id: "step_85", label: "Step: b\nStatus: pending\nAttempts: 0", style: "fill:lightblue;" },
      ],
      edges: [
        { ...line, source_id: "task_18", target_id: "step_84", label: "" },
        { ...line, source_id: "step_84", target_id: "step_85", label: "provides" },
      ],
      direction: "TD",
      title: "Task 18: demo",
      attributes: {},
    });
  });

  test.each([
    ["pending", "lightblue"],
    ["in_progress", "lightgreen"],
    ["complete", "green"],
    ["error", "red"],
    ["cancelled", "gray"],
    ["resolved_manually", "plum"],
    ["unheard_of", "lightgray"],
  ])("fills a step that is %s with %s", (state, colour) => {
    const { chart } = drawTask(sampleTask("a", { a: { state } }));
    expect(findNode(chart, "step_84")?.style).toBe(`fill:${colour};`);
  });

  test.each([
    ["123456789012345678901234567890", "123456789012345678901234567890"],
    ["1234567890123456789012345678901", "1234567890123456789012345678..."],
    [`${"\u{1f680}".repeat(30)}`, "\u{1f680}".repeat(30)],
    [`${"\u{1f680}".repeat(31)}`, `${"\u{1f680}".repeat(28)}...`],
    ["x".repeat(100_000), `${"x".repeat(28)}...`],
  ])("cuts the error %j", (error, shown) => {
    const { chart } = drawTask(sampleTask("a", { a: { state: "error", error } }));
    expect(findNode(chart, "step_84")?.label).toBe(`Step: a\nStatus: error\nAttempts: 0\nError: ${shown}`);
  });

  test("shows no error of a step that is in another state", () => {
    const { chart } = drawTask(sampleTask("a", { a: { state: "complete", error: "earlier" } }));
    expect(findNode(chart, "step_84")?.label).not.toContain("Error");
  });

  test("keeps edges that are there twice, and those to other tasks", () => {
    const edges = [85, 85, 999].map((toStepId) => ({ fromStepId: 84, toStepId, name: "provides" }));
    const { chart } = drawTask(sampleTask("a -> b", {}, { edges }));
    expect(chart.edges.map(({ sourceId, targetId }) => `${sourceId} ${targetId}`)).toEqual([
      "task_18 step_84",
      "step_84 step_85",
      "step_84 step_85",
      "step_84 step_999",
    ]);
  });

  test.each([
    ["https://host/tasker/", "https://host/tasker/tasks/18/workflow_steps/84"],
    ["/", "/tasks/18/workflow_steps/84"],
    ["..", "../tasks/18/workflow_steps/84"],
    [undefined, null],
  ])("links steps below the base URL %j", (baseUrl, url) => {
    expect(findNode(drawTask(sampleTask("a"), { baseUrl }).chart, "step_84")?.url).toBe(url);
  });

  test.each([
    "javascript:alert(1)//",
    "ftp://host",
    "https://host/?a=b",
    "/a#b",
    "//host",
    "",
  ])("refuses the base URL %j", (baseUrl) => {
    expect(() => drawTask(sampleTask("a"), { baseUrl })).toThrow(InvalidRequestError);
  });

  test("lists at most twenty of the steps that one waits for", () => {
    const names = Array.from({ length: 23 }, (_, index) => `p${index}`);
    const { table } = drawTask(sampleTask(names.map((name) => `${name} -> last`).join(", ")));
    const [last] = table.rows.flatMap(({ cells }) => (cells[0] === "last" ? [cells[4]] : []));
    expect(last).toMatch(/^p0, p1, .*, p19 and 3 more$/);
  });
});
