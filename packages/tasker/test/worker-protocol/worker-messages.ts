/** What a worker process is started with. */
export interface WorkerOrder {
  readonly url: string;
  readonly handler: string;
  readonly leaseSeconds: number;
  /** How often it sends each end; the answers to all are told. */
  readonly reports: number;
}

/** What a worker process tells: of an attempt that it got, and of each answer to its end. */
export type WorkerReport =
  | { readonly kind: "registered"; readonly workerId: number }
  | { readonly kind: "got"; readonly executionId: string; readonly taskId: number; readonly attempt: number }
  | { readonly kind: "answered"; readonly executionId: string; readonly answer: Readonly<Record<string, unknown>> };

/** What it is told: to end an attempt, with these results. */
export interface WorkerCommand {
  readonly end: string;
  readonly results: string;
}
