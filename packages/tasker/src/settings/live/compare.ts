import { type Configuration, ConfigurationSchema } from "../../config/configuration.ts";
import { freeze } from "../../config/freeze.ts";
import { OPTION_CATALOGUE } from "../../config/options/option-catalogue.ts";
import { sameSettings } from "../../config/same-settings.ts";
import { valueAt } from "../origin.ts";

/** What differs between the configuration in force and a new one. */
export interface Difference {
  /** The new one as far as it can take effect now. */
  readonly document: Configuration;
  /** Options that have changed in it. */
  readonly changed: readonly string[];
  /** Options that take effect at the next start. */
  readonly pending: readonly string[];
}

/** Compares, and keeps what cannot change in a running process as it is. */
export function compare(now: Configuration, wanted: Configuration): Difference {
  const changed: string[] = [];
  const pending: string[] = [];
  for (const [path, { dynamic = false }] of OPTION_CATALOGUE) {
    const place = path.split(".");
    if (!sameSettings(valueAt(now, place), valueAt(wanted, place))) (dynamic ? changed : pending).push(path);
  }
  // Of what is said for some tasks, everything is for running processes.
  for (const part of ["namespaces", "templates"] as const) {
    if (!sameSettings(now[part], wanted[part])) changed.push(part);
  }
  // A plugin is given its settings once.
  for (const name of new Set([...Object.keys(now.plugins), ...Object.keys(wanted.plugins)])) {
    if (!sameSettings(now.plugins[name], wanted.plugins[name])) pending.push(`plugins.${name}`);
  }
  const kept = pending.reduce<Values>((all, path) => {
    const place = path.split(".");
    return withValue(all, place, valueAt(now, place));
  }, wanted);
  return { document: freeze(ConfigurationSchema.parse({ ...kept, plugins: now.plugins })), changed, pending };
}

type Values = Readonly<Record<string, unknown>>;

/** The same with another value at a place: a mapping there is replaced, not merged. */
function withValue(values: Values, [key = "", ...rest]: readonly string[], value: unknown): Values {
  return { ...values, [key]: rest.length === 0 ? value : withValue(Object(values[key]), rest, value) };
}
