import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { PermanentError } from "../../src/errors/index.ts";
import { EventRouter } from "../../src/event-routing/event-router.ts";
import { isSampled } from "../../src/event-routing/is-sampled.ts";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import type { StepExecution } from "../../src/handlers/execution.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { drain } from "../../src/testing/run/drain.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { TaskSpanIds } from "../../src/tracing/task-span-ids.ts";
import type { TracingOptions } from "../../src/tracing/tracing-options.ts";
import { graphTemplate, makeEngine, readTransitions, startEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type ReceivedSpan, startOtlpReceiver } from "./otlp-receiver.ts";
import { registerTracing, type TracingSetup, unregisterTracing } from "./register-tracing.ts";
import { labelOf, outline, spanTrees } from "./span-tree.ts";

const request = { name: "graph", context: {} };

/** A collector, and an application that exports to it; gives what has been exported when everything is, of engines that are stopped. */
async function startTracing(setup: Partial<TracingSetup> = {}) {
  const receiver = await startOtlpReceiver();
  const provider = registerTracing({ url: receiver.url, service: "shop", ...setup });
  onTestFinished(() => unregisterTracing(provider));
  return {
    provider,
    exported: async (under?: { readonly engine: Engine }): Promise<readonly ReceivedSpan[]> => {
      // What is in the database may not have been told yet.
      await under?.engine.stop();
      await provider.forceFlush();
      return receiver.spans;
    },
  };
}

const openDatabase = () => useDatabase(openTestDatabase);

/** An engine whose clock shows the time of the spans. */
function start(database: Database, templates: readonly TaskTemplate[], tracing: boolean | TracingOptions = true) {
  return startEngine(database, templates, { clock: new ManualClock(Date.now()), tracing });
}

/** Runs one task to its end. */
async function runTask(template: TaskTemplate, tracing: boolean | TracingOptions = true, more: object = {}) {
  const database = await openDatabase();
  const under = await start(database, [template], tracing);
  const { taskId } = await under.engine.submit({ name: template.definition.name, context: {}, ...more });
  await drain(under);
  return { ...under, taskId };
}

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === `tasker.${name}`);
const traceIds = (spans: readonly ReceivedSpan[]) => [...new Set(spans.map(({ traceId }) => traceId))];
const steps = (play: (step: StepExecution) => unknown, edges = "reserve -> charge") =>
  graphTemplate(edges, { run: (_task, _sequence, step) => play(step) });
/** Fails in its first attempts. */
const failing = (times: number) => (step: StepExecution) => {
  if (step.name === "charge" && step.attempt <= times) throw new Error(`declined ${step.attempt}`);
  return step.name;
};

describeOnPostgres("a task under OpenTelemetry", () => {
  test("is one trace: submitted below its caller, its steps and their own spans below it", async () => {
    const { exported } = await startTracing();
    const tracer = trace.getTracer("shop");
    const template = steps((step) =>
      tracer.startActiveSpan(`call for ${step.name}`, async (span) => {
        await new Promise((resolve) => setImmediate(resolve));
        tracer.startSpan(`deep in ${step.name}`).end();
        span.end();
      }),
    );
    const { engine } = await start(await openDatabase(), [template]);
    const { taskId } = await tracer.startActiveSpan("POST /orders", async (span) => {
      const submitted = await engine.submit(request);
      span.end();
      return submitted;
    });
    await engine.settled(taskId);
    expect(outline(spanTrees(await exported({ engine })))).toEqual([
      "POST /orders",
      "  task.initialize graph",
      "    task.execution graph",
      "    step.execution reserve",
      "      call for reserve",
      "        deep in reserve",
      "    step.execution charge",
      "      call for charge",
      "        deep in charge",
    ]);
  });

  test("has its steps below its own span where the provider lets the engine choose ids", async () => {
    const ids = new TaskSpanIds();
    const { exported } = await startTracing({ ids });
    const under = await runTask(steps(failing(0)), { ids });
    expect(outline(spanTrees(await exported(under)))).toEqual([
      "task.initialize graph",
      "  task.execution graph",
      "    step.execution reserve",
      "    step.execution charge",
    ]);
  });

  test("tells what it was: typed attributes under the name of the service, true times", async () => {
    const { exported } = await startTracing();
    const began = Date.now();
    const template = steps(async (step) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return step.name;
    }, "reserve");
    const under = await runTask(template, { service_name: "orders" }, { correlationId: "order-1" });
    const { taskId } = under;
    const spans = await exported(under);
    const [initialize] = named(spans, "task.initialize");
    const [step] = named(spans, "step.execution");
    const [task] = named(spans, "task.execution");
    const common = {
      "orders.task_id": taskId,
      "orders.task_name": "graph",
      "orders.namespace": "default",
      "orders.version": "1.0.0",
      "orders.correlation_id": "order-1",
    };
    expect(initialize).toMatchObject({ kind: SpanKind.PRODUCER + 1, attributes: common, scope: "orders" });
    expect(step?.attributes).toMatchObject({
      ...common,
      "orders.step_name": "reserve",
      "orders.attempt_number": 1,
      "orders.retry_limit": 3,
    });
    expect(step?.attributes["orders.step_id"]).toEqual(expect.any(Number));
    expect(step?.status.code).toBe(SpanStatusCode.OK);
    expect((step?.endTimeUnixNano ?? 0) - (step?.startTimeUnixNano ?? 0)).toBeGreaterThan(25);
    expect(step?.startTimeUnixNano).toBeGreaterThanOrEqual(began);
    expect(task).toMatchObject({
      status: { code: SpanStatusCode.OK },
      attributes: { ...common, "orders.state": "complete", "orders.total_steps": 1, "orders.completed_steps": 1 },
    });
  });

  test("has a span for each attempt, linked to the one before, and says on its own when it was planned", async () => {
    const { exported } = await startTracing();
    const under = await runTask(steps(failing(2)));
    const { database, taskId } = under;
    const spans = await exported(under);
    const attempts = named(spans, "step.execution").filter((span) => labelOf(span).endsWith("charge"));
    expect(attempts.map(({ attributes }) => attributes["tasker.attempt_number"])).toEqual([1, 2, 3]);
    expect(attempts.map(({ links }) => links.map(({ spanId }) => spanId))).toEqual([
      [],
      [attempts[0]?.spanId],
      [attempts[1]?.spanId],
    ]);
    expect(attempts[0]).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: "declined 1" },
      attributes: { "tasker.error": "declined 1", "tasker.exception_class": "Error", "tasker.permanent": false },
      events: [{ name: "exception", attributes: { "exception.type": "Error", "exception.message": "declined 1" } }],
    });
    const [task] = named(spans, "task.execution");
    expect(task?.status.code).toBe(SpanStatusCode.OK);
    expect(task?.events.map(({ name, attributes }) => [name, attributes["tasker.backoff_seconds"]])).toEqual([
      ["observability.step.backoff", 1],
      ["observability.step.backoff", 2],
    ]);
    // Where the next attempt is another process's, it finds the link in the audit trail.
    const rows = await readTransitions(database, taskId, "charge");
    const failed = rows.filter((row) => row.to_state === "error");
    expect(failed).toMatchObject(attempts.slice(0, 2).map(({ spanId }) => ({ metadata: { span_id: spanId } })));
  });

  test.each([
    "random ids",
    "chosen ids",
  ])("goes on in its trace when it is retried after it has failed (%s)", async (kind) => {
    const ids = kind === "chosen ids" ? new TaskSpanIds() : undefined;
    const { exported } = await startTracing({ ids });
    let isMended = false;
    const template = steps((step) => {
      if (step.name === "charge" && !isMended) throw new PermanentError("no money");
      return step.name;
    });
    const under = await runTask(template, ids === undefined ? true : { ids });
    isMended = true;
    await under.engine.actions.retryTask(under.taskId, { actor: "a", reason: "b" });
    await drain(under);
    const spans = await exported(under);
    const runs = named(spans, "task.execution");
    expect(traceIds(spans)).toHaveLength(1);
    expect(spanTrees(spans)).toHaveLength(1);
    expect(runs.map(({ attributes }) => attributes["tasker.state"])).toEqual(["error", "complete"]);
    expect(runs[0]?.attributes["tasker.failed_steps"]).toEqual(["charge"]);
    expect(runs[0]?.status.code).toBe(SpanStatusCode.ERROR);
    if (ids === undefined) return;
    const below = named(spans, "step.execution").map((span) => [
      labelOf(span),
      runs.findIndex(({ spanId }) => spanId === span.parentSpanId),
    ]);
    expect(below).toEqual([
      ["step.execution reserve", 0],
      ["step.execution charge", 0],
      ["step.execution charge", 1],
    ]);
  });

  test("says what it skipped and what it waited for; a sleep is a span from its begin to its end", async () => {
    const { exported } = await startTracing();
    const template = defineTask({ name: "naps" })
      .step("rich", { skippable: true, runIf: () => false, process: () => 1 })
      .sleep("nap", { seconds: 3 })
      .build();
    const under = await runTask(template);
    const spans = await exported(under);
    const [nap] = named(spans, "step.execution");
    expect(nap?.attributes).toMatchObject({ "tasker.step_name": "nap", "tasker.waiting_for": "sleep" });
    expect((nap?.endTimeUnixNano ?? 0) - (nap?.startTimeUnixNano ?? 0)).toBeCloseTo(3_000, 0);
    const events = named(spans, "task.execution")[0]?.events.map(({ name }) => name) ?? [];
    expect(events.toSorted()).toEqual(["step.skipped", "step.wait_started"]);
  });

  test.each(["random ids", "chosen ids"])("that a step submits is below that step (%s)", async (kind) => {
    const ids = kind === "chosen ids" ? new TaskSpanIds() : undefined;
    const { exported } = await startTracing({ ids });
    const parcel = defineTask({ name: "parcel" })
      .step("send", { process: () => 1 })
      .build();
    const order = defineTask({ name: "order" })
      .step("price", { process: () => 1 })
      .task("ship", { dependsOn: ["price"], task: parcel, context: {} })
      .build();
    const under = await start(await openDatabase(), [order, parcel], ids === undefined ? true : { ids });
    await under.engine.submit({ name: "order", context: {} });
    await drain(under);
    const lines = outline(spanTrees(await exported(under)));
    expect(lines).toEqual(
      ids === undefined
        ? [
            "task.initialize order",
            "  task.execution order",
            "  step.execution price",
            "  step.execution ship",
            "    task.initialize parcel",
            "      task.execution parcel",
            "      step.execution send",
          ]
        : [
            "task.initialize order",
            "  task.execution order",
            "    step.execution ship",
            "      task.initialize parcel",
            "        task.execution parcel",
            "          step.execution send",
            "    step.execution price",
          ],
    );
  });

  test("begins its trace when it is first run, if it was submitted where nothing is traced", async () => {
    const database = await openDatabase();
    const elsewhere = makeEngine(database, [steps(failing(0))]);
    await elsewhere.engine.submit(request);
    const { exported } = await startTracing();
    const under = await start(database, [steps(failing(0))]);
    await drain(under);
    const spans = await exported(under);
    expect(outline(spanTrees(spans)).toSorted()).toEqual([
      "  step.execution charge",
      "  step.execution reserve",
      "  task.execution graph",
      "task.initialize graph",
    ]);
    const [row] = await database.query("select traceparent from tasker_task_runs");
    expect(row?.traceparent).toContain(traceIds(spans)[0]);
  });

  test("is shown to its end if somebody else cancels it", async () => {
    const { exported } = await startTracing();
    const called = Promise.withResolvers<void>();
    const template = graphTemplate("hold -> never", {
      run: (_task, _sequence, step) =>
        new Promise((_resolve, reject) => {
          called.resolve();
          step.signal.addEventListener("abort", () => reject(step.signal.reason));
        }),
    });
    const under = await start(await openDatabase(), [template]);
    const { taskId } = await under.engine.submit(request);
    await called.promise;
    await under.engine.actions.cancelTask(taskId, { actor: "a", reason: "b" });
    await under.engine.settled(taskId);
    const [task] = named(await exported(under), "task.execution");
    expect(task?.attributes["tasker.state"]).toBe("cancelled");
  });
});

describeOnPostgres("what is traced", () => {
  test("is decided when the task is submitted, by the sampler, for everything that belongs to it", async () => {
    const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.5) });
    const { exported } = await startTracing({ sampler });
    const database = await openDatabase();
    const under = await start(database, [steps(failing(0))]);
    await under.engine.submitMany(Array.from({ length: 30 }, () => request));
    await drain(under);
    const spans = await exported(under);
    const kept = traceIds(spans);
    expect(kept.length).toBeGreaterThan(3);
    expect(kept.length).toBeLessThan(27);
    for (const id of kept) expect(spans.filter(({ traceId }) => traceId === id)).toHaveLength(4);
    const rows = await database.query("select traceparent from tasker_task_runs");
    const sampled = rows.filter(({ traceparent }) => String(traceparent).endsWith("-01"));
    expect(sampled.map(({ traceparent }) => String(traceparent).slice(3, 35)).toSorted()).toEqual(kept.toSorted());
  });

  test("is the share of traces that the configuration says, the same everywhere", async () => {
    const { exported } = await startTracing();
    const database = await openDatabase();
    const under = await start(database, [steps(failing(0))], { event_sampling_rate: 0.5 });
    await under.engine.submitMany(Array.from({ length: 30 }, () => request));
    await drain(under);
    const spans = await exported(under);
    const rows = await database.query("select substr(traceparent, 4, 32) as id from tasker_task_runs");
    const expected = rows.map(({ id }) => String(id)).filter((id) => isSampled(id, 0.5));
    expect(traceIds(spans).toSorted()).toEqual(expected.toSorted());
    for (const id of expected) expect(spans.filter(({ traceId }) => traceId === id)).toHaveLength(4);
  });

  test("may be another share for tasks of a template", async () => {
    await startTracing();
    const database = await openDatabase();
    const template = steps(failing(0));
    const under = await start(database, [template]);
    const { namespace, name } = template.definition;
    const sampled = async () => {
      await under.engine.submit(request);
      const [row] = await database.query("select traceparent from tasker_task_runs order by task_id desc limit 1");
      return String(row?.traceparent).slice(-2);
    };
    expect(await sampled()).toBe("01");
    const saying = { telemetry: { event_sampling_rate: 0 } };
    under.engine.reconfigure({ overrides: { templates: { [`${namespace}/${name}`]: saying } } });
    expect(await sampled()).toBe("00");
  });

  test("is what is mapped to traces: without their event, steps are not shown, and what they do is below the task", async () => {
    const { exported } = await startTracing();
    const template = steps(() => void trace.getTracer("shop").startSpan("own").end(), "reserve");
    const under = await runTask(template, { router: new EventRouter({ "step.execution_requested": "metrics" }) });
    expect(outline(spanTrees(await exported(under)))).toEqual([
      "task.initialize graph",
      "  task.execution graph",
      "  own",
    ]);
  });

  test("leaves out events that are filtered, by names and patterns", async () => {
    const { exported } = await startTracing();
    await runTask(steps(failing(0), "reserve"), { filtered_events: ["step.*"] });
    const spans = await exported();
    expect(named(spans, "step.execution")).toEqual([]);
    expect(named(spans, "task.execution")).toHaveLength(1);
  });

  test("is masked where the configuration says, by exact keys", async () => {
    const { exported } = await startTracing();
    const masked = { filter_parameters: ["error", "correlation"], filter_mask: "***" };
    const under = await runTask(steps(failing(1)), masked, { correlationId: "order-1" });
    const failed = named(await exported(under), "step.execution").find(
      ({ status }) => status.code === SpanStatusCode.ERROR,
    );
    expect(failed?.attributes).toMatchObject({ "tasker.error": "***", "tasker.correlation_id": "order-1" });
    expect(JSON.stringify(failed)).not.toContain("declined");
  });

  test.each([
    ["the engine says no", false],
    ["the configuration says no", { enabled: false }],
  ])("is nothing where %s", async (_why, tracing) => {
    const { exported } = await startTracing();
    const under = await runTask(steps(failing(0)), tracing);
    expect(await exported(under)).toEqual([]);
    expect(await under.database.query("select traceparent from tasker_task_runs")).toEqual([{ traceparent: null }]);
  });

  test("is nothing where no provider is registered", async () => {
    const { database } = await runTask(steps(failing(1)));
    expect(await database.query("select traceparent from tasker_task_runs")).toEqual([{ traceparent: null }]);
  });

  test("is refused with a setting that there is not", async () => {
    const database = await openDatabase();
    expect(() => makeEngine(database, [], { tracing: { event_sampling_rate: 2 } })).toThrow(
      "telemetry.event_sampling_rate is 2, expected a number from 0 to 1",
    );
  });

  test("does not keep tasks from running if the provider throws", async () => {
    const startSpan = () => {
      throw new Error("broken provider");
    };
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan: startSpan }) });
    onTestFinished(() => trace.disable());
    const { lines, engine, taskId } = await runTask(steps(failing(0)));
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(lines.some(({ message }) => message === "a span could not be made")).toBe(true);
  });
});
