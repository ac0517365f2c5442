import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { z } from "zod";
import { ENGINE_LIMITS, withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";
import { median } from "../statistics.ts";

const ROUNDS = 5;
const Address = z.object({ port: z.number() });

/**
 * W1 with every task and step traced and exported in batches by HTTP to a thread that drops it, against the same engine without
 * a provider, in turns: one process, one database. How many times longer it takes is the ratio.
 */
export async function measureTracing(job: Job): Promise<Finding[]> {
  const shape = linear(10);
  const { linearTasks: tasks, warmupTasks } = job.sizes;
  const sink = new Worker(new URL("../trace-sink.ts", import.meta.url));
  const [address] = await once(sink, "message");
  const url = `http://127.0.0.1:${Address.parse(address).port}/v1/traces`;
  const options = { shape, limits: ENGINE_LIMITS, process: () => ({ ok: true }) };
  try {
    const { result, conditions, verifiedSteps } = await withEngine(job, options, async (session) => {
      const run = async (count: number) => {
        const startedAt = performance.now();
        await session.complete(await session.submit(count));
        return performance.now() - startedAt;
      };
      const off: number[] = [];
      const on: number[] = [];
      await run(warmupTasks);
      for (let round = 0; round < ROUNDS; round++) {
        off.push(await run(tasks));
        const unregister = registerProvider(url);
        await run(warmupTasks);
        on.push(await run(tasks));
        await unregister();
      }
      return { off: median(off), on: median(on) };
    });
    const steps = tasks * shape.steps.length;
    const common = { ...conditions, tasks, warmup_tasks: warmupTasks, submit_included: true };
    return [
      { ...common, metric: "off_steps_per_s", value: (steps * 1_000) / result.off, unit: "1/s" },
      { ...common, metric: "on_steps_per_s", value: (steps * 1_000) / result.on, unit: "1/s" },
      { ...common, metric: "ratio", value: result.on / result.off, unit: "x" },
      { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
    ];
  } finally {
    await sink.terminate();
  }
}

/** Registers the OpenTelemetry SDK; the function that is returned exports what is left and takes it back. */
function registerProvider(url: string): () => Promise<void> {
  const exporter = new OTLPTraceExporter({ url });
  const provider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: 100_000 })],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
  };
}
