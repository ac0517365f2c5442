import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, PluginRegistry } from "tasker";
import { createTestEngine, drain, openMemoryDatabase } from "tasker/testing";
import { ExampleNamePlugin } from "./example-name-plugin.ts";

test("it counts the events of an engine", async () => {
  const database = await openMemoryDatabase();
  const plugin = new ExampleNamePlugin();
  const plugins = new PluginRegistry();
  plugins.register(plugin);
  // In a configuration: plugins: { example-name: { events: [...] } }.
  const pluginSettings = { [plugin.name]: { events: ["task.*"] } };
  const template = defineTask({ name: "example" })
    .step("only", { process: () => ({ done: true }) })
    .build();
  const run = createTestEngine({ database, plugins, pluginSettings, templates: [template] });
  await run.engine.start();
  await run.engine.submit({ name: "example", context: {} });
  await drain(run);
  await run.engine.stop();
  await database.close();
  assert.equal(plugin.counts.get("task.completed"), 1);
});
