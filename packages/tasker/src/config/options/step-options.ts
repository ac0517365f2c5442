import type { OptionFacts } from "./option-facts.ts";

/** What is known of an option of a step, or of a figure that nobody can change; its shape is elsewhere. */
export interface StepOptionFacts extends OptionFacts {
  /** In words: `a number of 0 or more`. */
  readonly type: string;
  /** Undefined: it must be given. */
  readonly default?: unknown;
}

const CONFIG = "handlers/api/api-config.ts";
const API_TEST = "handlers/api/api-step-handler.test.ts";
const REQUEST = [API_TEST, "is made of the configuration, the path and the options"] as const;
const BACKOFF = [API_TEST, "doubles from the first wait on, or stays the same"] as const;

/** Options of the reference that are in the `handler_config` of a step that calls an API, not in a configuration. */
export const API_STEP_OPTIONS: Readonly<Record<string, StepOptionFacts>> = {
  url: { says: "where paths of requests start", type: "an address", reader: CONFIG, test: REQUEST },
  params: { says: "query parameters of every request", type: "a mapping", default: {}, reader: CONFIG, test: REQUEST },
  ssl: {
    says: "how connections are secured",
    type: "a mapping or null",
    default: null,
    reader: "handlers/api/http-pools.ts",
    test: [API_TEST, "takes authorities from a file or a text, and checks nothing where it is told so"],
  },
  headers: {
    says: "headers of every request, over JSON as `content-type` and `accept`",
    type: "a mapping",
    default: {},
    reader: CONFIG,
    test: REQUEST,
  },
  enable_exponential_backoff: {
    says: "whether waits double from attempt to attempt",
    type: "true or false",
    default: true,
    reader: CONFIG,
    test: BACKOFF,
  },
  retry_delay: {
    says: "the first wait; null: the backoff of the engine decides, or 1 without exponential backoff. The Rails engine has 1",
    type: "a number of 0 or more, or null",
    default: null,
    unit: "seconds",
    reader: CONFIG,
    test: BACKOFF,
  },
  jitter_factor: {
    says: "share by which chance makes a wait longer or shorter. The Rails engine draws it when a handler is made",
    type: "a number from 0 to 1",
    default: 0.1,
    reader: CONFIG,
    test: ["handlers/api/api-step-handler.test.ts", "is longer or shorter by chance, as far as jitter_factor lets it"],
  },
};

const BATCHES = "nothing: there are no batches. `REFERENCE_BATCHES` has the figures";

/** Fixed figures of the section `execution` of the reference, which count among its options. */
export const FIXED_FIGURES: Readonly<Record<string, StepOptionFacts>> = {
  future_cleanup_wait_seconds: {
    says: "time that the cleaning up after a batch waits",
    type: "fixed",
    default: 1,
    unit: "seconds",
    replacedBy: BATCHES,
  },
  gc_trigger_batch_size_threshold: {
    says: "steps of a batch from which on memory is collected after it",
    type: "fixed",
    default: 6,
    replacedBy: BATCHES,
  },
  gc_trigger_duration_threshold: {
    says: "duration of a batch from which on memory is collected after it",
    type: "fixed",
    default: 30,
    unit: "seconds",
    replacedBy: BATCHES,
  },
};
