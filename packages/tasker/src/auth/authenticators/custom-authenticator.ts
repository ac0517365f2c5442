import { AuthenticationError, InvalidInterfaceError } from "../../errors/index.ts";
import { checkInterface, classNameOf } from "../../registries/check-interface.ts";
import { isClass, refusal } from "../load-class.ts";
import type { Principal } from "../principal.ts";
import { readPrincipal } from "../principal-shape.ts";
import type { AuthRequest } from "./auth-request.ts";
import type { Authenticator } from "./authenticator.ts";

const METHODS = [
  { name: "authenticate", mostArguments: 1 },
  { name: "validateConfiguration", required: false, mostArguments: 0 },
];

/**
 * An authenticator of the user's class. What it gives is checked and copied for each request, so that nothing of one that it keeps
 * by mistake, or that others change, gets to another.
 */
export class CustomAuthenticator implements Authenticator {
  readonly #made: object;
  readonly #name: string;

  /**
   * @param made a class, which is made with the options, or an object
   * @throws InvalidInterfaceError, ConfigurationError
   */
  constructor(made: unknown, name: string, options: Readonly<Record<string, unknown>>) {
    const value: unknown = isClass(made) ? new made(options) : made;
    if (typeof value !== "object" || value === null) {
      throw refusal("auth.authenticator_class", name, "a class of authenticators");
    }
    checkInterface(value, `authenticator ${name}`, METHODS);
    this.#made = value;
    this.#name = name;
  }

  /** @throws AuthenticationError; InvalidInterfaceError if the class gives anything but a principal */
  async authenticate(request: AuthRequest): Promise<Principal> {
    const given = await this.#call("authenticate", request);
    if (given === null || given === undefined) {
      throw new AuthenticationError("missing", "the request has no credentials that are known here");
    }
    const principal = readPrincipal(given);
    if (principal !== null) return principal;
    throw new InvalidInterfaceError(`authenticator ${this.#name} gave ${classNameOf(given)}, expected a principal`, {
      context: { owner: this.#name },
    });
  }

  validateConfiguration(): readonly string[] {
    if (Reflect.get(this.#made, "validateConfiguration") === undefined) return [];
    const messages: unknown = this.#call("validateConfiguration");
    if (Array.isArray(messages)) return messages.map(String);
    return [`validateConfiguration of ${this.#name} gave ${classNameOf(messages)}, expected a list of texts`];
  }

  #call(method: string, ...given: readonly unknown[]): unknown {
    return Reflect.apply(Reflect.get(this.#made, method), this.#made, given);
  }
}
