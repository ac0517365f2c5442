import type { Batch, EncodedAnnotation } from "../batch.ts";
import { hasAnnotations } from "../collect-annotations.ts";
import { compensationFacts, findCompensable, isCompensationDue, planCompensation } from "../compensation.ts";
import { decideEnd } from "../decide-end.ts";
import { type LaneHost, writerOf } from "../lane-host.ts";
import { cancelTask, completeTask, failTask } from "../task-move.ts";
import type { TaskRun } from "../task-run.ts";
import { MOST_ADDED } from "./batch-limits.ts";

/** Most tasks in a batch, give or take those whose steps move: the rows of a batch are numbered below 65,536. */
const MOST_TASKS = 5_000;

/** The tasks to look at, because something of them has ended: those of which nothing is left end, or are given back. */
export class TaskEnds {
  readonly #host: LaneHost;
  readonly #checks = new Set<TaskRun>();
  /** Tasks to look at again in the next batch. */
  #postponed: TaskRun[] = [];
  #finished: { readonly run: TaskRun; readonly annotations: readonly EncodedAnnotation[] }[] = [];

  constructor(host: LaneHost) {
    this.#host = host;
  }

  /** Takes a task to look at in the next batch. */
  check(run: TaskRun): void {
    this.#checks.add(run);
  }

  /** Takes a task whose hook has run: it completes. */
  finish(run: TaskRun, annotations: readonly EncodedAnnotation[]): void {
    this.#finished.push({ run, annotations });
  }

  /** Decides over the tasks to look at, and those whose steps the batch moves. */
  addTo(batch: Batch): void {
    for (const { run, annotations } of this.#finished.splice(0)) {
      if (!run.dropped) completeTask(batch, run, writerOf(this.#host, run), annotations);
    }
    for (const entry of batch.tasks) this.#checks.add(entry.run);
    for (const run of this.#postponed.splice(0)) this.#checks.add(run);
    for (const run of this.#checks) {
      if (batch.taskCount >= MOST_TASKS) break;
      this.#checks.delete(run);
      this.#decide(batch, run);
    }
  }

  #decide(batch: Batch, run: TaskRun): void {
    if (run.dropped || run.finishing || run.activeCount > 0) return;
    if (run.isStopped) {
      run.finishing = true;
      batch.task(run).release ??= { wakeAt: null };
    } else if (run.remaining === 0 && !run.isCompensating) {
      this.#complete(batch, run);
    } else if (run.waitingCount === 0) {
      const lookAt = run.nextLookAt(() => this.#host.strategies.lookAtRunAgainAt(run, "processing", batch.nowMs));
      if (lookAt === null) this.#end(batch, run);
      else this.#hold(batch, run, lookAt);
    } else {
      const dueAt = run.nextDueAt(batch.nowMs);
      if (dueAt === null || dueAt <= batch.nowMs + this.#host.strategies.releaseAfterMs(run.view)) return;
      run.finishing = true;
      batch.task(run).release = {
        wakeAt: this.#host.strategies.lookAtRunAgainAt(run, "waiting_for_dependencies", batch.nowMs),
      };
    }
  }

  #complete(batch: Batch, run: TaskRun): void {
    run.finishing = true;
    if (hasAnnotations(run)) this.#host.annotate(run);
    else completeTask(batch, run, writerOf(this.#host, run), []);
  }

  /** Ends a task of which nothing can go on although not every step is satisfied. */
  #end(batch: Batch, run: TaskRun): void {
    const end = run.isCompensating ? "error" : decideEnd(run.steps);
    if (end === "complete") {
      this.#complete(batch, run);
      return;
    }
    const lookAt = end === "error" ? this.#host.strategies.holdBlocked(run, batch.nowMs) : null;
    if (lookAt !== null) {
      this.#hold(batch, run, lookAt);
      return;
    }
    if (end === "error") {
      this.#fail(batch, run);
      return;
    }
    run.finishing = true;
    cancelTask(batch, run, writerOf(this.#host, run));
  }

  #hold(batch: Batch, run: TaskRun, lookAt: number): void {
    run.finishing = true;
    batch.task(run).release = { wakeAt: lookAt };
  }

  /** Nothing of the task can go on: it fails, after what it has done was undone if that is due. */
  #fail(batch: Batch, run: TaskRun): void {
    const isDue = isCompensationDue(run);
    const steps = isDue ? findCompensable(run) : [];
    const before = batch.addedCount;
    if (before > 0 && before + steps.length > MOST_ADDED) {
      this.#postponed.push(run);
    } else if (steps.length > 0) {
      const added = batch.addingTo(run);
      added.holds += 1;
      run.activeCount += 1;
      planCompensation(added, run, steps);
    } else {
      run.finishing = true;
      failTask(batch, run, writerOf(this.#host, run), compensationFacts(run, isDue));
    }
  }
}
