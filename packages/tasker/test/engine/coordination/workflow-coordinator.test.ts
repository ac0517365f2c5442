import { describe, expect, onTestFinished, test } from "vitest";
import { taskSettings } from "../../../src/config/task-settings.ts";
import { finalizationFor } from "../../../src/engine/coordination/finalization.ts";
import { PluginIntegration } from "../../../src/engine/coordination/plugin-integration.ts";
import { ViableStepDiscovery } from "../../../src/engine/coordination/viable-step-discovery.ts";
import { type CoordinatorOptions, WorkflowCoordinator } from "../../../src/engine/coordination/workflow-coordinator.ts";
import { HandlerNotFoundError, InvalidContextError, TaskNotFoundError } from "../../../src/errors/index.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { TaskHandler } from "../../../src/handlers/task-handler.ts";
import type { TaskTemplate } from "../../../src/handlers/task-template.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { graphTemplate, makeGate, until, useDatabase } from "../../support/engine-harness.ts";
import { describeEachDatabase, openTestDatabase } from "../../support/test-database.ts";

const request = { name: "graph", context: {} };

async function coordinate(
  database: CoordinatorOptions["database"],
  templates: readonly TaskTemplate[],
  options: Partial<CoordinatorOptions> = {},
  make: (options: CoordinatorOptions) => WorkflowCoordinator = (all) => new WorkflowCoordinator(all),
) {
  const registry = new HandlerRegistry();
  for (const template of templates) registry.register(template);
  const clock = new ManualClock();
  const coordinator = make({ database, registry, clock, leaseMs: 600_000, ...options });
  onTestFinished(() => coordinator.shutdown({ graceMs: 0 }));
  return { coordinator, clock };
}

describeEachDatabase("a workflow coordinator", (open) => {
  test("starts one engine however often it is initialized, and reports its components", async () => {
    const database = await useDatabase(open);
    const { coordinator } = await coordinate(database, []);
    expect(coordinator.statistics()).toMatchObject({ initialized: false, engine: null });
    const [first, second] = await Promise.all([coordinator.initialize(), coordinator.initialize()]);
    expect(await coordinator.initialize()).toBe(first);
    expect(second).toBe(first);
    expect(coordinator.initialized).toBe(true);
    expect(coordinator.statistics()).toMatchObject({
      initialized: true,
      components: {
        viable_step_discovery: "ViableStepDiscovery",
        step_executor: "StepExecutor",
        task_finalizer: "TaskFinalizer",
        task_reenqueuer: "TaskReenqueuer",
        backoff_calculator: "BackoffCalculator",
      },
      engine: { state: "running", tasks: 0 },
    });
    const [row] = await database.query("select count(*)::int as processes from tasker_processes");
    expect(row).toEqual({ processes: 1 });
  });

  test("runs a workflow to its end, and can be extended around it", async () => {
    const database = await useDatabase(open);
    const seen: string[] = [];
    class Timed extends WorkflowCoordinator {
      override async executeWorkflow(task: Parameters<WorkflowCoordinator["executeWorkflow"]>[0]) {
        seen.push(`begin ${task.name}`);
        const outcome = await super.executeWorkflow(task);
        seen.push(`end ${outcome.state}`);
        return outcome;
      }
    }
    const { coordinator } = await coordinate(database, [graphTemplate("a -> b")], {}, (options) => new Timed(options));
    expect(await coordinator.executeWorkflow(request)).toMatchObject({ state: "complete" });
    expect(seen).toEqual(["begin graph", "end complete"]);
    await expectCleanAuditTrail(database);
  });

  test("starts again after a shutdown, with the listeners that it had", async () => {
    const database = await useDatabase(open);
    const { coordinator } = await coordinate(database, [graphTemplate("a")]);
    const names: string[] = [];
    const end = coordinator.on(({ name }) => names.push(name));
    await coordinator.executeWorkflow(request);
    await coordinator.shutdown();
    await coordinator.shutdown();
    expect(coordinator.initialized).toBe(false);
    expect(await coordinator.executeWorkflow(request)).toMatchObject({ state: "complete" });
    expect(names.filter((name) => name === "task.completed")).toHaveLength(2);
    end();
    await coordinator.executeWorkflow(request);
    expect(names.filter((name) => name === "task.completed")).toHaveLength(2);
  });

  test("explains how a task stands, which steps could start and what happens next", async () => {
    const database = await useDatabase(open);
    const gate = makeGate();
    const template = graphTemplate("a -> c, b -> c", { run: (_t, _s, step) => (step.name === "a" ? gate.promise : 1) });
    const { coordinator } = await coordinate(database, [template], { concurrency: 1 });
    const engine = await coordinator.initialize();
    const { taskId } = await engine.submit(request);
    await until(() => engine.executions().some(({ state }) => state === "executing"), "a runs");
    expect(await coordinator.explain(taskId)).toMatchObject({
      context: { execution_status: "has_ready_steps", total_steps: 3, in_progress_steps: 1 },
      next: { action: "start", reason: "ready_steps_available" },
      viableSteps: [{ name: "b", attempts: 0 }],
    });
    gate.open();
    await engine.settled(taskId);
    expect(await coordinator.explain(taskId)).toMatchObject({ next: { action: "complete" }, viableSteps: [] });
    await expect(coordinator.explain(999)).rejects.toThrow(TaskNotFoundError);
  });

  test("asks the discovery that it was given", async () => {
    const database = await useDatabase(open);
    class Nothing extends ViableStepDiscovery {
      override async findViableSteps() {
        return [];
      }
    }
    const { coordinator } = await coordinate(database, [graphTemplate("a")], { viableStepDiscovery: new Nothing() });
    expect(coordinator.statistics().components).toMatchObject({ viable_step_discovery: "Nothing" });
  });
});

test("a workflow coordinator whose engine cannot start says why, and can be initialized again", async () => {
  const database = await openTestDatabase();
  const { coordinator } = await coordinate(database, []);
  await database.execute("alter table tasker_processes rename to elsewhere");
  await expect(coordinator.initialize()).rejects.toThrow("tasker_processes");
  expect(coordinator.initialized).toBe(false);
  await database.execute("alter table elsewhere rename to tasker_processes");
  await coordinator.initialize();
  expect(coordinator.initialized).toBe(true);
  await coordinator.shutdown();
  await database.close();
});

describe("what follows from how a task stands", () => {
  test.each([
    ["has_ready_steps", "start", "ready_steps_available"],
    ["processing", "wait", "steps_in_progress"],
    ["waiting_for_dependencies", "wait", "awaiting_dependencies"],
    ["all_complete", "complete", "all_steps_complete"],
    ["blocked_by_failures", "fail", "steps_in_error_state"],
    [null, "wait", "context_unavailable"],
  ] as const)("for %s is: %s, %s", (status, action, reason) => {
    expect(finalizationFor(status)).toEqual({ action, reason });
  });
});

describe("what plugins ask of templates", () => {
  class Hooks extends TaskHandler {
    override establishStepDependenciesAndDefaults(
      ...[, steps]: Parameters<TaskHandler["establishStepDependenciesAndDefaults"]>
    ) {
      for (const step of steps) step.retryLimit = 9;
    }
    override updateAnnotations(...[task]: Parameters<TaskHandler["updateAnnotations"]>) {
      return [{ type: "seen", value: task.taskId }];
    }
  }
  const contextSchema = { type: "object", properties: { count: { type: "integer", default: 2 } } };
  const registry = new HandlerRegistry();
  registry.register(graphTemplate("a", { namespace: "shop", version: "2.0.0", contextSchema, hooks: new Hooks() }));
  registry.register(graphTemplate("b"));
  const plugin = new PluginIntegration(registry);
  const key = { namespace: "shop", name: "graph", version: "2.0.0" };
  const draft = {
    ...key,
    context: {},
    initiator: "",
    sourceSystem: "",
    reason: "",
    tags: [],
    bypassSteps: [],
    requestedAt: new Date(0),
    correlationId: "c",
  };

  test("is answered by namespace, name and version", () => {
    expect(plugin.getTaskHandlerForTask(key).definition.steps.map(({ name }) => name)).toEqual(["a"]);
    expect(plugin.getStepHandler(key, "a").handle).toBeTypeOf("function");
    expect(() => plugin.getStepHandler(key, "b")).toThrow(HandlerNotFoundError);
    expect(() => plugin.getTaskHandlerForTask({ ...key, version: "1.0.0" })).toThrow(HandlerNotFoundError);
  });

  test("includes whether a context is valid", () => {
    expect(plugin.validateContext(key, {})).toEqual({ count: 2 });
    expect(() => plugin.validateContext(key, { count: "x" })).toThrow(InvalidContextError);
  });

  test("includes the hooks of task handlers, and nothing where there are none", async () => {
    const step = {
      name: "a",
      dependsOn: [],
      retryable: true,
      retryLimit: 3,
      skippable: false,
      timeoutSeconds: null,
      inputs: null,
    };
    plugin.establishStepDependenciesAndDefaults(draft, [step]);
    expect(step.retryLimit).toBe(9);
    const made = { taskId: 5, settings: taskSettings() };
    const none = { steps: [], findStepByName: () => null, resultsOf: () => null };
    expect(await plugin.updateAnnotations({ ...draft, ...made }, none)).toEqual([{ type: "seen", value: 5 }]);
    expect(await plugin.updateAnnotations({ ...draft, namespace: "default", version: "1.0.0", ...made }, none)).toEqual(
      [],
    );
  });
});
