import type { DefinitionDiff, DefinitionIdentity, FieldChange } from "../../templates/diff-definitions.ts";
import { type Line, span } from "./span.ts";

/** What changed between two definitions: a line for each side, and one for each step and value. */
export function drawDefinitionDiff(diff: DefinitionDiff): readonly Line[] {
  if (diff.same) return [[span(`${describe(diff.after)}: nothing changed`)]];
  const { added, removed, changed, reordered } = diff.steps;
  return [
    [span(`from ${describe(diff.before)}`, "faint")],
    [span(`to   ${describe(diff.after)}`, "faint")],
    ...diff.changes.map((change) => drawChange(change, "")),
    ...removed.map((name): Line => [span(`- step ${name}`, "bad")]),
    ...added.map((name): Line => [span(`+ step ${name}`, "good")]),
    ...changed.flatMap(({ name, changes }): Line[] => [
      [span(`~ step ${name}`, "strong")],
      ...changes.map((change) => drawChange(change, "    ")),
    ]),
    ...(reordered ? [[span("~ the order of the steps")]] : []),
  ];
}

function describe({ namespace, name, version, hash }: DefinitionIdentity): string {
  return `${namespace}/${name} ${version} (${hash.slice(0, 12)})`;
}

function drawChange({ path, before, after }: FieldChange, indent: string): Line {
  const show = (value: unknown) => JSON.stringify(value);
  const mark = before === undefined ? "+" : after === undefined ? "-" : "~";
  const head = span(`${indent}${mark} ${path}: `);
  if (before === undefined) return [head, span(show(after), "good")];
  if (after === undefined) return [head, span(show(before), "bad")];
  return [head, span(show(before), "bad"), span(" -> "), span(show(after), "good")];
}
