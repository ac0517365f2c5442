import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { z } from "zod";

const Address = z.object({ port: z.number() });

/** A thread that takes what is exported to it and drops it. */
export class TraceSink {
  readonly #thread: Worker;
  readonly #url: string;

  private constructor(thread: Worker, url: string) {
    this.#thread = thread;
    this.#url = url;
  }

  static async open(): Promise<TraceSink> {
    const thread = new Worker(new URL("./trace-sink.ts", import.meta.url));
    const [address] = await once(thread, "message");
    return new TraceSink(thread, `http://127.0.0.1:${Address.parse(address).port}/v1/traces`);
  }

  /** Registers the OpenTelemetry SDK, exporting here in batches; what is returned exports what is left and takes it back. */
  register(): () => Promise<void> {
    const exporter = new OTLPTraceExporter({ url: this.#url });
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

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}
