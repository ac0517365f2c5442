import { type Clock, systemClock } from "../clock/clock.ts";
import { EventBus } from "../events/bus/event-bus.ts";
import type { PayloadOf } from "../events/catalogue/catalogue.ts";
import { jsonFigures } from "./json-figures.ts";

/** What a registry holds. */
export type EntityType = "handler" | "plugin" | "subscriber";

/** An entry, as events name it. */
export interface EntryName {
  /** `namespace.name@version` of a template, the name of a plugin or subscriber. */
  readonly entityId: string;
  /** Name of the class or function behind it. */
  readonly entityClass: string;
}

/** Options of every registry. */
export interface RegistryOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Where it publishes what happens to it, such as an engine's bus. Default: one of its own. */
  readonly events?: EventBus;
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

/** What all registries share: a name, an age, figures, health, and a bus on which every change is published. */
export abstract class BaseRegistry<Stats extends BaseStats> {
  readonly registryName: string;
  readonly createdAt: Date;
  protected readonly clock: Clock;
  readonly #entityType: EntityType;
  /** Where it publishes what happens to it. */
  readonly events: EventBus;

  constructor(registryName: string, entityType: EntityType, options: RegistryOptions) {
    this.registryName = registryName;
    this.clock = options.clock ?? systemClock;
    this.createdAt = new Date(this.clock.now());
    this.#entityType = entityType;
    this.events = options.events ?? new EventBus({ clock: this.clock, onListenerError: warn });
  }

  /** Entries that are registered. */
  abstract get size(): number;
  /** Figures as they are now. */
  abstract stats(): Stats;
  /** How evenly the entries are spread, in a word. */
  abstract distribution(): string;
  /** Removes every entry. */
  abstract clear(): void;

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
    const healthy = stats !== null;
    this.events.tell("registry.health_check", null, () => ({
      registry_name: registryName,
      healthy,
      stats: jsonFigures(stats),
    }));
    return { healthy, registryName, stats, lastCheck: new Date(this.clock.now()), error };
  }

  /** The figures; publishes `registry.stats_collected`. */
  collectStats(): Stats {
    const stats = this.stats();
    const registry_name = this.registryName;
    this.events.tell("registry.stats_collected", null, () => ({ registry_name, stats: jsonFigures(stats) }));
    return stats;
  }

  protected baseStats(): BaseStats {
    const { registryName, createdAt } = this;
    return { registryName, createdAt, uptimeSeconds: (this.clock.now() - createdAt.getTime()) / 1_000 };
  }

  /** Publishes that an entry was added. @param options what was given with it */
  protected tellRegistered(entry: EntryName, options: object): void {
    this.events.tell(`${this.#entityType}.registered`, null, () => ({
      ...this.#facts(entry),
      options: jsonFigures(options),
    }));
  }

  /** Publishes that an entry was removed. */
  protected tellUnregistered(entry: EntryName): void {
    this.events.tell(`${this.#entityType}.unregistered`, null, () => this.#facts(entry));
  }

  /** Does something that may find an entry invalid; then that is published, and it is thrown on. */
  protected validating<T>(entry: EntryName, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.events.tell(`${this.#entityType}.validation_failed`, null, () => ({
        ...this.#facts(entry),
        validation_error: error instanceof Error ? error.message : String(error),
      }));
      throw error;
    }
  }

  #facts({ entityId, entityClass }: EntryName): PayloadOf<"handler.unregistered"> {
    return {
      registry_name: this.registryName,
      entity_type: this.#entityType,
      entity_id: entityId,
      entity_class: entityClass,
    };
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}
