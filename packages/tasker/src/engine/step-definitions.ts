import { readAddedStepName, undoName } from "../templates/added-step-name.ts";
import type { StepDefinition } from "../templates/definition.ts";

/** What a step of a task is to its template. */
export type StepRole =
  /** One of the template's steps, as it stands there. */
  | { readonly kind: "ordinary" }
  /** A mapped step itself: it waits for its instances and joins their results. */
  | { readonly kind: "join" }
  /** Runs the mapped step `of` for the item at `index`. */
  | { readonly kind: "instance"; readonly of: string; readonly index: number }
  /** Undoes the step `of`. */
  | { readonly kind: "undo"; readonly of: string };

const ORDINARY: StepRole = { kind: "ordinary" };
const JOIN: StepRole = { kind: "join" };

/** The definitions of a task's steps by name: those of the template, and those of steps that are added while it runs. */
export class StepDefinitions {
  /** Whether the template has steps of which only some instances may run at the same time. */
  readonly hasGates: boolean;
  /** Whether the template has steps that can be undone. */
  readonly hasCompensations: boolean;
  readonly #byName: ReadonlyMap<string, StepDefinition>;
  /** Definitions of the instances of mapped steps, by the name of the mapped step. */
  readonly #instances: ReadonlyMap<string, StepDefinition>;
  /** Definitions of what undoes a step, by the name of the step or, for an instance, of its mapped step. */
  readonly #undos: ReadonlyMap<string, StepDefinition>;

  constructor(steps: readonly StepDefinition[]) {
    this.#byName = new Map(steps.map((step) => [step.name, step]));
    this.#instances = new Map(
      steps
        .filter(({ forEach }) => forEach !== null)
        // What stands in for the list of all results stands in for none of them.
        .map((step) => [step.name, { ...step, defaultResults: null }]),
    );
    this.#undos = new Map(steps.flatMap(undoDefinitions));
    this.hasGates = steps.some(({ forEach }) => forEach !== null && forEach.maxParallel !== null);
    this.hasCompensations = this.#undos.size > 0;
  }

  /** The definition by which a step runs, also one that was added to the task. Undefined if it has none. */
  get(name: string): StepDefinition | undefined {
    const own = this.#byName.get(name);
    if (own !== undefined) return own;
    const added = readAddedStepName(name);
    if (added === null) return undefined;
    if (added.kind === "instance") return this.#instances.get(added.of);
    return this.has(added.of) ? this.#undos.get(this.#templateName(added.of)) : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The definitions of all steps that a task can have. */
  all(): readonly StepDefinition[] {
    return [...this.#byName.values(), ...this.#instances.values(), ...this.#undos.values()];
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
    return added !== null && this.has(name) ? added : ORDINARY;
  }

  /** The name under which a template has the handler of a step. */
  handlerNameOf(name: string): string {
    const role = this.roleOf(name);
    if (role.kind === "instance") return role.of;
    return role.kind === "undo" ? undoName(this.#templateName(role.of)) : name;
  }

  /** Name of the template's step that a step or an instance comes from. */
  #templateName(name: string): string {
    if (this.#byName.has(name)) return name;
    const added = readAddedStepName(name);
    return added?.kind === "instance" ? added.of : name;
  }
}

/** What undoes a step is a step without conditions of its own: it runs when it is its turn, and is not undone itself. */
function undoDefinitions(step: StepDefinition): (readonly [string, StepDefinition])[] {
  const { compensation, name } = step;
  if (compensation === null) return [];
  const undo: StepDefinition = {
    name: undoName(name),
    description: step.description,
    dependentSystem: step.dependentSystem,
    priority: step.priority,
    queue: step.queue,
    ...compensation,
    dependsOn: [],
    skippable: false,
    runIf: null,
    whenSkipped: "satisfied",
    onFailure: "fail",
    defaultResults: null,
    wait: null,
    customEvents: [],
    limits: [],
    circuit: null,
    forEach: null,
    compensation: null,
  };
  return [[name, undo]];
}
