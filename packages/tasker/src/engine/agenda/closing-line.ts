import type { Batch } from "../batch.ts";
import { type Closing, decideClosing } from "../decide-closing.ts";
import { type LaneHost, writerOf } from "../lane-host.ts";
import type { StepRun } from "../step-run.ts";
import { startTask } from "../task-move.ts";
import type { TaskRun } from "../task-run.ts";
import { resolveStep } from "./write-outcome.ts";

/** Most steps in a batch when steps are closed without a handler: the rows of a batch are numbered below 65,536. */
const MOST_CLOSINGS = 10_000;

/** The steps that are to be closed without their handler. */
export class ClosingLine {
  readonly #host: LaneHost;
  readonly #enqueue: (run: TaskRun, step: StepRun) => void;
  #closings: { readonly run: TaskRun; readonly step: StepRun; readonly closing: Closing }[] = [];

  /** @param enqueue takes steps that may start after one that is closed */
  constructor(host: LaneHost, enqueue: (run: TaskRun, step: StepRun) => void) {
    this.#host = host;
    this.#enqueue = enqueue;
  }

  push(run: TaskRun, step: StepRun, closing: Closing): void {
    this.#closings.push({ run, step, closing });
  }

  /** Closings may lead to others, which are put behind them: a chain of any length is walked without recursion. */
  addTo(batch: Batch): void {
    let head = 0;
    for (; head < this.#closings.length && batch.size < MOST_CLOSINGS; head++) {
      const next = this.#closings[head];
      if (next === undefined || next.run.dropped) continue;
      this.#add(batch, next.run, next.step, next.closing);
    }
    this.#closings.splice(0, head);
  }

  #add(batch: Batch, run: TaskRun, step: StepRun, closing: Closing): void {
    const { to, facts, results } = closing;
    const writer = writerOf(this.#host, run);
    const move = decideClosing(step, closing, writer);
    batch.addStart({ run, step, execution: null, move, dueAt: null });
    run.activeCount -= 1;
    step.queued = false;
    step.state = to;
    step.sortKey = move.rows.at(-1)?.sortKey ?? step.sortKey;
    step.lostExecutionId = null;
    step.outside = null;
    step.dueAt = null;
    if (results !== null) step.results = results;
    if (to === "cancelled") return;
    if (typeof facts.resolution === "string") {
      const skippedWith = typeof facts.skipped_with === "string" ? facts.skipped_with : null;
      resolveStep(run, step, { kind: facts.resolution, skippedWith });
    }
    if (run.state !== "in_progress") startTask(batch, run, writer);
    run.satisfy(step, (child) => this.#enqueue(run, child));
  }
}
