import { z } from "zod";
import { documentJsonSchema, type JsonSchema, schemaAt } from "../config/json-schema.ts";
import { schemaText } from "../config/option-type.ts";
import { mapping } from "../config/rules.ts";
import { KNOWN_KEY, memberOf, type Place, type PlacedViolation, placeText, violationsOf } from "../config/violation.ts";
import type { Plugin } from "../registries/plugin.ts";
import { HIDDEN } from "../secrets/known-secrets.ts";
import { hintAt, nearestName } from "../text/nearest-name.ts";
import { isMapping } from "./merge-values.ts";

/** Of a plugin that takes no settings. */
const NO_SETTINGS = mapping({});

/** What zod says where the author of a schema has said nothing. */
const USUAL_MESSAGE = /^(?:Invalid|Too (?:small|big))/;

interface Section {
  readonly schema: z.ZodType;
  readonly json: JsonSchema;
}

/** What a configuration may say for the plugins of a program. */
export class PluginSections {
  readonly #sections: ReadonlyMap<string, Section>;
  /** JSON Schema of a whole configuration with them. */
  readonly whole: JsonSchema;

  constructor(plugins: Iterable<Pick<Plugin, "name" | "settingsSchema">>) {
    this.#sections = new Map(
      [...plugins].map(({ name, settingsSchema: schema = NO_SETTINGS }) => {
        return [name, { schema, json: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) }];
      }),
    );
    const document = documentJsonSchema();
    const properties = Object.fromEntries(
      [...this.#sections].map(([name, { json }]) => {
        const { $schema: _, ...section } = json;
        return [name, section];
      }),
    );
    const part = { type: "object" as const, properties, additionalProperties: false };
    this.whole = { ...document, properties: { ...document.properties, plugins: part } };
  }

  /**
   * What is wrong with the part `plugins` of a configuration.
   * @param isWhole whether what is missing there is missing: of one source among others it is not
   */
  check(values: unknown, isWhole: boolean): PlacedViolation[] {
    const given = isMapping(values) ? values : {};
    const unknown = Object.keys(given).filter((name) => !this.#sections.has(name));
    return [
      ...unknown.map((name) => unknownKey(["plugins", name], given[name], [...this.#sections.keys()], "plugins")),
      ...[...this.#sections].flatMap(([name, section]) =>
        isWhole || name in given ? this.#checkSection(name, section, given[name] ?? {}, isWhole) : [],
      ),
    ];
  }

  /** Paths of all options of all plugins, each with its schema: `plugins.mail.host`. */
  options(): [path: string, schema: JsonSchema][] {
    return [...this.#sections].flatMap(([name, { json }]) => leavesOf(`plugins.${name}`, json));
  }

  #checkSection(name: string, { schema, json }: Section, value: unknown, isWhole: boolean): PlacedViolation[] {
    const place = ["plugins", name];
    const { error } = schema.safeParse(value);
    const issues = (error?.issues ?? []).filter(({ code, path }) => {
      if (code === "unrecognized_keys") return false;
      return isWhole || (code !== "custom" && path.reduce<unknown>(memberOf, value) !== undefined);
    });
    const wrong = violationsOf({ issues }, value, place).map((violation) => {
      const part = schemaAt(violation.place.map(String), this.whole);
      const expected = USUAL_MESSAGE.test(violation.expected) && part !== null ? schemaText(part) : violation.expected;
      return { ...violation, expected, value: part?.writeOnly === true ? HIDDEN : violation.value };
    });
    return [...unknownKeys(value, json, place), ...wrong];
  }
}

function leavesOf(path: string, schema: JsonSchema): [string, JsonSchema][] {
  const { properties } = schema;
  if (properties === undefined) return [[path, schema]];
  return Object.entries(properties).flatMap(([key, part]) =>
    typeof part === "object" ? leavesOf(`${path}.${key}`, part) : [],
  );
}

/** Keys of mappings that a schema does not know, also where it would only leave them out. */
function unknownKeys(
  value: unknown,
  { properties, additionalProperties = false }: JsonSchema,
  place: Place,
): PlacedViolation[] {
  if (!isMapping(value) || properties === undefined) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const part = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (part === false) {
      const known = Object.keys(properties);
      const meant = Object(properties[nearestName(key, known) ?? ""]).writeOnly === true;
      return [unknownKey([...place, key], meant ? HIDDEN : member, known, "keys")];
    }
    return typeof part === "object" ? unknownKeys(member, part, [...place, key]) : [];
  });
}

function unknownKey(place: Place, value: unknown, known: readonly string[], what: "keys" | "plugins"): PlacedViolation {
  const expected = what === "plugins" ? "a plugin that is loaded" : KNOWN_KEY;
  const hint = known.length === 0 ? `there are no ${what}` : hintAt(String(place.at(-1)), known, what);
  return { place, option: placeText(place), value, expected, hint };
}
