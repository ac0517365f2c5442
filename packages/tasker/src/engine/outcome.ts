import type { StoredJson } from "./stored-json.ts";

/** What is kept of an error, each text bounded in size and storable. */
export interface FailureFacts {
  readonly message: string;
  /** Name of the error's class. */
  readonly errorClass: string;
  readonly backtrace: string;
  /** The handler's own code, or the code of the engine's error. */
  readonly errorCode: string | null;
  /** What the handler told besides, as JSON; null if nothing. */
  readonly details: StoredJson | null;
  readonly permanent: boolean;
  /** Whether a circuit breaker counts it. */
  readonly isOutage: boolean;
  /** Seconds that the handler asked to wait; null if it did not. */
  readonly retryAfterSeconds: number | null;
}

/** What an execution came to. */
export type Outcome =
  | { readonly kind: "success"; readonly results: StoredJson; readonly durationMs: number }
  | { readonly kind: "failure"; readonly failure: FailureFacts; readonly durationMs: number }
  /** The step met an open circuit: the attempt is given back, and comes again at `retryAt` (milliseconds since the epoch). */
  | { readonly kind: "postponed"; readonly circuit: string; readonly message: string; readonly retryAt: number }
  /** Ended by something that was not the handler's doing: the attempt is given back. */
  | {
      readonly kind: "interrupted";
      readonly reason: string;
      /** Whether the handler was never called, as the process that took the step cannot run it: it counts as nothing. */
      readonly isUnbegun?: boolean;
    };

/** An outcome that is a failure. */
export type Failure = Extract<Outcome, { readonly kind: "failure" }>;
