import type { AuthConfig } from "../../config/auth-config.ts";
import { type ClassSource, isClass, loadClass, refusal } from "../load-class.ts";
import type { Principal } from "../principal.ts";
import { AuthorizationCoordinator, type AuthorizationOptions } from "./coordinator.ts";
import type { Policy } from "./policy.ts";
import { RoleCoordinator } from "./role-coordinator.ts";

/** Makes the coordinator of a principal. */
export type CoordinatorMaker = (principal: Principal) => AuthorizationCoordinator;

/** Names of the coordinator that goes by roles; the first is the reference's. */
export const BUILT_IN = ["Tasker::Authorization::BaseCoordinator", "roles"];

const OPTION = "auth.authorization_coordinator_class";

/**
 * What makes coordinators as a configuration says: of roles and permissions, or of a class that extends
 * `AuthorizationCoordinator`, made with the principal and the options.
 * @throws ConfigurationError
 */
export async function makeCoordinators(
  config: AuthConfig,
  policy: Policy,
  source: ClassSource,
): Promise<CoordinatorMaker> {
  const { authorization_enabled: enabled, authorization_coordinator_class: name } = config;
  if (BUILT_IN.includes(name)) return (principal) => new RoleCoordinator(principal, { enabled, policy });
  const found = await loadClass(OPTION, name, source);
  const options = { ...config.authorization_options, enabled };
  if (!isCoordinatorClass(found)) throw refusal(OPTION, name, "a class that extends AuthorizationCoordinator");
  return (principal) => new found(principal, options);
}

function isCoordinatorClass(
  value: unknown,
): value is new (
  principal: Principal,
  options: AuthorizationOptions,
) => AuthorizationCoordinator {
  return isClass(value) && value.prototype instanceof AuthorizationCoordinator;
}
