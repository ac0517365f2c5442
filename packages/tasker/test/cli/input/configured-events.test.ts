import { expect, test } from "vitest";
import { configuredEvents } from "../../../src/cli/input/configured-events.ts";
import { loadEventDeclarations } from "../../../src/cli/input/load-event-declarations.ts";
import { loadConfiguration } from "../../../src/settings/load-configuration.ts";
import { WorkDirectory } from "../support/work-directory.ts";

const declares = (name: string) => `events: {custom: {one: {constant: ${name}, description: told}}}\n`;

async function declared(files: Readonly<Record<string, string>>, named: readonly string[] = []) {
  using directory = new WorkDirectory(files);
  const cwd = directory.path;
  const loaded = await loadConfiguration({ cwd, variables: {} });
  const events = await loadEventDeclarations(cwd, await configuredEvents(cwd, named, loaded));
  return events.map(({ name }) => name);
}

test("goes by engine.custom_events_directories: the default one need not be there, one that is given must", async () => {
  expect(await declared({})).toEqual([]);
  expect(await declared({ "config/tasker/events/a.yml": declares("shop.sold") })).toEqual(["shop.sold"]);
  const files = {
    "tasker.yaml": "version: 1\nengine: {custom_events_directories: [own]}\n",
    "config/tasker/events/a.yml": declares("shop.sold"),
    "named.yml": declares("shop.packed"),
  };
  await expect(declared(files)).rejects.toThrow("own");
  expect(await declared({ ...files, "own/b.yml": declares("shop.sent") }, ["named.yml"])).toEqual([
    "shop.packed",
    "shop.sent",
  ]);
});
