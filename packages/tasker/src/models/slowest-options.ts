/** Which tasks or steps to look at, and how many to give. */
export interface SlowestOptions {
  /** Only what was created after this instant. Default: the last 24 hours. */
  readonly since?: Date | null;
  /** How many, 0 or more; null: all. Default: 10. */
  readonly limit?: number | null;
  /** Exact name of a namespace. Default: all. */
  readonly namespace?: string | null;
  /** Exact name of the task's template. Default: all. */
  readonly taskName?: string | null;
  /** Exact version of the task's template. Default: all. */
  readonly version?: string | null;
}

/** How many are given unless a caller says otherwise. */
const DEFAULT_LIMIT = 10;

/** The arguments of the two functions, in their order. */
export function slowestParameters(options: SlowestOptions) {
  const { since = null, limit = DEFAULT_LIMIT, namespace = null, taskName = null, version = null } = options;
  return [since, limit, namespace, taskName, version] as const;
}
