import { DEFAULT_MAPPINGS } from "./default-mappings.ts";
import { type Backend, type EventMapping, eventMapping, type MappingSettings } from "./event-mapping.ts";
import { isSampled } from "./is-sampled.ts";

/** Figures of an {@link EventRouter}. */
export interface RoutingStatistics {
  readonly total_mappings: number;
  readonly trace_events: number;
  readonly metrics_events: number;
  readonly log_events: number;
  readonly enabled_mappings: number;
  readonly high_priority: number;
  readonly sampled_mappings: number;
}

/** Mappings by the names of events: settings, or only the backends. `null` takes the event off the router. */
export type EventMappings = Readonly<Record<string, MappingSettings | readonly Backend[] | Backend | null>>;

const NOWHERE: readonly Backend[] = [];

/** Decides which backends an event goes to. One decision per event and trace, the same in every process with the same mappings. */
export class EventRouter {
  readonly #mappings = new Map<string, EventMapping>();

  /**
   * @param mappings in place of those for the same events among the default ones, and beside the others
   * @throws ConfigurationError
   */
  constructor(mappings: EventMappings = {}) {
    for (const [name, settings] of Object.entries(DEFAULT_MAPPINGS)) this.map(name, settings);
    for (const [name, given] of Object.entries(mappings)) {
      if (given === null) this.#mappings.delete(name);
      else this.map(name, settingsOf(given));
    }
  }

  /** Creates or replaces the mapping of an event. @throws ConfigurationError */
  map(eventName: string, settings: MappingSettings): EventMapping {
    const mapping = eventMapping(eventName, settings);
    this.#mappings.set(eventName, mapping);
    return mapping;
  }

  /** The mapping of an event, or null. */
  mappingFor(eventName: string): EventMapping | null {
    return this.#mappings.get(eventName) ?? null;
  }

  /** Names of the events that have a mapping, in the order in which they got it first. */
  get configuredEvents(): string[] {
    return [...this.#mappings.keys()];
  }

  /** Names of the events that are mapped to a backend, whether or not they are enabled. */
  eventsFor(backend: Backend): string[] {
    return [...this.#mappings.values()].filter(({ backends }) => backends.includes(backend)).map((m) => m.event_name);
  }

  /**
   * The backends that get an event; none of one that is not mapped, not enabled, or not among the share that is kept.
   * @param key trace id of the event; of whoever knows none its correlation id, or its id
   */
  decide(eventName: string, key: string): readonly Backend[] {
    const mapping = this.#mappings.get(eventName);
    if (mapping === undefined || !mapping.enabled || !isSampled(key, mapping.sampling_rate)) return NOWHERE;
    return mapping.backends;
  }

  /** Whether a backend gets an event; see {@link decide}. */
  routes(eventName: string, backend: Backend, key: string): boolean {
    return this.decide(eventName, key).includes(backend);
  }

  /** Figures of the mappings. */
  statistics(): RoutingStatistics {
    const all = [...this.#mappings.values()];
    return {
      total_mappings: all.length,
      trace_events: this.eventsFor("traces").length,
      metrics_events: this.eventsFor("metrics").length,
      log_events: this.eventsFor("logs").length,
      enabled_mappings: all.filter(({ enabled }) => enabled).length,
      high_priority: all.filter(({ priority }) => priority === "high").length,
      sampled_mappings: all.filter(({ sampling_rate: rate }) => rate < 1).length,
    };
  }
}

function settingsOf(given: MappingSettings | readonly Backend[] | Backend): MappingSettings {
  if (typeof given === "string") return { backends: [given] };
  return isList(given) ? { backends: [...given] } : given;
}

const isList = (given: MappingSettings | readonly Backend[]): given is readonly Backend[] => Array.isArray(given);
