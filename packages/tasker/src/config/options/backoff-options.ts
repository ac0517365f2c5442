import type { SectionFacts } from "./option-facts.ts";

const EFFECT = ["config/option-effects.test.ts", "goes by %s"] as const;

/** Options of the section `backoff`. */
export const BACKOFF_OPTIONS: SectionFacts = {
  default_backoff_seconds: {
    says: "waits after the first, second, ... attempt",
    unit: "seconds",
    dynamic: true,
    reader: "config/backoff-config.ts",
    test: EFFECT,
  },
  max_backoff_seconds: {
    says: "longest wait, whatever asks for it",
    unit: "seconds",
    dynamic: true,
    reader: "config/backoff-config.ts",
    test: EFFECT,
  },
  backoff_multiplier: {
    says: "beyond the list: attempts to this power, in seconds",
    dynamic: true,
    reader: "config/backoff-config.ts",
    test: EFFECT,
  },
  jitter_enabled: {
    says: "whether chance makes waits longer or shorter",
    dynamic: true,
    reader: "config/backoff-config.ts",
    test: EFFECT,
  },
  jitter_max_percentage: {
    says: "share by which it does so at most",
    dynamic: true,
    reader: "config/backoff-config.ts",
    test: EFFECT,
  },
  "reenqueue_delays.has_ready_steps": {
    says: "time after which ready tasks of an engine that stops are claimed by others",
    unit: "seconds",
    dynamic: true,
    reader: "engine/strategies/task-reenqueuer.ts",
    test: EFFECT,
  },
  "reenqueue_delays.waiting_for_dependencies": {
    says: "longest wait that a task spends in memory",
    unit: "seconds",
    dynamic: true,
    reader: "engine/strategies/task-reenqueuer.ts",
    test: EFFECT,
  },
  "reenqueue_delays.processing": {
    says: "time between looks at a task of which only steps that others run are left",
    unit: "seconds",
    dynamic: true,
    reader: "engine/strategies/task-reenqueuer.ts",
    test: EFFECT,
  },
  default_reenqueue_delay: {
    says: "time after which a task that cannot be loaded is tried again",
    unit: "seconds",
    dynamic: true,
    reader: "engine/strategies/task-reenqueuer.ts",
    test: EFFECT,
  },
  buffer_seconds: {
    says: "added to the moment at which a task that was given back is claimed again",
    unit: "seconds",
    dynamic: true,
    reader: "engine/strategies/task-reenqueuer.ts",
    test: EFFECT,
  },
};
