import { z } from "zod";
import { ConfigurationError } from "../../errors/index.ts";
import type { LimitSettings } from "../../handlers/limit-settings.ts";
import type { Limit } from "../../templates/limit.ts";

/**
 * Limits that an engine puts on the steps it runs, in place of those that templates declare under the same name; null: no
 * limit, whatever a template says. Each namespace counts by itself. Give all engines on a database the same.
 */
export interface EngineLimits {
  /** By the names of external systems (`dependent_system`). */
  readonly dependentSystems?: Readonly<Record<string, LimitSettings | null>>;
  /** By `handler_class`. */
  readonly handlers?: Readonly<Record<string, LimitSettings | null>>;
  /** By the names that steps give their limits. A step that does not name the limit is not concerned; its key stays. */
  readonly named?: Readonly<Record<string, Omit<LimitSettings, "key"> | null>>;
}

const bounds = {
  concurrency: z.int().min(1).max(100_000).optional(),
  rate: z
    .strictObject({ count: z.int().min(1).max(100_000), perSeconds: z.number().positive().max(31_536_000) })
    .optional(),
};
const path = z
  .string()
  .max(255)
  .regex(/^[^.]+(\.[^.]+)*$/, { error: "expected a path such as customer.id" });
const isLimiting = (limit: { readonly concurrency?: unknown; readonly rate?: unknown }) =>
  limit.concurrency !== undefined || limit.rate !== undefined;
const limitsNothing = { error: "expected concurrency or rate" };
const keyed = z.strictObject({ key: path.optional(), ...bounds }).refine(isLimiting, limitsNothing);
const unkeyed = z.strictObject(bounds).refine(isLimiting, limitsNothing);

const Settings = z.strictObject({
  dependentSystems: z.record(z.string(), keyed.nullable()).default({}),
  handlers: z.record(z.string(), keyed.nullable()).default({}),
  named: z.record(z.string(), unkeyed.nullable()).default({}),
});

/** The limits of an engine by name; null: none, whatever templates say. */
export interface ParsedLimits {
  readonly systems: ReadonlyMap<string, Limit | null>;
  readonly handlers: ReadonlyMap<string, Limit | null>;
  readonly named: ReadonlyMap<string, Limit | null>;
}

/** @throws ConfigurationError that names the first setting that has a value that it cannot have */
export function parseEngineLimits(limits: unknown): ParsedLimits {
  const parsed = Settings.safeParse(limits ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const option = ["limits", ...(issue?.path ?? [])].join(".");
    throw new ConfigurationError(`engine option ${option}: ${issue?.message ?? "invalid"}`, {
      context: { option, expected: issue?.message },
    });
  }
  const { dependentSystems, handlers, named } = parsed.data;
  return { systems: byName(dependentSystems), handlers: byName(handlers), named: byName(named) };
}

type Given = Readonly<Record<string, z.infer<typeof keyed> | z.infer<typeof unkeyed> | null>>;

function byName(limits: Given): ReadonlyMap<string, Limit | null> {
  return new Map(Object.entries(limits).map(([name, limit]) => [name, limit === null ? null : toLimit(limit)]));
}

function toLimit(limit: z.infer<typeof keyed>): Limit {
  return { key: limit.key ?? null, concurrency: limit.concurrency ?? null, rate: limit.rate ?? null };
}
