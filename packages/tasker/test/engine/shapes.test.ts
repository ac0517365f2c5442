import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, readHistory, startEngine, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";

const names = (count: number) => Array.from({ length: count }, (_, place) => `s${String(place).padStart(3, "0")}`);

/** Runs one task of the template and gives the names of its steps in the order in which they ran. */
async function runOne(database: Database, edges: string) {
  const order: string[] = [];
  const template: TaskTemplate = graphTemplate(edges, {
    run: (_task, sequence, step) => {
      order.push(step.name);
      return { name: step.name, seen: sequence.steps.filter(({ state }) => state === "complete").length };
    },
  });
  const { engine } = await startEngine(database, [template]);
  const { taskId } = await engine.submit({ name: "graph", context: {} });
  const { state } = await engine.settled(taskId);
  return { taskId, state, order };
}

describeEachDatabase("a task", (open) => {
  const run = async (edges: string) => {
    const database = await useDatabase(open);
    const result = await runOne(database, edges);
    await expectCleanAuditTrail(database);
    const history = await readHistory(database, result.taskId);
    return { ...result, history };
  };

  test("of one step runs it", async () => {
    const { state, order, history } = await run("a");
    expect({ state, order }).toEqual({ state: "complete", order: ["a"] });
    expect(history).toEqual([
      "task pending > in_progress",
      "a pending > in_progress",
      "a in_progress > complete",
      "task in_progress > complete",
    ]);
  });

  test("of a line runs one step after the other, each start with the completion before it", async () => {
    const { order, history } = await run("a -> b, b -> c");
    expect(order).toEqual(["a", "b", "c"]);
    expect(history.slice(2, 6)).toEqual([
      "a in_progress > complete",
      "b pending > in_progress",
      "b in_progress > complete",
      "c pending > in_progress",
    ]);
  });

  test("of a diamond joins after both branches", async () => {
    const { state, order } = await run("a -> b, a -> c, b -> d, c -> d");
    expect(state).toBe("complete");
    expect(order.at(0)).toBe("a");
    expect(order.at(-1)).toBe("d");
    expect(order).toHaveLength(4);
  });

  test("that fans out and in runs every branch once", async () => {
    const branches = names(20);
    const { order } = await run(branches.flatMap((name) => [`first -> ${name}`, `${name} -> last`]).join(", "));
    expect(order.at(0)).toBe("first");
    expect(order.slice(1, -1).sort()).toEqual(branches);
    expect(order.at(-1)).toBe("last");
  });

  test("500 steps wide runs every step once", async () => {
    const { state, order } = await run(names(500).join(", "));
    expect(state).toBe("complete");
    expect([...order].sort()).toEqual(names(500));
  });

  test("300 steps long runs them in order", async () => {
    const line = names(300);
    const { state, order } = await run(
      line.map((name, place) => (place === 0 ? name : `${line[place - 1]} -> ${name}`)).join(", "),
    );
    expect(state).toBe("complete");
    expect(order).toEqual(line);
  });

  test("of several roots that are not connected runs all parts", async () => {
    const { state, order } = await run("a -> b, c -> d, e");
    expect(state).toBe("complete");
    expect([...order].sort()).toEqual(["a", "b", "c", "d", "e"]);
    expect(order.indexOf("a")).toBeLessThan(order.indexOf("b"));
    expect(order.indexOf("c")).toBeLessThan(order.indexOf("d"));
  });

  test("without steps completes at once", async () => {
    const { state, history } = await run("");
    expect(state).toBe("complete");
    expect(history).toEqual(["task pending > in_progress", "task in_progress > complete"]);
  });
});
