import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { definitionToDocument } from "../../src/templates/definition-document.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";
import { ask } from "./support/tokens.ts";

const NAMED = { namespace: "shop", name: "order" };
const OLD = graphTemplate("a -> b", { ...NAMED, version: "9.0.0" });
const NEW = graphTemplate("a -> b, b -> c", { ...NAMED, version: "10.0.0" });
const NEWEST = definitionToDocument(graphTemplate("a -> b, a -> d", { ...NAMED, version: "11.0.0" }).definition);

async function openDatabase() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return database;
}

async function serveTemplates() {
  const database = await openDatabase();
  const made = await serve(database, { templates: [OLD, NEW] });
  for (const version of ["9.0.0", "10.0.0"]) await made.engine.submit({ ...NAMED, version, context: { version } });
  return made;
}

/** A text of 300 characters that means ten to the power of eight values. */
const REPEATING = `a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n${[1, 2, 3, 4, 5, 6, 7]
  .map((level) => `a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`)
  .join("\n")}`;

describeOnPostgres("templates over HTTP", () => {
  test("that mean far more than they say are refused early", async () => {
    const { client } = await serveTemplates();
    const issuesOf = async (document: string) => {
      const { valid, issues } = await client.call(ROUTES.validateTemplate, { body: { document } });
      expect(valid).toBe(false);
      return issues.map(({ message }) => message);
    };
    expect(await issuesOf(REPEATING)).toEqual(["found more than 5000 values that aliases repeat, expected fewer"]);
    const refused = client.call(ROUTES.planTemplate, { body: { document: REPEATING } });
    expect(await refusalOf(refused)).toEqual([422, "TASKER_INVALID_TEMPLATE"]);
    const names = Array.from({ length: 600 }, (_, place) => `n${place}`);
    const steps = names.map((name) => `- { name: ${name}, handler_class: A }`).join("\n");
    const environments = `environments:\n${names.map((name) => `  ${name}: { description: x }`).join("\n")}`;
    expect(await issuesOf(`name: order\nstep_templates:\n${steps}\n${environments}`)).toEqual([
      "found 600 environments of 1803 values, expected fewer: they may be 500000 in all",
    ]);
  });

  test("are listed and shown with their versions, the highest first", async () => {
    const { client } = await serveTemplates();
    const { templates } = await client.call(ROUTES.listTemplates);
    expect(templates).toMatchObject([
      {
        ...NAMED,
        versions: [
          { version: "10.0.0", is_registered: true },
          { version: "9.0.0", is_registered: true },
        ],
      },
    ]);
    expect(await client.call(ROUTES.getTemplate, { params: NAMED })).toEqual(templates[0]);
    expect(await refusalOf(client.call(ROUTES.getTemplate, { params: { ...NAMED, name: "x" } }))).toEqual([
      404,
      "TASKER_NOT_FOUND",
    ]);
  });

  test("are shown as definitions, graphs and diagrams, by version or hash", async () => {
    const { client, url } = await serveTemplates();
    const latest = await client.call(ROUTES.getDefinition, { params: NAMED });
    expect(latest).toMatchObject({ version: "10.0.0", definition: { name: "order" } });
    const byHash = await client.call(ROUTES.getDefinition, { params: NAMED, query: { version: latest.hash } });
    expect(byHash).toEqual(latest);
    const graph = await client.call(ROUTES.getTemplateGraph, { params: NAMED, query: { version: "9.0.0" } });
    expect(graph).toMatchObject({ topology: ["a", "b"], summary: { total_steps: 2 } });
    expect((await client.call(ROUTES.drawTemplate, { params: NAMED })).nodes).toHaveLength(3);
    const mermaid = await ask(`${url}/v1/templates/shop/order/diagram?format=mermaid`);
    expect(mermaid.body).toContain("graph TD");
    const unknown = client.call(ROUTES.getDefinition, { params: NAMED, query: { version: "1.0.0" } });
    expect(await refusalOf(unknown)).toEqual([404, "TASKER_NOT_FOUND"]);
  });

  test("are compared", async () => {
    const { client } = await serveTemplates();
    expect(await client.call(ROUTES.diffTemplates, { params: NAMED, query: { from: "9.0.0" } })).toMatchObject({
      same: false,
      before: { version: "9.0.0" },
      after: { version: "10.0.0" },
      steps: { added: ["c"], removed: [] },
    });
  });

  test("are checked, with everything that is wrong and where", async () => {
    const { client } = await serveTemplates();
    const validate = (document: string) => client.call(ROUTES.validateTemplate, { body: { document } });
    expect(await validate(JSON.stringify(NEWEST))).toMatchObject({ valid: true, definition: { version: "11.0.0" } });
    const { valid, issues } = await validate("name: order\nstep_templates:\n  - nme: a\n");
    expect(valid).toBe(false);
    expect(issues.length).toBeGreaterThan(0);
    expect(issues[0]).toMatchObject({ line: expect.any(Number), message: expect.any(String) });
  });

  test("are planned and applied: what changes, who keeps the old one, and not twice from the same plan", async () => {
    const { client, database } = await serveTemplates();
    const plan = await client.call(ROUTES.planTemplate, { body: { document: NEWEST } });
    expect(plan).toMatchObject({
      is_known: false,
      definition: { version: "11.0.0" },
      diff: { steps: { added: ["d"] } },
    });
    expect(plan.running.map(({ version, tasks }) => [version, tasks])).toEqual(
      expect.arrayContaining([
        ["9.0.0", 1],
        ["10.0.0", 1],
      ]),
    );
    const apply = () =>
      client.call(ROUTES.applyTemplate, {
        body: { document: NEWEST, base_hash: plan.base_hash, reason: "a new step" },
      });
    expect(await apply()).toEqual({ definition: plan.definition, applied: true });
    expect(await refusalOf(apply())).toEqual([412, "TASKER_STALE_VERSION"]);
    const again = await client.call(ROUTES.planTemplate, { body: { document: NEWEST } });
    expect(again).toMatchObject({ is_known: true, base_hash: plan.definition.hash, diff: { same: true } });
    expect((await client.call(ROUTES.getDefinition, { params: NAMED })).hash).toBe(plan.definition.hash);
    const back = definitionToDocument(NEW.definition);
    const body = { document: back, base_hash: plan.definition.hash, reason: "back" };
    expect((await client.call(ROUTES.applyTemplate, { body })).applied).toBe(true);
    expect((await client.call(ROUTES.planTemplate, { body: { document: back } })).diff?.same).toBe(true);
    expect(await auditOf(database, "tasker.template")).toMatchObject([
      { action: "template.apply", id: "shop.order@11.0.0", reason: "a new step" },
      { action: "template.apply", id: "shop.order@10.0.0", reason: "back" },
    ]);
  });

  test("are for those who may, in their namespaces", async () => {
    const { clientOf, client, engine } = await serveTokens(await openDatabase(), { templates: [OLD] });
    await engine.submit({ ...NAMED, context: { order: 1 } });
    expect(await refusalOf(client.call(ROUTES.listTemplates))).toEqual([401, "TASKER_AUTHENTICATION"]);
    const permissions = ["index", "show", "apply"].map((action) => `tasker.template:${action}`);
    const elsewhere = await clientOf({ permissions, namespaces: ["billing"] });
    expect((await elsewhere.call(ROUTES.listTemplates)).templates).toEqual([]);
    expect((await refusalOf(elsewhere.call(ROUTES.getTemplate, { params: NAMED })))[0]).toBe(404);
    expect((await refusalOf(elsewhere.call(ROUTES.getDefinition, { params: NAMED })))[0]).toBe(404);
    const body = { document: NEWEST, base_hash: null, reason: "test" };
    expect((await refusalOf(elsewhere.call(ROUTES.planTemplate, { body: { document: NEWEST } })))[0]).toBe(403);
    expect((await refusalOf(elsewhere.call(ROUTES.applyTemplate, { body })))[0]).toBe(403);
    const reader = await clientOf({ permissions: permissions.slice(0, 2), namespaces: ["shop"] });
    expect((await reader.call(ROUTES.getTemplateGraph, { params: NAMED })).topology).toEqual(["a", "b"]);
    expect((await refusalOf(reader.call(ROUTES.applyTemplate, { body })))[0]).toBe(403);
  });
});
