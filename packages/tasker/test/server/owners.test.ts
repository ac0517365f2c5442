import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openAuth } from "../../src/auth/auth.ts";
import { AuthorizationCoordinator } from "../../src/auth/authorization/coordinator.ts";
import { Client, ROUTES } from "../../src/client/index.ts";
import { authConfig } from "../../src/config/auth-config.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";
import { refusalOf } from "./support/serve-tokens.ts";
import { makeToken, WITH_TOKENS } from "./support/tokens.ts";

const ROLES = `
version: 1
roles:
  nobody: { permissions: ["tasker.health_status:index"] }
owner:
  permissions: [tasker.task:show, tasker.task:cancel, tasker.workflow_step:cancel]
  context_key: made_by
`;

/** A token has a permission at least. */
const NOTHING = ["tasker.health_status:index"];

async function roleFile(roles: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tasker-owners-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "roles.yaml");
  await writeFile(path, roles);
  return path;
}

describeOnPostgres("whoever made a task", () => {
  test("may do to it over HTTP what the file of roles gives to owners", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const auth = { ...WITH_TOKENS, role_file: await roleFile(ROLES) };
    const { url, engine } = await serve(database, { templates: [graphTemplate("a -> b")], auth });
    const clientOf = async () => new Client({ baseUrl: url, token: await makeToken(database, NOTHING) });
    const [ada, grace] = [await clientOf(), await clientOf()];
    await engine.submitMany(
      ["token:1", "token:1", "token:2", 17].map((made_by) => ({ name: "graph", context: { made_by } })),
    );
    const body = { reason: "of no use" };
    const cancel = (client: Client, task_id: number) => client.call(ROUTES.cancelTask, { params: { task_id }, body });
    const show = (client: Client, task_id: number) => client.call(ROUTES.getTask, { params: { task_id } });
    expect(await show(ada, 1)).toMatchObject({ task_id: 1 });
    expect(await cancel(ada, 1)).toMatchObject({ outcome: "done" });
    const step = { params: { task_id: 2, step: "a" }, body };
    expect(await ada.call(ROUTES.cancelStep, step)).toMatchObject({ outcome: "done", step_name: "a" });
    expect(await refusalOf(ada.call(ROUTES.retryStep, step))).toEqual([403, "TASKER_FORBIDDEN"]);
    for (const id of [1, 2, 4, 9]) expect(await refusalOf(cancel(grace, id))).toEqual([404, "TASKER_TASK_NOT_FOUND"]);
    expect(await cancel(grace, 3)).toMatchObject({ outcome: "done" });
  });

  test("is told to a coordinator of one's own together with the step", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const asked: object[] = [];
    class Asking extends AuthorizationCoordinator {
      protected override authorized(resource: string, _action: string, context: object): boolean {
        asked.push({ resource, ...context });
        return true;
      }
    }
    const settings = { ...WITH_TOKENS, authorization_coordinator_class: "Asking" };
    const auth = await openAuth(authConfig(settings), { database, classes: { Asking }, warn: () => {} });
    const { url, engine } = await serve(database, { templates: [graphTemplate("a")], parts: { auth } });
    await engine.submit({ name: "graph", context: {} });
    const client = new Client({ baseUrl: url, token: await makeToken(database, NOTHING) });
    for (const step of ["a", 1]) await client.call(ROUTES.getStep, { params: { task_id: 1, step } });
    const place = { namespace: "default", taskId: 1, ownerId: null, stepId: 1 };
    expect(asked).toEqual([0, 1].map(() => ({ resource: "tasker.workflow_step", ...place })));
  });
});
