import type { Conduct } from "./conduct.ts";

/** A part of a template in the keys of YAML. */
export type Document = Readonly<Record<string, unknown>>;

/** How a step that ran, or did not, counts for the conditions of others. */
export type AskedOutcome = "complete" | "skipped" | "failed";

/** One step of a planned template: what its document says, and all that is needed to foresee what becomes of it. */
export interface StepPlan {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly conduct: Conduct;
  /** Default: 3. */
  readonly retryLimit?: number;
  /** Default: no deadline. */
  readonly timeoutSeconds?: number;
  readonly skippable?: boolean;
  /** It runs never, or if that step, one of those it depends on, has ended like this. Default: always. */
  readonly runIf?: "never" | { readonly step: string; readonly outcome: AskedOutcome };
  readonly skipsDependants?: boolean;
  readonly onFailure?: "fail" | "continue" | "compensate";
  /** Whether what it did can be undone. */
  readonly undoable?: boolean;
  /** Whether the number of its attempts depends on more than its conduct, such as on time. */
  readonly uncertain?: boolean;
  /** Further keys of its document: a wait instead of a handler, limits, a circuit, a list to run for. */
  readonly keys?: Document;
}

/** The step in the keys of YAML. */
export function stepDocument(step: StepPlan): Document {
  const { keys = {}, conduct } = step;
  const events = conduct.publishes ? { custom_events: [{ name: "chaos.worked" }] } : {};
  return {
    name: step.name,
    depends_on_steps: [...step.dependsOn],
    ...("type" in keys ? {} : { handler_class: "Work", handler_config: { ...conduct }, ...events }),
    default_retry_limit: step.retryLimit ?? 3,
    ...(step.timeoutSeconds === undefined ? {} : { timeout_seconds: step.timeoutSeconds }),
    ...(step.skippable === true ? { skippable: true } : {}),
    ...(step.runIf === undefined ? {} : { run_if: conditionDocument(step.runIf) }),
    ...(step.skipsDependants === true ? { when_skipped: "skip_dependants" } : {}),
    ...(step.onFailure === undefined ? {} : { on_failure: step.onFailure }),
    ...(step.undoable === true
      ? { compensation: { handler_class: "Undo", handler_config: { ms: conduct.ms }, default_retry_limit: 10 } }
      : {}),
    ...keys,
  };
}

function conditionDocument(runIf: NonNullable<StepPlan["runIf"]>): Document {
  return runIf === "never" ? { path: "nothing.here", exists: true } : { step: runIf.step, outcome: runIf.outcome };
}
