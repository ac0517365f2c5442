import { describe, expect, test } from "vitest";
import { InvalidRequestError } from "../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readHistory,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { createRailsTask } from "../support/rails-rows.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const skippable = { skippable: true } as const;

describeEachDatabase("a step named in bypass_steps", (open) => {
  test("is resolved in its parent's commit, without its handler, and the steps after it go on and read null", async () => {
    const database = await useDatabase(open);
    const ran: string[] = [];
    const seen: unknown[] = [];
    const template = graphTemplate("a -> b, b -> c, c -> d", {
      steps: { b: skippable, c: skippable },
      run: (_task, sequence, step) => {
        ran.push(step.name);
        if (step.name !== "d") return step.name;
        seen.push(...["a", "b", "c"].map((name) => sequence.resultsOf(name)));
        return null;
      },
    });
    const { engine, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {}, bypassSteps: ["b", "c"] });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect({ ran, seen }).toEqual({ ran: ["a", "d"], seen: ["a", null, null] });
    expect((await readHistory(database, taskId)).slice(2, -2)).toEqual([
      "a in_progress > complete",
      "b pending > resolved_manually",
      "c pending > resolved_manually",
      "d pending > in_progress",
    ]);
    const commits = await database.query(
      `select distinct (x.metadata ->> 'seq')::bigint / 65536 as commit from tasker_workflow_step_transitions x
       join tasker_workflow_steps w using (workflow_step_id) join tasker_named_steps n using (named_step_id)
       where (n.name = 'a' and x.to_state = 'complete') or n.name in ('b', 'c') or (n.name = 'd' and x.sort_key = 10)`,
    );
    expect(commits).toHaveLength(1);
    const [row] = await readTransitions(database, taskId, "b");
    expect(row?.metadata).toMatchObject({ resolution: "bypassed", reason: "named in bypass_steps" });
    expect(await readStep(database, taskId, "b")).toMatchObject({ attempts: 0, in_process: false, results: {} });
    await until(() => events.some(({ name }) => name === "task.completed"), "the last event");
    expect(events.filter(({ stepName }) => stepName === "b").map(({ name }) => name)).toEqual([
      "step.resolved_manually",
      "step.bypassed",
    ]);
    await expectCleanAuditTrail(database);
  });

  test("may be every step of the task", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [
      graphTemplate("a -> b", { steps: { a: skippable, b: skippable }, run: () => expect.fail("nothing runs") }),
    ]);
    const { taskId } = await engine.submit({ name: "graph", context: {}, bypassSteps: ["b", "a"] });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await readHistory(database, taskId)).toEqual([
      "task pending > in_progress",
      "a pending > resolved_manually",
      "b pending > resolved_manually",
      "task in_progress > complete",
    ]);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("bypass_steps", () => {
  test("of 2,000 steps in a line are one commit", async () => {
    const database = await useDatabase(openTestDatabase);
    const names = Array.from({ length: 2_000 }, (_, place) => `s${place}`);
    const line = names.slice(1).map((name, place) => `${names[place]} -> ${name}`);
    const steps = Object.fromEntries(names.map((name) => [name, skippable]));
    const { engine } = await startEngine(database, [graphTemplate(line.join(", "), { steps })]);
    const { taskId } = await engine.submit({ name: "graph", context: {}, bypassSteps: names.slice(0, -1) });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    const [commits] = await database.query(
      `select count(distinct (metadata ->> 'seq')::bigint / 65536)::integer as n from tasker_workflow_step_transitions
       where to_state = 'resolved_manually'`,
    );
    expect(commits).toEqual({ n: 1 });
    await expectCleanAuditTrail(database);
  });

  describe("that name what cannot be left out are refused", () => {
    test.each([
      ["chrage", 'names the step "chrage", which the task does not have'],
      ["pay", 'names the step "pay", which is not skippable'],
    ])("%s", async (name, message) => {
      const database = await useDatabase(openTestDatabase);
      const { engine } = await startEngine(database, [
        graphTemplate("charge -> pay", { steps: { charge: skippable } }),
      ]);
      const refused = engine.submit({ name: "graph", context: {}, bypassSteps: ["charge", name] });
      await expect(refused).rejects.toThrow(InvalidRequestError);
      await expect(refused).rejects.toMatchObject({ context: { field: "bypassSteps", value: name } });
      await expect(refused).rejects.toThrow(message);
      expect(await database.query("select from tasker_tasks")).toEqual([]);
    });
  });

  test("that a Rails process stored for other steps have no effect but a warning", async () => {
    const database = await useDatabase(openTestDatabase);
    const ran: string[] = [];
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => void ran.push(step.name),
    });
    const { lines, clock } = await startEngine(database, [template], { adopt: { sourceSystems: ["unknown"] } });
    const taskId = await createRailsTask(database, {
      bypassSteps: '["b", "nobody", 7]',
      steps: [
        { name: "a", columns: { skippable: true } },
        { name: "b", dependsOn: ["a"] },
      ],
    });
    const other = await createRailsTask(database, {
      bypassSteps: '["a", "nobody"]',
      steps: [
        { name: "a", columns: { skippable: true } },
        { name: "b", dependsOn: ["a"] },
      ],
    });
    await until(async () => {
      clock.advance(500);
      const ended = await database.query("select from tasker_tasks where complete");
      return ended.length === 2;
    }, "both tasks");
    expect((await readHistory(database, taskId)).at(-1)).toBe("task in_progress > complete");
    expect(ran.sort()).toEqual(["a", "b", "b"]);
    expect(lines.filter(({ level }) => level === "warn").map(({ facts }) => facts)).toEqual([
      { taskId, step: "b" },
      { taskId, step: "nobody" },
      { taskId: other, step: "nobody" },
    ]);
    expect((await readTransitions(database, other, "a"))[0]?.metadata).toMatchObject({ resolution: "bypassed" });
    await expectCleanAuditTrail(database);
  });

  test("of steps that follow one in flight when the engine restarts hold in the next engine too", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const seen: unknown[] = [];
    const template = graphTemplate("a -> b, b -> c, a -> d", {
      steps: { b: skippable },
      run: async (_task, sequence, step) => {
        if (step.name === "c" && step.attempt === 1) await gate.promise;
        if (step.name === "c") seen.push(sequence.resultsOf("b"), sequence.findStepByName("b")?.state);
      },
    });
    const first = await startEngine(database, [template]);
    const { taskId } = await first.engine.submit({ name: "graph", context: {}, bypassSteps: ["b"] });
    await first.seen(({ name, stepName }) => name === "step.execution_requested" && stepName === "c");
    await first.engine.stop({ graceMs: 0 });
    const second = await startEngine(database, [template]);
    gate.open();
    expect(await second.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(seen.slice(-2)).toEqual([null, "resolved_manually"]);
    await expectCleanAuditTrail(database);
  });
});
