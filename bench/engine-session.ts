import {
  bindTemplate,
  Engine,
  HandlerRegistry,
  migrate,
  openPostgres,
  parseTemplate,
  type StepExecution,
} from "tasker";
import type { Job } from "./job.ts";
import type { Finding } from "./measurement.ts";
import { readServerSettings } from "./server-settings.ts";
import type { Shape } from "./shapes.ts";
import { verifyAudit } from "./verify-audit.ts";

/** Namespace of the templates of benchmarks. */
export const NAMESPACE = "bench";

/** The engine's options in the benchmarks, unless a benchmark says otherwise. */
export const ENGINE_LIMITS: EngineLimits = { concurrency: 500, maxTasks: 10_000 };

/** Options of the engine that a benchmark sets; what is absent keeps the engine's default. */
export interface EngineLimits {
  readonly concurrency?: number;
  readonly maxTasks?: number;
}

/** What the engine of a benchmark runs. */
export interface SessionOptions {
  readonly shape: Shape;
  readonly limits: EngineLimits;
  /** Called for each step; what it returns is stored. */
  readonly process: (step: StepExecution) => unknown;
}

/** A started engine on a migrated database of its own. */
export interface EngineSession {
  /** Submits tasks with one call and gives their ids. */
  submit(count: number): Promise<number[]>;
  /** Resolves when all of these tasks are complete. @throws Error if one ends in another state */
  complete(taskIds: readonly number[]): Promise<void>;
}

/** Conditions that are the same for all figures of a session. */
export type SessionConditions = Pick<
  Finding,
  "bench" | "shape" | "steps" | "concurrency" | "max_tasks" | "postgres" | "fsync" | "synchronous_commit"
>;

/**
 * Gives a session to `work`, then stops the engine and verifies in SQL what it wrote.
 * @returns what `work` returned, the conditions, and how many steps were verified, those of the warm-up among them
 * @throws Error if the database does not hold what a correct run writes
 */
export async function withEngine<Result>(
  job: Job,
  options: SessionOptions,
  work: (session: EngineSession) => Promise<Result>,
): Promise<{ readonly result: Result; readonly conditions: SessionConditions; readonly verifiedSteps: number }> {
  const { shape, limits } = options;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const registry = new HandlerRegistry();
    registry.register(templateOf(options));
    const engine = new Engine({ database, registry, ...limits });
    const session = new StartedSession(engine, shape);
    await engine.start();
    let result: Result;
    try {
      result = await work(session);
    } finally {
      await engine.stop();
    }
    const verifiedSteps = session.submitted * shape.steps.length;
    await verifyAudit(database, { tasks: session.submitted, steps: verifiedSteps });
    const conditions: SessionConditions = {
      bench: job.bench,
      shape: shape.name,
      steps: shape.steps.length,
      concurrency: limits.concurrency ?? "default",
      max_tasks: limits.maxTasks ?? "default",
      ...settings,
    };
    return { result, conditions, verifiedSteps };
  } finally {
    await database.close();
  }
}

/** The template of a shape, as it is written; the handler of its steps is `BenchStep`. */
export function documentOf(shape: Shape) {
  return {
    name: shape.name,
    namespace_name: NAMESPACE,
    version: "1.0.0",
    step_templates: shape.steps.map(({ name, dependsOn }) => ({
      name,
      depends_on_steps: dependsOn,
      handler_class: "BenchStep",
    })),
  };
}

/** The template of a shape; each of its steps calls `process`. */
export function templateOf({ shape, process }: Pick<SessionOptions, "shape" | "process">) {
  const BenchStep = (_task: unknown, _sequence: unknown, step: StepExecution) => process(step);
  return bindTemplate(parseTemplate(JSON.stringify(documentOf(shape))), { BenchStep });
}

class StartedSession implements EngineSession {
  /** Tasks submitted so far. */
  submitted = 0;
  readonly #engine: Engine;
  readonly #name: string;

  constructor(engine: Engine, shape: Shape) {
    this.#engine = engine;
    this.#name = shape.name;
  }

  async submit(count: number): Promise<number[]> {
    const first = this.submitted;
    this.submitted += count;
    const requests = Array.from({ length: count }, (_, place) => ({
      name: this.#name,
      namespace: NAMESPACE,
      context: { number: first + place },
    }));
    return (await this.#engine.submitMany(requests)).map(({ taskId }) => taskId);
  }

  async complete(taskIds: readonly number[]): Promise<void> {
    const outcomes = await Promise.all(taskIds.map((taskId) => this.#engine.settled(taskId)));
    const other = outcomes.find(({ state }) => state !== "complete");
    if (other !== undefined) throw new Error(`task ${other.taskId} ended in state ${other.state}, expected complete`);
  }
}
