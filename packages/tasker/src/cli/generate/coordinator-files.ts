import { grantsOf } from "../../auth/authorization/grants.ts";
import { DEFAULT_ROLES } from "../../auth/authorization/policy.ts";
import { actionsForResource, resources } from "../../auth/authorization/resources.ts";
import type { GeneratedFile } from "./generated-file.ts";
import type { GeneratedName } from "./generated-name.ts";

/** A class of coordinators with every permission that there is, and a test of it. */
export function coordinatorFiles(name: GeneratedName): readonly GeneratedFile[] {
  const stem = `${name.kebab}-coordinator`;
  return [
    { path: `${stem}.ts`, text: classFile(name) },
    { path: `${stem}.test.ts`, text: testFile(name) },
  ];
}

function classFile({ pascal, kebab }: GeneratedName): string {
  return `import { AuthorizationCoordinator } from "tasker";

/** Whoever has this role may do everything. */
const ADMIN = "admin";

/** Which roles may do what besides: by resource and action. What is not here is for ${"`ADMIN`"} only. */
export const ALLOWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
${resources().map(resourceText).join("\n")}
};

/**
 * Decides what somebody may do. Made for each request; asked only for what there is, and within the principal's namespaces. In the
 * configuration:
 *
 *     authorization_enabled: true
 *     authorization_coordinator_class: ./auth/${kebab}-coordinator.ts#${pascal}Coordinator
 */
export class ${pascal}Coordinator extends AuthorizationCoordinator {
  protected override authorized(resource: string, action: string): boolean {
    const { roles } = this.principal;
    const allowed = ALLOWED[resource]?.[action] ?? [];
    return roles.includes(ADMIN) || roles.some((role) => allowed.includes(role));
  }
}
`;
}

function resourceText(resource: string): string {
  const lines = actionsForResource(resource).map((action) => {
    const roles = rolesWith(`${resource}:${action}`).map((role) => JSON.stringify(role));
    return `    ${action}: [${roles.join(", ")}],\n`;
  });
  return `  "${resource}": {\n${lines.join("")}  },`;
}

/** The roles, of those without a file of roles, that give a permission. */
function rolesWith(permission: string): readonly string[] {
  return Object.entries(DEFAULT_ROLES.roles)
    .filter(([, { permissions }]) => grantsOf(permissions, "all").has(permission))
    .map(([role]) => role);
}

function testFile({ pascal, kebab }: GeneratedName): string {
  return `import assert from "node:assert/strict";
import { test } from "node:test";
import { actionsForResource, allPermissions, type Principal, resources } from "tasker";
import { ALLOWED, ${pascal}Coordinator } from "./${kebab}-coordinator.ts";

function permissionsOf(...roles: string[]): Promise<readonly string[]> {
  const principal: Principal = { id: "1", kind: "user", name: "Ada", roles, permissions: [], namespaces: "all" };
  return new ${pascal}Coordinator(principal).permissions();
}

test("it decides on every resource and action that there is, and on no others", () => {
  const decided = Object.entries(ALLOWED).map(([resource, actions]) => [resource, Object.keys(actions)]);
  assert.deepEqual(
    decided,
    resources().map((resource) => [resource, actionsForResource(resource)]),
  );
});

test("an admin may do everything, somebody without a role nothing", async () => {
  assert.deepEqual(await permissionsOf("admin"), allPermissions());
  assert.deepEqual(await permissionsOf(), []);
});

test("a viewer looks at what there is, and changes nothing", async () => {
  const permissions = await permissionsOf("viewer");
  assert.ok(permissions.includes("tasker.health_status:index"));
  assert.deepEqual(
    permissions.filter((permission) => !/:(?:index|show)$/.test(permission)),
    [],
  );
});

test("nobody acts beyond the namespaces that are the principal's", async () => {
  const principal = { id: "1", kind: "user", name: "Ada", roles: ["operator"], permissions: [] } as const;
  const access = new ${pascal}Coordinator({ ...principal, namespaces: ["payments"] });
  assert.equal(await access.can("tasker.task", "retry", { namespace: "payments" }), true);
  assert.equal(await access.can("tasker.task", "retry", { namespace: "inventory" }), false);
});
`;
}
