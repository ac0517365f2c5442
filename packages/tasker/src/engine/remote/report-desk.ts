import type { Clock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { ExecutionEndedError, ExecutionNotFoundError, ExecutionRevokedError } from "../../errors/index.ts";
import type { CircuitBoard } from "../../handlers/circuits/circuit-board.ts";
import { guardOf, verdictOf } from "../circuits/step-guard.ts";
import { concludeOutcome } from "../conclude-outcome.ts";
import type { EventRules, Execution } from "../execution.ts";
import type { Hints } from "../membership/hints.ts";
import type { Protection } from "../protection/protection.ts";
import type { OfferDesk } from "../sharing/offer-desk.ts";
import { encodeOutcome } from "../sharing/outcome-record.ts";
import { stepOfRemoteExecution } from "./remote-execution-id.ts";
import type { RemoteExecutions } from "./remote-executions.ts";
import { outcomeOfReport, type Postponement, type Report } from "./report.ts";
import { finishRemote, type InspectedExecution, inspectExecutions } from "./worker-statements.ts";

/** What taking reports needs of the engine around it. */
export interface ReportDeskHost extends EventRules {
  readonly database: Connection;
  readonly clock: Clock;
  readonly hints: Pick<Hints, "tell">;
  readonly protection: Protection;
  readonly circuits: Pick<CircuitBoard, "leaveAs">;
  readonly offers: Pick<OfferDesk, "noticeEnd">;
  readonly processId: number;
}

/** What the desk takes. */
type Ended = Report | Postponement;

/** What a report came to: what the attempt counts as, or the error for which it counts as nothing. */
export type ReportAnswer =
  | {
      readonly recorded: "complete" | "failed" | "released";
      /** Why it counts as failed although something else was reported; null if it does not. */
      readonly refusal: { readonly code: string | null; readonly message: string } | null;
      /** Whether it had been reported before. */
      readonly isDuplicate: boolean;
    }
  | Error;

interface Entry {
  readonly report: Ended;
  readonly execution: Execution;
}

/** Takes what workers tell of the ends of attempts, and writes it down for the processes that own their tasks. */
export class ReportDesk {
  readonly #host: ReportDeskHost;
  readonly #executions: RemoteExecutions;

  constructor(host: ReportDeskHost, executions: RemoteExecutions) {
    this.#host = host;
    this.#executions = executions;
  }

  /**
   * Writes what attempts came to, in one statement.
   * @param namespaces where the caller may report; null: everywhere
   * @returns answers in the order of the reports
   * @throws what the database answers: then it is to be reported again
   */
  async take(
    workerId: number,
    reports: readonly Ended[],
    namespaces: readonly string[] | null,
  ): Promise<ReportAnswer[]> {
    const answers = new Map<Ended, ReportAnswer>();
    const entries = await this.#find(workerId, reports, namespaces, answers);
    const written = await this.#write(workerId, entries, answers);
    const left = entries.filter(({ report }) => !answers.has(report) && !written.has(report));
    for (const { report, execution } of entries) {
      if (!written.has(report)) continue;
      answers.set(report, recorded(execution, report, false));
      this.#tellCircuit(report, execution);
    }
    if (left.length > 0) await this.#explain(workerId, left, answers);
    const first = new Map(entries.map((entry) => [entry.report.executionId, answers.get(entry.report)]));
    for (const report of reports) {
      // A second report of an attempt in one call is answered as one in a later call.
      const answer = answers.has(report) ? undefined : first.get(report.executionId);
      if (answer !== undefined)
        answers.set(report, answer instanceof Error ? answer : { ...answer, isDuplicate: true });
    }
    for (const { execution } of entries) this.#executions.forget(execution.executionId);
    return reports.map((report) => answers.get(report) ?? notFound(report.executionId));
  }

  /** The attempts that are reported, with their outcomes; of the others the answer is known. */
  async #find(
    workerId: number,
    reports: readonly Ended[],
    namespaces: readonly string[] | null,
    answers: Map<Ended, ReportAnswer>,
  ): Promise<Entry[]> {
    const inspected = await this.#inspect(reports.filter(({ executionId }) => !this.#executions.has(executionId)));
    const entries = new Map<string, Entry>();
    for (const report of reports) {
      const { executionId } = report;
      if (entries.has(executionId)) continue;
      const row = inspected.get(executionId);
      const isKnown =
        this.#executions.has(executionId) || (row !== undefined && [null, workerId].includes(row.process_id));
      try {
        const execution = isKnown ? await this.#executions.find(placeOf(executionId, row)) : null;
        const isAllowed = execution !== null && (namespaces?.includes(execution.run.view.namespace) ?? true);
        if (isAllowed) entries.set(executionId, { report, execution: this.#conclude(report, execution) });
        else answers.set(report, notFound(executionId));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        answers.set(report, notFound(executionId));
      }
    }
    return [...entries.values()];
  }

  #conclude(report: Ended, execution: Execution): Execution {
    const { clock, protection, maxValueBytes } = this.#host;
    execution.openEvents(this.#host);
    const outcome = outcomeOfReport(report, execution, maxValueBytes, Math.max(0, clock.now() - execution.startedAt));
    execution.outcome = concludeOutcome(protection, execution, outcome);
    return execution;
  }

  /** The process that owns the task gets it at once if it is this one. */
  #tellOwner(processId: number, execution: Execution | undefined): void {
    if (processId !== this.#host.processId) this.#host.hints.tell({ topic: "outside", processId });
    else if (execution?.outcome != null) {
      const { executionId, outcome, published } = execution;
      this.#host.offers.noticeEnd(executionId, { outcome, published, spanId: null, isStored: true });
    }
  }

  #tellCircuit(report: Ended, { run, name, executionId, outcome }: Execution): void {
    const guard = guardOf(run, name);
    // One that was not let through owes nothing.
    if (guard === undefined || outcome === null || report.kind === "postpone") return;
    this.#host.circuits.leaveAs(guard, executionId, verdictOf(outcome));
  }

  /** @returns the reports that are written */
  async #write(workerId: number, entries: readonly Entry[], answers: Map<Ended, ReportAnswer>): Promise<Set<Ended>> {
    const written = new Set<Ended>();
    if (entries.length === 0) return written;
    const byId = new Map(entries.map((entry) => [entry.execution.executionId, entry]));
    const texts = [...byId.values()]
      .map(({ execution }) => execution)
      .sort(inOrder)
      .map(encode);
    try {
      const now = new Date(this.#host.clock.now());
      for (const row of await this.#host.database.run(finishRemote, [workerId, now, `[${texts.join(",")}]`])) {
        const report = byId.get(row.execution_id)?.report;
        if (report === undefined || row.state !== "finished") continue;
        written.add(report);
        this.#tellOwner(row.owner_id, byId.get(row.execution_id)?.execution);
      }
    } catch (error) {
      if (failureKindOf(error) !== "data") throw error;
      for (const report of await this.#isolate(workerId, entries, answers, error)) written.add(report);
    }
    return written;
  }

  /** The database refused the data of some outcome: the others must not suffer for it. */
  async #isolate(
    workerId: number,
    entries: readonly Entry[],
    answers: Map<Ended, ReportAnswer>,
    error: unknown,
  ): Promise<Set<Ended>> {
    const [only] = entries;
    if (entries.length > 1) {
      const middle = Math.ceil(entries.length / 2);
      const first = await this.#write(workerId, entries.slice(0, middle), answers);
      return new Set([...first, ...(await this.#write(workerId, entries.slice(middle), answers))]);
    }
    if (only?.execution.outcome?.kind !== "success") {
      if (only !== undefined) answers.set(only.report, error instanceof Error ? error : new Error(String(error)));
      return new Set();
    }
    only.execution.refuse(error);
    return this.#write(workerId, entries, answers);
  }

  /** Says why reports were not written: they had been before, or nobody waits for them. */
  async #explain(workerId: number, entries: readonly Entry[], answers: Map<Ended, ReportAnswer>): Promise<void> {
    const inspected = await this.#inspect(entries.map(({ report }) => report));
    for (const { report, execution } of entries) {
      const row = inspected.get(report.executionId);
      if (row === undefined || (row.process_id !== null && row.process_id !== workerId)) {
        answers.set(report, notFound(report.executionId));
      } else if (row.state === "refused" || row.state === "revoked") {
        answers.set(report, revoked(report.executionId, row.reason));
      } else {
        const ended = row.kind ?? (row.ended_as === "complete" ? "success" : row.ended_as);
        const isSame =
          ended === execution.outcome?.kind || (ended === "error" && execution.outcome?.kind !== "success");
        answers.set(report, isSame ? recorded(execution, report, true) : endedOtherwise(report.executionId, ended));
      }
    }
  }

  async #inspect(reports: readonly Ended[]): Promise<ReadonlyMap<string, InspectedExecution>> {
    const asked = reports.flatMap(({ executionId }) => {
      const stepId = stepOfRemoteExecution(executionId);
      return stepId === null ? [] : [{ x: executionId, s: stepId }];
    });
    if (asked.length === 0) return new Map();
    const rows = await this.#host.database.run(inspectExecutions, [JSON.stringify(asked)]);
    return new Map(rows.map((row) => [row.execution_id, row]));
  }
}

function placeOf(executionId: string, row: InspectedExecution | undefined) {
  return {
    execution_id: executionId,
    task_id: row?.task_id ?? 0,
    workflow_step_id: row?.workflow_step_id ?? 0,
    attempt: row?.attempt ?? 1,
    started_at: row?.started_at ?? null,
  };
}

const inOrder = (a: Execution, b: Execution) => (a.executionId < b.executionId ? -1 : 1);

function encode({ executionId, name: step, run, outcome, published }: Execution): string {
  const ended = outcome ?? { kind: "interrupted", reason: "it has no outcome" };
  const encoded = encodeOutcome(ended, published, null, { seal: run.seal, step });
  const results = encoded.results === null ? "" : `,"v":${encoded.results}`;
  return `{"x":${JSON.stringify(executionId)},"o":${encoded.outcome}${results}}`;
}

function recorded({ outcome }: Execution, report: Ended, isDuplicate: boolean): ReportAnswer {
  if (outcome?.kind === "success") return { recorded: "complete", refusal: null, isDuplicate };
  if (outcome?.kind !== "failure") return { recorded: "released", refusal: null, isDuplicate };
  const { errorCode: code, message } = outcome.failure;
  const isOther = report.kind !== "fail" || code !== (report.error.errorCode ?? null);
  return { recorded: "failed", refusal: isOther ? { code, message } : null, isDuplicate };
}

/** Nothing is known of an attempt. */
export function notFound(executionId: string): ExecutionNotFoundError {
  return new ExecutionNotFoundError(`no attempt ${executionId} of this worker is known`, { context: { executionId } });
}

/** Nobody waits for an attempt. */
export function revoked(executionId: string, reason: string | null): ExecutionRevokedError {
  return new ExecutionRevokedError(
    `nobody waits for the attempt ${executionId} any more: ${reason ?? "it was revoked"}`,
    {
      context: { executionId, reason },
    },
  );
}

function endedOtherwise(executionId: string, ended: string | null): ExecutionEndedError {
  return new ExecutionEndedError(`the attempt ${executionId} has ended already, as ${ended ?? "unknown"}`, {
    context: { executionId, ended },
  });
}
