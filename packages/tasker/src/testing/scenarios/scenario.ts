import { buildGraph } from "../../graph/step-graph.ts";
import { sortTopologically } from "../../graph/topology.ts";
import type { JsonObject } from "../../json/json-value.ts";
import type { StepDefinition, TaskDefinition } from "../../templates/definition.ts";
import { type Random, randomInteger, randomItem, seededRandom } from "../random.ts";
import { layeredRandom } from "../shapes/sized-shapes.ts";
import type { AttemptOutcome, StepState } from "../states/step-seed.ts";

/** What goes wrong in a {@link Scenario}: handlers throw; they run into time-outs; a process died in the middle. */
export type ScenarioKind = "error" | "time-out" | "recovery";

/** What a step does: it fails `failures` times, and then succeeds or fails for good. */
export interface StepScript {
  readonly failures: number;
  /**
   * How it fails: an error that it throws, the error of a time-out that it throws, or by sleeping until the step's own
   * deadline.
   */
  readonly by: "error" | "time-out" | "deadline";
  readonly permanent: boolean;
}

/** How a step is to end. */
export interface ExpectedStep {
  readonly state: "complete" | "error" | "pending";
  readonly attempts: number;
}

/** A task, what happens in it, and what is to come of it by the rules. Plain data. */
export interface Scenario {
  readonly seed: number;
  readonly kind: ScenarioKind;
  readonly definition: TaskDefinition;
  readonly context: JsonObject;
  /** By the names of the steps. */
  readonly scripts: Readonly<Record<string, StepScript>>;
  /** States in which a recovery begins: what `tasksInState` takes. Null: the task is submitted. */
  readonly start: Readonly<Record<string, StepState>> | null;
  readonly expected: {
    readonly state: "complete" | "error";
    /** By the names of the steps. */
    readonly steps: Readonly<Record<string, ExpectedStep>>;
  };
}

/** Sizes of a scenario. */
export interface ScenarioOptions {
  /** Default: drawn. */
  readonly kind?: ScenarioKind;
  /** Most layers of the graph. Default: 4. */
  readonly layers?: number;
  /** Most steps of a layer. Default: 3. */
  readonly width?: number;
}

const KINDS: readonly ScenarioKind[] = ["error", "time-out", "recovery"];
const DEADLINE_SECONDS = 30;

/** Draws a scenario: the same seed and options give the same one. */
export function drawScenario(seed: number, options: ScenarioOptions = {}): Scenario {
  const random = seededRandom(seed);
  const { kind = randomItem(random, KINDS) ?? "error", layers = 4, width = 3 } = options;
  const sizes = { layers: randomInteger(random, 1, layers), width, parents: 2, seed };
  const scripts: Record<string, StepScript> = {};
  const shape = layeredRandom(sizes, { name: `scenario_${kind.replace("-", "_")}_${seed >>> 0}` });
  const steps = shape.definition.steps.map((step) => {
    const script = drawScript(kind, random);
    scripts[step.name] = script;
    const timeoutSeconds = script.by === "deadline" ? DEADLINE_SECONDS : null;
    return { ...step, retryLimit: randomInteger(random, 1, 4), retryable: random() < 0.85, timeoutSeconds };
  });
  const definition = { ...shape.definition, steps };
  const expected = foresee(definition, scripts);
  const start = kind === "recovery" ? drawStart(definition, scripts, expected.steps, random) : null;
  return { seed, kind, definition, context: { seed }, scripts, start, expected };
}

function drawScript(kind: ScenarioKind, random: Random): StepScript {
  const failures = random() < 0.6 ? 0 : randomInteger(random, 1, 3);
  const by = kind === "error" ? "error" : (randomItem(random, ["error", "time-out", "deadline"] as const) ?? "error");
  return { failures, by, permanent: random() < 0.1 };
}

/** Attempts that a step may make. */
const mostAttempts = ({ retryable, retryLimit }: StepDefinition) => (retryable ? retryLimit : 1);

/** The engine's rules, told once more: how often each step runs, and how it ends. */
function foresee(definition: TaskDefinition, scripts: Readonly<Record<string, StepScript>>): Scenario["expected"] {
  const steps: Record<string, ExpectedStep> = {};
  const graph = buildGraph(definition.steps);
  for (const index of sortTopologically(graph)) {
    const step = definition.steps[index];
    const script = step === undefined ? undefined : scripts[step.name];
    if (step === undefined || script === undefined) continue;
    const runs = step.dependsOn.every((parent) => steps[parent]?.state === "complete");
    const needed = script.failures + 1;
    const most = mostAttempts(step);
    if (!runs) steps[step.name] = { state: "pending", attempts: 0 };
    else if (needed > most) steps[step.name] = { state: "error", attempts: most };
    else steps[step.name] = { state: script.permanent ? "error" : "complete", attempts: needed };
  }
  const done = Object.values(steps).every(({ state }) => state === "complete");
  return { state: done ? "complete" : "error", steps };
}

/**
 * A moment on the way: some steps have ended as they are to end, some were running when their process died, some wait for
 * their retry. An attempt that was lost is given back, so what is expected stays the same.
 */
function drawStart(
  definition: TaskDefinition,
  scripts: Readonly<Record<string, StepScript>>,
  expected: Readonly<Record<string, ExpectedStep>>,
  random: Random,
): Record<string, StepState> {
  const start: Record<string, StepState> = {};
  const done = new Set<string>();
  const graph = buildGraph(definition.steps);
  for (const index of sortTopologically(graph)) {
    const step = definition.steps[index];
    if (step === undefined || !step.dependsOn.every((parent) => done.has(parent))) continue;
    const { name } = step;
    const { failures = 0 } = scripts[name] ?? {};
    const chance = random();
    const before = randomInteger(random, 0, Math.min(failures, mostAttempts(step) - 1));
    const failed = (count: number) => Array<AttemptOutcome>(count).fill("failure");
    if (chance < 0.5 && expected[name]?.state === "complete") {
      done.add(name);
      start[name] = { attempts: [...failed(failures), "success"] };
    } else if (chance < 0.75) start[name] = { attempts: [...failed(before), "running"] };
    else if (before > 0) start[name] = { attempts: failed(before) };
  }
  return start;
}
