import { SECTIONS } from "../../config/configuration.ts";
import { documentJsonSchema, type JsonSchema, schemaAt, typesOf } from "../../config/json-schema.ts";
import { shownValue } from "../../config/options/shown-value.ts";
import { placeText } from "../../config/violation.ts";
import { hintAt } from "../../text/nearest-name.ts";
import { type Layer, layerOf } from "../origin.ts";
import type { SourceViolation } from "../violation.ts";

/** `TASKER_SECTION__KEY`, `TASKER_SECTION__KEY__NESTED`. Variables without two underscores are others' business. */
const OPTION_VARIABLE = /^TASKER_[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*(?:__[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*)+$/;

/**
 * Options that variables give, a layer each. A value is a text or JSON, as the option's type has it; of a list, texts between
 * commas are enough. `TASKER_PLUGINS__NAME__KEY` is for a plugin with a name in small letters. An empty one counts as not set. Unknown sections are added to `violations`; unknown options are
 * found with those of other sources.
 */
export function variableLayers(
  variables: Readonly<Record<string, string | undefined>>,
  violations: SourceViolation[],
  whole: JsonSchema = documentJsonSchema(),
): Layer[] {
  return Object.entries(variables)
    .filter((entry): entry is [string, string] => OPTION_VARIABLE.test(entry[0]) && (entry[1] ?? "") !== "")
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, text]) => {
      const place = name.slice("TASKER_".length).toLowerCase().split("__");
      const [section = ""] = place;
      if (!SECTIONS.some((known) => known === section) && section !== "plugins") {
        violations.push({
          source: name,
          path: placeText(place),
          value: shownValue(placeText(place), text, false),
          expected: "an option of a section",
          hint: hintAt(section, SECTIONS, "sections"),
        });
        return [];
      }
      const schema = schemaAt(place, whole);
      const value = place.reduceRight<unknown>((inner, key) => ({ [key]: inner }), readValue(text, schema));
      return [layerOf(Object(value), { kind: "variable", source: name })];
    });
}

/** A text as the value that it most likely stands for. What does not fit is refused later, by the option's own rule. */
export function readValue(text: string, schema: JsonSchema | null): unknown {
  const types = schema === null ? [] : typesOf(schema);
  const json = parseJson(text);
  if (json !== undefined && fits(json, types)) return json;
  if (types.includes("string")) return text;
  if (types.includes("array")) return text.split(",").map((part) => itemOf(part.trim()));
  return json ?? text;
}

function itemOf(text: string): unknown {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a text that is no JSON stands for itself
    return undefined;
  }
}

function fits(value: unknown, types: readonly string[]): boolean {
  if (value === null) return types.includes("null");
  if (Array.isArray(value)) return types.includes("array");
  if (typeof value === "number") return types.includes("number") || types.includes("integer");
  return types.includes(typeof value);
}
