import { createTraceState, isSpanContextValid, type SpanContext, TraceFlags } from "@opentelemetry/api";

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
/** Longest tracestate that is kept; W3C Trace Context asks to pass on that much at least. */
const MOST_STATE = 512;

/** The place in a trace to which something belongs, as it is stored and sent: the headers of W3C Trace Context. */
export interface StoredTrace {
  readonly traceparent: string;
  readonly tracestate: string | null;
}

/** A span's place as it is stored; null if it has none. */
export function storeSpanContext(spanContext: SpanContext): StoredTrace | null {
  if (!isSpanContextValid(spanContext)) return null;
  const { traceId, spanId, traceFlags, traceState } = spanContext;
  const state = traceState?.serialize() ?? "";
  return {
    traceparent: `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`,
    tracestate: state === "" || state.length > MOST_STATE ? null : state,
  };
}

/** The same place, marked as not to be recorded. */
export function unsampled(spanContext: SpanContext): SpanContext {
  return { ...spanContext, traceFlags: spanContext.traceFlags & ~TraceFlags.SAMPLED };
}

/** The span to which a stored place belongs: one of another process, as far as this one knows. Null if it cannot be read. */
export function readSpanContext({ traceparent, tracestate }: StoredTrace): SpanContext | null {
  const [, traceId = "", spanId = "", flags = ""] = TRACEPARENT.exec(traceparent) ?? [];
  const spanContext: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate === null ? {} : { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(spanContext) ? spanContext : null;
}
