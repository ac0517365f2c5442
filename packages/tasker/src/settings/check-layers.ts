import { type Configuration, ConfigurationSchema } from "../config/configuration.ts";
import { freeze } from "../config/freeze.ts";
import { type PlacedViolation, placeText, violationsOf } from "../config/violation.ts";
import { mergeValues } from "./merge-values.ts";
import { oldNameHint } from "./old-names.ts";
import { type Layer, originAt } from "./origin.ts";
import { type SourceViolation, violationAt } from "./violation.ts";

/** What layers come to. */
export type CheckedLayers =
  | { readonly document: Configuration; readonly violations: readonly [] }
  | { readonly document: null; readonly violations: readonly SourceViolation[] };

/**
 * Merges layers and checks what comes of them, and every layer for itself: what a later one hides, or what does not count
 * here, must be right as well. Rules over several options are asked only of the whole.
 */
export function checkLayers(layers: readonly Layer[], idle: readonly Layer[] = []): CheckedLayers {
  const merged = layers.reduce((below, { values }) => mergeValues(below, values), {});
  const whole = ConfigurationSchema.safeParse(merged);
  const ofEach = [...layers, ...idle].flatMap((layer) => {
    const parsed = ConfigurationSchema.safeParse(layer.values);
    if (parsed.success) return [];
    const single = parsed.error.issues.filter(({ code }) => code !== "custom");
    return violationsOf({ issues: single }, layer.values, []).map((found) =>
      violationAt(layer.origin(found.place), withOldName(found)),
    );
  });
  const ofWhole = whole.success
    ? []
    : violationsOf(whole.error, merged, []).map((found) =>
        violationAt(originAt(layers, found.place), withOldName(found)),
      );
  const violations = [...ofEach, ...ofWhole];
  if (whole.success && violations.length === 0) return { document: freeze(whole.data), violations: [] };
  return { document: null, violations };
}

/** Names that were never right and are often used get a better hint than the nearest known one. */
function withOldName(violation: PlacedViolation): PlacedViolation {
  const hint = violation.expected === "a key that is known" ? oldNameHint(placeText(violation.place)) : undefined;
  return hint === undefined ? violation : { ...violation, hint };
}
