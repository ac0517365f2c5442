import { systemClock } from "../clock/clock.ts";
import type { AuthConfig } from "../config/auth-config.ts";
import { AuthenticationError, ConfigurationError } from "../errors/index.ts";
import type { AuthRequest } from "./authenticators/auth-request.ts";
import type { Authenticator } from "./authenticators/authenticator.ts";
import type { AuthorizationContext } from "./authorization/authorization-context.ts";
import type { AuthorizationCoordinator } from "./authorization/coordinator.ts";
import { type CoordinatorMaker, makeCoordinators } from "./authorization/make-coordinators.ts";
import { makePolicy, type Policy } from "./authorization/policy.ts";
import { readRoleFile } from "./authorization/role-file.ts";
import { FailedAttempts } from "./failed-attempts.ts";
import { FailureLog } from "./failure-log.ts";
import { type AuthenticatorParts, makeAuthenticator, sessionsOf } from "./make-authenticator.ts";
import type { NamespaceScope, Principal } from "./principal.ts";
import { type AuthRefusal, refusalOf } from "./refusal.ts";
import type { Sessions } from "./sessions/sessions.ts";

/** What {@link openAuth} needs besides the configuration. */
export interface AuthOptions extends Pick<AuthenticatorParts, "database"> {
  /** Classes of authenticators and coordinators that the configuration may name. Default: none. */
  readonly classes?: Readonly<Record<string, unknown>>;
  /** Directory from which paths in the configuration start. Default: the working directory. */
  readonly directory?: string;
  /** Default: the machine's clock. */
  readonly clock?: AuthenticatorParts["clock"];
  /** Told what somebody had better know. Default: a warning on standard error. */
  readonly warn?: (message: string) => void;
}

/** A request that was let in, with what its principal may do. */
export interface Admission {
  readonly principal: Principal;
  readonly access: AuthorizationCoordinator;
}

/** A request that may do what it asks for. */
export interface AuthorizedRequest extends Admission {
  /** The namespaces in which the principal may do it: what a list shows must be limited to them. */
  readonly scope: NamespaceScope;
}

/** What a permission is asked for. */
export interface PermissionRequest {
  readonly resource: string;
  readonly action: string;
  /** The one thing that it is about; `list`: those of a kind that a list shows. */
  readonly on: AuthorizationContext | "list";
}

/** Authentication and authorization as a configuration has them. Keeps nothing of requests. */
export class Auth {
  readonly authenticator: Authenticator;
  readonly policy: Policy;
  /** The sessions of browsers that the authenticator takes; null: it takes none. */
  readonly sessions: Sessions | null;
  readonly #coordinatorOf: CoordinatorMaker;
  readonly #warn: (message: string) => void;
  /** Null: attempts are not limited. */
  readonly #attempts: FailedAttempts | null;
  readonly #failures: FailureLog;

  /** Made by {@link openAuth}. */
  constructor(
    authenticator: Authenticator,
    policy: Policy,
    coordinatorOf: CoordinatorMaker,
    warn: (message: string) => void,
    { attempts, failures }: { readonly attempts: FailedAttempts | null; readonly failures: FailureLog },
  ) {
    this.#failures = failures;
    this.#attempts = attempts;
    this.authenticator = authenticator;
    this.policy = policy;
    this.sessions = sessionsOf(authenticator);
    this.#coordinatorOf = coordinatorOf;
    this.#warn = warn;
  }

  /** What a principal may do. */
  accessOf(principal: Principal): AuthorizationCoordinator {
    return this.#coordinatorOf(principal);
  }

  /** Finds out whom a request comes from; what each field and object allows is asked of `access`. @throws AuthenticationError */
  async admit(request: AuthRequest): Promise<Admission> {
    try {
      this.#attempts?.check(request);
      const principal = await this.authenticator.authenticate(request);
      return { principal, access: this.accessOf(principal) };
    } catch (error) {
      if (error instanceof AuthenticationError) {
        this.#attempts?.note(request, error.reason);
        await this.#failures.note(request, error);
      }
      throw error;
    }
  }

  /**
   * Lets a request in that may do something, or says what to answer it. Never throws: what an authenticator throws that is no
   * refusal is told to `warn`, and answered without letting anybody in.
   */
  async authorizeRequest(request: AuthRequest, wanted: PermissionRequest): Promise<AuthorizedRequest | AuthRefusal> {
    const { resource, action, on } = wanted;
    try {
      const admission = await this.admit(request);
      const { access } = admission;
      if (on === "list") return { ...admission, scope: await access.authorizeList(resource, action) };
      await access.authorize(resource, action, on);
      return { ...admission, scope: await access.scopeOf(resource, action) };
    } catch (error) {
      return this.refusalOf(error);
    }
  }

  /** What to answer a request for which something threw an error. */
  refusalOf(error: unknown): AuthRefusal {
    return refusalOf(error, this.#warn);
  }
}

/**
 * Reads the file of roles and makes what the section `auth` names. Everything that could be wrong with it shows here, not at a
 * request.
 * @throws ConfigurationError, InvalidInterfaceError
 */
export async function openAuth(config: AuthConfig, options: AuthOptions): Promise<Auth> {
  const warn = options.warn ?? ((message: string) => process.emitWarning(message, "TaskerWarning"));
  const parts: AuthenticatorParts = {
    database: options.database,
    clock: options.clock ?? systemClock,
    classes: new Map(Object.entries(options.classes ?? {})),
    directory: options.directory ?? process.cwd(),
    warn,
  };
  if (config.authentication_enabled && config.authenticator_class === null) {
    throw new ConfigurationError("Authentication is enabled but no authenticator_class is specified", {
      context: { option: "auth.authenticator_class", value: null, expected: "the name of an authenticator" },
    });
  }
  if (config.authentication_enabled && !config.authorization_enabled) {
    warn("authorization is off: whoever is known may do everything within their namespaces, whatever their roles");
  }
  const name = config.authentication_enabled ? (config.authenticator_class ?? "none") : "none";
  const authenticator = await makeAuthenticator(
    name,
    config.authentication_enabled ? config.authenticator_options : {},
    parts,
  );
  const messages = authenticator.validateConfiguration?.() ?? [];
  if (messages.length > 0) {
    throw new ConfigurationError(`Authenticator configuration errors: ${messages.join(", ")}`, {
      context: { option: "auth.authenticator_options", violations: messages },
    });
  }
  const policy = makePolicy(
    config.role_file === null ? undefined : await readRoleFile(config.role_file, parts.directory),
  );
  const { max_failed_attempts: limit, failed_attempts_window_seconds: seconds } = config;
  const attempts = limit === null ? null : new FailedAttempts({ limit, windowMs: seconds * 1_000, clock: parts.clock });
  const failures = new FailureLog({ database: parts.database, clock: parts.clock, windowMs: seconds * 1_000, warn });
  return new Auth(authenticator, policy, await makeCoordinators(config, policy, parts), warn, { attempts, failures });
}
