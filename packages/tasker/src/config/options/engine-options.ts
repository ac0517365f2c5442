import type { SectionFacts } from "./option-facts.ts";

/** Options of the section `engine`. */
export const ENGINE_OPTIONS: SectionFacts = {
  task_handler_directory: { says: "where modules with handlers are" },
  task_config_directory: { says: "where templates are" },
  default_module_namespace: { says: "`module_namespace` of templates that have none" },
  identity_strategy: { says: "how tasks without an idempotency key are told apart" },
  identity_strategy_class: { says: "the class of the strategy `custom`" },
  custom_events_directories: { says: "where events are declared in YAML" },
  identity_compatible: { says: "of the strategy `hash`: whether the hash is the reference's", own: true },
  identity_window: {
    says: "of the strategy `hash`: for how long equal requests are one task",
    unit: "seconds",
    own: true,
  },
  lease_seconds: { says: "silence after which other processes take over from this one", unit: "seconds", own: true },
  stuck_after_seconds: {
    says: "time without progress after which a process gives its lease up",
    unit: "seconds",
    own: true,
  },
  heartbeat: { says: "from where the lease is renewed", own: true },
  sharing: { says: "whether steps are offered to other processes, and theirs are run", own: true },
  max_tasks: { says: "tasks that a process holds in memory at the same time", own: true },
  poll_interval_seconds: { says: "time between looks for claimable tasks when idle", unit: "seconds", own: true },
  max_value_bytes: { says: "largest context or result, as JSON", unit: "bytes", own: true },
  max_interruptions: { says: "interruptions after which a step fails for good", own: true },
  stored_events: { says: "names and patterns of events that are stored for durable subscribers", own: true },
  masked_event_keys: { says: "places in payloads of events that no listener sees", own: true },
};
