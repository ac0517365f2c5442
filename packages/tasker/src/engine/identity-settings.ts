import { z } from "zod";
import { ConfigurationError } from "../errors/index.ts";
import type { TaskDraft } from "../handlers/task-handler.ts";
import type { IdentityOptions } from "../models/task/identity.ts";

/** Longest sliding window, in seconds: about 31 years. */
const LONGEST_WINDOW_SECONDS = 1_000_000_000;

/**
 * What gives identities of the user's own: 1 to 128 characters, unique for ever, whatever the template.
 * @param task the task that is being submitted
 * @param options what the reference's strategies get: name, initiator, source system, context, reason, bypassed steps, minute
 */
export type IdentityFunction = (task: TaskDraft, options: IdentityOptions) => string;

/** The same as a method. */
export interface GeneratesIdentity {
  generateIdentityHash(task: TaskDraft, options: IdentityOptions): string;
}

/**
 * For how long two equal requests are one task under the strategy `hash`: within one minute of the clock, as in the
 * reference; for ever; or as long as they are requested less than `seconds` apart.
 */
export type IdentityWindow = "minute" | "none" | { readonly seconds: number };

/** How tasks that are submitted without an idempotency key are told apart. */
export interface IdentitySettings {
  /**
   * `default`: every request is a new task. `hash`: requests that are equal in namespace, name, version, initiator, source
   * system, context, reason and bypassed steps are one task. `custom`: what `identityStrategyClass` says.
   */
  readonly strategy: "default" | "hash" | "custom";
  /**
   * Of `hash`: the very hash of the reference, so that both engines recognise each other's requests. It leaves out namespace
   * and version, takes the context as it was given, and has the window `minute`. Default: false.
   */
  readonly compatible?: boolean;
  /** Of `hash`. Default: `minute`. */
  readonly window?: IdentityWindow;
  /** Of `custom`: a class whose instances have `generateIdentityHash`, an object that has it, or a function. */
  readonly identityStrategyClass?: (new () => GeneratesIdentity) | GeneratesIdentity | IdentityFunction;
}

/** Settings that were checked; a class has been made an instance of. */
export type IdentityRule =
  | { readonly kind: "random" }
  | { readonly kind: "reference" }
  | { readonly kind: "hash"; readonly minute: boolean; readonly windowMs: number | null }
  | { readonly kind: "custom"; readonly name: string; readonly generate: IdentityFunction };

const secondsError = { error: `more than 0 and at most ${LONGEST_WINDOW_SECONDS} seconds` };
const Settings = z.strictObject({
  strategy: z.enum(["default", "hash", "custom"], { error: 'one of "default", "hash", "custom"' }),
  compatible: z.boolean({ error: "true or false" }).optional(),
  window: z
    .union(
      [
        z.enum(["minute", "none"]),
        z.strictObject({ seconds: z.number().positive(secondsError).max(LONGEST_WINDOW_SECONDS, secondsError) }),
      ],
      { error: '"minute", "none" or { seconds }' },
    )
    .optional(),
  identityStrategyClass: z.unknown().optional(),
});

/**
 * The option `identity` of an engine, checked.
 * @throws ConfigurationError that names the setting that is wrong
 */
export function parseIdentity(value: unknown): IdentityRule {
  if (value === undefined) return { kind: "random" };
  const parsed = Settings.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    const path = unknown === undefined ? (issue?.path ?? []) : [unknown];
    const expected =
      unknown !== undefined
        ? `one of ${Object.keys(Settings.shape).join(", ")}`
        : path.length === 0
          ? "an object with a strategy"
          : (issue?.message ?? "another value");
    throw refuse(path.map(String), path.reduce(memberOf, value), expected);
  }
  const { strategy, compatible = false, window, identityStrategyClass: custom } = parsed.data;
  const belongs = (name: string, given: unknown, to: string) => {
    if (given !== undefined && strategy !== to) throw refuse([name], given, `strategy "${to}" together with it`);
  };
  belongs("compatible", parsed.data.compatible, "hash");
  belongs("window", window, "hash");
  belongs("identityStrategyClass", custom, "custom");
  if (strategy === "default") return { kind: "random" };
  if (strategy === "custom") return readCustom(custom);
  if (compatible && window !== undefined && window !== "minute") {
    throw refuse(["window"], window, '"minute", the only one that the reference has');
  }
  if (compatible) return { kind: "reference" };
  const seconds = typeof window === "object" ? window.seconds : null;
  return {
    kind: "hash",
    minute: window === undefined || window === "minute",
    windowMs: seconds === null ? null : Math.max(1, Math.round(seconds * 1_000)),
  };
}

function readCustom(value: unknown): IdentityRule {
  const option = ["identityStrategyClass"];
  const expected = "a class, an object with generateIdentityHash, or a function";
  if (value === undefined) throw refuse(option, value, `${expected}, because the strategy is "custom"`);
  const isMade = typeof value === "function" && isGenerator(value.prototype);
  const generator: unknown = isMade ? construct(value, option) : value;
  const name = typeof value === "function" && value.name !== "" ? value.name : "the custom identity strategy";
  if (isGenerator(generator)) {
    return { kind: "custom", name, generate: (task, options) => generator.generateIdentityHash(task, options) };
  }
  if (isFunction(value)) return { kind: "custom", name, generate: value };
  throw refuse(option, value, expected);
}

function construct(value: object, option: readonly string[]): unknown {
  try {
    return Reflect.construct(Object(value), []);
  } catch (cause) {
    throw refuse(option, value, `a class that can be constructed without arguments: ${String(cause)}`, cause);
  }
}

function isGenerator(value: unknown): value is GeneratesIdentity {
  return (
    typeof value === "object" &&
    value !== null &&
    "generateIdentityHash" in value &&
    typeof value.generateIdentityHash === "function"
  );
}

/** A class cannot be called, so one without the method is no strategy. */
function isFunction(value: unknown): value is IdentityFunction {
  return typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value));
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

function refuse(path: readonly string[], value: unknown, expected: string, cause?: unknown): ConfigurationError {
  const option = ["identity", ...path].join(".");
  const shown = typeof value === "function" ? value.name || "a function" : (JSON.stringify(value) ?? String(value));
  return new ConfigurationError(`engine option ${option} is ${shown}, expected ${expected}`, {
    context: { option, value, expected },
    cause,
  });
}
