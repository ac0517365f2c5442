import { CircuitOpenError, ExecutionTakenError } from "../../errors/index.ts";
import type { CircuitBoard } from "../../handlers/circuits/circuit-board.ts";
import type { HandlerRegistry } from "../../handlers/registry.ts";
import { guardOf } from "../circuits/step-guard.ts";
import { describeFailure } from "../describe-failure.ts";
import type { Execution } from "../execution.ts";
import type { Protection } from "../protection/protection.ts";
import type { OfferDesk } from "../sharing/offer-desk.ts";
import { AnswerBudget } from "./answer-budget.ts";
import { type Assignment, assignmentOf, type SequenceExtent } from "./assignment.ts";
import { type Beat, type BeatAnswer, beatAttempts } from "./beat-attempts.ts";
import { Registrations, type WorkerCaller } from "./registrations.ts";
import { stepOfRemoteExecution } from "./remote-execution-id.ts";
import { RemoteExecutions, type RemoteExecutionsHost } from "./remote-executions.ts";
import type { Postponement, Report } from "./report.ts";
import { notFound, type ReportAnswer, ReportDesk, type ReportDeskHost, revoked } from "./report-desk.ts";
import { type PollCall, WaitingPolls, type WaitingPollsHost, workerNotFound } from "./waiting-polls.ts";
import { parseWorkerSettings, type WorkerSettings } from "./worker-settings.ts";
import {
  leaveWorker,
  pollSteps,
  registerWorker,
  type StartedStep,
  startSteps,
  toStartedStep,
} from "./worker-statements.ts";

/** Why attempts are given back that do not fit into an answer. */
const TOO_LARGE = "the answer would have been too large with it: it is offered again";

/** What serving workers needs of the engine around it. */
export interface RemoteWorkersHost
  extends Omit<RemoteExecutionsHost, "protection">,
    Omit<ReportDeskHost, "protection" | "circuits" | "offers">,
    WaitingPollsHost {
  readonly protection: Protection;
  readonly circuits: Pick<CircuitBoard, "enter" | "leaveAs">;
  readonly offers: Pick<OfferDesk, "noticeStart" | "noticeEnd">;
}

/** What a worker asks for when it polls. */
export interface PollRequest {
  readonly workerId: number;
  /** The same for each repetition of the call, another one for each other call: the answer is the same, then. */
  readonly nonce: string;
  /** Most steps that it takes. */
  readonly capacity: number;
  /** How long it waits if there are none, in milliseconds. */
  readonly waitMs: number;
  /** Those of its registration that it asks for. Default: all of them. */
  readonly handlers?: readonly string[] | undefined;
  readonly queues?: readonly string[] | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly sequence: SequenceExtent;
}

/** What a worker starts by its name, as a message of a queue has it. */
export interface StartRequest {
  readonly executionId: string;
  readonly nonce: string;
}

/** The calls by which workers in any language run steps. Serves the tasks of all processes on the database. */
export class RemoteWorkers {
  readonly #host: RemoteWorkersHost;
  readonly #executions: RemoteExecutions;
  readonly #reports: ReportDesk;
  readonly #polls: WaitingPolls;
  readonly #registrations: Registrations;
  readonly #budget = new AnswerBudget();

  constructor(host: RemoteWorkersHost, registry: HandlerRegistry) {
    this.#host = host;
    this.#executions = new RemoteExecutions(host, registry);
    this.#reports = new ReportDesk(host, this.#executions);
    this.#registrations = new Registrations(host.database);
    this.#polls = new WaitingPolls(host, (call) => this.#take(call));
  }

  /** Workers that wait for steps. */
  get waiting(): number {
    return this.#polls.size;
  }

  /**
   * Registers a worker. It takes steps in namespaces of its caller alone.
   * @param caller whose it is; null: this program's, and known to all callers
   * @returns its id, and how long it may be silent, in milliseconds
   * @throws InvalidRequestError
   */
  async register(
    settings: WorkerSettings,
    caller: WorkerCaller | null = null,
  ): Promise<{ readonly workerId: number; readonly leaseMs: number }> {
    const worker = parseWorkerSettings(settings);
    const leaseMs = Math.round(worker.leaseSeconds * 1_000);
    const [row] = await this.#host.database.run(registerWorker, [
      worker.host,
      worker.pid,
      worker.version,
      worker.language,
      leaseMs,
      worker.name,
      [...new Set(worker.handlers)],
      [...new Set(worker.queues)],
      intersect(worker.namespaces, caller?.namespaces ?? null),
      caller?.principal ?? null,
    ]);
    return { workerId: row?.process_id ?? 0, leaseMs };
  }

  /**
   * Ends a worker: what it still runs is interrupted, and runs elsewhere. False if the caller has no such worker, or
   * may not call for all namespaces in which it takes steps.
   */
  async deregister(workerId: number, caller: WorkerCaller | null = null): Promise<boolean> {
    if ((await this.#registrations.find(workerId, caller)) === null) return false;
    const rows = await this.#host.database.run(leaveWorker, [workerId, caller?.namespaces ?? null]);
    for (const { owner_id: processId } of rows)
      if (processId !== 0) this.#host.hints.tell({ topic: "outside", processId });
    return rows.length > 0;
  }

  /**
   * Starts attempts of steps, and gives what a worker needs for each. Waits if there are none.
   * @param signal ends the waiting when whoever asked has gone
   * @throws WorkerNotFoundError
   */
  async poll(request: PollRequest, caller: WorkerCaller | null, signal?: AbortSignal): Promise<Assignment[]> {
    const worker = await this.#find(request.workerId, caller);
    const call: PollCall = {
      workerId: request.workerId,
      nonce: request.nonce,
      capacity: this.#budget.most(request.capacity),
      handlers: narrow(worker.handlers, request.handlers),
      queues: narrow(worker.queues, request.queues),
      namespaces: intersect(intersect(worker.namespaces, request.namespaces ?? null), caller?.namespaces ?? null),
    };
    const found = await this.#take(call);
    const started =
      found.length > 0 || request.waitMs === 0 ? found : await this.#polls.wait(call, request.waitMs, signal);
    const answers = await this.#assign(request.workerId, started, request.sequence);
    return answers.flatMap((answer) => (answer instanceof Error ? [] : [answer]));
  }

  /**
   * Starts attempts of steps that are offered under these ids.
   * @returns what the worker needs for each, in the order of the requests; in place of one that it does not get, the error
   * @throws WorkerNotFoundError
   */
  async start(
    workerId: number,
    requests: readonly StartRequest[],
    sequence: SequenceExtent,
    caller: WorkerCaller | null,
  ): Promise<(Assignment | Error)[]> {
    await this.#find(workerId, caller);
    const items = requests.flatMap(({ executionId, nonce }) => {
      const stepId = stepOfRemoteExecution(executionId);
      return stepId === null ? [] : [{ x: executionId, s: stepId, n: nonce }];
    });
    const now = new Date(this.#host.clock.now());
    const parameters = [workerId, JSON.stringify(items), caller?.namespaces ?? null, now] as const;
    const rows = await this.#host.database.run(startSteps, parameters);
    if (rows.some((row) => row.execution_id === null)) throw workerNotFound(workerId);
    const started = rows.flatMap((row) => (row.outcome === "started" ? (toStartedStep(row) ?? []) : []));
    this.#tellOwners(workerId, started);
    const unique = [...new Map(started.map((step) => [step.execution_id, step])).values()];
    const assigned = await this.#assign(workerId, unique, sequence);
    const answers = new Map(unique.map((step, place) => [step.execution_id, assigned[place]]));
    const outcomes = new Map(rows.map((row) => [row.execution_id, row.outcome]));
    return requests.map(({ executionId }) => {
      const answer = answers.get(executionId);
      if (answer !== undefined) return answer;
      return outcomes.get(executionId) === "taken" ? taken(executionId) : notFound(executionId);
    });
  }

  /**
   * Says that attempts still run; tells which of them nobody waits for any more. In place of one whose progress cannot be stored,
   * the error: it was not heard of.
   * @throws WorkerNotFoundError
   */
  async heartbeat(
    workerId: number,
    beats: readonly Beat[],
    caller: WorkerCaller | null = null,
  ): Promise<(BeatAnswer | Error)[]> {
    await this.#find(workerId, caller);
    return beatAttempts(this.#host.database, workerId, beats, caller?.namespaces ?? null);
  }

  /** Writes what attempts came to: one answer for each report, in their order. */
  async report(workerId: number, reports: readonly Report[], caller: WorkerCaller | null): Promise<ReportAnswer[]> {
    const worker = await this.#registrations.find(workerId, caller);
    if (worker === null) return reports.map(({ executionId }) => notFound(executionId));
    return this.#reports.take(workerId, reports, caller?.namespaces ?? null);
  }

  /** Steps were offered to workers: those that wait are served. */
  lookNow(): void {
    this.#polls.lookNow();
  }

  /** Ends all waiting. */
  close(): void {
    this.#polls.close();
  }

  async #find(workerId: number, caller: WorkerCaller | null) {
    const worker = await this.#registrations.find(workerId, caller);
    if (worker === null) throw workerNotFound(workerId);
    return worker;
  }

  async #take(call: PollCall): Promise<readonly StartedStep[]> {
    const { workerId, nonce, queues, handlers, namespaces, capacity } = call;
    const now = new Date(this.#host.clock.now());
    const rows = await this.#host.database.run(pollSteps, [
      workerId,
      nonce,
      queues,
      handlers,
      namespaces,
      capacity,
      now,
    ]);
    if (rows.some((row) => row.execution_id === null)) throw workerNotFound(workerId);
    const started = rows.flatMap((row) => toStartedStep(row) ?? []);
    this.#tellOwners(workerId, started);
    return started;
  }

  #tellOwners(workerId: number, started: readonly StartedStep[]): void {
    const { hints, offers, processId: own } = this.#host;
    for (const processId of new Set(started.map((step) => step.owner_id))) {
      if (processId !== own) hints.tell({ topic: "outside", processId });
    }
    for (const step of started) if (step.owner_id === own) offers.noticeStart(workerId, step);
  }

  /** What a worker needs for each; one that cannot be given to it has failed, as where a handler is called here. */
  async #assign(
    workerId: number,
    started: readonly StartedStep[],
    extent: SequenceExtent,
  ): Promise<(Assignment | Error)[]> {
    if (started.length === 0) return [];
    const executions = await this.#executions.begin(started);
    const failed: (Report | Postponement)[] = [];
    const answer = async (step: StartedStep, execution: Execution | Error) => {
      try {
        if (execution instanceof Error) throw execution;
        const guard = guardOf(execution.run, execution.name);
        if (guard !== undefined) await this.#host.circuits.enter(guard, step.execution_id);
        return assignmentOf(execution, step, extent);
      } catch (error) {
        failed.push(reportOf(step.execution_id, error));
        return error instanceof Error ? error : new Error(String(error));
      }
    };
    const answers = await Promise.all(
      started.map((step, place) => answer(step, executions[place] ?? new RangeError("its task could not be read"))),
    );
    const assigned = answers.flatMap((one) => (one instanceof Error ? [] : [one]));
    const tooMany = new Set(assigned.slice(this.#budget.fit(assigned)).map((one) => one.execution_id));
    for (const executionId of tooMany) failed.push({ kind: "release", executionId, reason: TOO_LARGE });
    if (failed.length > 0) await this.#reports.take(workerId, failed, null);
    return answers.map((one) =>
      one instanceof Error || !tooMany.has(one.execution_id) ? one : revoked(one.execution_id, TOO_LARGE),
    );
  }
}

/** What is written of an attempt that cannot be given to its worker. */
function reportOf(executionId: string, error: unknown): Report | Postponement {
  if (error instanceof CircuitOpenError) return { kind: "postpone", executionId, error };
  const { message, errorClass, backtrace, errorCode } = describeFailure(error);
  return {
    kind: "fail",
    executionId,
    error: { message, errorClass, backtrace, errorCode: errorCode ?? undefined },
  };
}

const narrow = (known: readonly string[], asked: readonly string[] | undefined) =>
  asked === undefined ? known : known.filter((name) => asked.includes(name));

function intersect(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return a.filter((name) => b.includes(name));
}

function taken(executionId: string): ExecutionTakenError {
  return new ExecutionTakenError(`another call has started the attempt ${executionId}`, { context: { executionId } });
}
