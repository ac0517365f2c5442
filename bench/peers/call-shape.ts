import type { Shape } from "../shapes.ts";
import type { StepResult } from "./peer.ts";

/** A chain or a fan as a function that calls its steps: those that wait for the same steps are called side by side. */
export async function callShape(shape: Shape, call: (name: string) => Promise<StepResult>): Promise<StepResult> {
  const layers = Map.groupBy(shape.steps, ({ dependsOn }) => dependsOn.join(" "));
  for (const layer of layers.values()) await Promise.all(layer.map(({ name }) => call(name)));
  return { ok: true };
}
