/** What a check found out. */
export interface CheckFinding {
  readonly healthy: boolean;
  /** One sentence without a point at its end. */
  readonly message: string;
  /** Figures of the check, by names in snake_case. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One thing that can be healthy or not. */
export interface HealthCheck {
  /** Unique, in snake_case. */
  readonly name: string;
  /** Begins a message where the check itself fails: `Database connection failed`. */
  readonly failure: string;
  /** @throws anything: the check counts as unhealthy */
  run(): Promise<CheckFinding>;
}

/** A check as reports show it: its own figures stand beside these. */
export interface CheckEntry {
  readonly status: "healthy" | "unhealthy";
  readonly message: string;
  /** Class and message of what was thrown, without passwords. */
  readonly error?: string;
  readonly response_time_ms: number;
  readonly [detail: string]: unknown;
}

/** Entries by the names of their checks. */
export type CheckEntries = Readonly<Record<string, CheckEntry>>;

/** Whether the process is there. It always is, where it answers. */
export interface LivenessReport {
  readonly alive: true;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly service: "tasker";
}

/** Whether the process can do its work. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly message: string;
  readonly timestamp: string;
  /** Seconds that the checks took. */
  readonly check_duration: number;
  /** Only with details. */
  readonly checks?: CheckEntries;
  /** Names of checks that are unhealthy. Only with details, and if there are any. */
  readonly failed_checks?: readonly string[];
}
