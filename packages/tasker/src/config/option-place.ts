import { schemaAt } from "./json-schema.ts";

/** What is said for some tasks: a name may have points, a section has none. */
const OF_TASKS = /^(namespaces|templates)\.(.+)\.(backoff|execution|telemetry)\.(.+)$/;

/** An option that is said for some tasks. */
export interface TaskOption {
  /** `namespaces` or `templates`. */
  readonly kind: string;
  /** Of the namespace or the template. */
  readonly name: string;
  /** The option that it takes the place of: `backoff.max_backoff_seconds`. */
  readonly option: string;
}

/** What a path such as `templates.payments/charge.backoff.max_backoff_seconds` names; null for one of all tasks. */
export function taskOption(path: string): TaskOption | null {
  const [, kind, name, section, key] = OF_TASKS.exec(path) ?? [];
  return kind === undefined || name === undefined ? null : { kind, name, option: `${section}.${key}` };
}

/** The keys that lead to an option: `cache.default_ttl` becomes `["cache", "default_ttl"]`. */
export function optionPlace(path: string): string[] {
  const found = taskOption(path);
  return found === null ? path.split(".") : [found.kind, found.name, ...found.option.split(".")];
}

/** Whether an option of all tasks may be said for some. */
export function isOverridable(option: string): boolean {
  return schemaAt(optionPlace(`namespaces.any.${option}`)) !== null;
}
