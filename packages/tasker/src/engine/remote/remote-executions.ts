import { HandlerNotFoundError } from "../../errors/index.ts";
import { bindDefinition } from "../../handlers/create-task-template.ts";
import type { HandlerRegistry } from "../../handlers/registry.ts";
import type { HandlerResources } from "../../handlers/resources.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { isSatisfied } from "../../states/guards.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { Execution } from "../execution.ts";
import type { LiveTasks } from "../live-tasks.ts";
import { type SnapshotHost, type SnapshotStep, TaskSnapshots, type TemplateFinder } from "../sharing/task-snapshots.ts";
import type { StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";

/** Attempts that are remembered from their start to their end, at most: of one that is forgotten, the task is read again. */
const MOST_HELD = 20_000;

/** What finding the steps of workers needs of the engine around it. */
export interface RemoteExecutionsHost extends SnapshotHost {
  readonly tasks: Pick<LiveTasks, "find">;
  readonly resources: HandlerResources;
}

/** When an attempt was started; null if that is not known any more. */
interface StartTime {
  readonly started_at: Date | null;
}

/** Where an attempt belongs. */
export interface AttemptPlace {
  readonly execution_id: string;
  readonly workflow_step_id: number;
  readonly task_id: number;
  readonly attempt: number;
  readonly owner_id: number;
  readonly revision: number;
}

/** An attempt that was started here. */
interface Held extends SnapshotStep {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** The attempts that workers run, with their tasks: those in memory here, or else as they are read from the database. */
export class RemoteExecutions {
  readonly #host: RemoteExecutionsHost;
  readonly #snapshots: TaskSnapshots;
  /** Those that were started here, oldest first. */
  readonly #held = new Map<string, Held>();

  constructor(host: RemoteExecutionsHost, registry: HandlerRegistry) {
    this.#host = host;
    this.#snapshots = new TaskSnapshots(host, findTemplates(registry));
  }

  /** Whether the attempt was started here, and is not forgotten. */
  has(executionId: string): boolean {
    return this.#held.has(executionId);
  }

  /** Forgets an attempt that has ended. */
  forget(executionId: string): void {
    this.#held.delete(executionId);
  }

  /** The attempts that have just been started, in their order; in place of one whose task cannot be read, the error. */
  async begin(places: readonly (AttemptPlace & StartTime)[]): Promise<readonly (Execution | Error)[]> {
    const here = places.map((place) => this.#findLive(place));
    const elsewhere = places.filter((_, index) => here[index] === null);
    const read = elsewhere.length === 0 ? [] : await this.#snapshots.find(elsewhere);
    const byId = new Map(elsewhere.map((place, index) => [place.execution_id, read[index]]));
    return places.map((place, index) => {
      const found = here[index] ?? byId.get(place.execution_id) ?? new RangeError("its task could not be read");
      return found instanceof Error ? found : this.#hold(place, found);
    });
  }

  /**
   * The attempt; if it was not started here, as its task is read.
   * @throws what reading its task throws
   */
  async find(place: Omit<AttemptPlace, "owner_id" | "revision"> & StartTime): Promise<Execution> {
    const held = this.#held.get(place.execution_id);
    if (held !== undefined) return this.#make(place.execution_id, held);
    const found = await this.#snapshots.findAny(place.task_id, place.workflow_step_id);
    if (found instanceof Error) throw found;
    return this.#hold(place, found);
  }

  #hold(place: Pick<AttemptPlace, "execution_id" | "attempt"> & StartTime, { run, step }: SnapshotStep): Execution {
    const { execution_id: executionId, attempt, started_at: startedAt } = place;
    // The step in memory is its owner's: what the owner has not written yet does not show there.
    const own: StepRun = { ...step, attempts: attempt };
    const held = { run, step: own, startedAt: (startedAt ?? new Date(this.#host.clock.now())).getTime() };
    this.#held.delete(executionId);
    this.#held.set(executionId, held);
    const oldest = this.#held.keys().next();
    if (this.#held.size > MOST_HELD && oldest.done !== true) this.#held.delete(oldest.value);
    return this.#make(executionId, held);
  }

  #make(executionId: string, { run, step, startedAt }: Held): Execution {
    const execution = new Execution(executionId, run, step, this.#host.resources);
    execution.startedAt = startedAt;
    return execution;
  }

  /** The step, if its task is this process's: there everything is that was written before it was offered. */
  #findLive({ task_id: taskId, workflow_step_id: stepId, revision }: AttemptPlace): SnapshotStep | null {
    const run = this.#host.tasks.find(taskId);
    if (run === null || run.dropped || run.revision < revision) return null;
    const step = run.steps.find((one) => one.stepId === stepId);
    return step === undefined || !hasItsParents(run, step) ? null : { run, step };
  }
}

function hasItsParents({ graph: { parents, parentOffsets }, steps }: TaskRun, { index }: StepRun): boolean {
  for (let place = parentOffsets[index] ?? 0; place < (parentOffsets[index + 1] ?? 0); place++) {
    const parent = steps[parents[place] ?? -1];
    if (parent === undefined || !isSatisfied(parent.state)) return false;
  }
  return true;
}

/** The templates that are registered here, or else what tasks say themselves: reading them takes no code. */
function findTemplates(registry: HandlerRegistry): TemplateFinder {
  const made = new WeakMap<TaskDefinition, TaskTemplate>();
  return ({ namespace, name, version }, { definition }) => {
    try {
      return registry.get(namespace, name, version);
    } catch (error) {
      if (!(error instanceof HandlerNotFoundError)) throw error;
    }
    const template = made.get(definition) ?? bindDefinition(definition);
    made.set(definition, template);
    return template;
  };
}
