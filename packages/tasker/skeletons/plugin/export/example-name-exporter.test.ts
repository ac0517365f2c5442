import assert from "node:assert/strict";
import { test } from "node:test";
import { PluginRegistry } from "tasker";
import { ExampleNameExporter } from "./example-name-exporter.ts";

test("it is found by its format, and gives figures", () => {
  const plugins = new PluginRegistry();
  plugins.register(ExampleNameExporter);
  const [exporter] = plugins.findByFormat("example-name".toUpperCase());
  assert.equal(exporter?.export({ tasks: 2, steps: { failed: 3 } }), "steps.failed 3\ntasks 2");
});
