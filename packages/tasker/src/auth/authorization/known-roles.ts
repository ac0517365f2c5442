import type { AuthConfig } from "../../config/auth-config.ts";
import { BUILT_IN } from "./make-coordinators.ts";
import { makePolicy } from "./policy.ts";
import { readRoleFile } from "./role-file.ts";

/**
 * Names of the roles that a configuration has; null where a class of the user's decides, which may know others.
 * @param directory from which the path of the file of roles starts
 * @throws ConfigurationError if the file of roles is wrong
 */
export async function knownRoles(config: AuthConfig, directory: string): Promise<readonly string[] | null> {
  if (!BUILT_IN.includes(config.authorization_coordinator_class)) return null;
  const file = config.role_file === null ? undefined : await readRoleFile(config.role_file, directory);
  const { roles, adminRoles } = makePolicy(file);
  return [...new Set([...roles.keys(), ...adminRoles])];
}
