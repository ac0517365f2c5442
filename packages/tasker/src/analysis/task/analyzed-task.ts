/** What is known of earlier steps with the same name, of earlier tasks of the same template. */
export interface StepHistory {
  /** Attempts that completed and of which it is known how long they took. */
  readonly samples: number;
  /** Half of them took no longer, in seconds. */
  readonly p50_seconds: number;
  /** 95 % of them took no longer, in seconds. */
  readonly p95_seconds: number;
  /** Attempts that came to an end, interrupted ones left out. */
  readonly attempts: number;
  /** Those among them that failed. */
  readonly failed_attempts: number;
}

/** One step as the analysis sees it. */
export interface AnalyzedStep {
  readonly id: number;
  readonly name: string;
  /** What is stored, also if no engine knows it. */
  readonly state: string;
  /** 0 or more. */
  readonly attempts: number;
  readonly retryLimit: number;
  readonly retryable: boolean;
  /** When it came to its state, milliseconds since the epoch; null if it never left `pending`. */
  readonly changedAt: number | null;
  /** Of a step in error: when its backoff ends, milliseconds since the epoch; null if it is not in error. */
  readonly nextRetryAt: number | null;
  /** How long its completing attempt took, in seconds; null unless that is known. */
  readonly durationSeconds: number | null;
  readonly history: StepHistory | null;
}

/** A task at one moment: what the analysis reads. */
export interface AnalyzedTask {
  readonly taskId: number;
  /** The moment, milliseconds since the epoch. */
  readonly now: number;
  readonly steps: readonly AnalyzedStep[];
  /** Edges by step ids: `from[i]` is a parent of `to[i]`. */
  readonly edges: { readonly from: readonly number[]; readonly to: readonly number[] };
}
