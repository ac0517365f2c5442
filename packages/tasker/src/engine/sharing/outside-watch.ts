import { elapsedOf } from "../../clock/clock.ts";
import { StepTimeoutError } from "../../errors/index.ts";
import { askUntilAnswered } from "../ask-until-answered.ts";
import type { Batch } from "../batch.ts";
import { guardOf, verdictOf } from "../circuits/step-guard.ts";
import { LOST_PROCESS } from "../decide-step.ts";
import { describeFailure } from "../describe-failure.ts";
import type { Execution } from "../execution.ts";
import type { Outcome } from "../outcome.ts";
import { stepOfRemoteExecution } from "../remote/remote-execution-id.ts";
import type { TaskRun } from "../task-run.ts";
import type { OfferDeskHost } from "./offer-desk-host.ts";
import { type ExecutionRow, revokeExecutions, type SeenExecution } from "./offer-statements.ts";
import { decodeOutcome, type OutcomePlace } from "./outcome-record.ts";
import type { OutsideAttempt, OutsideEnd } from "./outside-attempt.ts";

/** How much longer than its deadline an attempt may take whose own process does not end it, in milliseconds. */
const DEADLINE_GRACE_MS = 5_000;
/** How long an execution may be nobody's in this process, as while its task is loaded, before it is revoked, in milliseconds. */
const UNKNOWN_MS = 10_000;

interface Watched {
  readonly attempt: OutsideAttempt;
  readonly run: TaskRun;
  /** Null until its start is put into a batch. */
  execution: Execution | null;
  /** When this process ends it, by {@link elapsedOf}; null: never. */
  readonly endsAt: number | null;
}

/** What a look has found that calls for an end. */
export interface OutsideNews {
  /** Attempts whose process is gone. */
  readonly lost: readonly Watched[];
  /** Ids of attempts that nobody here waits for. */
  readonly unknown: readonly string[];
}

/** Waits for what comes of the attempts that other processes run, and ends those of which nothing will come. */
export class OutsideWatch {
  readonly #host: OfferDeskHost;
  readonly #watched = new Map<string, Watched>();
  /** Executions that the last look gave although nobody here waits for them, with when they were first given. */
  #unknown = new Map<string, number>();

  constructor(host: OfferDeskHost) {
    this.#host = host;
  }

  /** Attempts that other processes run, or whose outcome is not committed yet. */
  get size(): number {
    return this.#watched.size;
  }

  /** Attempts of which nothing has come so far. */
  get running(): number {
    return this.#attempts().filter(({ end }) => end === null).length;
  }

  /** Waits for an attempt from the moment that its start is put into a batch. */
  watch(execution: Execution, attempt: OutsideAttempt): void {
    const known = this.#watched.get(attempt.executionId);
    if (known?.attempt === attempt) known.execution = execution;
    else this.#add({ attempt, run: execution.run, execution }, this.#timeLeft(attempt));
  }

  /** Waits for an attempt of an offered step that was just taken. */
  take(run: TaskRun, attempt: OutsideAttempt): void {
    this.#add({ attempt, run, execution: null }, attempt.timeoutMs);
    this.#noticeUnbegun(run, attempt);
  }

  /** The start of an attempt is committed. */
  began(execution: Execution): void {
    execution.launched = true;
    execution.startedAt = this.#host.clock.now();
    this.#settle(execution);
  }

  /** Takes the outcome of an attempt. @returns false if nobody here waits for it */
  finish(executionId: string, end: OutsideEnd): boolean {
    const watched = this.#watched.get(executionId);
    if (watched === undefined) return false;
    if (watched.attempt.end !== null) return true;
    watched.attempt.end = end;
    this.#noticeUnbegun(watched.execution?.run ?? watched.run, watched.attempt);
    if (watched.execution !== null) this.#settle(watched.execution);
    return true;
  }

  /** Ends the waiting for an attempt of a task that somebody else has ended. */
  async stop(execution: Execution, reason: string): Promise<void> {
    await askUntilAnswered(this.#host, execution.run.taskId, async () => {
      const watched = this.#watched.get(execution.executionId);
      if (watched?.execution === execution) await this.#revoke([[watched, { kind: "interrupted", reason }]], reason);
    });
  }

  /** Forgets the attempts whose outcome is committed. */
  committed({ outcomes }: Batch, refused: ReadonlySet<TaskRun>): void {
    if (this.#watched.size === 0) return;
    for (const { run, execution } of outcomes) {
      if (execution?.outside != null && !refused.has(run)) this.#watched.delete(execution.executionId);
    }
  }

  /** Forgets the attempts of tasks that were loaded again: with that they were read. */
  forgetDropped(): void {
    for (const [id, { run, execution }] of this.#watched) if ((execution?.run ?? run).dropped) this.#watched.delete(id);
  }

  /** Forgets everything. */
  clear(): void {
    this.#watched.clear();
    this.#unknown.clear();
  }

  /** Ids of the attempts that run, and of those that have ended. */
  ids(): { readonly running: readonly string[]; readonly ended: readonly string[] } {
    const attempts = this.#attempts();
    return {
      running: attempts.filter(({ end }) => end === null).map(({ executionId }) => executionId),
      ended: attempts.filter(({ end }) => end !== null).map(({ executionId }) => executionId),
    };
  }

  /** Takes what a look has found. */
  receive(rows: readonly SeenExecution[]): OutsideNews {
    const lost: Watched[] = [];
    const unknown: string[] = [];
    for (const row of rows) {
      const watched = this.#receiveRow(row);
      if (watched === undefined) unknown.push(row.execution_id);
      else if (row.lost) lost.push(watched);
    }
    return { lost, unknown };
  }

  /** Ends what is over its time, lost, or nobody's. */
  async end({ lost, unknown }: OutsideNews): Promise<void> {
    // First: of one whose revoking was not answered it is known here that its time was over.
    await this.#endOverdue();
    const interrupted: Outcome = { kind: "interrupted", reason: LOST_PROCESS };
    if (lost.length > 0)
      await this.#revoke(
        lost.map((watched) => [watched, interrupted] as const),
        LOST_PROCESS,
      );
    await this.#endUnknown(unknown);
  }

  #attempts(): OutsideAttempt[] {
    return [...this.#watched.values()].map(({ attempt }) => attempt);
  }

  #add(watched: Omit<Watched, "endsAt">, leftMs: number | null): void {
    const endsAt = leftMs === null ? null : elapsedOf(this.#host.clock) + leftMs + DEADLINE_GRACE_MS;
    this.#watched.set(watched.attempt.executionId, { ...watched, endsAt });
  }

  /** Of an attempt that was found with its task. Clocks may differ: it has no more than its whole time. */
  #timeLeft({ timeoutMs, startedAt }: OutsideAttempt): number | null {
    if (timeoutMs === null) return null;
    return Math.min(Math.max(startedAt + timeoutMs - this.#host.clock.now(), 0), timeoutMs);
  }

  #receiveRow(row: ExecutionRow): Watched | undefined {
    const watched = this.#watched.get(row.execution_id);
    if (watched === undefined || row.outcome === null || watched.attempt.end !== null) return watched;
    const run = watched.execution?.run ?? watched.run;
    const step = watched.execution?.name ?? run.steps.find(({ stepId }) => stepId === row.workflow_step_id)?.name ?? "";
    watched.attempt.end = decodeOutcome(row.outcome, row.results, { seal: run.seal, step });
    this.#noticeUnbegun(run, watched.attempt);
    if (watched.execution !== null) this.#settle(watched.execution);
    return watched;
  }

  #settle(execution: Execution): void {
    const end = execution.outside?.end;
    if (end == null || !execution.launched || execution.outcome !== null || execution.run.dropped) return;
    if (!end.isStored) execution.openEvents(this.#host);
    execution.outcome = end.isStored ? end.outcome : execution.conclude(end.outcome);
    this.#host.agendaOf(execution.run).settle(execution);
  }

  #noticeUnbegun(run: TaskRun, { end, executionId }: OutsideAttempt): void {
    if (end?.outcome.kind !== "interrupted" || !end.outcome.isUnbegun || run.isUnshareable) return;
    // A worker may give back what it has no time for.
    if (stepOfRemoteExecution(executionId) !== null) return;
    run.isUnshareable = true;
    const { reason } = end.outcome;
    this.#host.log.warn({ taskId: run.taskId, executionId, reason }, "steps of the task are offered to others no more");
  }

  async #endOverdue(): Promise<void> {
    const now = elapsedOf(this.#host.clock);
    const overdue = [...this.#watched.values()].filter(
      ({ attempt, endsAt }) => attempt.end === null && endsAt !== null && endsAt <= now,
    );
    if (overdue.length === 0) return;
    const reason = "it did not finish in time, and its process did not end it";
    await this.#revoke(
      overdue.map((watched) => {
        const error = new StepTimeoutError(`the step ran longer than its deadline: ${reason}`, {
          context: { executionId: watched.attempt.executionId, timeoutMs: watched.attempt.timeoutMs },
        });
        const durationMs = (watched.attempt.timeoutMs ?? 0) + DEADLINE_GRACE_MS;
        return [watched, { kind: "failure", failure: describeFailure(error), durationMs }];
      }),
      reason,
    );
  }

  /** Ends attempts that still run; of one that has ended meanwhile the outcome counts. */
  async #revoke(ended: readonly (readonly [Watched, Outcome])[], reason: string): Promise<void> {
    const { database, processId } = this.#host;
    const ids = ended.map(([{ attempt }]) => attempt.executionId);
    const rows = await database.run(revokeExecutions, [processId, ids, ["running"], reason]);
    const revoked = new Set(rows.map((row) => row.execution_id));
    for (const [{ attempt, execution, run }, outcome] of ended) {
      if (!revoked.has(attempt.executionId) || attempt.end !== null) continue;
      this.#tellCircuit(execution?.run ?? run, attempt.executionId, outcome);
      attempt.end = { outcome, published: [], spanId: null, isStored: false };
      if (execution !== null) this.#settle(execution);
    }
  }

  /** Of a worker's attempt nobody else does; a process with an engine does it itself. */
  #tellCircuit(run: TaskRun, executionId: string, outcome: Outcome): void {
    const stepId = stepOfRemoteExecution(executionId);
    const step = stepId === null ? undefined : run.steps.find((one) => one.stepId === stepId);
    const guard = step === undefined ? undefined : guardOf(run, step.name);
    if (guard !== undefined) this.#host.circuits.leaveAs(guard, executionId, verdictOf(outcome));
  }

  /** Ends attempts of steps that went on without them, as when an offer came late. */
  async #endUnknown(ids: readonly string[]): Promise<void> {
    const { database, processId, clock } = this.#host;
    const now = elapsedOf(clock);
    this.#unknown = new Map(ids.map((id) => [id, this.#unknown.get(id) ?? now]));
    const ended = ids.filter((id) => (this.#unknown.get(id) ?? now) + UNKNOWN_MS <= now);
    if (ended.length === 0) return;
    const states = ["running", "finished"];
    await database.run(revokeExecutions, [processId, ended, states, "the step went on without it"]);
  }
}

/** An attempt as the database has it. */
export function attemptOf(row: ExecutionRow, place: OutcomePlace): OutsideAttempt {
  const end = row.outcome === null ? null : decodeOutcome(row.outcome, row.results, place);
  const { execution_id: executionId, process_id: processId, timeout_ms: timeoutMs, started_at: startedAt } = row;
  return { executionId, processId, timeoutMs, startedAt: startedAt.getTime(), end };
}
