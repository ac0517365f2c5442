import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { beyondGranter } from "../../../src/auth/authorization/grantable.ts";
import { makePolicy } from "../../../src/auth/authorization/policy.ts";
import {
  actionExists,
  actionsForResource,
  allPermissions,
  resourceDescription,
  resourceExists,
  resourceReach,
} from "../../../src/auth/authorization/resources.ts";
import { RoleCoordinator } from "../../../src/auth/authorization/role-coordinator.ts";
import { parseRoles } from "../../../src/auth/authorization/role-file.ts";
import { AuthorizationError } from "../../../src/errors/index.ts";
import { somebody } from "../support/requests.ts";
import { permissionTable } from "./permission-table.ts";

/** Permissions of the reference, in its order. */
const REFERENCE = [
  ...["index", "show", "create", "update", "destroy", "retry", "cancel"].map((action) => `tasker.task:${action}`),
  ...["index", "show", "update", "destroy", "retry", "cancel"].map((action) => `tasker.workflow_step:${action}`),
  ...["tasker.health_status:index", "tasker.handler:index", "tasker.handler:show"],
  ...["tasker.metrics:index", "tasker.analytics:index"],
];

const SENSITIVE = ["tasker.token", "tasker.session", "tasker.audit", "tasker.configuration"];

/** Says once more, in other words, what each role may. */
const MAY: Readonly<Record<string, (resource: string, action: string) => boolean>> = {
  nobody: () => false,
  viewer: (resource, action) => !SENSITIVE.includes(resource) && ["index", "show"].includes(action),
  operator: (resource) => !SENSITIVE.includes(resource),
  admin: () => true,
};

const pairs = allPermissions().map((permission) => permission.split(":") as [string, string]);

describe("the registry of resources", () => {
  test("has all 18 permissions of the reference", () => {
    expect(REFERENCE).toHaveLength(18);
    expect(allPermissions()).toEqual(expect.arrayContaining(REFERENCE));
    expect(actionsForResource("tasker.task").slice(0, 7)).toEqual(
      REFERENCE.slice(0, 7).map((name) => name.split(":")[1]),
    );
  });

  test("answers what there is, and nothing of what there is not", () => {
    expect(resourceExists("tasker.task")).toBe(true);
    expect(resourceDescription("tasker.task")).toBe("workflow tasks");
    for (const name of ["tasker.nothing", "__proto__", "constructor", ""]) {
      expect([resourceExists(name), actionExists(name, "index"), resourceDescription(name)]).toEqual([
        false,
        false,
        null,
      ]);
      expect([actionsForResource(name), resourceReach(name)]).toEqual([[], null]);
    }
    expect(actionExists("tasker.task", "toString")).toBe(false);
  });
});

describe.each(Object.keys(MAY))("the role %s", (role) => {
  const roles = role === "nobody" ? [] : [role];
  const may = (resource: string, action: string) => MAY[role]?.(resource, action) ?? false;

  test.each(pairs)("on %s: %s", async (resource, action) => {
    const reach = resourceReach(resource);
    const everywhere = new RoleCoordinator(somebody({ roles }));
    const limited = new RoleCoordinator(somebody({ roles, namespaces: ["payments"] }));
    const nowhere = new RoleCoordinator(somebody({ roles, namespaces: [] }));
    const allowed = may(resource, action);
    const asked = [undefined, "payments", "inventory", "", "payments "];

    for (const namespace of asked) expect(await everywhere.can(resource, action, { namespace })).toBe(allowed);
    for (const namespace of asked) {
      const inside = reach === "shared" || (reach === "namespace" && namespace === "payments");
      expect(await limited.can(resource, action, { namespace })).toBe(allowed && inside);
      expect(await nowhere.can(resource, action, { namespace })).toBe(false);
    }

    expect(await everywhere.scopeOf(resource, action)).toEqual(allowed ? "all" : []);
    const scope = { namespace: ["payments"], global: [], shared: "all" }[reach ?? "global"];
    expect(await limited.scopeOf(resource, action)).toEqual(allowed ? scope : []);
    expect(await nowhere.scopeOf(resource, action)).toEqual([]);
    await expect(nowhere.authorizeList(resource, action)).rejects.toBeInstanceOf(AuthorizationError);

    const refused = everywhere.authorize(resource, action);
    if (allowed) await refused;
    else
      await expect(refused).rejects.toMatchObject({
        code: "TASKER_FORBIDDEN",
        message: `Not authorized to ${action} on ${resource}`,
      });
  });
});

test.each([
  ["tasker.system_status", "read"],
  ["tasker.handler", "show_namespace"],
  ["unknown.resource", "unknown"],
  ["tasker.task", "*"],
  ["*", "*"],
  ["tasker.task:index", ""],
  ["__proto__", "index"],
])("what there is not, %s %s, is denied to everybody and is no other error", async (resource, action) => {
  for (const enabled of [true, false]) {
    const access = new RoleCoordinator(somebody({ roles: ["admin"] }), { enabled });
    expect(await access.can(resource, action)).toBe(false);
    await expect(access.authorize(resource, action)).rejects.toBeInstanceOf(AuthorizationError);
    expect(await access.scopeOf(resource, action)).toEqual([]);
  }
});

test("permissions beside roles may have wildcards; those that mean nothing give nothing", async () => {
  const access = new RoleCoordinator(
    somebody({
      permissions: ["tasker.task:*", "*:show", "tasker.nothing:*", "tasker.token:indexes", "tasker.*:index", "*"],
    }),
  );
  expect(await access.permittedActions("tasker.task")).toEqual(actionsForResource("tasker.task"));
  expect(await access.permittedActions("tasker.token")).toEqual(["show"]);
  expect(await access.permittedActions("tasker.nothing")).toEqual([]);
  expect(await access.permissions()).not.toContain("tasker.token:index");
});

const FILE = `
version: 1
roles:
  looker:
    permissions: ["tasker.task:index", "tasker.task:show"]
  payer:
    inherits: [looker]
    permissions: [tasker.task:retry]
    namespaces: [payments]
  both:
    inherits: [payer, looker]
owner:
  permissions: [tasker.task:cancel]
`;

test("roles inherit; what a role is limited to, it limits what it inherits to", async () => {
  const policy = makePolicy(parseRoles(FILE, "roles.yaml"));
  const scopes = async (role: string, action: string) =>
    new RoleCoordinator(somebody({ roles: [role] }), { policy }).scopeOf("tasker.task", action);
  expect(await scopes("looker", "index")).toBe("all");
  expect(await scopes("payer", "index")).toEqual(["payments"]);
  expect(await scopes("payer", "retry")).toEqual(["payments"]);
  expect(await scopes("both", "index")).toBe("all");
  expect(await scopes("both", "retry")).toEqual(["payments"]);
  expect(await scopes("admin", "destroy")).toBe("all");
  expect(await scopes("operator", "index")).toEqual([]);
});

test("whoever made a task may do to it what the file says, in their namespaces; nobody in particular owns nothing", async () => {
  const policy = makePolicy(parseRoles(FILE, "roles.yaml"));
  const context = { namespace: "payments", ownerId: "ada" };
  const may = (principal: Parameters<typeof somebody>[0], action: string) =>
    new RoleCoordinator(somebody(principal), { policy }).can("tasker.task", action, context);
  expect(await may({}, "cancel")).toBe(true);
  expect(await may({}, "retry")).toBe(false);
  expect(await may({ id: "grace" }, "cancel")).toBe(false);
  expect(await may({ namespaces: ["inventory"] }, "cancel")).toBe(false);
  expect(await may({ kind: "anonymous" }, "cancel")).toBe(false);
});

test("nobody gives away by a token what they do not have", () => {
  const policy = makePolicy();
  const operator = somebody({ roles: ["operator"], namespaces: ["payments"] });
  const grant = { roles: [], permissions: ["tasker.task:*"], namespaces: ["payments"] };
  expect(beyondGranter(policy, operator, grant)).toEqual([]);
  expect(beyondGranter(policy, operator, { ...grant, namespaces: "all" })).toContain("tasker.task:create");
  expect(beyondGranter(policy, operator, { ...grant, permissions: ["tasker.token:create"] })).toEqual([
    "tasker.token:create",
  ]);
  expect(beyondGranter(policy, operator, { ...grant, roles: ["operator"], permissions: [] })).toEqual([]);
  expect(beyondGranter(policy, operator, { ...grant, roles: ["viewer"], permissions: [] })).toEqual(["role viewer"]);
  expect(beyondGranter(policy, operator, { ...grant, roles: ["admin"] })).toContain("role admin");
  const admin = somebody({ roles: ["admin"] });
  expect(beyondGranter(policy, admin, { roles: ["admin"], permissions: ["*:*"], namespaces: "all" })).toEqual([]);
});

test("docs/authorization.md has the table of the roles", () => {
  const text = readFileSync(new URL("../../../../../docs/authorization.md", import.meta.url), "utf8");
  expect(text).toContain(permissionTable());
});
