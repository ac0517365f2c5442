import { ConfigurationError } from "../../errors/index.ts";
import { randomInteger, randomItem, seededRandom } from "../random.ts";
import { defineShape, type Shape, type ShapeSettings } from "./shape.ts";

/** Settings of a shape whose size is given. */
export interface SizedShapeSettings extends ShapeSettings {
  /** Default: that of the function with its sizes, such as `linear_10`. */
  readonly name?: string;
}

/**
 * Refuses a size that is not an integer of `least` or more.
 * @throws ConfigurationError
 */
export function checkSize(field: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ConfigurationError(`${field} is ${value}, expected an integer of ${least} or more`, {
    context: { field, value, expected: `an integer of ${least} or more` },
  });
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, place) => `${prefix}_${place + 1}`);

function make(fallback: string, steps: Readonly<Record<string, readonly string[]>>, settings: SizedShapeSettings) {
  const { name = fallback, ...rest } = settings;
  return defineShape(name, steps, rest);
}

/** A chain `step_1` to `step_n`. @throws ConfigurationError for a length below 1 */
export function linear(length: number, settings: SizedShapeSettings = {}): Shape {
  checkSize("length", length, 1);
  const names = numbered("step", length);
  const steps = names.map((name, place) => [name, names.slice(Math.max(place - 1, 0), place)] as const);
  return make(`linear_${length}`, Object.fromEntries(steps), settings);
}

/** `start`, `left` and `right`, `end`. */
export function diamond(settings: SizedShapeSettings = {}): Shape {
  return make("diamond", { start: [], left: ["start"], right: ["start"], end: ["left", "right"] }, settings);
}

/** `source_1` to `source_k`, each followed by `process_1` to `process_k`, and `merge` after all of these. */
export function parallelMerge(sources: number, settings: SizedShapeSettings = {}): Shape {
  checkSize("sources", sources, 1);
  const process = numbered("process", sources);
  const steps: Record<string, readonly string[]> = {};
  for (const source of numbered("source", sources)) steps[source] = [];
  for (const [place, name] of process.entries()) steps[name] = [`source_${place + 1}`];
  return make(`parallel_merge_${sources}`, { ...steps, merge: process }, settings);
}

/** A root with `fan` children, each with as many, down to `depth` levels below the root: `root`, `root_1`, `root_1_1`. */
export function tree(depth: number, fan: number, settings: SizedShapeSettings = {}): Shape {
  checkSize("depth", depth, 0);
  checkSize("fan", fan, 1);
  const steps: Record<string, readonly string[]> = { root: [] };
  let level = ["root"];
  for (let below = 0; below < depth; below++) {
    level = level.flatMap((parent) =>
      numbered(parent, fan).map((child) => {
        steps[child] = [parent];
        return child;
      }),
    );
  }
  return make(`tree_${depth}_${fan}`, steps, settings);
}

/** Two roots of different depth, a join, a branch that nobody waits for, and a late join with an early step. */
export function mixed(settings: SizedShapeSettings = {}): Shape {
  const steps = {
    first: [],
    second: [],
    prepare: ["second"],
    join: ["first", "prepare"],
    main: ["join"],
    aside: ["join"],
    tidy: ["prepare"],
    report: ["main", "tidy"],
  };
  return make("mixed", steps, settings);
}

/** Settings of {@link fanOutFanIn}. */
export interface FanSettings extends SizedShapeSettings {
  /** Names of the steps. Default: `start`, `branch_1` to `branch_n`, `end`. */
  readonly names?: { readonly start: string; readonly branch: string; readonly end: string };
}

/** One step, `width` steps after it, one step after all of these. */
export function fanOutFanIn(width: number, settings: FanSettings = {}): Shape {
  checkSize("width", width, 1);
  const { names = { start: "start", branch: "branch", end: "end" }, ...rest } = settings;
  const branches = numbered(names.branch, width);
  const steps = Object.fromEntries(branches.map((name) => [name, [names.start]]));
  return make(`fan_${width}`, { [names.start]: [], ...steps, [names.end]: branches }, rest);
}

/** Sizes of a {@link layeredRandom} graph. */
export interface LayeredSizes {
  /** 1 or more. */
  readonly layers: number;
  /** Most steps of a layer, 1 or more. */
  readonly width: number;
  /** Most parents of a step, 1 or more. */
  readonly parents: number;
  readonly seed: number;
}

/**
 * A random graph of layers: each layer has 1 to `width` steps, and each step below the first layer has 1 to `parents`
 * parents, the first of them in the layer above, the others in any layer above. The same sizes give the same graph.
 */
export function layeredRandom(sizes: LayeredSizes, settings: SizedShapeSettings = {}): Shape {
  const { layers, width, parents, seed } = sizes;
  for (const field of ["layers", "width", "parents"] as const) checkSize(field, sizes[field], 1);
  const random = seededRandom(seed);
  const steps: Record<string, readonly string[]> = {};
  let above: readonly string[] = [];
  for (let layer = 1; layer <= layers; layer++) {
    const names = numbered(`layer_${layer}_step`, randomInteger(random, 1, width));
    const earlier = Object.keys(steps);
    for (const name of names) {
      const chosen = new Set<string>();
      const first = randomItem(random, above);
      if (first !== undefined) chosen.add(first);
      for (let more = randomInteger(random, 1, parents) - 1; more > 0 && first !== undefined; more--) {
        chosen.add(randomItem(random, earlier) ?? first);
      }
      steps[name] = [...chosen];
    }
    above = names;
  }
  return make(`layered_${layers}_${width}_${parents}_${seed}`, steps, settings);
}
