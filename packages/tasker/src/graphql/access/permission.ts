import type { ResourceName } from "../../auth/authorization/resources.ts";

/** What a field needs: `resource:action`. */
export type Permission = `${ResourceName}:${string}`;

/** The two parts of a permission. */
export function splitPermission(permission: Permission): readonly [resource: string, action: string] {
  const colon = permission.lastIndexOf(":");
  return [permission.slice(0, colon), permission.slice(colon + 1)];
}
