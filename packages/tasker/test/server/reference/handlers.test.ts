import { expect, onTestFinished, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";
import { graphTemplate } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type ServeOptions, serve } from "../support/serve.ts";
import { ask, makeToken, WITH_TOKENS } from "../support/tokens.ts";

const TEMPLATES = [
  graphTemplate("a -> c, b -> c, c -> d", { namespace: "shop", name: "order", version: "9.0.0" }),
  graphTemplate("a -> b", { namespace: "shop", name: "order", version: "10.0.0" }),
  graphTemplate("a", { namespace: "billing", name: "invoice" }),
];

async function serveTemplates(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return { ...(await serve(database, { templates: TEMPLATES, ...options })) };
}

describeOnPostgres("handlers at the reference's paths", () => {
  test("are listed by namespace, with names counted", async () => {
    const { client } = await serveTemplates();
    const { namespaces, total_namespaces } = await client.call(REFERENCE_ROUTES.listNamespaces);
    expect(total_namespaces).toBe(2);
    expect(namespaces).toEqual([
      { name: "billing", handler_count: 1 },
      { name: "shop", handler_count: 1 },
    ]);
  });

  test("of a namespace are listed with their versions, the highest last", async () => {
    const { client } = await serveTemplates();
    const params = { namespace: "shop" };
    expect(await client.call(REFERENCE_ROUTES.listHandlersInNamespace, { params })).toEqual({
      namespace: "shop",
      handlers: [
        {
          name: "order",
          namespace: "shop",
          versions: ["9.0.0", "10.0.0"],
          latest_version: "10.0.0",
          handler_count: 2,
        },
      ],
      total_handlers: 1,
    });
  });

  test("are shown with the graph of all of their dependencies, in the latest version or the one asked for", async () => {
    const { client } = await serveTemplates();
    const show = (version?: string) =>
      client.call(REFERENCE_ROUTES.getHandlerWithDependencies, {
        params: { namespace: "shop", name: "order" },
        query: { version },
      });
    const latest = await show();
    expect(latest.handler).toMatchObject({ full_name: "shop.order@10.0.0", available: true });
    const { handler, cache_key } = await show("9.0.0");
    expect(cache_key).not.toBe(latest.cache_key);
    expect(
      handler.step_templates.map(({ name, depends_on_step, depends_on_steps }) => [
        name,
        depends_on_step,
        depends_on_steps,
      ]),
    ).toEqual([
      ["a", undefined, []],
      ["c", undefined, ["a", "b"]],
      ["b", undefined, []],
      ["d", "c", ["c"]],
    ]);
    expect(handler.dependency_graph.edges).toContainEqual({ from: "b", to: "c", type: "dependency" });
    expect(handler.dependency_graph.execution_order).toEqual(["a", "b", "c", "d"]);
  });

  test("that are not there are 404 in the reference's words", async () => {
    const { url } = await serveTemplates();
    const noNamespace = { status: 404, body: { error: "Namespace not found" } };
    expect(await ask(`${url}/handlers/nowhere`)).toMatchObject(noNamespace);
    expect(await ask(`${url}/handlers/nowhere/order`)).toMatchObject(noNamespace);
    const noHandler = { status: 404, body: { error: "Handler not found in namespace" } };
    expect(await ask(`${url}/handlers/shop/nothing`)).toMatchObject(noHandler);
    expect(await ask(`${url}/handlers/shop/order?version=7.0.0`)).toMatchObject(noHandler);
    expect((await ask(`${url}/handlers/shop/order?version=newest`)).status).toBe(400);
  });

  test("are shown to those who may, of the namespaces in which they may", async () => {
    const { url, database } = await serveTemplates({ auth: WITH_TOKENS });
    expect((await ask(`${url}/handlers`)).status).toBe(401);
    const other = await makeToken(database, ["tasker.task:index"]);
    expect((await ask(`${url}/handlers`, other)).status).toBe(403);
    const limited = await makeToken(database, ["tasker.handler:index", "tasker.handler:show"], ["billing"]);
    expect((await ask(`${url}/handlers`, limited)).body).toMatchObject({ namespaces: [{ name: "billing" }] });
    expect((await ask(`${url}/handlers/billing`, limited)).status).toBe(200);
    expect((await ask(`${url}/handlers/billing/invoice`, limited)).status).toBe(200);
    expect((await ask(`${url}/handlers/shop`, limited)).status).toBe(404);
    expect((await ask(`${url}/handlers/shop/order`, limited)).status).toBe(404);
  });
});
