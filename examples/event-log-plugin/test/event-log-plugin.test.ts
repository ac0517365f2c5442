import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, defineTask, PluginRegistry } from "tasker";
import { createTestEngine, drain, openMemoryDatabase } from "tasker/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { EventLogPlugin } from "../src/event-log-plugin.ts";

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "event-log-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

const hello = defineTask({ name: "hello" })
  .step("greet", {
    customEvents: [{ name: "guest.greeted" }],
    process: (_task, _sequence, step) => step.publishEvent("guest.greeted"),
  })
  .build();

describe("the event log plugin", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openMemoryDatabase();
  });
  afterAll(() => database.close());

  test("writes what an engine publishes, and exports it", async () => {
    const path = join(await scratch(), "events.jsonl");
    const plugin = new EventLogPlugin(path);
    const plugins = new PluginRegistry();
    plugins.register(plugin);
    const under = createTestEngine({ database, templates: [hello], plugins });
    await under.engine.start();
    await under.engine.submit({ name: "hello", context: {} });
    await drain(under);
    await under.engine.stop();

    const names = plugin.events.map(({ name }) => name);
    expect(names.filter((name) => /^(?:task|step|guest)\./.test(name))).toEqual([
      "task.initialize_requested",
      "task.start_requested",
      "step.execution_requested",
      "step.before_handle",
      "step.completed",
      "guest.greeted",
      "task.completed",
    ]);
    expect(names[0]).toBe("tasker.process.joined");
    expect(await readFile(path, "utf8")).toBe(plugin.export(plugin.events));
    const [exporter] = plugins.findByFormat("CSV");
    const csv = String(exporter?.export(plugin.events, { format: "csv" })).split("\n");
    expect(csv[0]).toBe("at,name,task,step");
    expect(csv.find((line) => line.includes("guest"))).toMatch(/^\d{4}-.*Z,guest\.greeted,1,greet$/);
  });

  test("is found in its directory and as a package", async () => {
    const plugins = new PluginRegistry();
    const source = new URL("../src", import.meta.url).pathname;
    expect(await plugins.discoverDirectory(source)).toEqual({ registered: ["event-log"], failures: [] });
    plugins.clear();
    const root = new URL("../../..", import.meta.url).pathname;
    expect(await plugins.registerPackage("@example/event-log-plugin", root)).toEqual(["event-log"]);
  });

  test("keeps an engine from starting that could not write it", async () => {
    const plugins = new PluginRegistry();
    plugins.register(new EventLogPlugin(join(await scratch(), "none", "events.jsonl")));
    const { engine } = createTestEngine({ database, plugins });
    await expect(engine.start()).rejects.toThrow("the plugin event-log could not be set up");
  });
});
