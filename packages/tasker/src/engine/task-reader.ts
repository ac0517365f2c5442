import type { Clock } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { HandlerResources } from "../handlers/resources.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { buildTaskRun } from "./build-task-run.ts";
import { findVainBypasses } from "./check-bypass.ts";
import type { DefinitionCache } from "./compiled-definition.ts";
import { fetchDefinitions } from "./fetch-definitions.ts";
import type { DefinitionLimits } from "./limits/definition-limits.ts";
import { loadChildren } from "./load-children.ts";
import { loadSignals } from "./load-signals.ts";
import { giveBack, type LoadedTask, loadTasks } from "./load-tasks.ts";
import type { Log } from "./options.ts";
import type { Protection } from "./protection/protection.ts";
import { loadSeals } from "./protection/task-seal.ts";
import { loadExecutions } from "./sharing/adopt-executions.ts";
import type { Strategies } from "./strategies/strategies.ts";
import type { TaskRun } from "./task-run.ts";
import { loadTraces } from "./tracing/load-traces.ts";

/** What reading tasks needs of the engine around it. */
export interface TaskReaderHost {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly protection: Pick<Protection, "encryption">;
  readonly definitions: DefinitionCache;
  readonly limits: DefinitionLimits;
  readonly resources: HandlerResources;
  readonly strategies: Pick<Strategies, "lookAgainAt">;
  /** Age in milliseconds after which a step that somebody else runs counts as left behind; null: never. */
  readonly abandonedStepMs: number | null;
  /** Id of this process in the database. */
  readonly processId: number;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
}

/** Reads tasks that this process owns. */
export class TaskReader {
  readonly #host: TaskReaderHost;
  readonly #registry: HandlerRegistry;

  constructor(host: TaskReaderHost, registry: HandlerRegistry) {
    this.#host = host;
    this.#registry = registry;
  }

  /** The tasks of these that this process owns. One that cannot be run as it is stored is given back for a while. */
  async read(taskIds: readonly number[]): Promise<TaskRun[]> {
    if (taskIds.length === 0) return [];
    const { database, definitions, limits, clock, abandonedStepMs, processId, resources, tracing, protection } =
      this.#host;
    const rows = await database.run(loadTasks, [processId, taskIds]);
    const found = await fetchDefinitions(database, definitions, rows);
    const seals = await loadSeals(
      database,
      protection.encryption,
      rows.map((row) => row.task_id),
    );
    const rules = { nowMs: clock.now(), abandonedStepMs };
    const runs: TaskRun[] = [];
    const unusable = new Map<number, number[]>();
    for (const row of rows) {
      const compiled = found.get(row.definition_hash);
      try {
        if (compiled === undefined) throw new RangeError(`definition ${row.definition_hash} is not in the database`);
        if (compiled instanceof Error) throw compiled;
        const run = buildTaskRun(
          row,
          compiled,
          this.#registry.get(row.namespace, row.name, row.version),
          rules,
          seals.get(row.task_id) ?? null,
        );
        run.limits = limits.of(compiled);
        this.#warnOfBypasses(run);
        runs.push(run);
      } catch (error) {
        const wakeAt = this.#postpone(row, rules.nowMs, error);
        unusable.set(wakeAt, [...(unusable.get(wakeAt) ?? []), row.task_id]);
      }
    }
    await loadSignals(database, runs);
    await loadChildren(database, runs, protection.encryption);
    await loadTraces(database, tracing, runs, processId);
    // Nobody else can have the embedded database open, and what workers run of it comes through this process.
    const shared = database.kind === "postgres" ? runs : runs.filter(({ hasRemoteSteps }) => hasRemoteSteps);
    await loadExecutions(database, processId, shared, resources);
    for (const [wakeAt, ids] of unusable) await database.run(giveBack, [processId, ids, new Date(wakeAt)]);
    return runs;
  }

  #postpone({ task_id: taskId, namespace, name, version }: LoadedTask, now: number, error: unknown): number {
    const { strategies, log } = this.#host;
    const given = { taskId, namespace, name, version, now, nextDueAt: null };
    const wakeAt = strategies.lookAgainAt({ ...given, status: "context_unavailable" });
    const wakesAt = new Date(wakeAt).toISOString();
    log.error({ err: error, taskId, wakesAt }, "a task cannot be loaded: it is given back for a while");
    return wakeAt;
  }

  /** Submit refuses such names; a task that Rails created may have them. */
  #warnOfBypasses({ taskId, view, steps }: TaskRun): void {
    if (view.bypassSteps.length === 0) return;
    for (const { name, why } of findVainBypasses(steps, view.bypassSteps)) {
      this.#host.log.warn({ taskId, step: name }, `bypass_steps names a step that is ${why}: it has no effect`);
    }
  }
}
