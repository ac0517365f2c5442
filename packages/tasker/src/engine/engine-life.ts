import { NotRunningError, StepInterruptedError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { Unsubscribe } from "../events/bus/subscribe.ts";
import { REGISTRY_EVENTS } from "../events/catalogue/registry-events.ts";
import { drawEpoch } from "./claim-tasks.ts";
import type { Claimer } from "./claimer.ts";
import type { PluginHost } from "./engine-plugin.ts";
import type { EngineStatistics } from "./engine-statistics.ts";
import type { Membership } from "./membership/membership.ts";
import { releaseTasks } from "./release-tasks.ts";
import type { Runtime } from "./runtime.ts";
import { storeEvents } from "./stored-events/store-events.ts";

/** What registries tell. */
const REGISTRY_EVENT_NAMES = Object.values(REGISTRY_EVENTS).map(({ name }) => name);
/** How long a stop goes on trying to write, after the handlers' time, to a database that is away. */
const LAST_WRITES_MS = 5_000;

/** What is started and stopped. */
export interface EngineParts {
  readonly runtime: Runtime;
  readonly membership: Membership;
  readonly claimer: Claimer;
  readonly plugins: PluginHost;
  /** Buses of registries whose events the engine tells as well, while it runs. */
  readonly registries: readonly EventBus[];
  /** Names of the events that are kept on request. */
  readonly storedEvents: readonly string[];
}

/** The life of an engine: started once, and stopped. */
export class EngineLife {
  readonly #runtime: Runtime;
  readonly #membership: Membership;
  readonly #claimer: Claimer;
  readonly #parts: EngineParts;
  #state: EngineStatistics["state"] = "new";
  #started: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;
  #epoch = 0;
  #subscriptions: Unsubscribe[] = [];

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#runtime = parts.runtime;
    this.#membership = parts.membership;
    this.#claimer = parts.claimer;
  }

  get state(): EngineStatistics["state"] {
    return this.#state;
  }

  /** Under which epoch it owns what it submits. */
  get epoch(): number {
    return this.#epoch;
  }

  /** @throws NotRunningError unless it is new */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new NotRunningError(`the engine is ${this.#state}, it can be started once`);
    this.#state = "starting";
    const { registries, storedEvents } = this.#parts;
    const { events } = this.#runtime;
    this.#subscriptions = registries.map((bus) =>
      bus.subscribe(REGISTRY_EVENT_NAMES, (event) => events.publish(event), { name: "engine" }),
    );
    if (storedEvents.length > 0) this.#subscriptions.push(storeEvents(this.#runtime, storedEvents));
    this.#started = this.#start();
    return this.#started;
  }

  /** A call while another one is under way waits for that one; after it, nothing is left to do. */
  stop(graceMs: number): Promise<void> {
    this.#stopped ??= this.#stop(graceMs).finally(() => {
      this.#stopped = null;
    });
    return this.#stopped;
  }

  async #start(): Promise<void> {
    try {
      await this.#parts.plugins.start();
      const [row] = await this.#runtime.database.run(drawEpoch, []);
      this.#epoch = row?.epoch ?? 0;
      await this.#membership.join();
    } catch (error) {
      await this.#end();
      throw error;
    }
    this.#state = "running";
    this.#runtime.starting = true;
    this.#runtime.adaptiveConcurrency?.start();
    this.#claimer.start();
  }

  async #stop(graceMs: number): Promise<void> {
    // Whoever started it is told if that failed.
    await this.#started.catch(() => undefined);
    if (this.#state === "new" || this.#state === "stopped") return;
    this.#state = "stopping";
    const runtime = this.#runtime;
    runtime.starting = false;
    runtime.adaptiveConcurrency?.stop();
    const reason = new StepInterruptedError("the engine stopped before the step had finished");
    const cancelGrace = runtime.clock.after(graceMs, () => runtime.executions.interruptAll(reason));
    const cancelWriting = runtime.clock.after(graceMs + LAST_WRITES_MS, () => {
      runtime.stopWriting();
    });
    await this.#claimer.stop();
    await Promise.all([runtime.offers.close(), runtime.taker?.stop()]);
    await runtime.written();
    await runtime.executions.quiet();
    await runtime.taker?.written();
    cancelGrace();
    await runtime.closeResources();
    await releaseTasks(runtime);
    cancelWriting();
    runtime.hints.tell({ topic: "tasks" });
    await runtime.permits.close();
    await this.#membership.leave();
    await this.#flushEvents();
    await this.#end();
  }

  /** Lets listeners take what waits for them, as long as a stop waits for the last writes. */
  async #flushEvents(): Promise<void> {
    const { clock, events } = this.#runtime;
    let cancel = () => {};
    const timeout = new Promise<void>((resolve) => {
      cancel = clock.after(LAST_WRITES_MS, resolve);
    });
    await Promise.race([events.flush(), timeout]);
    cancel();
  }

  async #end(): Promise<void> {
    await this.#parts.plugins.stop();
    for (const end of this.#subscriptions.splice(0)) end();
    this.#state = "stopped";
  }
}
