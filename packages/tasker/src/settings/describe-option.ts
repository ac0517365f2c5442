import type { JsonSchema } from "../config/json-schema.ts";
import { isOverridable, optionPlace, taskOption } from "../config/option-place.ts";
import { optionDefault, optionType, schemaText } from "../config/option-type.ts";
import { OPTION_CATALOGUE } from "../config/options/option-catalogue.ts";
import { ConfigurationError } from "../errors/index.ts";
import { HIDDEN } from "../secrets/known-secrets.ts";
import { holdsReferences, isBareReference } from "../secrets/reference.ts";
import { hintAt } from "../text/nearest-name.ts";
import type { LoadedConfiguration } from "./load-configuration.ts";
import { isMapping } from "./merge-values.ts";
import { oldNameHint } from "./old-names.ts";
import { originText, valueAt } from "./origin.ts";
import type { PluginSections } from "./plugin-sections.ts";

/** An option as it is shown. */
export interface ShownOption {
  readonly path: string;
  /** `[secret]` for a secret that is given; references as they are written. */
  readonly value: unknown;
  /** `tasker.yaml:12`, a variable, `database`, `code`, `default`. */
  readonly origin: string;
}

/**
 * All options with their values and origins, secrets masked, in the order of the sections; then what is said for some tasks, and
 * options of plugins.
 */
export function shownOptions(loaded: LoadedConfiguration): ShownOption[] {
  const ofPlugins =
    loaded.plugins?.options().map(([path]) => path) ??
    Object.keys(loaded.document.plugins).map((name) => `plugins.${name}`);
  const paths = [...OPTION_CATALOGUE.keys(), ...saidForSome(loaded.document), ...ofPlugins];
  return paths.map((path) => shownOption(loaded, path));
}

/** Paths of the options that are said for some tasks. */
function saidForSome({ namespaces, templates }: LoadedConfiguration["document"]): string[] {
  const leaves = (value: unknown, path: string): string[] =>
    isMapping(value) ? Object.entries(value).flatMap(([key, member]) => leaves(member, `${path}.${key}`)) : [path];
  return [...leaves(namespaces, "namespaces"), ...leaves(templates, "templates")];
}

/** One option with its value, masked if it is secret. */
export function shownOption({ document, written, plugins, origin }: LoadedConfiguration, path: string): ShownOption {
  const place = optionPlace(path);
  const given = valueAt(written, place);
  const schema = pluginOption(plugins, path);
  // What a reference leads to is not shown.
  const value = holdsReferences(given) ? given : (valueAt(document, place) ?? schema?.default ?? null);
  // Of a plugin that is not known nobody says what of its section is secret.
  const isUnknown = plugins === null && place[0] === "plugins";
  const isSecret = OPTION_CATALOGUE.get(path)?.secret === true || schema?.writeOnly === true || isUnknown;
  const isHidden = isSecret && value !== null && !isKeptElsewhere(value);
  return { path, value: isHidden ? HIDDEN : value, origin: originText(origin(path)) };
}

const pluginOption = (plugins: PluginSections | null, path: string): JsonSchema | undefined =>
  plugins?.options().find(([known]) => known === path)?.[1];

/** Whether a secret value is a list of nothing but keys that are references, or none: those tell nothing. */
function isKeptElsewhere(value: unknown): boolean {
  if (!Array.isArray(value)) return typeof value === "string" && isBareReference(value);
  return value.every((item) => isBareReference(String(Object(item).key)));
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
  /** Whether it may be said for tasks of some namespaces and templates. */
  readonly overridable: boolean;
  /** The variable that sets it; null: none does. */
  readonly variable: string | null;
  /** What is here in its place, if nothing reads it. */
  readonly replacedBy: string | null;
}

/** What is known of the section of a plugin that is not. */
const SECTION_OF_PLUGIN: Omit<OptionDescription, "path"> = {
  says: "the section of a plugin",
  type: "anything",
  default: null,
  unit: null,
  dynamic: false,
  overridable: false,
  variable: null,
  replacedBy: null,
};

/**
 * @param plugins what may be said for plugins; null: they are not known. Default: null
 * @throws ConfigurationError with the nearest known path, if there is no such option
 */
export function describeOption(path: string, plugins: PluginSections | null = null): OptionDescription {
  const variable = `TASKER_${path.toUpperCase().replaceAll(".", "__")}`;
  const schema = pluginOption(plugins, path);
  if (schema !== undefined) {
    const { description: says = "an option of a plugin", default: usual = null } = schema;
    return {
      path,
      says,
      type: schemaText(schema),
      default: usual,
      unit: null,
      dynamic: false,
      overridable: false,
      variable,
      replacedBy: null,
    };
  }
  if (plugins === null && optionPlace(path)[0] === "plugins") return { ...SECTION_OF_PLUGIN, path };
  const some = taskOption(path);
  if (some !== null && OPTION_CATALOGUE.has(some.option) && isOverridable(some.option)) {
    const whose = some.kind === "namespaces" ? `the namespace ${some.name}` : `the template ${some.name}`;
    const all = describeOption(some.option);
    const says = `${all.says}, for tasks of ${whose}`;
    return { ...all, path, says, default: null, dynamic: true, overridable: false, variable: null };
  }
  const facts = OPTION_CATALOGUE.get(path);
  if (facts === undefined) {
    const known = [...OPTION_CATALOGUE.keys(), ...(plugins?.options().map(([option]) => option) ?? [])];
    const hint = oldNameHint(path) ?? hintAt(path, known, "options");
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
    overridable: isOverridable(path),
    variable,
    replacedBy: facts.replacedBy ?? null,
  };
}
