import type { CompiledDefinition } from "../compiled-definition.ts";
import type { ParsedLimits } from "./engine-limits.ts";
import { limitSteps, type StepLimits } from "./step-limits.ts";

/** Under which limiters the steps of definitions run in an engine, found out once for each definition. */
export class DefinitionLimits {
  readonly #engine: ParsedLimits;
  readonly #found = new WeakMap<CompiledDefinition, StepLimits | null>();

  /** @param engine limits that take the place of those of templates */
  constructor(engine: ParsedLimits) {
    this.#engine = engine;
  }

  /** Null if no step of the definition is limited. */
  of(compiled: CompiledDefinition): StepLimits | null {
    let limits = this.#found.get(compiled);
    if (limits === undefined) {
      limits = limitSteps(compiled, this.#engine);
      this.#found.set(compiled, limits);
    }
    return limits;
  }
}
