import { expect, test } from "vitest";
import { z } from "zod";
import { RetryableError } from "../../src/errors/index.ts";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import type { TaskView } from "../../src/handlers/execution.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readHistory,
  readStep,
  readTransitions,
  startEngine,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const YAML = `
name: orders
step_templates:
  - { name: price, handler_class: Price }
  - name: review
    handler_class: Run
    depends_on_step: price
    run_if: { all: [{ step: price, path: total, greater_than: 100 }, { not: { path: trusted, equals: true } }] }
    default_results: { approved: true }
  - name: gift
    handler_class: Run
    depends_on_step: price
    run_if: { function: isLarge }
    when_skipped: skip_dependants
  - { name: wrap, handler_class: Run, depends_on_step: gift }
  - { name: card, handler_class: Run, depends_on_step: wrap }
  - name: ship
    handler_class: Ship
    depends_on_steps: [review, price]
`;

describeEachDatabase("a step with a condition", (open) => {
  test("runs or is skipped by what was stored before, and what depends on it goes on or is skipped, too", async () => {
    const database = await useDatabase(open);
    const ran: string[] = [];
    const Run = (_task: unknown, _sequence: unknown, { name }: { readonly name: string }) => {
      ran.push(name);
      return { approved: false };
    };
    const template = bindTemplate(parseTemplate(YAML), {
      Run,
      Price: ({ context }: TaskView) => ({ total: context.total }),
      Ship: (_task: unknown, sequence: { resultsOf(name: string): unknown }) => sequence.resultsOf("review"),
      isLarge: (task: TaskView, sequence: { resultsOf(name: string): { total: number } }) =>
        sequence.resultsOf("price").total > Number(task.context.large),
    });
    const { engine } = await startEngine(database, [template]);
    const [small, large] = await engine.submitMany([
      { name: "orders", context: { total: 50, large: 1000 } },
      { name: "orders", context: { total: 2000, large: 1000, trusted: false } },
    ]);
    const [smallId, largeId] = [small?.taskId ?? 0, large?.taskId ?? 0];
    expect(await engine.settled(largeId)).toMatchObject({ state: "complete" });
    expect(await engine.settled(smallId)).toMatchObject({ state: "complete" });
    expect(ran.sort()).toEqual(["card", "gift", "review", "wrap"]);
    expect((await readStep(database, smallId, "ship")).results).toEqual({ approved: true });
    expect((await readStep(database, largeId, "ship")).results).toEqual({ approved: false });
    expect(await readStep(database, smallId, "review")).toMatchObject({ attempts: 0, results: { approved: true } });

    const history = await readHistory(database, smallId);
    const at = history.indexOf("price in_progress > complete");
    expect(history.slice(at, at + 6).sort()).toEqual([
      "card pending > resolved_manually",
      "gift pending > resolved_manually",
      "price in_progress > complete",
      "review pending > resolved_manually",
      "ship pending > in_progress",
      "wrap pending > resolved_manually",
    ]);
    const metadata = async (name: string) => (await readTransitions(database, smallId, name))[0]?.metadata;
    expect(await metadata("review")).toMatchObject({ resolution: "skipped", reason: "run_if does not hold" });
    expect(await metadata("card")).toMatchObject({ resolution: "skipped", skipped_with: "gift" });
    const [context] = await database.query("select * from get_task_execution_context($1)", [smallId]);
    expect(context).toMatchObject({ execution_status: "all_complete", completed_steps: 6 });
    await expectCleanAuditTrail(database);
  });

  test("in TypeScript sees its context and the results before it", async () => {
    const database = await useDatabase(open);
    const asked: unknown[] = [];
    const template = defineTask({ name: "typed", context: z.object({ limit: z.number() }) })
      .step("count", { process: () => ({ items: 3 }) })
      .step("pack", {
        dependsOn: ["count"],
        runIf: (task, sequence) => {
          asked.push(task.context.limit, sequence.resultsOf("count").items);
          return sequence.resultsOf("count").items > task.context.limit;
        },
        process: () => "packed",
      })
      .step("label", {
        dependsOn: ["pack"],
        runIf: { step: "pack", outcome: "skipped" },
        process: (_task, sequence) => sequence.resultsOf("pack"),
      })
      .build();
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "typed", context: { limit: 5 } });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(asked).toEqual([5, 3]);
    expect(await readStep(database, taskId, "label")).toMatchObject({ state: "complete", results: null });
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a condition", () => {
  test("that throws fails the attempt, is asked again at the retry, and the step runs or is skipped then", async () => {
    const database = await useDatabase(openTestDatabase);
    let asked = 0;
    const ran: string[] = [];
    const template = defineTask({ name: "typed" })
      .step("a", {
        runIf: () => {
          asked += 1;
          if (asked < 3) throw new RetryableError("not now", { retryAfter: 0 });
          return false;
        },
        process: () => ran.push("a"),
      })
      .step("b", { dependsOn: ["a"], process: () => ran.push("b") })
      .build();
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "typed", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect({ asked, ran }).toEqual({ asked: 3, ran: ["b"] });
    expect((await readTransitions(database, taskId, "a")).map(({ to_state }) => to_state)).toEqual([
      "in_progress",
      "error",
      "pending",
      "in_progress",
      "error",
      "resolved_manually",
    ]);
    expect((await readTransitions(database, taskId, "a"))[1]?.metadata).toMatchObject({
      error_message: "run_if: not now",
      error_class: "RetryableError",
      attempt_number: 1,
    });
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 2 });
    await expectCleanAuditTrail(database);
  });

  test("that cannot be answered fails its step for good, which its policy may ignore", async () => {
    const database = await useDatabase(openTestDatabase);
    const condition = { kind: "test", step: null, path: "n", operator: "less_than", value: 5 } as const;
    const template = graphTemplate("a -> c, b -> d", {
      steps: { a: { runIf: condition }, b: { runIf: condition, onFailure: "continue" } },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: { n: "many" } });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await readStep(database, taskId, "a")).toMatchObject({
      state: "error",
      attempts: 1,
      retryable: false,
      results: {
        error: "run_if: the context at n hold a text, expected a number to compare",
        error_code: "CONDITION_NOT_COMPARABLE",
      },
    });
    expect(await readStep(database, taskId, "d")).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("is answered in another process from what is stored: by the definition that the task started with", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const started = makeGate();
    const skipping = { runIf: { kind: "test", step: "a", path: null, operator: "equals", value: 1 } } as const;
    const template = (run: () => unknown, steps = {}) =>
      graphTemplate("a -> b, b -> c, c -> d, x -> d", {
        steps: { b: { ...skipping, whenSkipped: "skip_dependants" }, ...steps },
        run: (_task, _sequence, step) => (step.name === "x" ? run() : step.name),
      });
    const first = await startEngine(database, [
      template(() => {
        started.open();
        return gate.promise;
      }),
    ]);
    const { taskId } = await first.engine.submit({ name: "graph", context: {} });
    await started.promise;
    await first.seen(({ name, stepName }) => name === "step.resolved_manually" && stepName === "c");
    await first.engine.stop({ graceMs: 0 });
    gate.open();
    // The template has changed since: its step would run. The task goes on as it began.
    const second = await startEngine(database, [template(() => "x", { b: {} })]);
    expect(await second.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect((await readTransitions(database, taskId, "d"))[0]?.metadata).toMatchObject({
      resolution: "skipped",
      skipped_with: "b",
    });
    await expectCleanAuditTrail(database);
  });
});
