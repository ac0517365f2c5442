import { createHash, randomBytes } from "node:crypto";
import type { Span } from "@opentelemetry/api";

/**
 * The id generator of a tracer provider by which an engine can give its spans ids that are known before they are made: those of
 * a task and of a step that waits are made once, when they have ended, and others are below them long before. All other ids
 * are random, as by default. Give the same object to the provider (`idGenerator`) and to the engine (`tracing.ids`), in every
 * process that runs tasks.
 */
export class TaskSpanIds {
  #next: string | null = null;

  /** 32 hexadecimal digits. */
  generateTraceId(): string {
    return randomBytes(16).toString("hex");
  }

  /** 16 hexadecimal digits. */
  generateSpanId(): string {
    const next = this.#next;
    this.#next = null;
    return next ?? randomBytes(8).toString("hex");
  }

  /** Makes one span under an id that is known already. */
  withSpanId(spanId: string, start: () => Span): Span {
    this.#next = spanId;
    try {
      return start();
    } finally {
      this.#next = null;
    }
  }
}

/**
 * The id of a span that many processes know: the first 64 bits of SHA-256 over the trace and what the span is of.
 * @param of such as `task 17 10` or `step 3.20`
 */
export function deriveSpanId(traceId: string, of: string): string {
  return createHash("sha256").update(`${traceId} ${of}`).digest("hex").slice(0, 16);
}
