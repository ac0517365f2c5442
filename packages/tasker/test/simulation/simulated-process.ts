import type { Database } from "../../src/database/database.ts";
import type { RowOf } from "../../src/database/statement.ts";
import { Claimer } from "../../src/engine/claimer.ts";
import { Runtime } from "../../src/engine/runtime.ts";
import { DatabaseUnavailableError } from "../../src/errors/index.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { randomInteger } from "../../src/testing/random.ts";
import { templateOf } from "./task-plan.ts";
import type { World } from "./world.ts";

/** The engine's own claimer, lanes, agendas and tasks on a database that is simulated: answers take their time, or get lost. */
export class SimulatedProcess {
  readonly runtime: Runtime;
  readonly #world: World;
  readonly #claimer: Claimer;
  #isDead = false;

  constructor(world: World) {
    this.#world = world;
    const registry = new HandlerRegistry();
    const { clock, random, plans } = world;
    const settings = { maxInterruptions: 1_000, ...world.settings };
    this.runtime = new Runtime({ database: this.#open(), registry, clock, random, ...settings });
    for (const [place, plan] of plans.entries()) {
      const template = templateOf(plan, place + 1, world, () => this.runtime.processId);
      registry.register(template);
      this.runtime.definitions.compile(template.definition);
    }
    this.#register();
    this.runtime.starting = true;
    this.#claimer = new Claimer(this.runtime, registry, null);
    this.runtime.onDue = () => this.#claimer.lookNow();
    this.runtime.onReleased = () => this.#claimer.noticeRoom();
    this.runtime.hints.onHint(({ topic }) => {
      if (topic === "steps") this.runtime.taker?.lookNow();
      else this.#claimer.lookNow();
      if (topic === "owner") this.runtime.offers?.lookNow();
    });
    this.#claimer.start();
  }

  /** Nothing of it gets to the database any more. */
  kill(): void {
    this.#isDead = true;
  }

  /** Was declared dead and notices it: starts over under another id. */
  startOver(): void {
    this.runtime.tasks.abandonAll();
    this.#register();
  }

  #register(): void {
    this.runtime.processId = this.#world.nextProcessId();
    this.runtime.hints.processId = this.runtime.processId;
  }

  /** Has the database answer: that takes its time, and may fail before or after it has done its work. */
  async #ask(name: string, parameters: readonly unknown[]): Promise<readonly object[]> {
    const { random, answers } = this.#world;
    await this.#travel();
    if (random() < this.#world.failures) throw new DatabaseUnavailableError("the question was lost");
    const rows = answers.answer(name, parameters);
    await this.#travel();
    if (random() < this.#world.failures) throw new DatabaseUnavailableError("the answer was lost");
    return rows;
  }

  /** A process that is dead waits for ever. */
  async #travel(): Promise<void> {
    const { clock, random } = this.#world;
    if (random() < 0.5) await clock.sleep(randomInteger(random, 1, 40));
    if (this.#isDead) await new Promise<never>(() => {});
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
      run: async (statement, parameters) =>
        (await this.#ask(statement.name, parameters)) as RowOf<typeof statement.columns>[],
    };
  }
}
