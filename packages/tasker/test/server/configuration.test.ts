import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { ROUTES } from "../../src/client/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";

async function openDatabase() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return database;
}

const params = { path: "backoff.max_backoff_seconds" };

describeOnPostgres("the configuration over HTTP", () => {
  test("shows each option with its origin, and what it is", async () => {
    const { client } = await serve(await openDatabase(), {
      parts: { sources: { cwd: "/nonexistent", variables: { TASKER_BACKOFF__MAX_BACKOFF_SECONDS: "77" } } },
    });
    const { options, version } = await client.call(ROUTES.getConfiguration);
    expect(version).toBe(0);
    expect(options.length).toBeGreaterThan(100);
    expect(options.find(({ path }) => path === params.path)).toMatchObject({
      value: 77,
      origin: "TASKER_BACKOFF__MAX_BACKOFF_SECONDS",
      dynamic: true,
    });
    expect(await refusalOf(client.call(ROUTES.getOption, { params: { path: "backoff.max" } }))).toEqual([
      422,
      "TASKER_CONFIGURATION",
    ]);
  });

  test("shows options of plugins, but no secrets of theirs, and nothing of plugins that it does not know", async () => {
    const database = await openDatabase();
    const overrides = { plugins: { mail: { host: "mail.example.com", password: "sesame" } } };
    const mail = {
      name: "mail",
      settingsSchema: z.object({ host: z.string(), password: z.string().meta({ writeOnly: true }) }),
    };
    const shownBy = async (plugins?: readonly (typeof mail)[]) => {
      const sources = { cwd: "/nonexistent", variables: {}, overrides, ...(plugins === undefined ? {} : { plugins }) };
      const { client } = await serve(database, { parts: { sources } });
      const { options } = await client.call(ROUTES.getConfiguration);
      return options.filter(({ path }) => path.startsWith("plugins.")).map(({ path, value }) => [path, value]);
    };
    expect(await shownBy([mail])).toEqual([
      ["plugins.mail.host", "mail.example.com"],
      ["plugins.mail.password", "[secret]"],
    ]);
    expect(await shownBy()).toEqual([["plugins.mail", "[secret]"]]);
  });

  test("sets and unsets options in the database, checked, audited, and only in the version that is meant", async () => {
    const database = await openDatabase();
    const { client } = await serve(database);
    const set = (value: number, version?: number) =>
      client.call(ROUTES.setOption, {
        params,
        body: { value },
        ...(version === undefined ? {} : { headers: { "if-match": `"${version}"` } }),
      });
    const first = await set(99, 0);
    expect(first).toMatchObject({ value: 99, origin: "database" });
    expect(await refusalOf(set(50, 0))).toEqual([412, "TASKER_STALE_VERSION"]);
    expect(await refusalOf(set(-1))).toEqual([422, "TASKER_CONFIGURATION"]);
    expect(await set(50, first.version)).toMatchObject({ value: 50, version: first.version + 1 });
    const fixed = { params: { path: "database.url" }, body: { value: "x" } };
    expect((await refusalOf(client.call(ROUTES.setOption, fixed)))[0]).toBe(422);
    expect(await client.call(ROUTES.unsetOption, { params })).toMatchObject({ origin: "default" });
    expect(await auditOf(database, "tasker.configuration")).toMatchObject([
      { action: "config.set", id: params.path, source: "rest" },
      { action: "config.set" },
      { action: "config.unset" },
    ]);
  });

  test("is for those who may see and change it for all namespaces", async () => {
    const { client, clientOf } = await serveTokens(await openDatabase());
    expect(await refusalOf(client.call(ROUTES.getConfiguration))).toEqual([401, "TASKER_AUTHENTICATION"]);
    const forbidden = [403, "TASKER_FORBIDDEN"];
    const limited = await clientOf({ permissions: ["tasker.configuration:index"], namespaces: ["default"] });
    expect(await refusalOf(limited.call(ROUTES.getConfiguration))).toEqual(forbidden);
    const reader = await clientOf({ permissions: ["tasker.configuration:index", "tasker.configuration:show"] });
    expect((await reader.call(ROUTES.getOption, { params })).path).toBe(params.path);
    expect(await refusalOf(reader.call(ROUTES.setOption, { params, body: { value: 9 } }))).toEqual(forbidden);
    expect(await refusalOf(reader.call(ROUTES.unsetOption, { params }))).toEqual(forbidden);
  });
});
