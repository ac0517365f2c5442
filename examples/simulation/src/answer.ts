/**
 * How a service answers a call: with a value, or with the reason why not. Network failures are answers too, so that a
 * handler decides about all of them in one place.
 */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false;
      /** The service's status, such as `rate_limited`. */
      readonly reason: string;
      readonly message: string;
    };

/** A positive answer. */
export function answer<Value>(value: Value): Answer<Value> {
  return { ok: true, value };
}

/** A negative answer. The message defaults to the reason in words. */
export function refuse(reason: string, message = reason.replaceAll("_", " ")): Answer<never> {
  return { ok: false, reason, message };
}

/**
 * Reasons to give to the next calls of a simulated service, in order: null lets a call through. After the last one every
 * call goes through.
 */
export type OutcomeScript = readonly (string | null)[];

/** Plays an {@link OutcomeScript}: one entry per call. */
export class ScriptPlayer {
  readonly #script: OutcomeScript;
  #calls = 0;

  constructor(script: OutcomeScript = []) {
    this.#script = script;
  }

  /** Calls made so far. */
  get calls(): number {
    return this.#calls;
  }

  /** The reason for this call to fail, or null. */
  next(): string | null {
    return this.#script[this.#calls++] ?? null;
  }
}
