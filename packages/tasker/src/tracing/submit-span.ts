import { type Context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { isSampled } from "../event-routing/is-sampled.ts";
import type { SpanMaker } from "./span-maker.ts";
import { type StoredTrace, storeSpanContext, unsampled } from "./stored-trace.ts";

/** What is known of a task that is being submitted. */
export interface SubmittedTaskFacts {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly correlationId: string;
  /** The step that submits it, if one does. */
  readonly parentTaskId?: number;
  readonly parentStepId?: number;
}

/** The span of submitting a task. Everything that belongs to the task is below it, whenever and wherever that happens. */
export class SubmitSpan {
  /** What is stored with the task; null if it is in no trace. */
  readonly stored: StoredTrace | null;
  readonly #maker: SpanMaker;
  /** Null if none is made, or its trace is not among the share that is kept: then it is never ended, and so never exported. */
  readonly #span: Span | null;

  /** @param parent the context whose span has it submitted; without one the task begins a trace */
  constructor(maker: SpanMaker, parent: Context, task: SubmittedTaskFacts) {
    this.#maker = maker;
    const above = trace.getSpanContext(parent);
    const isWanted = (traceId: string) => maker.wants("task.initialize_requested", traceId);
    const span = above === undefined || isWanted(above.traceId) ? startSpan(maker, parent, task) : null;
    const place = span?.spanContext() ?? above;
    // Of a trace that begins here the id is known only now.
    const isKept =
      place === undefined ||
      (isSampled(place.traceId, maker.samplingRateOf(task)) && (above !== undefined || isWanted(place.traceId)));
    this.#span = isKept ? span : null;
    this.stored = place === undefined ? null : storeSpanContext(isKept ? place : unsampled(place));
  }

  /** The task is written; one that existed before has a span already, and this one is dropped. */
  end({ taskId, created }: { readonly taskId: number; readonly created: boolean }): void {
    if (!created) return;
    this.#maker.finish(this.#span, (span) => {
      span.setAttributes(this.#maker.attributes.of({ task_id: taskId }));
      span.setStatus({ code: SpanStatusCode.OK });
      span.end();
    });
  }

  /** It could not be written. */
  fail(error: unknown): void {
    const { message, name, stack } = error instanceof Error ? error : new Error(String(error));
    this.#maker.finish(this.#span, (span) => {
      this.#maker.fail(span, { message, errorClass: name, backtrace: stack ?? "" });
      span.end();
    });
  }
}

function startSpan(maker: SpanMaker, parent: Context, task: SubmittedTaskFacts): Span | null {
  const { namespace, name, version, correlationId, parentTaskId, parentStepId } = task;
  return maker.start({
    name: "tasker.task.initialize",
    parent,
    kind: SpanKind.PRODUCER,
    facts: {
      task_name: name,
      namespace,
      version,
      correlation_id: correlationId,
      parent_task_id: parentTaskId,
      parent_step_id: parentStepId,
    },
  });
}
