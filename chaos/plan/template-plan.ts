import { type Foreseen, foresee } from "./foresee.ts";
import { type Document, type StepPlan, stepDocument } from "./step-plan.ts";

/** Namespace of all templates of a run. */
export const NAMESPACE = "chaos";

/** A template of a run. */
export interface TemplatePlan {
  readonly name: string;
  readonly version: string;
  /** The release of the program in which the template is like this: 1 before the deploy, 2 after it, null in both. */
  readonly release: 1 | 2 | null;
  readonly steps: readonly StepPlan[];
  /** How often its tasks are submitted, compared with others. */
  readonly weight: number;
  /** Names of the signals that its steps wait for. */
  readonly signals: readonly string[];
  /** The template in the keys of YAML. */
  readonly document: Document;
}

/** What a template is made from; see {@link TemplatePlan}. */
export interface TemplateDraft extends Partial<Pick<TemplatePlan, "version" | "release" | "weight" | "signals">> {
  readonly name: string;
  readonly steps: readonly StepPlan[];
  /** Further keys of the document. */
  readonly keys?: Document;
}

/** Completes a draft. Default: version 1.0.0, in both releases, weight 10, no signals. */
export function templatePlan({ keys = {}, ...draft }: TemplateDraft): TemplatePlan {
  const { name, steps, version = "1.0.0", release = null, weight = 10, signals = [] } = draft;
  const document: Document = {
    name,
    namespace_name: NAMESPACE,
    version,
    ...keys,
    step_templates: steps.map(stepDocument),
  };
  return { name, version, release, steps, weight, signals, document };
}

/**
 * How a task of the template ends that no operator touches; null for one of a template that is not the same in both
 * releases, for which it depends on who took the request.
 */
export function foreseeTask({ steps, release, version }: TemplatePlan, bypassed: readonly string[]): Foreseen | null {
  return release === null || version !== "1.0.0" ? foresee(steps, bypassed) : null;
}
