import { type Clock, elapsedOf } from "../clock/clock.ts";
import { describeError } from "./describe-error.ts";
import type { CheckEntry, HealthCheck } from "./health-report.ts";
import { SharedCall } from "./shared-call.ts";

/** What came of a check in the time that it had. */
export interface CheckOutcome {
  readonly entry: CheckEntry;
  readonly timedOut: boolean;
}

/** Runs a check, for all who ask at the same time once, and makes its entry. */
export class CheckRunner {
  readonly check: HealthCheck;
  readonly #clock: Clock;
  readonly #keepMs: () => number;
  readonly #call: SharedCall<CheckEntry>;
  #kept: { readonly entry: CheckEntry; readonly until: number } | null = null;

  /** @param keepMs for how long an answer that all is well is given again, in milliseconds */
  constructor(check: HealthCheck, clock: Clock, keepMs: () => number = () => 0) {
    this.check = check;
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#call = new SharedCall(() => this.#run(), clock);
  }

  /** @param deadlineMs how long the answer is waited for, in milliseconds */
  async run(deadlineMs: number): Promise<CheckOutcome> {
    if (this.#kept !== null && elapsedOf(this.#clock) < this.#kept.until) {
      return { entry: this.#kept.entry, timedOut: false };
    }
    const answer = await this.#call.within(deadlineMs);
    if (answer !== null) return { entry: answer.value, timedOut: false };
    const message = `${this.check.failure}: no answer within ${deadlineMs / 1_000} seconds`;
    return { entry: { status: "unhealthy", message, error: "Timeout", response_time_ms: deadlineMs }, timedOut: true };
  }

  async #run(): Promise<CheckEntry> {
    const begun = performance.now();
    const taken = () => Math.round((performance.now() - begun) * 100) / 100;
    try {
      const { healthy, message, details } = await this.check.run();
      const status = healthy ? "healthy" : "unhealthy";
      const entry: CheckEntry = { ...details, status, message, response_time_ms: taken() };
      this.#kept = healthy ? { entry, until: elapsedOf(this.#clock) + this.#keepMs() } : null;
      return entry;
    } catch (error) {
      const message = `${this.check.failure}: ${codeOf(error)}`;
      return { status: "unhealthy", message, error: describeError(error), response_time_ms: taken() };
    }
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.name : "unknown error";
}
