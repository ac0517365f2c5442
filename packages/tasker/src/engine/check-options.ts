import { ConfigurationError } from "../errors/index.ts";
import { isRedactedPath, REDACTED_PATH_EXPECTED } from "../secrets/redaction.ts";
import { parseAdopt } from "./adopt-options.ts";
import type { EngineOptions } from "./options.ts";
import { parseSharing } from "./sharing/sharing-options.ts";
import { storedEventNames } from "./stored-events/stored-event-names.ts";

/** Longest lease and poll interval, in milliseconds: what a 32-bit timer holds. */
const LONGEST_MS = 2 ** 31 - 1;

/** Shortest time after which an engine can be found to be stuck, in milliseconds: busy loops turn more often than that. */
const SHORTEST_STUCK_MS = 100;

/** Whole numbers among the options, with the greatest value of each; the smallest is 1. */
const WHOLE_NUMBERS = {
  concurrency: 1_000_000,
  maxTasks: 1_000_000,
  pollIntervalMs: LONGEST_MS,
  leaseMs: LONGEST_MS,
  stuckAfterMs: LONGEST_MS,
  maxValueBytes: 250_000_000,
  maxInterruptions: 1_000_000,
} as const satisfies Partial<Record<keyof EngineOptions, number>>;

/** @throws ConfigurationError that names the first option that has a value that it cannot have */
export function checkOptions(options: EngineOptions): void {
  for (const name of Object.keys(WHOLE_NUMBERS) as (keyof typeof WHOLE_NUMBERS)[]) {
    const value: unknown = options[name];
    const most = WHOLE_NUMBERS[name];
    if (value === undefined) continue;
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) continue;
    throw new ConfigurationError(
      `engine option ${name} is ${String(value)}, expected a whole number from 1 to ${most}`,
      {
        context: { option: name, value, expected: `a whole number from 1 to ${most}` },
      },
    );
  }
  const { stuckAfterMs = SHORTEST_STUCK_MS, heartbeat = "thread" } = options;
  if (stuckAfterMs < SHORTEST_STUCK_MS) {
    const expected = `${SHORTEST_STUCK_MS} or more`;
    throw new ConfigurationError(`engine option stuckAfterMs is ${stuckAfterMs}, expected ${expected}`, {
      context: { option: "stuckAfterMs", value: stuckAfterMs, expected },
    });
  }
  if (heartbeat !== "thread" && heartbeat !== "loop") {
    const expected = "thread or loop";
    throw new ConfigurationError(`engine option heartbeat is ${String(heartbeat)}, expected ${expected}`, {
      context: { option: "heartbeat", value: heartbeat, expected },
    });
  }
  if (options.execution !== undefined && options.concurrency !== undefined) {
    const expected = "none beside execution, whose min_concurrent_steps and max_concurrent_steps_limit bound it";
    throw new ConfigurationError(`engine option concurrency is ${options.concurrency}, expected ${expected}`, {
      context: { option: "concurrency", value: options.concurrency, expected },
    });
  }
  if (options.execution === undefined && options.concurrencySignals !== undefined) {
    const expected = "none without execution: a fixed concurrency follows nothing";
    throw new ConfigurationError(`engine option concurrencySignals is given, expected ${expected}`, {
      context: { option: "concurrencySignals", expected },
    });
  }
  if (options.events !== undefined && options.maskedEventKeys !== undefined) {
    const expected = "none beside events: the bus has a mask of its own";
    throw new ConfigurationError(`engine option maskedEventKeys is given, expected ${expected}`, {
      context: { option: "maskedEventKeys", value: options.maskedEventKeys, expected },
    });
  }
  for (const value of options.redact ?? []) {
    if (isRedactedPath(value)) continue;
    const expected = REDACTED_PATH_EXPECTED;
    throw new ConfigurationError(`engine option redact has ${JSON.stringify(value)}, expected ${expected}`, {
      context: { option: "redact", value, expected },
    });
  }
  parseAdopt(options.adopt);
  parseSharing(options.sharing);
  storedEventNames(options.storeEvents ?? []);
}
