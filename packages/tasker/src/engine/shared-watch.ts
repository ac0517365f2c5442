import type { AdoptOptions } from "./adopt-options.ts";
import { Adopter, type IdSpan } from "./adopter.ts";
import { advance, cursorAt, type GapSafeCursor, type Span } from "./gap-safe-cursor.ts";
import type { Kind, KnownKinds } from "./known-kinds.ts";
import type { Runtime } from "./runtime.ts";
import { lookAtPositions, noticeForeign } from "./shared-database.ts";

/** Looks for which the first one waits for transactions that were open, before it goes on without them. */
const PATIENT_LOOKS = 10;

/** What a look came to. */
export interface SharedLook {
  /** Whether there may be something to claim. */
  readonly due: boolean;
  /** Whether there is more to look at than one look does. */
  readonly more: boolean;
}

/**
 * Watches what others write to the tables that this engine shares with them: tasks that they create, which are adopted, and
 * transitions, after which a task is loaded again or woken. One small question a look while nobody writes.
 */
export class SharedWatch {
  readonly #runtime: Runtime;
  readonly #kinds: KnownKinds;
  readonly #adopter: Adopter;
  #cursor: GapSafeCursor | null = null;
  /** Transactions that were open at the first look: what they wrote has ids that the cursor is past. */
  #early: ReadonlySet<string> = new Set();
  #looksWithEarly = 0;
  /** Whether every task in memory has to be loaded again. */
  #reloadsAll = false;
  /** Others' rows that were noticed and may be met again. */
  #knownTaskRows: readonly number[] = [];
  #knownStepRows: readonly number[] = [];
  /** Tasks that others changed, that have no run row, and that the adopter has not been asked about. */
  #withoutRun: readonly number[] = [];
  #lastKinds: readonly Kind[] = [];

  constructor(runtime: Runtime, kinds: KnownKinds, options: AdoptOptions) {
    this.#runtime = runtime;
    this.#kinds = kinds;
    this.#adopter = new Adopter(runtime, options);
  }

  async look(kinds: readonly Kind[]): Promise<SharedLook> {
    const { database, processId, clock } = this.#runtime;
    const ids = kinds.map(({ namedTaskId }) => namedTaskId);
    const { due, writers, ...positions } = await lookAtPositions(database, processId, ids, new Date(clock.now()));
    this.#settleStart(positions.tasks, writers, kinds);
    this.#cursor ??= cursorAt(positions);
    const { spans, next } = advance(this.#cursor, positions, writers);
    // A task of a kind that is not known may be the first one of it.
    if (positions.tasks > this.#cursor.upto.tasks) this.#kinds.noticeSubmit(true);
    await this.#notice(spans);
    await this.#adopter.adopt(kinds, [...spans.flatMap(newTasks), ...this.#withoutRun.map(onlyTask)]);
    this.#withoutRun = [];
    this.#cursor = next;
    this.#forget(next);
    const backlog = await this.#readBacklog(kinds);
    return { due: due || spans.length > 0 || backlog.adopted > 0, more: backlog.more };
  }

  /**
   * The first look begins with all tasks that are there. What transactions wrote that were open then may be missed by that
   * and by tasks loaded meanwhile: when the last of them has ended, both are done again.
   */
  #settleStart(lastTask: number, writers: ReadonlySet<string>, kinds: readonly Kind[]): void {
    const isFirst = this.#cursor === null;
    if (isFirst) {
      this.#early = writers;
      // Submitted before this look: what was done to them until now lies behind the cursor.
      this.#reloadsAll = this.#runtime.room.count > 0;
    } else if (this.#early.size > 0) {
      this.#early = new Set([...this.#early].filter((name) => writers.has(name)));
      this.#looksWithEarly += 1;
      if (this.#early.size === 0) this.#reloadsAll = true;
    }
    // Other kinds than before: tasks that were passed over may be among them.
    const isChanged = kinds !== this.#lastKinds;
    this.#lastKinds = kinds;
    if (isFirst || isChanged || this.#reloadsAll) this.#adopter.beginBacklog(lastTask);
  }

  async #readBacklog(kinds: readonly Kind[]): Promise<{ readonly adopted: number; readonly more: boolean }> {
    if (this.#early.size > 0 && this.#looksWithEarly < PATIENT_LOOKS) return { adopted: 0, more: false };
    return this.#adopter.readBacklog(kinds);
  }

  async #notice(spans: readonly Span[]): Promise<void> {
    const wanted = spans.filter(
      ({ after, upto }) => upto.taskRows > after.taskRows || upto.stepRows > after.stepRows || this.#reloadsAll,
    );
    for (const { after, upto } of wanted.length === 0 && this.#reloadsAll ? [EVERYTHING] : wanted) {
      const { database, clock, processId } = this.#runtime;
      const [row] = await database.run(noticeForeign, [
        processId,
        new Date(clock.now()),
        after.taskRows,
        upto.taskRows,
        after.stepRows,
        upto.stepRows,
        this.#knownTaskRows,
        this.#knownStepRows,
        this.#reloadsAll,
      ]);
      if (row === undefined) throw new RangeError("tasker_notice gave no row");
      this.#reloadsAll = false;
      this.#knownTaskRows = [...this.#knownTaskRows, ...row.task_rows];
      this.#knownStepRows = [...this.#knownStepRows, ...row.step_rows];
      for (const [place, taskId] of row.task_ids.entries())
        this.#runtime.tasks.recheck(taskId, row.revisions[place] ?? 0);
      this.#withoutRun = [...this.#withoutRun, ...row.without_run];
    }
  }

  /** Forgets the rows that no span is read again for. */
  #forget({ upto, open }: GapSafeCursor): void {
    const { taskRows, stepRows } = open[0]?.after ?? upto;
    this.#knownTaskRows = this.#knownTaskRows.filter((id) => id > taskRows);
    this.#knownStepRows = this.#knownStepRows.filter((id) => id > stepRows);
  }
}

function newTasks({ after, upto }: Span): readonly IdSpan[] {
  return upto.tasks > after.tasks ? [{ after: after.tasks, upto: upto.tasks }] : [];
}

function onlyTask(taskId: number): IdSpan {
  return { after: taskId - 1, upto: taskId };
}

const NOWHERE = { tasks: 0, taskRows: 0, stepRows: 0 };
/** No rows, for a look that is only about the tasks in memory. */
const EVERYTHING: Span = { after: NOWHERE, upto: NOWHERE };
