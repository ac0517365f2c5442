import { expect, test } from "vitest";
import { parseRoles, readRoleFile } from "../../../src/auth/authorization/role-file.ts";
import { ConfigurationError } from "../../../src/errors/index.ts";

const refusalOf = (text: string): string => {
  try {
    parseRoles(text, "roles.yaml");
    return "taken";
  } catch (error) {
    return error instanceof ConfigurationError ? error.message : String(error);
  }
};

test("a file of roles is read with its defaults", () => {
  expect(parseRoles("version: 1\nroles:\n  looker:\n    permissions: ['*:index']\n", "roles.yaml")).toEqual({
    version: 1,
    roles: { looker: { permissions: ["*:index"], inherits: [] } },
    admin_roles: ["admin"],
  });
});

test.each([
  ["roles: {}", "roles.yaml:1: version is missing, expected 1"],
  ["version: 2\nroles: {}", "roles.yaml:1: version is 2, expected 1"],
  [
    "version: 1\nroles:\n  a:\n    permission: []",
    "roles.yaml:4: roles.a.permission is [], expected a key that is known",
  ],
  [
    "version: 1\nroles:\n  a:\n    permissions:\n      - tasker.task:index\n      - tasker.task:indx",
    'roles.yaml:6: roles.a.permissions[1] is "tasker.task:indx", expected a permission such as',
  ],
  ["version: 1\nroles:\n  a:\n    permissions: ['*']", 'roles.yaml:4: roles.a.permissions[0] is "*"'],
  [
    "version: 1\nroles:\n  a:\n    inherits: [b]",
    'roles.yaml:4: roles.a.inherits[0] is "b", expected the name of a role',
  ],
  [
    "version: 1\nroles:\n  a:\n    inherits: [b]\n  b:\n    inherits: [a]",
    'roles.yaml:6: roles.b.inherits[0] is "a", expected a role that does not inherit b',
  ],
  ["version: 1\nroles:\n  a:\n    namespaces: payments", "roles.yaml:4: roles.a.namespaces"],
  ["version: 1\nroles:\n  a: {}\n  a: {}", "roles.yaml:4: Map keys must be unique"],
  ["version: 1\nroles: [", "roles.yaml:2:"],
  ["[]", "roles.yaml:1: the file is []"],
  ["version: 1\nroles: *nothing", "roles.yaml: Unresolved alias"],
  [
    `version: 1\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(10)}]\nc: &c [${"*b,".repeat(10)}]\nd: [*c]`,
    "roles.yaml: Excessive alias count",
  ],
])("%j is refused with its line", (text, message) => {
  expect(refusalOf(text)).toContain(message);
});

test("all that is wrong is said at once", () => {
  expect(
    refusalOf("version: 1\nroles:\n  a:\n    permissions: [x]\n  b:\n    inherits: 3\nadmin: []").split("\n"),
  ).toHaveLength(3);
});

test("a file that is not there is an error that names it", async () => {
  await expect(readRoleFile("nothing.yaml", "/tmp")).rejects.toThrow("the file of roles 'nothing.yaml' cannot be read");
});
