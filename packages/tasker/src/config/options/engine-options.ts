import type { SectionFacts } from "./option-facts.ts";

const MAPPED = ["settings/engine-options.test.ts", "goes by %s"] as const;

/** Options of the section `engine`. */
export const ENGINE_OPTIONS: SectionFacts = {
  task_handler_directory: {
    says: "where modules with handlers are",
    replacedBy: "handlers stand beside their templates, or in the module that `--handlers` names",
  },
  task_config_directory: {
    says: "where templates are",
    replacedBy: "directories with templates are given to `tasker work --templates` and `discoverTasks`",
  },
  default_module_namespace: {
    says: "`module_namespace` of templates that have none",
    replacedBy: "handlers are looked up by the name that the template uses",
  },
  identity_strategy: {
    says: "how tasks without an idempotency key are told apart",
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  identity_strategy_class: {
    says: "the class of the strategy `custom`",
    reader: "cli/read-custom-identity.ts",
    test: ["settings/engine-options.test.ts", "goes by engine.identity_strategy_class"],
  },
  custom_events_directories: {
    says: "where events are declared in YAML",
    reader: "cli/input/configured-events.ts",
    test: ["cli/input/configured-events.test.ts", "goes by engine.custom_events_directories"],
  },
  identity_compatible: {
    says: "of the strategy `hash`: whether the hash is the reference's",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  identity_window: {
    says: "of the strategy `hash`: for how long equal requests are one task",
    unit: "seconds",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  lease_seconds: {
    says: "silence after which other processes take over from this one",
    unit: "seconds",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  stuck_after_seconds: {
    says: "time without progress after which a process gives its lease up",
    unit: "seconds",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  heartbeat: { says: "from where the lease is renewed", own: true, reader: "settings/engine-options.ts", test: MAPPED },
  sharing: {
    says: "whether steps are offered to other processes, and theirs are run",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  max_tasks: {
    says: "tasks that a process holds in memory at the same time",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  poll_interval_seconds: {
    says: "time between looks for claimable tasks when idle",
    unit: "seconds",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  max_value_bytes: {
    says: "largest context or result, as JSON",
    unit: "bytes",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  max_interruptions: {
    says: "interruptions after which a step fails for good",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  task_retention_days: {
    says: "days after their end after which `tasker db prune` deletes tasks where `--older-than` does not say it",
    dynamic: true,
    own: true,
    reader: "cli/commands/db-prune.ts",
    test: ["cli/commands/db-prune.test.ts", "goes by engine.task_retention_days"],
  },
  audit_log_retention_days: {
    says: "days after which `tasker db prune` deletes rows of the audit log; null: never",
    dynamic: true,
    own: true,
    reader: "cli/commands/db-prune.ts",
    test: ["cli/commands/db-prune.test.ts", "goes by engine.audit_log_retention_days"],
  },
  stored_events: {
    says: "names and patterns of events that are stored for durable subscribers",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  remote_handlers: {
    says: "names and patterns of handlers that workers run where no code for them is given",
    own: true,
    reader: "cli/engine-process.ts",
    test: ["cli/commands/remote-handlers.test.ts", "goes by engine.remote_handlers"],
  },
  redact: {
    says: "places of values that are neither stored nor shown",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  encryption_keys: {
    says: "keys under which contexts, inputs and results are encrypted, the first for new ones",
    own: true,
    secret: true,
    reader: "settings/engine-options.ts",
    test: [
      "settings/engine-options.test.ts",
      "goes by engine.encryption_keys, whose references are read when the engine is made",
    ],
  },
  masked_event_keys: {
    says: "places in payloads of events that no listener sees",
    own: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
};
