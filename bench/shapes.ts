/** Steps and what each waits for, as a template lists them; every step comes after its parents. */
export interface Shape {
  readonly name: string;
  readonly steps: readonly ShapeStep[];
}

interface ShapeStep {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** A chain. */
export function linear(length: number): Shape {
  const steps = Array.from({ length }, (_, step) => ({
    name: stepName(step),
    dependsOn: step === 0 ? [] : [stepName(step - 1)],
  }));
  return { name: "linear", steps };
}

/** One step, then all others but one side by side, then one that waits for these. 3 steps or more. */
export function fan(size: number): Shape {
  const middle = Array.from({ length: size - 2 }, (_, step) => ({
    name: stepName(step + 1),
    dependsOn: [stepName(0)],
  }));
  const last = { name: stepName(size - 1), dependsOn: middle.map(({ name }) => name) };
  return { name: "fan", steps: [{ name: stepName(0), dependsOn: [] }, ...middle, last] };
}

/** About as many layers as each layer has steps; a step has three parents, spread over the layer before its own. */
export function layered(size: number): Shape {
  const width = Math.max(3, Math.round(Math.sqrt(size)));
  const steps = Array.from({ length: size }, (_, step) => {
    const before = step - (step % width) - width;
    // Numbers without a common divisor, so that neighbours do not read neighbours.
    const parents = [0, 17, 34].map((offset) => stepName(before + (((step % width) * 31 + offset) % width)));
    return { name: stepName(step), dependsOn: before < 0 ? [] : [...new Set(parents)] };
  });
  return { name: "layered", steps };
}

function stepName(step: number): string {
  return `step_${step}`;
}
