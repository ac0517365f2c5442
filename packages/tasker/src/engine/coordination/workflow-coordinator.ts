import { TaskNotFoundError } from "../../errors/index.ts";
import type { EventBus } from "../../events/bus/event-bus.ts";
import type { Subscribe } from "../../events/bus/subscribe.ts";
import * as TaskExecutionContext from "../../models/task-execution-context/task-execution-context.ts";
import { createEventBus } from "../create-event-bus.ts";
import { Engine, type TaskOutcome } from "../engine.ts";
import type { EngineStatistics } from "../engine-statistics.ts";
import type { EngineOptions } from "../options.ts";
import type { TaskRequest } from "../task-request.ts";
import { type Finalization, finalizationFor } from "./finalization.ts";
import { type ViableStep, ViableStepDiscovery } from "./viable-step-discovery.ts";

/** What a {@link WorkflowCoordinator} is made of: the options of its engine, and how viable steps are found. */
export interface CoordinatorOptions extends EngineOptions {
  /** Default: as the SQL functions see it. */
  readonly viableStepDiscovery?: ViableStepDiscovery;
}

/** Figures of a coordinator and its components. */
export interface CoordinatorStatistics {
  readonly initialized: boolean;
  /** Names of the classes in use, by component. */
  readonly components: Readonly<Record<string, string>>;
  /** Figures of the engine; null unless initialized. */
  readonly engine: EngineStatistics | null;
}

/** How a task stands and what follows from that. */
export interface TaskExplanation {
  readonly context: TaskExecutionContext.TaskExecutionContextRow;
  readonly next: Finalization;
  readonly viableSteps: readonly ViableStep[];
}

/**
 * Runs an engine for an application that starts and stops it from several places, and again: initializing twice starts one
 * engine, initializing after a shutdown or a failed start makes a new one with the same options and listeners. Extend it and
 * override {@link executeWorkflow} for what has to happen around whole tasks.
 */
export class WorkflowCoordinator {
  /** Where its engines publish. */
  readonly events: EventBus;
  /** Subscribes to events of its engines; call the returned function to end it. */
  readonly on: Subscribe;
  readonly #options: CoordinatorOptions;
  readonly #discovery: ViableStepDiscovery;
  #engine: Engine;
  #started: Promise<Engine> | null = null;
  #initialized = false;

  /** @throws ConfigurationError if an option has a value that it cannot have */
  constructor(options: CoordinatorOptions) {
    this.events = options.events ?? createEventBus(options);
    this.on = this.events.on;
    const { maskedEventKeys: _, ...others } = options;
    this.#options = { ...others, events: this.events };
    this.#discovery = options.viableStepDiscovery ?? new ViableStepDiscovery();
    this.#engine = new Engine(this.#options);
  }

  /** Whether its engine is running. */
  get initialized(): boolean {
    return this.#initialized;
  }

  /** Starts the engine unless it is running or starting, and gives it. What keeps it from starting is thrown, every time. */
  initialize(): Promise<Engine> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Stops the engine, as {@link Engine.stop}; nothing happens to one that is not running. */
  async shutdown(options: { readonly graceMs?: number } = {}): Promise<void> {
    const started = this.#started;
    if (started === null) return;
    const engine = await started.catch(() => null);
    this.#initialized = false;
    await engine?.stop(options);
    if (this.#started !== started) return;
    this.#started = null;
    this.#renew();
  }

  /**
   * Submits a task, initializes, and resolves when the task has ended.
   * @throws what {@link Engine.submitMany} and {@link Engine.settled} throw
   */
  async executeWorkflow(request: TaskRequest): Promise<TaskOutcome> {
    const engine = await this.initialize();
    const { taskId } = await engine.submit(request);
    return engine.settled(taskId);
  }

  /**
   * How a task stands and what an engine does with it next, as the database tells.
   * @throws TaskNotFoundError
   */
  async explain(taskId: number): Promise<TaskExplanation> {
    const { database } = this.#options;
    const context = await TaskExecutionContext.find(database, taskId);
    if (context === undefined) throw new TaskNotFoundError(`There is no task ${taskId}`, { context: { taskId } });
    const viableSteps = await this.#discovery.findViableSteps(database, taskId);
    return { context, next: finalizationFor(context.execution_status), viableSteps };
  }

  statistics(): CoordinatorStatistics {
    const engine = this.#engine.statistics();
    const components = { ...engine.strategies, viable_step_discovery: this.#discovery.constructor.name };
    return { initialized: this.#initialized, components, engine: this.#initialized ? engine : null };
  }

  async #start(): Promise<Engine> {
    try {
      await this.#engine.start();
    } catch (error) {
      this.#started = null;
      this.#renew();
      throw error;
    }
    this.#initialized = true;
    return this.#engine;
  }

  /** An engine can be started once. */
  #renew(): void {
    this.#engine = new Engine(this.#options);
  }
}
