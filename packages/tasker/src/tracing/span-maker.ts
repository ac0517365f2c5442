import {
  type Context,
  type Link,
  ProxyTracerProvider,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import { telemetryConfig } from "../config/telemetry-config.ts";
import { eventFilter } from "../event-routing/event-filter.ts";
import { EventRouter } from "../event-routing/event-router.ts";
import { type Facts, SpanAttributes } from "./span-attributes.ts";
import type { TaskSpanIds } from "./task-span-ids.ts";
import type { TracingOptions } from "./tracing-options.ts";

/** What a span is made from. */
export interface SpanDraft {
  readonly name: string;
  /** The context whose span is the parent. */
  readonly parent: Context;
  readonly facts: Facts;
  /** Default: internal. */
  readonly kind?: SpanKind;
  /** Milliseconds since the epoch. Default: now, by the provider's clock. */
  readonly startedAt?: number;
  readonly links?: readonly Link[];
  /** The id that it is known under already; only where there are {@link TaskSpanIds}. Default: a new one. */
  readonly spanId?: string | null;
}

/** A failure, as a span shows it. */
export interface SpanFailure {
  readonly message: string;
  readonly errorClass: string;
  readonly backtrace: string;
}

/** Makes spans by the provider that the program has registered, if it has; says which are wanted. */
export class SpanMaker {
  /** Null where spans cannot get an id that is known before. */
  readonly ids: TaskSpanIds | null;
  /** Share of the traces that begin here with such a task which are kept. */
  samplingRateOf: (task: { readonly namespace: string; readonly name: string }) => number;
  readonly attributes: SpanAttributes;
  readonly #router: EventRouter;
  readonly #isFiltered: (eventName: string) => boolean;
  readonly #enabled: boolean;
  readonly #name: string;
  readonly #version: string;
  readonly #onError: (error: unknown) => void;
  /** The provider that was asked last, and what it gave. */
  #found: { readonly provider: TracerProvider; readonly tracer: Tracer | null } | null = null;

  /**
   * @param onError told what the provider throws; the work goes on
   * @throws ConfigurationError
   */
  constructor({ ids, router, ...settings }: TracingOptions, onError: (error: unknown) => void) {
    this.#onError = onError;
    const config = telemetryConfig(settings);
    this.ids = ids ?? null;
    this.samplingRateOf = () => config.event_sampling_rate;
    this.attributes = new SpanAttributes(config);
    this.#router = router ?? new EventRouter();
    this.#isFiltered = eventFilter(config.filtered_events);
    this.#enabled = config.enabled;
    this.#name = config.service_name;
    this.#version = config.service_version;
  }

  /** Whether there is anybody to make spans for. */
  get isOn(): boolean {
    return this.#findTracer() !== null;
  }

  /** Whether the spans and events on spans of an event are made in a trace. */
  wants(eventName: string, traceId: string): boolean {
    return !this.#isFiltered(eventName) && this.#router.routes(eventName, "traces", traceId);
  }

  /** Starts a span; null if the program has registered no provider. */
  start({
    name,
    parent,
    facts,
    kind = SpanKind.INTERNAL,
    startedAt,
    links = [],
    spanId = null,
  }: SpanDraft): Span | null {
    const tracer = this.#findTracer();
    if (tracer === null) return null;
    const options = {
      kind,
      attributes: this.attributes.of(facts),
      links: [...links],
      ...(startedAt === undefined ? {} : { startTime: new Date(startedAt) }),
    };
    const begin = () => tracer.startSpan(name, options, parent);
    try {
      return this.ids === null || spanId === null ? begin() : this.ids.withSpanId(spanId, begin);
    } catch (error) {
      this.#onError(error);
      return null;
    }
  }

  /** Does something with a span, if there is one. */
  finish(span: Span | null, work: (span: Span) => void): void {
    if (span === null) return;
    try {
      work(span);
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Marks a span as failed, with the error that it failed with. */
  fail(span: Span, { message, errorClass, backtrace }: SpanFailure): void {
    const text = this.attributes.text("error", message);
    span.addEvent("exception", {
      "exception.type": errorClass,
      "exception.message": text,
      // The first lines of a backtrace repeat the message.
      ...(text === message && backtrace !== "" ? { "exception.stacktrace": backtrace } : {}),
    });
    span.setAttributes(this.attributes.of({ error: message, exception_class: errorClass }));
    span.setStatus({ code: SpanStatusCode.ERROR, message: text });
  }

  /** Asked for every span: a provider is asked once. */
  #findTracer(): Tracer | null {
    if (!this.#enabled) return null;
    const proxy = trace.getTracerProvider();
    const provider = proxy instanceof ProxyTracerProvider ? proxy.getDelegate() : proxy;
    if (this.#found?.provider !== provider) this.#found = { provider, tracer: this.#tracerOf(proxy) };
    return this.#found.tracer;
  }

  #tracerOf(provider: TracerProvider): Tracer | null {
    if (!(provider instanceof ProxyTracerProvider)) return provider.getTracer(this.#name, this.#version);
    return provider.getDelegateTracer(this.#name, this.#version) ?? null;
  }
}

/** The context in which a span that another process has made, or will make, is the parent. */
export function below(parent: Context, spanContext: SpanContext): Context {
  return trace.setSpanContext(parent, spanContext);
}
