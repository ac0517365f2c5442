import type { Connection, Database } from "../../src/database/database.ts";
import type { RowOf } from "../../src/database/statement.ts";
import type { Batch } from "../../src/engine/batch.ts";
import { loadTasks } from "../../src/engine/load-tasks.ts";
import { Runtime } from "../../src/engine/runtime.ts";
import type { TaskRun } from "../../src/engine/task-run.ts";
import { DatabaseUnavailableError } from "../../src/errors/index.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { type Random, randomInteger } from "../../src/testing/random.ts";
import type { ManualClock } from "../../src/testing/run/manual-clock.ts";
import type { StoredTasks } from "./stored-tasks.ts";

/** What the processes of a simulation share. */
export interface World {
  readonly stored: StoredTasks;
  readonly clock: ManualClock;
  readonly random: Random;
  readonly templates: readonly TaskTemplate[];
  /** How often a call of the database fails, before or after it has done its work: 0 to 1. */
  readonly failures: number;
  /** Gives ids of processes. */
  nextProcessId(): number;
}

const processes = new WeakMap<Connection, SimulatedProcess>();

/** The engine's own lanes, agendas and tasks on a database that is simulated: answers take their time, or get lost. */
export class SimulatedProcess {
  readonly runtime: Runtime;
  readonly #world: World;
  /** Whether nothing of it gets to the database any more. */
  isDead = false;
  #isUncertain = false;

  constructor(world: World) {
    this.#world = world;
    const database = this.#open();
    const registry = new HandlerRegistry();
    const { clock, random, templates } = world;
    this.runtime = new Runtime({ database, registry, clock, random, maxInterruptions: 1_000, concurrency: 5 });
    processes.set(this.runtime.database, this);
    for (const template of templates) {
      registry.register(template);
      this.runtime.definitions.compile(template.definition);
    }
    this.runtime.processId = world.nextProcessId();
    this.runtime.starting = true;
  }

  /** Claims some tasks and takes them; after a failure, also those that were claimed before it, as the claimer does. */
  async claim(): Promise<void> {
    const { stored, random, clock } = this.#world;
    const { runtime } = this;
    const claimed = stored.claim(runtime.processId, randomInteger(random, 1, 5), clock.now());
    const taskIds = this.#isUncertain ? stored.ownedBy(runtime.processId) : claimed;
    this.#isUncertain = false;
    await this.#answered();
    await runtime.loader.load(taskIds).catch((error: unknown) => {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      this.#isUncertain = true;
    });
  }

  /** Was declared dead and notices it: starts over under another id. */
  startOver(): void {
    this.runtime.tasks.abandonAll();
    this.runtime.processId = this.#world.nextProcessId();
  }

  /** Does what {@link commitBatch} does. */
  commit(processId: number, batch: Batch): Promise<Set<TaskRun>> {
    return this.#ask(() => {
      const refused = this.#world.stored.commit(processId, batch);
      return new Set(batch.tasks.map(({ run }) => run).filter(({ taskId }) => refused.has(taskId)));
    });
  }

  /** Has the database do something: it takes its time, and may fail before or after it. */
  async #ask<T>(work: () => T): Promise<T> {
    const { random, failures } = this.#world;
    await this.#answered();
    if (random() < failures) throw new DatabaseUnavailableError("the question was lost");
    const answer = work();
    await this.#answered();
    if (random() < failures) throw new DatabaseUnavailableError("the answer was lost");
    return answer;
  }

  /** A process that is dead waits for ever. */
  async #answered(): Promise<void> {
    const { clock, random } = this.#world;
    if (random() < 0.5) await clock.sleep(randomInteger(random, 1, 40));
    if (this.isDead) await new Promise<never>(() => {});
  }

  #open(): Database {
    const refuse = (what: string) => Promise.reject(new RangeError(`the simulated database does not know ${what}`));
    return {
      kind: "postgres",
      loneConnectionUrl: null,
      parallelism: 4,
      poolUsage: () => ({ size: 4, busy: 0, waiting: 0 }),
      assertWaitCanEnd() {},
      execute: refuse,
      query: refuse,
      transaction: () => refuse("transactions"),
      close: async () => {},
      run: async (statement, parameters) => {
        const given: readonly unknown[] = parameters;
        // There are no signals, and no steps that run outside of the owners.
        if (statement.name !== loadTasks.name) return [];
        const [processId, taskIds] = given;
        const ids = Array.isArray(taskIds) ? taskIds.map(Number) : [];
        const rows: readonly object[] = await this.#ask(() => this.#world.stored.load(Number(processId), ids));
        return rows as RowOf<typeof statement.columns>[];
      },
    };
  }
}

/** What stands in the place of {@link commitBatch}. */
export function commitSimulated(connection: Connection, processId: number, batch: Batch): Promise<Set<TaskRun>> {
  const owner = processes.get(connection);
  if (owner === undefined) throw new RangeError("not the database of a simulated process");
  return owner.commit(processId, batch);
}
