/** What a process that traces is started with. */
export interface TracedOrder {
  /** The database. */
  readonly url: string;
  /** Where spans are posted to. */
  readonly traces: string;
  readonly service: string;
  /** Whether its engine chooses the ids of the spans of tasks. */
  readonly choosesIds: boolean;
  readonly concurrency: number;
  /** Whether its handlers wait until they are let go. */
  readonly holds: boolean;
  /** Attempt in which `each[3]` fails. */
  readonly failsAt?: number;
}

/** What it is told. */
export type TracedCommand = { readonly kind: "submit" } | { readonly kind: "let go" } | { readonly kind: "stop" };

/** What it tells. */
export type TracedReport =
  | { readonly kind: "running" }
  | { readonly kind: "submitted"; readonly taskId: number }
  | { readonly kind: "called"; readonly step: string }
  | { readonly kind: "stopped" };
