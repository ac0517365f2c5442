/** What a registry holds. */
export type EntityType = "handler" | "plugin" | "subscriber";

/** Names of what registries publish. */
export const REGISTRY_EVENTS = {
  handlerRegistered: "handler.registered",
  handlerUnregistered: "handler.unregistered",
  handlerValidationFailed: "handler.validation_failed",
  pluginRegistered: "plugin.registered",
  pluginUnregistered: "plugin.unregistered",
  pluginValidationFailed: "plugin.validation_failed",
  subscriberRegistered: "subscriber.registered",
  subscriberUnregistered: "subscriber.unregistered",
  subscriberValidationFailed: "subscriber.validation_failed",
  healthCheck: "registry.health_check",
  statsCollected: "registry.stats_collected",
} as const;

/** Something that happened to an entry of a registry. */
export interface RegistryEntityEvent {
  readonly name: `${EntityType}.${"registered" | "unregistered" | "validation_failed"}`;
  readonly registryName: string;
  readonly entityType: EntityType;
  /** `namespace.name@version` of a template, the name of a plugin or subscriber. */
  readonly entityId: string;
  /** Name of the class or function behind it. */
  readonly entityClass: string;
  /** What was given with it, such as `{ replace: true }`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of `validation_failed`: what was wrong. */
  readonly validationError: string | null;
  /** Milliseconds since the epoch, by the registry's clock. */
  readonly at: number;
}

/** What was found when a registry was asked for its health or its figures. */
export interface RegistryReportEvent {
  readonly name: "registry.health_check" | "registry.stats_collected";
  readonly registryName: string;
  readonly healthy: boolean;
  readonly stats: object;
  /** Milliseconds since the epoch, by the registry's clock. */
  readonly at: number;
}

/** What a registry tells its listeners. */
export type RegistryEvent = RegistryEntityEvent | RegistryReportEvent;
