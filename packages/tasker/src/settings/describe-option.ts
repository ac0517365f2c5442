import { optionDefault, optionType } from "../config/option-type.ts";
import { OPTION_CATALOGUE } from "../config/options/option-catalogue.ts";
import { ConfigurationError } from "../errors/index.ts";
import { hintAt } from "../text/nearest-name.ts";
import type { LoadedConfiguration } from "./load-configuration.ts";
import { oldNameHint } from "./old-names.ts";
import { originText, valueAt } from "./origin.ts";

/** A reference without a default, which could be a secret itself. */
const REFERENCE = /^\$\{(?:env|file):(?:(?!:-)[^}])+\}$/;

/** What stands in the place of the value of an option that is secret. */
export const MASK = "[secret]";

/** An option as it is shown. */
export interface ShownOption {
  readonly path: string;
  /** `[secret]` for a secret that is given. */
  readonly value: unknown;
  /** `tasker.yaml:12`, a variable, `database`, `code`, `default`. */
  readonly origin: string;
}

/** All options with their values and origins, secrets masked, in the order of the sections. */
export function shownOptions(loaded: LoadedConfiguration): ShownOption[] {
  return [...OPTION_CATALOGUE.keys()].map((path) => shownOption(loaded, path));
}

/** One option with its value, masked if it is secret. */
export function shownOption({ document, origin }: LoadedConfiguration, path: string): ShownOption {
  const value = valueAt(document, path.split("."));
  const isHidden = OPTION_CATALOGUE.get(path)?.secret === true && value !== null && !isKeptElsewhere(value);
  return { path, value: isHidden ? MASK : value, origin: originText(origin(path)) };
}

/** Whether a secret value is a list of nothing but keys that are references, or none: those tell nothing. */
function isKeptElsewhere(value: unknown): boolean {
  if (!Array.isArray(value)) return typeof value === "string" && REFERENCE.test(value);
  return value.every((item) => REFERENCE.test(String(Object(item).key)));
}

/** What is known of an option. */
export interface OptionDescription {
  readonly path: string;
  readonly says: string;
  /** In words: `a whole number of 1 or more`. */
  readonly type: string;
  readonly default: unknown;
  readonly unit: string | null;
  /** Whether a change takes effect in running processes. */
  readonly dynamic: boolean;
  /** The variable that sets it. */
  readonly variable: string;
  /** What is here in its place, if nothing reads it. */
  readonly replacedBy: string | null;
}

/** @throws ConfigurationError with the nearest known path, if there is no such option */
export function describeOption(path: string): OptionDescription {
  const facts = OPTION_CATALOGUE.get(path);
  if (facts === undefined) {
    const hint = oldNameHint(path) ?? hintAt(path, [...OPTION_CATALOGUE.keys()], "options");
    const expected = "an option of the configuration";
    throw new ConfigurationError(`${path} is not known, expected ${expected} (${hint})`, {
      context: { option: path, value: path, expected, hint },
    });
  }
  return {
    path,
    says: facts.says,
    type: optionType(path) ?? "anything",
    default: optionDefault(path),
    unit: facts.unit ?? null,
    dynamic: facts.dynamic === true,
    variable: `TASKER_${path.toUpperCase().replaceAll(".", "__")}`,
    replacedBy: facts.replacedBy ?? null,
  };
}
