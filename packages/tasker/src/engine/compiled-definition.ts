import type { TaskSettings } from "../config/task-settings.ts";
import type { StepGraph } from "../graph/step-graph.ts";
import { buildGraph } from "../graph/step-graph.ts";
import type { Guard } from "../handlers/circuits/circuit-board.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import { hashDefinition } from "../templates/definition-hash.ts";
import { guardsOf } from "./circuits/step-guard.ts";
import { StepDefinitions } from "./step-definitions.ts";
import { SettingsByTask } from "./strategies/settings-by-task.ts";

/** A definition with what the engine derives from it once. */
export interface CompiledDefinition {
  readonly definition: TaskDefinition;
  /** Identifies the definition: the key of `tasker_definitions`. */
  readonly hash: string;
  /** Steps in the order of the definition. */
  readonly graph: StepGraph;
  readonly stepNamed: StepDefinitions;
  /** Whether any of its steps has another priority than 0. */
  readonly hasPriorities: boolean;
  /** Whether any of its steps is run by the workers of a queue. */
  readonly hasQueues: boolean;
  /** The circuits that its steps go through, by step name; null if there are none. */
  readonly guards: ReadonlyMap<string, Guard> | null;
  /** Whether any of its steps may be decided over without its handler. */
  readonly hasFlow: boolean;
  /** What the configuration says for its tasks at the moment. */
  readonly settingsNow: () => TaskSettings;
}

/** Definitions kept at most; a hook that changes definitions by task could make any number of them. */
const CAPACITY = 1_000;

/** Compiles definitions and remembers the result by object and by hash. */
export class DefinitionCache {
  readonly #byObject = new WeakMap<TaskDefinition, CompiledDefinition>();
  readonly #byHash = new Map<string, CompiledDefinition>();
  readonly #settings: SettingsByTask;

  /** @param settings default: those of a configuration that says nothing */
  constructor(settings: SettingsByTask = new SettingsByTask()) {
    this.#settings = settings;
  }

  /** @throws the errors of `buildGraph` for a definition that is no graph */
  compile(definition: TaskDefinition): CompiledDefinition {
    const known = this.#byObject.get(definition);
    if (known !== undefined) return known;
    const hash = hashDefinition(definition);
    const compiled = this.#byHash.get(hash) ?? {
      definition,
      hash,
      graph: buildGraph(definition.steps),
      stepNamed: new StepDefinitions(definition.steps),
      hasPriorities: definition.steps.some(({ priority }) => priority !== 0),
      hasQueues: definition.steps.some(({ queue }) => queue !== null),
      guards: guardsOf(definition),
      settingsNow: () => this.#settings.of(definition),
      hasFlow: definition.steps.some(
        ({ runIf, whenSkipped, onFailure }) =>
          runIf !== null || whenSkipped !== "satisfied" || onFailure === "continue",
      ),
    };
    this.#byObject.set(definition, compiled);
    this.#byHash.set(hash, compiled);
    const oldest = this.#byHash.keys().next();
    if (this.#byHash.size > CAPACITY && oldest.done !== true) this.#byHash.delete(oldest.value);
    return compiled;
  }

  /** The compiled definition with this hash, if it is still known. */
  get(hash: string): CompiledDefinition | undefined {
    return this.#byHash.get(hash);
  }
}
