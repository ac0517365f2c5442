import { expect, test } from "vitest";
import { systemClock } from "../../src/clock/clock.ts";
import { Health } from "../../src/health/health.ts";
import { cacheFrom } from "../../src/settings/cache-from.ts";
import { followSettings } from "../../src/settings/live/follow-settings.ts";
import { openSettings } from "../../src/settings/live/settings.ts";
import { loadConfiguration } from "../../src/settings/load-configuration.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";
import { graphTemplate, makeEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const configured = (cache: object, health: object = {}) =>
  loadConfiguration({ cwd: "/", variables: {}, overrides: { cache, health } });
const read = (json: unknown) => json;

describeOnPostgres("the cache of a configuration", () => {
  test("store is where values are kept", async () => {
    const database = await useDatabase(openTestDatabase);
    const seen = async (store: string) => {
      const made: number[] = [];
      for (const process of [1, 2]) {
        const cache = cacheFrom(await configured({ store }), database);
        await cache.fetch(`of ${store}`, async () => made.push(process), { read });
        await cache.settled();
      }
      return made;
    };
    expect(await seen("memory")).toEqual([1, 2]);
    expect(await seen("postgres")).toEqual([1]);
  });

  test("has the contents of the database measured once for the health of all processes", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    const loaded = await configured({ store: "postgres" }, { cache_duration_seconds: 60 });
    const process = () => new Health({ database, cache: cacheFrom(loaded, database), config: loaded.document.health });
    const total = async (health: Health, fresh = false) =>
      (await health.status({ details: true, fresh })).metrics?.tasks.total;
    const [first, second] = [process(), process()];
    expect(await total(first)).toBe(0);
    await engine.submit({ name: "graph", context: {} });
    expect(await total(second)).toBe(0);
    expect(await total(second, true)).toBe(1);
    expect(await total(process())).toBe(1);
  });

  test("and health follow the configuration of a running process", async () => {
    const database = await useDatabase(openTestDatabase);
    using directory = new WorkDirectory({ "tasker.yaml": "version: 1\n" });
    const settings = await openSettings({ cwd: directory.path, variables: {}, lookEveryMs: 60_000 });
    const cache = cacheFrom(settings.loaded, database);
    const health = new Health({ database });
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    const unfollow = followSettings({ settings, engine, health, cache, database, clock: systemClock, log: silent });
    expect([cache.config.default_ttl, health.requiresAuthentication("ready")]).toEqual([300, false]);
    directory.write(
      "tasker.yaml",
      "version: 1\ncache: {default_ttl: 60}\nhealth: {ready_requires_authentication: true}\n",
    );
    await settings.reload();
    await until(() => cache.config.default_ttl === 60, "the change");
    expect(health.requiresAuthentication("ready")).toBe(true);
    await settings.close();
    await unfollow();
  });
});
