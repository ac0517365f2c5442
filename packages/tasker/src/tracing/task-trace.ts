import { type Context, ROOT_CONTEXT, type SpanContext, TraceFlags } from "@opentelemetry/api";
import type { Facts } from "./span-attributes.ts";
import { below } from "./span-maker.ts";
import { readSpanContext, type StoredTrace } from "./stored-trace.ts";
import { deriveSpanId, type TaskSpanIds } from "./task-span-ids.ts";

/** Something that happened to a task, to be shown on its span. */
export interface TraceNote {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly facts: Facts;
}

/** Most notes that are kept of a task: as many events as a span holds by default. The oldest go. */
const MOST_NOTES = 128;

/** A task's place in its trace, as the process has it that runs the task or a step of it. */
export class TaskTrace {
  readonly stored: StoredTrace;
  /** When the task was last started, milliseconds since the epoch; null if it was not. */
  startedAt: number | null;
  readonly #place: SpanContext;
  readonly #ids: TaskSpanIds | null;
  /** The context of the span that the task was submitted with. */
  readonly submission: Context;
  /** The context of the steps, and of which run of the task they are. */
  #steps: { readonly run: number; readonly context: Context } | null = null;
  #notes: TraceNote[] = [];

  private constructor(stored: StoredTrace, place: SpanContext, ids: TaskSpanIds | null, startedAt: number | null) {
    this.stored = stored;
    this.#place = place;
    this.#ids = ids;
    this.submission = below(ROOT_CONTEXT, place);
    this.startedAt = startedAt;
  }

  /** Null for what cannot be read. */
  static open(stored: StoredTrace | null, ids: TaskSpanIds | null, startedAt: number | null = null): TaskTrace | null {
    const place = stored === null ? null : readSpanContext(stored);
    return stored === null || place === null ? null : new TaskTrace(stored, place, ids, startedAt);
  }

  get traceId(): string {
    return this.#place.traceId;
  }

  /** Whether the trace was kept when the task was submitted: nothing below it is made otherwise. */
  get isSampled(): boolean {
    return (this.#place.traceFlags & TraceFlags.SAMPLED) !== 0;
  }

  /**
   * The context under which the steps of a task are.
   * @param run what tells one run of the task from another: it can be done again after it has failed
   */
  steps(taskId: number, run: number): Context {
    if (this.#ids === null || !this.isSampled) return this.submission;
    if (this.#steps?.run !== run) {
      this.#steps = { run, context: this.under(deriveSpanId(this.traceId, taskKey(taskId, run))) };
    }
    return this.#steps.context;
  }

  /** The id that the span of a task has before it is made; null where that cannot be. */
  taskSpanId(taskId: number, run: number): string | null {
    return this.#ids === null ? null : deriveSpanId(this.traceId, taskKey(taskId, run));
  }

  /** The id that the span of a step that waits has before it is made; null where that cannot be. */
  waitSpanId(executionId: string): string | null {
    return this.#ids === null ? null : deriveSpanId(this.traceId, `step ${executionId}`);
  }

  /** The context in which a span of this trace is the parent. */
  under(spanId: string): Context {
    return below(ROOT_CONTEXT, { ...this.#place, spanId });
  }

  /** A link to a span of this trace. */
  linkTo(spanId: string): SpanContext {
    return { ...this.#place, spanId };
  }

  note(note: TraceNote): void {
    if (this.#notes.length === MOST_NOTES) this.#notes.shift();
    this.#notes.push(note);
  }

  /** What was noted since the last time. */
  takeNotes(): readonly TraceNote[] {
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }
}

const taskKey = (taskId: number, run: number) => `task ${taskId} ${run}`;
