import { trace } from "@opentelemetry/api";
import { openPostgres } from "../../src/database/postgres.ts";
import { Engine } from "../../src/engine/engine.ts";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { TaskSpanIds } from "../../src/tracing/task-span-ids.ts";
import { registerTracing } from "./register-tracing.ts";
import type { TracedCommand, TracedOrder, TracedReport } from "./traced-messages.ts";

// A process with an engine and the OpenTelemetry SDK, which runs a task that fans out.

const WIDTH = 6;
const letGo = Promise.withResolvers<void>();
const report = (message: TracedReport) => void process.send?.(message);
process.once("message", (order: TracedOrder) => void run(order));

async function run(order: TracedOrder): Promise<void> {
  const ids = order.choosesIds ? new TaskSpanIds() : undefined;
  const provider = registerTracing({ url: order.traces, service: order.service, ids, delayMs: 50 });
  const tracer = trace.getTracer(order.service);
  const template = defineTask({ name: "fan" })
    .step("list", { process: () => Array.from({ length: WIDTH }, (_, place) => place) })
    .step("each", {
      forEach: { step: "list" },
      process: async (_task, _sequence, step) => {
        report({ kind: "called", step: step.name });
        if (order.holds) await letGo.promise;
        if (step.itemIndex === 3 && step.attempt === order.failsAt) throw new Error("not this time");
        tracer.startSpan(`work on ${step.inputs}`).end();
        return step.inputs;
      },
    })
    .step("sum", { dependsOn: ["each"], process: (_task, sequence) => sequence.resultsOf("each").length })
    .build();
  const registry = new HandlerRegistry();
  registry.register(template);
  const database = await openPostgres(order.url);
  const engine = new Engine({
    database,
    registry,
    concurrency: order.concurrency,
    pollIntervalMs: 50,
    leaseMs: 2_000,
    backoff: { default_backoff_seconds: [0], jitter_enabled: false },
    tracing: ids === undefined ? true : { ids },
  });
  process.on("message", ({ kind }: TracedCommand) => {
    if (kind === "let go") letGo.resolve();
    else if (kind === "submit") void submit();
    else void stop();
  });
  const submit = async () => {
    const { taskId } = await engine.submit({ name: "fan", context: {} });
    report({ kind: "submitted", taskId });
  };
  const stop = async () => {
    await engine.stop({ graceMs: 0 });
    await provider.shutdown();
    await database.close();
    report({ kind: "stopped" });
    process.disconnect();
  };
  await engine.start();
  report({ kind: "running" });
}
