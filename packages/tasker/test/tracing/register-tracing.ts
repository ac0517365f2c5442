import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type Sampler, TracerProvider } from "@opentelemetry/sdk-trace";
import type { TaskSpanIds } from "../../src/tracing/task-span-ids.ts";

/** What a process registers with OpenTelemetry. */
export interface TracingSetup {
  /** Where spans are posted to. */
  readonly url: string;
  readonly service: string;
  readonly ids?: TaskSpanIds | undefined;
  readonly sampler?: Sampler;
  /** Milliseconds between two exports. Default: nothing is exported before it is asked for, as the provider does not wait for what is under way. */
  readonly delayMs?: number;
}

/** Registers the OpenTelemetry SDK in this process, as an application does. */
export function registerTracing({ url, service, ids, sampler, delayMs = 600_000 }: TracingSetup): TracerProvider {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }), scheduledDelayMillis: delayMs }),
    ],
    ...(ids === undefined ? {} : { idGenerator: ids }),
    ...(sampler === undefined ? {} : { sampler }),
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return provider;
}

/** Takes everything back that {@link registerTracing} has registered. */
export async function unregisterTracing(provider: TracerProvider): Promise<void> {
  await provider.shutdown();
  trace.disable();
  context.disable();
}
