import { type Context, context, SpanStatusCode } from "@opentelemetry/api";
import { AttemptSpan } from "./attempt-span.ts";
import type { Facts } from "./span-attributes.ts";
import { SpanMaker } from "./span-maker.ts";
import type { StoredTrace } from "./stored-trace.ts";
import { SubmitSpan, type SubmittedTaskFacts } from "./submit-span.ts";
import { TaskTrace } from "./task-trace.ts";
import type { TracingOptions } from "./tracing-options.ts";

/** The task that a span is of. */
export interface TracedTask {
  readonly taskId: number;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly correlationId: string;
}

/** The attempt that a span is of. */
export interface TracedStep {
  readonly stepId: number;
  readonly name: string;
  readonly attempt: number;
  readonly retryLimit: number;
  readonly executionId: string;
}

/** How a task has ended. */
export interface TaskEnd {
  /** `complete`, `error`, `cancelled` or `resolved_manually`. */
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What tells this run of the task from another. */
  readonly run: number;
  readonly facts: Facts;
}

/** How a step has waited. */
export interface WaitEnd {
  /** `sleep`, `signal` or `task`. */
  readonly waitingFor: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly at: number;
  /** What it failed with; null if it did not. */
  readonly error: { readonly message: string; readonly errorClass: string } | null;
}

/** A process's part of the traces of tasks. Makes nothing where the program has registered no tracer provider. */
export class Tracing {
  readonly #maker: SpanMaker;

  /**
   * @param onError told what the provider throws; the work goes on
   * @throws ConfigurationError
   */
  constructor(options: TracingOptions, onError: (error: unknown) => void) {
    this.#maker = new SpanMaker(options, onError);
  }

  /** Has it decided anew for each task which share of the traces that begin with such ones is kept, 0 to 1. */
  sample(rateOf: (task: Pick<TracedTask, "namespace" | "name">) => number): void {
    this.#maker.samplingRateOf = rateOf;
  }

  /** Whether a tracer provider is registered. */
  get isOn(): boolean {
    return this.#maker.isOn;
  }

  /**
   * Begins the span of submitting a task.
   * @param parent default: the context that is active
   */
  submit(task: SubmittedTaskFacts, parent: Context = context.active()): SubmitSpan {
    return new SubmitSpan(this.#maker, parent, task);
  }

  /**
   * A task's place in its trace; null if it is in none.
   * @param startedAt when it was last started, milliseconds since the epoch; null: not yet
   */
  open(stored: StoredTrace | null, startedAt: number | null = null): TaskTrace | null {
    return TaskTrace.open(stored, this.#maker.ids, startedAt);
  }

  /**
   * Begins the span of an attempt.
   * @param run what tells this run of the task from another
   * @param previous id of the span of the attempt before; null if there was none, or it is not known
   */
  startAttempt(
    trace: TaskTrace,
    task: TracedTask,
    step: TracedStep & { readonly interruptions: number; readonly processId: number },
    { run, previous }: { readonly run: number; readonly previous: string | null },
  ): AttemptSpan {
    const parent = trace.steps(task.taskId, run);
    if (!this.#wants("step.execution_requested", trace)) return new AttemptSpan(this.#maker, parent, null);
    const links = previous === null ? [] : [{ context: trace.linkTo(previous), attributes: { reason: "retry" } }];
    const span = this.#maker.start({
      name: "tasker.step.execution",
      parent,
      links,
      facts: {
        ...factsOf(task, step),
        process_id: step.processId,
        interruptions: step.interruptions === 0 ? null : step.interruptions,
      },
    });
    return new AttemptSpan(this.#maker, parent, span);
  }

  /**
   * Where a task belongs that a step submits and waits for: below the span of that step. Where its id cannot be known before, that
   * span is made now, and does not last until the wait is over.
   */
  waitContext(
    trace: TaskTrace,
    task: TracedTask,
    step: TracedStep,
    run: number,
  ): { readonly context: Context; end(): void } {
    const nothing = { context: trace.steps(task.taskId, run), end: () => {} };
    if (!this.#wants("step.execution_requested", trace)) return nothing;
    const spanId = trace.waitSpanId(step.executionId);
    if (spanId !== null) return { ...nothing, context: trace.under(spanId) };
    const facts = { ...factsOf(task, step), waiting_for: "task" };
    const span = this.#maker.start({ name: "tasker.step.execution", parent: nothing.context, facts });
    if (span === null) return nothing;
    const end = () => this.#maker.finish(span, () => span.end());
    return { context: trace.under(span.spanContext().spanId), end };
  }

  /** Makes the span of a step that has waited. */
  endWait(trace: TaskTrace, task: TracedTask, step: TracedStep, run: number, wait: WaitEnd): void {
    const spanId = trace.waitSpanId(step.executionId);
    // It was made when the task was submitted that the step has waited for.
    if (wait.waitingFor === "task" && spanId === null) return;
    if (!this.#wants("step.execution_requested", trace)) return;
    const span = this.#maker.start({
      name: "tasker.step.execution",
      parent: trace.steps(task.taskId, run),
      startedAt: wait.since,
      spanId,
      facts: { ...factsOf(task, step), waiting_for: wait.waitingFor },
    });
    this.#maker.finish(span, (span) => {
      if (wait.error === null) span.setStatus({ code: SpanStatusCode.OK });
      else this.#maker.fail(span, { ...wait.error, backtrace: "" });
      span.end(new Date(wait.at));
    });
  }

  /** Makes the span of a task that has ended, from its start. What comes after a failure is a span of its own. */
  endTask(trace: TaskTrace, task: TracedTask, end: TaskEnd): void {
    const startedAt = trace.startedAt ?? end.at;
    const notes = trace.takeNotes();
    trace.startedAt = null;
    if (!this.#wants("task.start_requested", trace)) return;
    const span = this.#maker.start({
      name: "tasker.task.execution",
      parent: trace.submission,
      startedAt,
      spanId: trace.taskSpanId(task.taskId, end.run),
      facts: { ...factsOf(task), ...end.facts, state: end.state, duration: Math.max(0, end.at - startedAt) / 1_000 },
    });
    const { attributes } = this.#maker;
    this.#maker.finish(span, (span) => {
      for (const { name, at, facts } of notes) span.addEvent(name, attributes.of(facts), new Date(at));
      if (end.state === "error") {
        const message = attributes.text("error", String(end.facts.error ?? "the task failed"));
        span.setStatus({ code: SpanStatusCode.ERROR, message });
      } else if (end.state !== "cancelled") span.setStatus({ code: SpanStatusCode.OK });
      span.end(new Date(end.at));
    });
  }

  /** Notes something that happened to a task, for its span. */
  note(trace: TaskTrace, name: string, at: number, facts: Facts): void {
    if (this.#wants(name, trace)) trace.note({ name, at, facts });
  }

  /** The decision of the submission goes for everything below it: of a trace that is not kept, nothing is even begun. */
  #wants(eventName: string, trace: TaskTrace): boolean {
    return trace.isSampled && this.#maker.wants(eventName, trace.traceId);
  }
}

function factsOf({ taskId, namespace, name, version, correlationId }: TracedTask, step?: TracedStep): Facts {
  return {
    task_id: taskId,
    task_name: name,
    namespace,
    version,
    correlation_id: correlationId,
    ...(step === undefined
      ? {}
      : {
          step_id: step.stepId,
          step_name: step.name,
          attempt_number: step.attempt,
          retry_limit: step.retryLimit,
          execution_id: step.executionId,
        }),
  };
}
