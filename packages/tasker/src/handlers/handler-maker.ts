import { SecretReferenceError } from "../errors/index.ts";
import type { JsonObject } from "../json/json-value.ts";
import { SecretSource } from "../vault/secret-source.ts";
import { FunctionStepHandler, type StepFunction } from "./function-step-handler.ts";
import type { HandlesStep } from "./step-handler.ts";

/** Makes the handler for one attempt of a step. */
export type HandlerMaker = (config: JsonObject | null) => HandlesStep;

/** A class as far as its constructor goes. */
export type AnyClass = new (...args: readonly unknown[]) => unknown;

/** A value that was given as a handler cannot be one; the message completes the sentence "the handler ...". */
export class UnusableHandler {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * Finds out how a value handles a step: a class whose instances have `handle` (made anew for every attempt, with the
 * step's configuration), an object with `handle` (shared by all attempts), or a function whose result is stored.
 */
export function toHandlerMaker(value: unknown, config: JsonObject | null): HandlerMaker | UnusableHandler {
  if (isClass(value)) return makerOfClass(value, config);
  if (isStepFunction(value)) return () => new FunctionStepHandler(value);
  if (handlesStep(value)) return () => value;
  const found = describeType(value);
  return new UnusableHandler(`is ${found}, expected a class, a function or an object with handle`);
}

function makerOfClass(Handler: AnyClass, config: JsonObject | null): HandlerMaker | UnusableHandler {
  const defect = findDefect(Handler, config);
  if (defect !== null) return new UnusableHandler(defect);
  return (stepConfig) => {
    const handler = new Handler(stepConfig);
    if (!handlesStep(handler)) throw new TypeError(`${Handler.name} lost its method handle, expected a step handler`);
    return handler;
  };
}

/**
 * Looks at the class with what the configuration is here and now. Where a secret of it is not there, that is for the process
 * which runs the step: this one may only submit.
 */
function findDefect(Handler: AnyClass, config: JsonObject | null): string | null {
  const secrets = new SecretSource();
  let known: JsonObject | null;
  try {
    known = config === null ? null : secrets.resolve(config, "handler_config");
  } catch (error) {
    if (!(error instanceof SecretReferenceError)) throw error;
    return error.context.expected === undefined ? null : `does not take its handler_config: ${error.message}`;
  }
  // `handle` may be a field of the instances: only an instance can tell.
  const defect =
    findConfigDefect(Handler, known) ?? (handlesStep(Handler.prototype) ? null : inspectInstance(Handler, known));
  return defect === null ? null : secrets.known.mask(defect);
}

/** A class may look at its configuration before it is constructed: by a static method `checkConfig`, which throws. */
function findConfigDefect(Handler: AnyClass, config: JsonObject | null): string | null {
  if (!("checkConfig" in Handler) || typeof Handler.checkConfig !== "function") return null;
  try {
    Handler.checkConfig(config);
    return null;
  } catch (error) {
    return `does not take its handler_config: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function inspectInstance(Handler: AnyClass, config: JsonObject | null): string | null {
  let instance: unknown;
  try {
    instance = new Handler(config);
  } catch (error) {
    return `cannot be constructed: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (handlesStep(instance)) return null;
  const hasProcess = typeof instance === "object" && instance !== null && "process" in instance;
  const name = Handler.name === "" ? "a class" : `the class ${Handler.name}`;
  return hasProcess
    ? `is ${name}, which has process but no handle, expected a class that extends StepHandler`
    : `is ${name} without handle, expected a class that extends StepHandler`;
}

function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object without handle" : `a ${typeof value}`;
}

/** Whether a value has to be called with `new`: the prototype of a class cannot be replaced, that of a function can. */
export function isClass(value: unknown): value is AnyClass {
  if (typeof value !== "function") return false;
  const prototype = Object.getOwnPropertyDescriptor(value, "prototype");
  // A class compiled to a function for old targets shows by its methods.
  return prototype !== undefined && (prototype.writable === false || handlesStep(prototype.value));
}

function isStepFunction(value: unknown): value is StepFunction {
  return typeof value === "function";
}

function handlesStep(value: unknown): value is HandlesStep {
  return typeof value === "object" && value !== null && "handle" in value && typeof value.handle === "function";
}
