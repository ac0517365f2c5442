import { type Clock, systemClock } from "../clock/clock.ts";
import { EventBus } from "../events/event-bus.ts";
import type { EntityType, RegistryEntityEvent, RegistryEvent } from "./registry-event.ts";

/** Options of every registry. */
export interface RegistryOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Told what a listener throws; the others still get the event. Default: a warning of the process. */
  readonly onListenerError?: (error: unknown) => void;
}

/** Figures that every registry has. */
export interface BaseStats {
  readonly registryName: string;
  readonly createdAt: Date;
  readonly uptimeSeconds: number;
}

/** How a registry is. */
export interface RegistryHealth<Stats> {
  readonly healthy: boolean;
  readonly registryName: string;
  readonly stats: Stats | null;
  readonly lastCheck: Date;
  /** Why it is not healthy. */
  readonly error: string | null;
}

/** What all registries share: a name, an age, figures, health, and listeners that are told of every change. */
export abstract class BaseRegistry<Stats extends BaseStats> {
  readonly registryName: string;
  readonly createdAt: Date;
  protected readonly clock: Clock;
  readonly #entityType: EntityType;
  readonly #bus: EventBus<RegistryEvent>;

  constructor(registryName: string, entityType: EntityType, options: RegistryOptions) {
    this.registryName = registryName;
    this.clock = options.clock ?? systemClock;
    this.createdAt = new Date(this.clock.now());
    this.#entityType = entityType;
    this.#bus = new EventBus(options.onListenerError ?? warn);
  }

  /** Entries that are registered. */
  abstract get size(): number;
  /** Figures as they are now. */
  abstract stats(): Stats;
  /** How evenly the entries are spread, in a word. */
  abstract distribution(): string;
  /** Removes every entry. */
  abstract clear(): void;

  /** Subscribes to what happens to the registry; call the returned function to end it. */
  on(listener: (event: RegistryEvent) => void): () => void {
    return this.#bus.on(listener);
  }

  /** Whether the registry can give its figures, and these. Publishes `registry.health_check`. */
  healthCheck(): RegistryHealth<Stats> {
    let stats: Stats | null = null;
    let error: string | null = null;
    try {
      stats = this.stats();
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
    const { registryName } = this;
    const at = this.clock.now();
    const healthy = stats !== null;
    this.#bus.publish({ name: "registry.health_check", registryName, healthy, stats: { ...stats }, at });
    return { healthy, registryName, stats, lastCheck: new Date(at), error };
  }

  /** The figures; publishes `registry.stats_collected`. */
  collectStats(): Stats {
    const stats = this.stats();
    const { registryName } = this;
    this.#bus.publish({
      name: "registry.stats_collected",
      registryName,
      healthy: true,
      stats: { ...stats },
      at: this.clock.now(),
    });
    return stats;
  }

  protected baseStats(): BaseStats {
    const { registryName, createdAt } = this;
    return { registryName, createdAt, uptimeSeconds: (this.clock.now() - createdAt.getTime()) / 1_000 };
  }

  /** Tells the listeners of a change that has been made. */
  protected tell(
    what: "registered" | "unregistered" | "validation_failed",
    entry: Pick<RegistryEntityEvent, "entityId" | "entityClass"> & Partial<RegistryEntityEvent>,
  ): void {
    if (!this.#bus.hasListeners) return;
    this.#bus.publish({
      options: {},
      validationError: null,
      ...entry,
      name: `${this.#entityType}.${what}`,
      registryName: this.registryName,
      entityType: this.#entityType,
      at: this.clock.now(),
    });
  }

  /** Does something that may find an entry invalid; then the listeners are told, and it is thrown on. */
  protected validating<T>(entry: Pick<RegistryEntityEvent, "entityId" | "entityClass">, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.tell("validation_failed", {
        ...entry,
        validationError: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}
