/** A limit on executions of steps, in TypeScript: at least one of `concurrency` and `rate`. */
export interface LimitSettings {
  /** Path into the context, such as `customer.id`: the limit is one for each value. Default: one for all. */
  readonly key?: string;
  /** Most executions at the same time, in all processes together: 1 to 100,000. Default: any number. */
  readonly concurrency?: number;
  /** At most `count` (1 to 100,000) starts in any span of `perSeconds` seconds, in all processes together. Default: any. */
  readonly rate?: { readonly count: number; readonly perSeconds: number };
}

/** A limit that a step declares. */
export interface StepLimitSettings extends LimitSettings {
  /** Shared by all steps of the namespace that name it, 1 to 128 characters. Default: the limit is the step's own. */
  readonly name?: string;
}

/** The settings in the keys of YAML. What is wrong with them is for the template's checks to say. */
export function limitSettingsToDocument({ key, concurrency, rate }: LimitSettings): Record<string, unknown> {
  return {
    key,
    concurrency,
    rate: rate === undefined ? undefined : { count: rate.count, per_seconds: rate.perSeconds },
  };
}

/** Settings by name in the keys of YAML. */
export function limitSettingsToDocuments(
  limits: Readonly<Record<string, LimitSettings>> | undefined,
): Record<string, unknown> | undefined {
  if (limits === undefined) return undefined;
  return Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, limitSettingsToDocument(limit)]));
}
