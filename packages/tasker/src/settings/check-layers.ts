import { type Configuration, ConfigurationSchema } from "../config/configuration.ts";
import { freeze } from "../config/freeze.ts";
import { documentJsonSchema } from "../config/json-schema.ts";
import { KNOWN_KEY, type PlacedViolation, placeText, violationsOf } from "../config/violation.ts";
import type { LookUp } from "../secrets/reference.ts";
import { mergeValues } from "./merge-values.ts";
import { oldNameHint } from "./old-names.ts";
import { type Layer, originAt } from "./origin.ts";
import type { PluginSections } from "./plugin-sections.ts";
import { referringText, resolveValues } from "./resolve-values.ts";
import { type SourceViolation, violationAt } from "./violation.ts";

/** What layers are checked with. */
export interface LayerChecks {
  /** Where references lead. */
  readonly lookUp: LookUp;
  /** Whether references that lead to nothing are let pass. */
  readonly mayMiss: boolean;
  /** Null: what is said for plugins is not checked, because they are not known. */
  readonly plugins: PluginSections | null;
}

/** What layers come to. */
export type CheckedLayers =
  | { readonly document: Configuration; readonly written: Layer["values"]; readonly violations: readonly [] }
  | { readonly document: null; readonly violations: readonly SourceViolation[] };

/**
 * Merges layers, resolves references and checks what comes of them, and every layer for itself: what a later one hides, or what
 * does not count here, must be right as well. Rules over several options are asked only of the whole, and references are
 * followed only there.
 */
export function checkLayers(
  layers: readonly Layer[],
  idle: readonly Layer[],
  { lookUp, mayMiss, plugins }: LayerChecks,
): CheckedLayers {
  const written = layers.reduce<Layer["values"]>((below, { values }) => mergeValues(below, values), {});
  const { values, missing } = resolveValues(written, plugins?.whole ?? documentJsonSchema(), lookUp);
  const ofEach = [...layers, ...idle].flatMap((layer) => checkLayer(layer, plugins));
  const whole = ConfigurationSchema.safeParse(values);
  const places = new Set(missing.map(({ option }) => option));
  const found = [
    ...(whole.success ? [] : violationsOf(whole.error, values, [])),
    ...(plugins?.check(values.plugins, true) ?? []),
  ].filter(({ option }) => !places.has(option));
  const ofWhole = [...found, ...(mayMiss ? [] : missing)].map((violation) => {
    // What a reference leads to is not shown.
    const value = referringText(written, violation.place) ?? violation.value;
    return violationAt(originAt(layers, violation.place), withOldName({ ...violation, value }));
  });
  const violations = [...ofEach, ...ofWhole];
  if (whole.success && violations.length === 0) return { document: freeze(whole.data), written, violations: [] };
  return { document: null, violations };
}

function checkLayer({ values, origin }: Layer, plugins: PluginSections | null): SourceViolation[] {
  const parsed = ConfigurationSchema.safeParse(values);
  const single = (parsed.error?.issues ?? []).filter(({ code }) => code !== "custom");
  return [...violationsOf({ issues: single }, values, []), ...(plugins?.check(values.plugins, false) ?? [])]
    .filter(({ place }) => referringText(values, place) === undefined)
    .map((found) => violationAt(origin(found.place), withOldName(found)));
}

/** Names that were never right and are often used get a better hint than the nearest known one. */
function withOldName(violation: PlacedViolation): PlacedViolation {
  const hint = violation.expected === KNOWN_KEY ? oldNameHint(placeText(violation.place)) : undefined;
  return hint === undefined ? violation : { ...violation, hint };
}
