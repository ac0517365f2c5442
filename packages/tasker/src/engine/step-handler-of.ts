import type { HandlesStep } from "../handlers/step-handler.ts";
import type { Execution } from "./execution.ts";
import { isFannedOut, joinResults, readItems } from "./fan-out.ts";

/**
 * The handler that executes a step: the template's, that of the mapped step for an instance, or the engine's own for a
 * step that joins and for what undoes such a one.
 * @throws HandlerNotFoundError if the template has none
 */
export function stepHandlerOf(execution: Execution): HandlesStep {
  const { run, step } = execution;
  const { stepNamed } = run.compiled;
  const role = stepNamed.roleOf(step.name);
  if (role.kind === "join") return joinHandler(execution);
  // What its instances did is undone by steps of their own.
  if (role.kind === "undo" && stepNamed.roleOf(role.of).kind === "join") return NOTHING;
  // The template may have changed since the task started: it keeps what it started with.
  const started = stepNamed.get(step.name);
  const { handlerConfig } = execution;
  const own =
    started === undefined || started.handlerConfig === handlerConfig ? started : { ...started, handlerConfig };
  return run.template.createStepHandler(stepNamed.handlerNameOf(step.name), own);
}

/** Ends a mapped step with the results of its instances; without any, with an empty list or the reason why not. */
function joinHandler(execution: Execution): HandlesStep {
  return {
    async handle() {
      const { run, step } = execution;
      execution.results = isFannedOut(run, step) ? joinResults(run, step) : readItems(run, step);
    },
  };
}

const NOTHING: HandlesStep = { handle: async () => undefined };
