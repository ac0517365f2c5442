import { memberOf, type Place } from "../config/violation.ts";

/** Where a value comes from. */
export interface Origin {
  readonly kind: "default" | "preset" | "file" | "variable" | "database" | "code";
  /** Name of the file, the variable or the preset; `default`, `database`, `code`. */
  readonly source: string;
  /** Line of the file, from 1. */
  readonly line?: number;
}

/** Values of one source. Of several, later ones win. */
export interface Layer {
  /** Sections and further keys, as they are given. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where a place was written, or what is nearest above it. */
  origin(place: Place): Origin;
}

/** Origin of what no source gives. */
export const DEFAULT_ORIGIN: Origin = { kind: "default", source: "default" };

/** `tasker.yaml:12`, `TASKER_CACHE__DEFAULT_TTL`, `database`, ... */
export function originText({ source, line }: Origin): string {
  return line === undefined ? source : `${source}:${line}`;
}

/** Values that all have one origin. */
export function layerOf(values: Readonly<Record<string, unknown>>, origin: Origin): Layer {
  return { values, origin: () => origin };
}

/** What is at a place; undefined if nothing is. */
export function valueAt(values: unknown, place: Place): unknown {
  return place.reduce<unknown>(memberOf, values);
}

/** Where the value at a place comes from: the last layer that has it. */
export function sourceOf(layers: readonly Layer[], place: Place): Origin {
  return layers.findLast(({ values }) => valueAt(values, place) !== undefined)?.origin(place) ?? DEFAULT_ORIGIN;
}

/** Where to look for what is wrong with a place, there or not: the last layer that has it, or has what is nearest above it. */
export function originAt(layers: readonly Layer[], place: Place): Origin {
  for (let depth = place.length; depth > 0; depth -= 1) {
    const part = place.slice(0, depth);
    const layer = layers.findLast(({ values }) => valueAt(values, part) !== undefined);
    if (layer !== undefined) return layer.origin(part);
  }
  return DEFAULT_ORIGIN;
}
