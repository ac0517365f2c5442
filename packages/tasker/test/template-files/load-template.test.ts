import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidTemplateError } from "../../src/errors/index.ts";
import { loadTemplateFile } from "../../src/template-files/load-template.ts";
import { customEvent } from "../support/custom-event.ts";

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url).pathname;

async function failureOf(path: string): Promise<InvalidTemplateError> {
  const error = await loadTemplateFile(path).then(
    () => expect.unreachable("the template was accepted"),
    (reason: unknown) => reason,
  );
  if (error instanceof InvalidTemplateError) return error;
  throw error;
}

describe("a template of the reference", () => {
  test("loads unchanged", async () => {
    const definition = await loadTemplateFile(fixture("order_process.yaml"));
    expect(definition).toMatchObject({
      namespace: "ecommerce",
      name: "api_task/integration_yaml_example",
      version: "1.2.0",
      description: "Fetches a cart, checks stock, places the order",
      taskHandlerClass: "ApiTask::IntegrationYamlExample",
    });
    expect(definition.steps.map((step) => [step.name, step.dependsOn, step.dependentSystem, step.retryLimit])).toEqual([
      ["fetch_cart", [], "ecommerce_system", 3],
      ["fetch_products", [], "ecommerce_system", 3],
      ["validate_products", ["fetch_products", "fetch_cart"], "ecommerce_system", 3],
      ["create_order", ["validate_products"], "ecommerce_system", 5],
      ["publish_event", ["create_order"], "event_bus", 3],
    ]);
    expect(definition.steps[0]).toEqual({
      name: "fetch_cart",
      description: "Fetch cart details from e-commerce system",
      dependentSystem: "ecommerce_system",
      dependsOn: [],
      retryable: true,
      retryLimit: 3,
      skippable: false,
      handlerClass: "ApiTask::StepHandler::CartFetchStepHandler",
      handlerConfig: { type: "api", url: "https://api.ecommerce.com/cart", params: { cart_id: 1 } },
      timeoutSeconds: null,
      customEvents: [],
      priority: 0,
      queue: null,
      limits: [],
      circuit: null,
      runIf: null,
      whenSkipped: "satisfied",
      defaultResults: null,
      onFailure: "fail",
      wait: null,
      forEach: null,
      compensation: null,
    });
    expect(definition.steps[3]).toMatchObject({
      description: "create_order",
      retryable: true,
      customEvents: [customEvent("order.created", { description: "An order was placed" })],
    });
    expect(definition.steps[4]).toMatchObject({ skippable: true, handlerConfig: null });
  });

  test("is merged with the chosen environment", async () => {
    const definition = await loadTemplateFile(fixture("order_process.yaml"), { environment: "test" });
    expect(definition.steps[0]?.handlerConfig).toEqual({
      type: "api",
      url: "http://localhost:3000/api/cart",
      params: { cart_id: 1, test_mode: true },
    });
    expect(definition.steps.map((step) => step.dependentSystem)).toEqual([
      "mock_system",
      "mock_system",
      "mock_system",
      "mock_system",
      "event_bus",
    ]);
    expect(definition.steps[3]?.retryLimit).toBe(1);
  });

  test("is itself in an environment that overrides nothing, or that it does not have", async () => {
    const base = await loadTemplateFile(fixture("order_process.yaml"));
    expect(await loadTemplateFile(fixture("order_process.yaml"), { environment: "production" })).toEqual(base);
    expect(await loadTemplateFile(fixture("order_process.yaml"), { environment: "staging" })).toEqual(base);
  });

  test("may use anchors, merge keys, draft 4, Ruby's patterns, unknown formats and keys that are ignored", async () => {
    const definition = await loadTemplateFile(fixture("customer_analytics.yaml"));
    expect(definition.taskHandlerClass).toBe("DataPipeline::CustomerAnalyticsHandler");
    expect(definition.steps.map((step) => step.handlerConfig)).toEqual([
      { timeout: 30, source: "warehouse", table: "orders" },
      { timeout: 45, source: "warehouse", table: "users" },
      null,
      null,
    ]);
    expect(definition.steps[0]).toMatchObject({
      timeoutSeconds: 1800,
      customEvents: [
        customEvent("data_extraction_started"),
        customEvent("data_extraction_completed", { description: "All rows read" }),
      ],
    });
    expect(definition.steps[3]?.retryable).toBe(false);
  });

  test("may be JSON, and its defaults are filled in", async () => {
    const definition = await loadTemplateFile(fixture("linear.json"));
    expect(definition).toMatchObject({
      namespace: "default",
      version: "0.1.0",
      description: null,
      taskHandlerClass: "LinearWorkflow",
      contextSchema: null,
    });
    expect(definition.steps[1]).toMatchObject({ dependsOn: ["one"], dependentSystem: "unknown" });
  });
});

describe("a file that cannot be read", () => {
  test.each([
    ["is missing", "nowhere.yaml", /nowhere\.yaml:1:1: found no such file/],
    ["is a directory", "", /found a directory, expected a file/],
    ["is below a file", "linear.json/x.yaml", /found no such file/],
    ["has a name that no file can have", "a\0b", /cannot be read: /],
  ])("%s", async (_title, name, message) => {
    const error = await failureOf(fixture("") + name);
    expect(error.message).toMatch(message);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.issues).toHaveLength(1);
  });

  test("is not UTF-8", async () => {
    expect((await failureOf(fixture("latin1.yaml"))).message).toMatch(
      /latin1\.yaml:1:1: found bytes that are not UTF-8/,
    );
  });

  test("names the file, line and column of each issue", async () => {
    const folder = mkdtempSync(join(tmpdir(), "template-"));
    try {
      const path = join(folder, "broken.yaml");
      writeFileSync(path, "\uFEFFname: order\nversion: one\nstep_templates: []\n");
      expect((await failureOf(path)).message).toMatch(/broken\.yaml:2:10: version: found "one", expected a version/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
