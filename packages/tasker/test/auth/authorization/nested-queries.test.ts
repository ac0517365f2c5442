import { expect, test } from "vitest";
import type { AuthorizationCoordinator } from "../../../src/auth/authorization/coordinator.ts";
import { RoleCoordinator } from "../../../src/auth/authorization/role-coordinator.ts";
import { AuthorizationError } from "../../../src/errors/index.ts";
import { somebody } from "../support/requests.ts";

/** A field as it is asked for: the alias is what the answer calls it. */
interface Field {
  readonly name: string;
  readonly alias?: string;
  readonly fields?: readonly Field[];
}

interface Thing {
  readonly type: "Task" | "Step" | "Annotation";
  readonly namespace: string;
}

/** What is asked before a field gives anything, by the name of its type and its own. */
const ASKED: Readonly<Record<string, readonly [resource: string, action: string, gives: Thing["type"] | null]>> = {
  "Query.tasks": ["tasker.task", "index", "Task"],
  "Query.task": ["tasker.task", "show", "Task"],
  "Query.step": ["tasker.workflow_step", "show", "Step"],
  "Mutation.cancelTask": ["tasker.task", "cancel", "Task"],
  "Task.workflowSteps": ["tasker.workflow_step", "index", "Step"],
  "Step.parents": ["tasker.workflow_step", "index", "Step"],
  "Step.task": ["tasker.task", "show", "Task"],
  "Task.taskAnnotations": ["tasker.annotation", "index", "Annotation"],
  "Task.status": ["tasker.task", "show", null],
};

/** Resolves fields as a server of GraphQL does: each on its own, by type and name, with the namespace of what it gives. */
async function resolve(
  access: AuthorizationCoordinator,
  fields: readonly Field[],
  type: string,
  namespace: string,
  touched: string[] = [],
): Promise<string[]> {
  for (const { name, alias = name, fields: below = [] } of fields) {
    const [resource, action, gives] = ASKED[`${type}.${name}`] ?? ["unknown.resource", "unknown", null];
    await access.authorize(resource, action, { namespace });
    touched.push(alias);
    if (gives !== null) await resolve(access, below, gives, namespace, touched);
  }
  return touched;
}

const reader = () => new RoleCoordinator(somebody({ permissions: ["tasker.task:index", "tasker.task:show"] }));
const cancel = { name: "cancelTask" };
const steps = { name: "workflowSteps" };

test.each<[string, string, readonly Field[]]>([
  ["an alias", "Mutation", [{ ...cancel, alias: "tasks" }]],
  ["a second root field", "Query", [{ name: "tasks" }, { name: "step" }]],
  ["a second root field under an alias that is allowed", "Query", [{ name: "tasks" }, { name: "step", alias: "task" }]],
  ["a nested field", "Query", [{ name: "tasks", fields: [steps] }]],
  ["a nested field under an alias", "Query", [{ name: "tasks", fields: [{ ...steps, alias: "status" }] }]],
  [
    "a field that is deep below",
    "Query",
    [{ name: "tasks", fields: [{ name: "status" }, { name: "taskAnnotations" }] }],
  ],
  ["a field of no type", "Query", [{ name: "__proto__" }]],
  ["a field that nobody has thought of", "Query", [{ name: "everything", alias: "tasks" }]],
])("%s gets at nothing that is not allowed by itself", async (_what, type, fields) => {
  await expect(resolve(reader(), fields, type, "payments")).rejects.toBeInstanceOf(AuthorizationError);
});

test("what is allowed may be asked for as often, as deep and under such names as one likes", async () => {
  const access = new RoleCoordinator(somebody({ permissions: ["*:index", "*:show"] }));
  const query: Field[] = [
    {
      name: "tasks",
      alias: "cancelTask",
      fields: [{ ...steps, fields: [{ name: "parents", fields: [{ name: "task" }] }] }],
    },
    { name: "tasks", alias: "again" },
  ];
  expect(await resolve(access, query, "Query", "payments")).toEqual([
    "cancelTask",
    "workflowSteps",
    "parents",
    "task",
    "again",
  ]);
});

test("a token for payments sees nothing of inventory by whatever way it gets there", async () => {
  const access = new RoleCoordinator(somebody({ permissions: ["*:*"], namespaces: ["payments"] }));
  const query: Field[] = [{ name: "task", fields: [steps] }];
  expect(await resolve(access, query, "Query", "payments")).toEqual(["task", "workflowSteps"]);
  await expect(resolve(access, query, "Query", "inventory")).rejects.toBeInstanceOf(AuthorizationError);
  expect(await access.scopeOf("tasker.task", "index")).toEqual(["payments"]);
});
