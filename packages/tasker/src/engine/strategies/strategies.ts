import type { BackoffConfig } from "../../config/backoff-config.ts";
import type { EngineOptions, Log } from "../options.ts";
import type { TaskRun } from "../task-run.ts";
import { askStrategy } from "./ask-strategy.ts";
import { BackoffCalculator, LONGEST_WAIT_SECONDS, type RetryableFailure } from "./backoff-calculator.ts";
import { SettingsByTask, type TaskKind } from "./settings-by-task.ts";
import { StepExecutor } from "./step-executor.ts";
import { type BlockedDecision, TaskFinalizer } from "./task-finalizer.ts";
import { type ReenqueuedTask, type ReenqueueStatus, TaskReenqueuer } from "./task-reenqueuer.ts";

/** Options of the engine that give strategies of the user's own. */
export type StrategyOptions = Pick<
  EngineOptions,
  | "backoff"
  | "overrides"
  | "execution"
  | "tracing"
  | "stepExecutor"
  | "backoffCalculator"
  | "taskReenqueuer"
  | "taskFinalizer"
>;

/** Last moment that a JavaScript date and a timestamp of the database can both hold, in milliseconds since the epoch. */
const LAST_MOMENT = Date.UTC(9999, 0, 1);

/** The strategies of an engine: those that the user has injected, guarded, and the engine's own for the others. */
export class Strategies {
  readonly stepExecutor: StepExecutor;
  readonly #log: Log;
  /** What the configuration says for tasks. */
  readonly settings: SettingsByTask;
  readonly #injected: { readonly backoff: BackoffCalculator | null; readonly reenqueuer: TaskReenqueuer | null };
  readonly #own = new WeakMap<BackoffConfig, OwnStrategies>();
  readonly #finalizer: TaskFinalizer | null;

  /** @throws ConfigurationError if a section or `overrides` has a value that it cannot have */
  constructor(options: StrategyOptions, log: Log) {
    const { backoff, overrides, execution, tracing } = options;
    const eventSamplingRate = typeof tracing === "object" ? tracing.event_sampling_rate : undefined;
    this.settings = new SettingsByTask({ backoff, overrides, execution, eventSamplingRate });
    this.#log = log;
    this.stepExecutor = options.stepExecutor ?? new StepExecutor();
    this.#injected = { backoff: options.backoffCalculator ?? null, reenqueuer: options.taskReenqueuer ?? null };
    this.#finalizer = options.taskFinalizer ?? null;
  }

  /** Longest wait for a retry that a task spends in memory; for a later one it is given back. Milliseconds. */
  releaseAfterMs(task: TaskKind): number {
    return this.settings.of(task).backoff.reenqueue_delays.waiting_for_dependencies * 1_000;
  }

  /** Names of the classes in use, by component. */
  get names(): Readonly<Record<string, string>> {
    return {
      step_executor: this.stepExecutor.constructor.name,
      task_finalizer: (this.#finalizer ?? new TaskFinalizer()).constructor.name,
      task_reenqueuer: (this.#injected.reenqueuer ?? this.#ownOf(this.settings.ofAll.backoff).reenqueuer).constructor
        .name,
      backoff_calculator: (this.#injected.backoff ?? this.#ownOf(this.settings.ofAll.backoff).calculator).constructor
        .name,
    };
  }

  /** Whole milliseconds before the next attempt of a failed step; `random` is in [0, 1). */
  retryDelayMs(failure: RetryableFailure, random: number, task: TaskKind): number {
    const { backoff: injected } = this.#injected;
    const { calculator: own } = this.#ownOf(this.settings.of(task).backoff);
    const seconds =
      injected === null
        ? own.secondsBeforeRetry(failure, random)
        : askStrategy(this.#log, {
            strategy: "backoffCalculator",
            ask: () => injected.secondsBeforeRetry(failure, random),
            isUsable: (answer) => answer >= 0 && answer <= LONGEST_WAIT_SECONDS,
            own: () => own.secondsBeforeRetry(failure, random),
          });
    return Math.round(seconds * 1_000);
  }

  /** When a task that is given back is looked at again, milliseconds since the epoch. */
  lookAgainAt(task: ReenqueuedTask): number {
    const { reenqueuer: injected } = this.#injected;
    const { reenqueuer: own } = this.#ownOf(this.settings.of(task).backoff);
    if (injected === null) return own.lookAgainAt(task);
    return askStrategy(this.#log, {
      strategy: "taskReenqueuer",
      ask: () => injected.lookAgainAt(task),
      isUsable: (answer) => answer >= 0 && answer <= LAST_MOMENT,
      own: () => own.lookAgainAt(task),
    });
  }

  /** As {@link lookAgainAt}, for a task in memory. */
  lookAtRunAgainAt(run: TaskRun, status: ReenqueueStatus, now: number): number {
    const { namespace, name, version } = run.view;
    const nextDueAt = run.nextDueAt(now);
    return this.lookAgainAt({ taskId: run.taskId, namespace, name, version, status, now, nextDueAt });
  }

  #ownOf(config: BackoffConfig): OwnStrategies {
    const known = this.#own.get(config);
    if (known !== undefined) return known;
    const made = { calculator: new BackoffCalculator(config), reenqueuer: new TaskReenqueuer(config) };
    this.#own.set(config, made);
    return made;
  }

  /** Until when a task of which nothing can go on is kept from failing, milliseconds since the epoch; null: it fails now. */
  holdBlocked(run: TaskRun, now: number): number | null {
    const finalizer = this.#finalizer;
    if (finalizer === null) return null;
    const decision = askStrategy<BlockedDecision>(this.#log, {
      strategy: "taskFinalizer",
      ask: () => finalizer.whenBlocked(describeBlocked(run, now)),
      isUsable: (answer) =>
        answer.action === "fail" || (answer.action === "wait" && answer.until > now && answer.until <= LAST_MOMENT),
      own: () => ({ action: "fail" }),
    });
    return decision.action === "wait" ? decision.until : null;
  }
}

interface OwnStrategies {
  readonly calculator: BackoffCalculator;
  readonly reenqueuer: TaskReenqueuer;
}

function describeBlocked(run: TaskRun, now: number) {
  const { namespace, name, version } = run.view;
  const failed = run.steps.filter(({ state }) => state === "error");
  return {
    taskId: run.taskId,
    namespace,
    name,
    version,
    now,
    totalSteps: run.steps.length,
    completedSteps: run.steps.length - run.remaining,
    failedSteps: failed.map((step) => ({
      stepId: step.stepId,
      name: step.name,
      attempts: step.attempts,
      retryLimit: step.retryLimit,
      retryable: step.retryable,
    })),
  };
}
