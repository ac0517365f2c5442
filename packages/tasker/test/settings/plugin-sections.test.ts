import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineHooks, EnginePlugin } from "../../src/engine/engine-plugin.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { PluginRegistry } from "../../src/registries/plugin-registry.ts";
import { shownOptions } from "../../src/settings/describe-option.ts";
import { engineOptionsFrom } from "../../src/settings/engine-options.ts";
import { type ConfigurationSources, loadConfiguration } from "../../src/settings/load-configuration.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";
import { useDatabase } from "../support/engine-harness.ts";
import { openTestDatabase } from "../support/test-database.ts";

const MAIL = {
  name: "mail",
  settingsSchema: z.object({
    host: z.string(),
    port: z.int().min(1).max(65_535).default(25),
    password: z.string().min(8).meta({ writeOnly: true }).optional(),
    limits: z.object({ a_minute: z.int() }).optional(),
  }),
};

async function load(text: string, sources: ConfigurationSources = {}) {
  using directory = new WorkDirectory({ "tasker.yaml": text });
  return await loadConfiguration({ cwd: directory.path, variables: {}, plugins: [MAIL], ...sources });
}
const refusal = (text: string, sources: ConfigurationSources = {}) =>
  load(text, sources).then(
    () => [],
    (error: Error) => error.message.split("\n"),
  );

describe("sections of plugins in a configuration", () => {
  test("are checked with everything else, all that is wrong at once", async () => {
    const text = `version: 1
cache: {default_ttl: soon}
plugins:
  mail:
    port: 70000
    password: short
    hots: here
    pasword: short
    limits: {a_minut: 1}
  mial: {host: here}
`;
    expect(await refusal(text)).toEqual([
      'tasker.yaml:2: cache.default_ttl is "soon", expected a whole number from 1 to 2147483647',
      "tasker.yaml:4: plugins.mail.host is missing, expected a text",
      "tasker.yaml:5: plugins.mail.port is 70000, expected a whole number from 1 to 65535",
      'tasker.yaml:6: plugins.mail.password is "[secret]", expected a text',
      'tasker.yaml:7: plugins.mail.hots is "here", expected a key that is known (did you mean "host"?)',
      'tasker.yaml:8: plugins.mail.pasword is "[secret]", expected a key that is known (did you mean "password"?)',
      'tasker.yaml:9: plugins.mail.limits.a_minut is 1, expected a key that is known (did you mean "a_minute"?)',
      "tasker.yaml:9: plugins.mail.limits.a_minute is missing, expected a whole number",
      'tasker.yaml:10: plugins.mial is {"host":"here"}, expected a plugin that is loaded (did you mean "mail"?)',
    ]);
  });

  test("need what the plugin needs, wherever it is said", async () => {
    expect(await refusal("version: 1\n")).toEqual(["default: plugins.mail.host is missing, expected a text"]);
    const both = "version: 1\nplugins: {mail: {host: here}}\nenvironments:\n  test: {plugins: {mail: {port: 26}}}\n";
    const { document } = await load(both, { environment: "test" });
    expect(document.plugins).toEqual({ mail: { host: "here", port: 26 } });
    const variables = { TASKER_PLUGINS__MAIL__PORT: "27" };
    expect((await load(both, { variables })).document.plugins).toEqual({ mail: { host: "here", port: 27 } });
  });

  test("are taken as they are where plugins are not known, such as by a command that loads none", async () => {
    using directory = new WorkDirectory({ "tasker.yaml": "version: 1\nplugins: {any: {thing: 1}}\n" });
    const { document } = await loadConfiguration({ cwd: directory.path, variables: {} });
    expect(document.plugins).toEqual({ any: { thing: 1 } });
    directory.write("tasker.yaml", "version: 1\nplugins: {any: 1}\n");
    await expect(loadConfiguration({ cwd: directory.path, variables: {} })).rejects.toThrow(
      "tasker.yaml:2: plugins.any is 1, expected a mapping",
    );
  });

  test("are shown with what is default, and without secrets", async () => {
    const loaded = await load("version: 1\nplugins: {mail: {host: here, password: hush-hush}}\n");
    const shown = shownOptions(loaded).filter(({ path }) => path.startsWith("plugins."));
    expect(shown).toEqual([
      { path: "plugins.mail.host", value: "here", origin: "tasker.yaml:2" },
      { path: "plugins.mail.port", value: 25, origin: "default" },
      { path: "plugins.mail.password", value: "[secret]", origin: "tasker.yaml:2" },
      { path: "plugins.mail.limits.a_minute", value: null, origin: "default" },
    ]);
  });

  test("are handed to the plugin, complete and frozen", async () => {
    const database = await useDatabase(openTestDatabase);
    const taken: unknown[] = [];
    class Mail implements EnginePlugin<z.output<typeof MAIL.settingsSchema>> {
      readonly name = "mail";
      readonly settingsSchema = MAIL.settingsSchema;
      setup({ settings }: EngineHooks<z.output<typeof MAIL.settingsSchema>>) {
        taken.push(settings, settings.port, Object.isFrozen(settings));
      }
    }
    const plugins = new PluginRegistry();
    plugins.register(new Mail());
    const registry = new HandlerRegistry();
    const options = engineOptionsFrom(await load("version: 1\nplugins: {mail: {host: here}}\n"));
    const engine = new Engine({ ...options, database, registry, plugins });
    await engine.start();
    await engine.stop();
    expect(taken).toEqual([{ host: "here", port: 25 }, 25, true]);
    expect(() => new Engine({ database, registry, plugins, pluginSettings: { mail: { port: 1 } } })).toThrow(
      "plugins.mail.host is missing",
    );
  });

  test("need a schema of zod 4", () => {
    const plugin = { name: "odd", settingsSchema: { parse: () => 1 }, setup: () => {} };
    expect(() => new PluginRegistry().register(Object(plugin))).toThrow("a schema of zod 4 as settingsSchema");
  });
});
