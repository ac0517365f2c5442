import { type Context, context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { SpanFailure, SpanMaker } from "./span-maker.ts";

/** What an attempt came to, as far as its span shows it. */
export type AttemptEnd =
  | { readonly kind: "success" }
  | { readonly kind: "failure"; readonly failure: SpanFailure & { readonly permanent: boolean } }
  | { readonly kind: "postponed"; readonly circuit: string; readonly message: string }
  | { readonly kind: "interrupted"; readonly reason: string };

/** The span of one attempt of a step: from the call of its handler until that has an outcome. */
export class AttemptSpan {
  /** Null if it is not recorded: nothing can be linked to it. */
  readonly spanId: string | null;
  readonly #maker: SpanMaker;
  readonly #context: Context;
  /** Null if none is made: what the handler does is then below the task. */
  readonly #span: Span | null;

  /** @param parent the context of what the step belongs to */
  constructor(maker: SpanMaker, parent: Context, span: Span | null) {
    this.#maker = maker;
    this.#span = span;
    this.#context = span === null ? parent : trace.setSpan(parent, span);
    this.spanId = span?.isRecording() === true ? span.spanContext().spanId : null;
  }

  /** Calls a function whose own spans are below this one. */
  run<Result>(work: () => Result): Result {
    return context.with(this.#context, work);
  }

  end(end: AttemptEnd): void {
    this.#maker.finish(this.#span, (span) => {
      describe(this.#maker, span, end);
      span.end();
    });
  }
}

function describe(maker: SpanMaker, span: Span, end: AttemptEnd): void {
  const { attributes } = maker;
  switch (end.kind) {
    case "success":
      span.setStatus({ code: SpanStatusCode.OK });
      break;
    case "failure":
      maker.fail(span, end.failure);
      span.setAttributes(attributes.of({ permanent: end.failure.permanent }));
      break;
    case "postponed":
      span.addEvent("step.postponed", attributes.of({ circuit: end.circuit, reason: end.message }));
      break;
    case "interrupted":
      span.addEvent("step.interrupted", attributes.of({ reason: end.reason }));
      span.setStatus({ code: SpanStatusCode.ERROR, message: attributes.text("reason", end.reason) });
  }
}
