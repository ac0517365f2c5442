import { readAddedStepName } from "../templates/added-step-name.ts";
import type { StepDefinition } from "../templates/definition.ts";

/** What a step of a task is to its template. */
export type StepRole =
  /** One of the template's steps, as it stands there. */
  | { readonly kind: "ordinary" }
  /** A mapped step itself: it waits for its instances and joins their results. */
  | { readonly kind: "join" }
  /** Runs the mapped step `of` for the item at `index`. */
  | { readonly kind: "instance"; readonly of: string; readonly index: number };

const ORDINARY: StepRole = { kind: "ordinary" };
const JOIN: StepRole = { kind: "join" };

/** The definitions of a task's steps by name: those of the template, and those of steps that are added while it runs. */
export class StepDefinitions {
  /** Whether the template has steps of which only some instances may run at the same time. */
  readonly hasGates: boolean;
  readonly #byName: ReadonlyMap<string, StepDefinition>;
  /** Definitions of the instances of mapped steps, by the name of the mapped step. */
  readonly #instances: ReadonlyMap<string, StepDefinition>;

  constructor(steps: readonly StepDefinition[]) {
    this.#byName = new Map(steps.map((step) => [step.name, step]));
    this.#instances = new Map(
      steps
        .filter(({ forEach }) => forEach !== null)
        // What stands in for the list of all results stands in for none of them.
        .map((step) => [step.name, { ...step, defaultResults: null }]),
    );
    this.hasGates = steps.some(({ forEach }) => forEach !== null && forEach.maxParallel !== null);
  }

  /** The definition by which a step runs; an instance's is that of its mapped step. Undefined if it has none. */
  get(name: string): StepDefinition | undefined {
    const own = this.#byName.get(name);
    if (own !== undefined) return own;
    const added = readAddedStepName(name);
    return added?.kind === "instance" ? this.#instances.get(added.of) : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Names of the template's steps. */
  keys(): Iterable<string> {
    return this.#byName.keys();
  }

  /** What a step is; one that is in no definition counts as ordinary. */
  roleOf(name: string): StepRole {
    const own = this.#byName.get(name);
    if (own !== undefined) return own.forEach === null ? ORDINARY : JOIN;
    const added = readAddedStepName(name);
    return added?.kind === "instance" && this.has(name) ? added : ORDINARY;
  }
}
