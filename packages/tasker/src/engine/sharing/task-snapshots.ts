import type { Clock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { array, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { isSatisfied } from "../../states/guards.ts";
import type { Tracing } from "../../tracing/tracing.ts";
import { buildTaskRun } from "../build-task-run.ts";
import type { CompiledDefinition, DefinitionCache } from "../compiled-definition.ts";
import { fetchDefinitions } from "../fetch-definitions.ts";
import { type LoadedTask, loadTasks } from "../load-tasks.ts";
import type { Protection } from "../protection/protection.ts";
import { loadSeals } from "../protection/task-seal.ts";
import type { StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";
import { loadTraces } from "../tracing/load-traces.ts";
import type { TakenRow } from "./take-statements.ts";

/** Reads tasks as they are, whoever owns them. */
export const loadSnapshots = statement({
  name: "load_snapshots",
  text: `
    select l.* from tasker_task_runs r cross join lateral tasker_load(r.owner_id, array[r.task_id]) l
    where r.task_id = any($1)`,
  parameters: [array(int8)],
  columns: loadTasks.columns,
});

/** Steps of the tasks that are kept, at most; the tasks that were read last are kept in any case. */
const MOST_STEPS = 50_000;

/** A step with the task that its handler sees. */
export interface SnapshotStep {
  readonly run: TaskRun;
  readonly step: StepRun;
}

interface Snapshot {
  readonly run: TaskRun;
  readonly stepById: ReadonlyMap<number, StepRun>;
}

/** Finds the template by which a task is run. @throws HandlerNotFoundError if there is none */
export type TemplateFinder = (
  task: Pick<LoadedTask, "namespace" | "name" | "version">,
  compiled: CompiledDefinition,
) => TaskTemplate;

/** What reading tasks of other processes needs of the engine around it. */
export interface SnapshotHost {
  readonly database: Connection;
  readonly clock: Clock;
  readonly definitions: DefinitionCache;
  readonly protection: Pick<Protection, "encryption">;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
}

/**
 * Tasks of other processes as they stood when they were read. They are kept, so that a wide task is not read for each of its
 * steps; one is read again when a step needs what it does not have: a parent that has ended since, a step that was added.
 */
export class TaskSnapshots {
  readonly #host: SnapshotHost;
  readonly #templateOf: TemplateFinder;
  /** Those that were used last come last. */
  readonly #kept = new Map<number, Snapshot>();

  constructor(host: SnapshotHost, templateOf: TemplateFinder) {
    this.#host = host;
    this.#templateOf = templateOf;
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept.clear();
  }

  /** The steps of these rows, in their order; in place of one that cannot be run here, the error that says why. */
  async find(rows: readonly TakenRow[]): Promise<readonly (SnapshotStep | Error)[]> {
    const missing = new Set<number>();
    for (const row of rows) if (this.#findFit(row) === null) missing.add(row.task_id);
    const errors = missing.size === 0 ? new Map<number, Error>() : await this.#read([...missing]);
    const found = rows.map((row) => {
      const error = errors.get(row.task_id);
      if (error !== undefined) return error;
      return this.#findFit(row) ?? new RangeError(`task ${row.task_id} has changed since its step was taken`);
    });
    this.#trim(new Set(rows.map((row) => row.task_id)));
    return found;
  }

  /** A step as it stood at some time; an error if it cannot be read. */
  async findAny(taskId: number, stepId: number): Promise<SnapshotStep | Error> {
    const errors = this.#kept.has(taskId) ? new Map<number, Error>() : await this.#read([taskId]);
    const snapshot = this.#kept.get(taskId);
    const step = snapshot?.stepById.get(stepId);
    if (snapshot === undefined || step === undefined) {
      return errors.get(taskId) ?? new RangeError(`task ${taskId} has no step ${stepId}`);
    }
    this.#trim(new Set([taskId]));
    return { run: snapshot.run, step };
  }

  async #read(taskIds: readonly number[]): Promise<Map<number, Error>> {
    const { database, clock, definitions, tracing, protection } = this.#host;
    const runs: TaskRun[] = [];
    const errors = new Map<number, Error>();
    const rows = await database.run(loadSnapshots, [taskIds]);
    const found = await fetchDefinitions(database, definitions, rows);
    const seals = await loadSeals(
      database,
      protection.encryption,
      rows.map((row) => row.task_id),
    );
    for (const taskId of taskIds) this.#kept.delete(taskId);
    for (const row of rows) {
      try {
        const compiled = found.get(row.definition_hash);
        if (compiled === undefined) throw new RangeError(`definition ${row.definition_hash} is not in the database`);
        if (compiled instanceof Error) throw compiled;
        const template = this.#templateOf(row, compiled);
        const run = buildTaskRun(
          row,
          compiled,
          template,
          { nowMs: clock.now(), abandonedStepMs: null },
          seals.get(row.task_id) ?? null,
        );
        runs.push(run);
        this.#kept.set(row.task_id, { run, stepById: new Map(run.steps.map((step) => [step.stepId, step])) });
      } catch (error) {
        errors.set(row.task_id, error instanceof Error ? error : new Error(String(error)));
      }
    }
    await loadTraces(database, tracing, runs, null);
    return errors;
  }

  /** The step, if what is kept of its task has everything that it needs. */
  #findFit(row: TakenRow): SnapshotStep | null {
    const { task_id: taskId, workflow_step_id: stepId, attempt, revision } = row;
    const snapshot = this.#kept.get(taskId);
    const step = snapshot?.stepById.get(stepId);
    if (snapshot === undefined || step === undefined) return null;
    const { run } = snapshot;
    // What an operator has edited raises the revision; what an earlier attempt has stored, the attempts. The owner may have
    // written the start of this one before the task was read.
    const isReady = step.state !== "in_progress" && step.attempts === attempt - 1;
    if (run.revision < revision || !(isReady || step.lostExecutionId === row.execution_id)) return null;
    const { parents, parentOffsets } = run.graph;
    const end = parentOffsets[step.index + 1] ?? 0;
    for (let place = parentOffsets[step.index] ?? 0; place < end; place++) {
      const parent = run.steps[parents[place] ?? -1];
      if (parent === undefined || !isSatisfied(parent.state)) return null;
    }
    this.#kept.delete(taskId);
    this.#kept.set(taskId, snapshot);
    return { run, step };
  }

  #trim(inUse: ReadonlySet<number>): void {
    let steps = 0;
    for (const { run } of this.#kept.values()) steps += run.steps.length;
    for (const [taskId, { run }] of this.#kept) {
      if (steps <= MOST_STEPS) return;
      if (inUse.has(taskId)) continue;
      this.#kept.delete(taskId);
      steps -= run.steps.length;
    }
  }
}
