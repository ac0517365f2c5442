import { HandlerNotFoundError, InvalidRequestError } from "../errors/index.ts";
import { undoName } from "../templates/added-step-name.ts";
import type { CustomEventDefinition } from "../templates/custom-event.ts";
import type { StepDefinition, TaskDefinition } from "../templates/definition.ts";
import { hintAt } from "../text/nearest-name.ts";
import { ApiStepHandler } from "./api/api-step-handler.ts";
import { bindConditions } from "./bind-conditions.ts";
import { createTaskTemplate } from "./create-task-template.ts";
import { readCustomEvents } from "./custom-events/declared-by-class.ts";
import { type HandlerMaker, isClass, toHandlerMaker, UnusableHandler } from "./handler-maker.ts";
import { DEFAULT_QUEUE, declaredQueues, isRemoteHandler, type RemoteOptions } from "./remote-steps.ts";
import { TaskHandler } from "./task-handler.ts";
import type { TaskTemplate } from "./task-template.ts";

/** Values by the names under which templates ask for them: the exports of a module, or an object made by hand. */
export type HandlerExports = Readonly<Record<string, unknown>>;

/** Handlers that need no code of the user's, by the names that templates have for them. */
const BUILT_IN: HandlerExports = { ApiStepHandler, "Tasker::StepHandler::Api": ApiStepHandler };

/**
 * Joins a definition with the code that executes it. A step's `handler_class` is looked up by its whole name and, for a
 * Ruby name such as `Shop::Steps::ChargeCard`, by its last part. A handler is a class that extends `StepHandler` (or
 * whose instances have `handle`), an object with `handle`, or a function `(task, sequence, step) => output`; classes are
 * constructed for each attempt with the step's `handler_config`. `task_handler_class` is looked up in the same way and
 * may be absent: then the task has no hooks. A handler's class may declare the events that it publishes by a static member
 * `customEventConfiguration`; what that throws goes through unchanged. `ApiStepHandler` is there without being given.
 * Functions that a `run_if` asks are looked up by their names. Steps with a `queue` need no handler here, nor do those whose
 * handler matches a pattern of `remote`: workers run them.
 * @throws HandlerNotFoundError that lists every handler which is missing, with the nearest export of each
 * @throws InvalidRequestError that lists every export which was found and cannot be a handler
 */
export function bindTemplate(
  definition: TaskDefinition,
  handlers: HandlerExports,
  { remote = [] }: RemoteOptions = {},
): TaskTemplate {
  const queues = declaredQueues(definition);
  const makers = new Map<string, HandlerMaker>();
  const events = new Map<string, readonly CustomEventDefinition[]>();
  const missing: { readonly step: string; readonly handlerClass: string }[] = [];
  const unusable: { readonly step: string; readonly handlerClass: string; readonly reason: string }[] = [];
  for (const { step, handlerClass, handlerConfig } of definition.steps.flatMap(handlersOf)) {
    if (queues.has(step)) continue;
    const found = lookUp(handlers, handlerClass) ?? lookUp(BUILT_IN, handlerClass);
    if (found === null) {
      if (isRemoteHandler(handlerClass, remote)) queues.set(step, DEFAULT_QUEUE);
      else missing.push({ step, handlerClass });
      continue;
    }
    const maker = toHandlerMaker(found.value, handlerConfig);
    if (maker instanceof UnusableHandler) unusable.push({ step, handlerClass, reason: maker.reason });
    else makers.set(step, maker);
    const declared = readCustomEvents(found.value);
    if (declared.length > 0) events.set(step, declared);
  }
  const title = `${definition.namespace}.${definition.name}@${definition.version}`;
  if (missing.length > 0) throw notFound(title, missing, Object.keys(handlers));
  if (unusable.length > 0) {
    const lines = unusable.map(({ step, handlerClass, reason }) => `step "${step}": ${handlerClass} ${reason}`);
    throw new InvalidRequestError(`Handlers of ${title} cannot be used:\n${lines.join("\n")}`, {
      context: { field: "handlers", value: unusable, expected: "step handlers" },
    });
  }
  const taskHandler = resolveTaskHandler(definition.taskHandlerClass, handlers, title);
  const findMaker = (handlerClass: string): HandlerMaker | null => {
    const found = lookUp(handlers, handlerClass);
    const maker = found === null ? null : toHandlerMaker(found.value, null);
    return maker instanceof UnusableHandler ? null : maker;
  };
  const conditions = bindConditions(definition, handlers);
  return createTaskTemplate(definition, { makers, taskHandler, customEvents: events, conditions, findMaker, queues });
}

/** The handlers that a step needs: its own, unless it only waits, and that of what undoes it. */
function handlersOf({ name, handlerClass, handlerConfig, wait, compensation }: StepDefinition) {
  const own = wait === null ? [{ step: name, handlerClass, handlerConfig }] : [];
  return compensation === null ? own : [...own, { step: undoName(name), ...compensation }];
}

function notFound(
  title: string,
  missing: readonly { readonly step: string; readonly handlerClass: string }[],
  exports: readonly string[],
): HandlerNotFoundError {
  const lines = missing.map(({ step, handlerClass }) => {
    const hint = hintAt(lastPart(handlerClass), exports, "handlers");
    return `step "${step}": found no handler ${handlerClass}, expected it among the handlers given (${hint})`;
  });
  return new HandlerNotFoundError(`Handlers of ${title} are missing:\n${lines.join("\n")}`, { context: { missing } });
}

function resolveTaskHandler(className: string | null, handlers: HandlerExports, title: string): TaskHandler | null {
  const found = className === null ? null : lookUp(handlers, className);
  if (found === null) return null;
  const handler = isClass(found.value) ? new found.value() : found.value;
  if (handler instanceof TaskHandler) return handler;
  throw new InvalidRequestError(`The task handler ${className} of ${title} is something else, expected a TaskHandler`, {
    context: { field: "task_handler_class", value: className, expected: "a class that extends TaskHandler" },
  });
}

function lookUp(handlers: HandlerExports, className: string): { readonly value: unknown } | null {
  const name = [className, lastPart(className)].find((candidate) => Object.hasOwn(handlers, candidate));
  return name === undefined ? null : { value: handlers[name] };
}

/** The class of a Ruby name without its modules. */
function lastPart(className: string): string {
  return className.split("::").at(-1) ?? className;
}
