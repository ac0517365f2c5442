import { DEFAULT_ROLES, makePolicy } from "../../../src/auth/authorization/policy.ts";
import { actionsForResource, resourceReach, resources } from "../../../src/auth/authorization/resources.ts";

/** What the roles that are there without a file may do, as a table of Markdown: resource by role. */
export function permissionTable(): string {
  const policy = makePolicy();
  const roles = Object.keys(DEFAULT_ROLES.roles);
  const rows = resources().map((resource) => {
    const actions = actionsForResource(resource);
    const cells = roles.map((role) => {
      const allowed = actions.filter((action) => policy.roles.get(role)?.has(`${resource}:${action}`));
      return allowed.length === actions.length ? "all" : allowed.join(", ") || "-";
    });
    return [`\`${resource}\``, resourceReach(resource) ?? "-", actions.join(", "), ...cells];
  });
  const header = ["resource", "reach", "actions", ...roles];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
