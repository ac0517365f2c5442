import { PermanentError } from "../errors/index.ts";
import { evaluateCondition } from "../templates/evaluate-condition.ts";
import type { ReadyFacts } from "./decide-ready.ts";
import { LiveSequence } from "./live-sequence.ts";
import { outcomeOf, spreadsSkip } from "./step-resolution.ts";
import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/** What decides whether a step starts whose parents are satisfied. */
export function readyFactsOf(run: TaskRun, step: StepRun): ReadyFacts {
  const definition = run.compiled.stepNamed.get(step.name);
  const condition = definition?.runIf ?? null;
  return {
    step,
    definition,
    isBypassed: run.view.bypassSteps.includes(step.name),
    skippedWith: run.compiled.hasFlow ? findSkippedParent(run, step) : null,
    holds:
      condition === null
        ? null
        : () =>
            evaluateCondition(condition, {
              context: run.view.context,
              resultsOf: (name) => stepOf(run, name)?.results.value,
              outcomeOf: (name) => outcomeOf(stepOf(run, name)?.resolution ?? null),
              call: (name) => callFunction(run, step, name),
            }),
  };
}

function stepOf(run: TaskRun, name: string): StepRun | undefined {
  return run.steps[run.graph.indexOf(name)];
}

function callFunction(run: TaskRun, step: StepRun, name: string): unknown {
  const ask = run.template.conditions?.get(name);
  if (ask !== undefined) return ask(run.view, new LiveSequence(run));
  // The definition that the task started with asks for a function that the registered template does not have any more.
  throw new PermanentError(`step ${step.name}: the template has no function ${name}, which its run_if asks`, {
    errorCode: "CONDITION_NOT_FOUND",
    context: { step: step.name, function: name },
  });
}

/** The step with which the step is skipped, because one of its parents was skipped with its dependants; or null. */
function findSkippedParent({ graph, steps, compiled }: TaskRun, { index }: StepRun): string | null {
  const end = graph.parentOffsets[index + 1] ?? 0;
  for (let place = graph.parentOffsets[index] ?? 0; place < end; place++) {
    const parent = steps[graph.parents[place] ?? -1];
    if (parent !== undefined && spreadsSkip(parent.resolution, compiled.stepNamed.get(parent.name))) {
      return parent.resolution?.skippedWith ?? parent.name;
    }
  }
  return null;
}
