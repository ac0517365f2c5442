import { PermanentError } from "../../src/errors/index.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import type { StepDefinition } from "../../src/templates/definition.ts";
import { randomInteger, seededRandom } from "../../src/testing/random.ts";
import { graphTemplate } from "../../src/testing/run/graph-template.ts";

const WIDTH = 10;
const LAYERS = 8;

const nameOf = (layer: number, place: number) => `s${layer}_${place}`;

/** Names of all steps of the task that is hammered: 8 layers of 10. */
export const STEPS: readonly string[] = Array.from({ length: WIDTH * LAYERS }, (_, index) =>
  nameOf(Math.floor(index / WIDTH), index % WIDTH),
);

/**
 * The task that is hammered: each step depends on two of the layer above, every fourth may be skipped. Handlers take up to
 * 20 ms, end when they are aborted, and fail now and then, some of them for good.
 */
export function hammeredTask(seed: number): TaskTemplate {
  const random = seededRandom(seed);
  const steps: Record<string, Partial<StepDefinition>> = {};
  for (const [index, name] of STEPS.entries()) {
    const layer = Math.floor(index / WIDTH);
    const dependsOn = layer === 0 ? [] : [index % WIDTH, (index + 3) % WIDTH].map((place) => nameOf(layer - 1, place));
    steps[name] = { dependsOn, skippable: index % 4 === 0, retryLimit: 2 };
  }
  return graphTemplate("", {
    name: "hammered",
    steps,
    run: async (_task, _sequence, step) => {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, randomInteger(random, 0, 20));
        step.signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        });
      });
      const luck = random();
      if (luck < 0.05) throw new PermanentError("fails for good");
      if (luck < 0.2) throw new Error("fails");
      return { attempt: step.attempt };
    },
  });
}
