import { InvalidTemplateError, type TemplateIssue } from "../errors/index.ts";
import { undoName } from "../templates/added-step-name.ts";
import type { StepDefinition, TaskDefinition } from "../templates/definition.ts";

/** The queue of the steps that workers run because of how their template was registered. */
export const DEFAULT_QUEUE = "default";

/** Which handlers without code here are left to workers; see {@link isRemoteHandler}. */
export interface RemoteOptions {
  /**
   * Patterns of `handler_class`, in which `*` stands for any text. Steps whose handler is not given and matches one of them are
   * run by workers, from the queue `default`. Default: none.
   */
  readonly remote?: readonly string[] | undefined;
}

/** Whether a handler without code here is left to workers. */
export function isRemoteHandler(handlerClass: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "s").test(handlerClass);
  });
}

/** The queues that the definition itself names, by the names of steps and of what undoes them. */
export function declaredQueues({ steps }: TaskDefinition): Map<string, string> {
  const queues = new Map<string, string>();
  for (const { name, queue, compensation } of steps) {
    if (queue === null) continue;
    queues.set(name, queue);
    if (compensation !== null) queues.set(undoName(name), queue);
  }
  return queues;
}

/**
 * Refuses what does not hold for steps that workers run: limits and circuit breakers are kept by the process that calls the
 * handler.
 * @throws InvalidTemplateError
 */
export function checkRemoteSteps(definition: TaskDefinition, queues: ReadonlyMap<string, string>): void {
  const issues = definition.steps.flatMap((step, index): TemplateIssue[] => {
    const queue = queues.get(step.name);
    if (queue === undefined) return [];
    return whatIsNotKept(definition, step).map((what) => ({
      path: `step_templates[${index}].${step.queue === null ? "handler_class" : "queue"}`,
      message: `step "${step.name}" is run by the workers of the queue ${queue}, for which ${what} do not hold`,
    }));
  });
  if (issues.length > 0) throw new InvalidTemplateError(issues);
}

function whatIsNotKept({ systemLimits, handlerLimits }: TaskDefinition, step: StepDefinition): string[] {
  const isLimited =
    step.limits.length > 0 ||
    systemLimits.some(({ name }) => name === step.dependentSystem) ||
    handlerLimits.some(({ name }) => name === step.handlerClass);
  return [...(isLimited ? ["limits"] : []), ...(step.circuit === null ? [] : ["circuit breakers"])];
}
