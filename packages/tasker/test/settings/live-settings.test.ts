import { utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { listAudit } from "../../src/auth/audit/list-audit.ts";
import { systemClock } from "../../src/clock/clock.ts";
import type { Database } from "../../src/database/database.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { ConfigurationError } from "../../src/errors/index.ts";
import { engineOptionsFrom } from "../../src/settings/engine-options.ts";
import { followSettings } from "../../src/settings/live/follow-settings.ts";
import { openSettings } from "../../src/settings/live/settings.ts";
import { storeOption } from "../../src/settings/stored/store-option.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";
import { graphTemplate, makeEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const by = { actor: "ada", actorKind: "cli", source: "cli", at: new Date("2027-03-01T10:00:00.000Z") } as const;
const most = (engine: Engine) => engine.concurrency().limit;
const limit = (steps: number) =>
  `version: 1\nexecution: {min_concurrent_steps: ${steps}, max_concurrent_steps_limit: ${steps}}\n`;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A process: an engine that runs, and follows its settings. */
async function startProcess(database: Database, cwd: string) {
  const settings = await openSettings({ cwd, variables: {}, database, lookEveryMs: 50 });
  const { engine } = makeEngine(database, [graphTemplate("a")], engineOptionsFrom(settings.loaded));
  const told: { readonly name: string; readonly payload: unknown }[] = [];
  engine.on("configuration.*", ({ name, payload }) => void told.push({ name, payload }));
  await engine.start();
  const unfollow = followSettings({ settings, engine, database, clock: systemClock, log: silent, actor: "worker" });
  ends.push(
    () => engine.stop(),
    unfollow,
    () => settings.close(),
  );
  return { settings, engine, told };
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

describeOnPostgres("the settings of running engines", () => {
  test("take over a dynamic option from a file, in every process, and refuse what is wrong", async () => {
    const database = await useDatabase(openTestDatabase);
    using directory = new WorkDirectory({ "tasker.yaml": limit(7) });
    const processes = [await startProcess(database, directory.path), await startProcess(database, directory.path)];
    expect(processes.map(({ engine }) => most(engine))).toEqual([7, 7]);
    const startedAt = performance.now();
    directory.write("tasker.yaml", limit(9));
    await until(() => processes.every(({ engine }) => most(engine) === 9), "nine steps at a time");
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    for (const { told } of processes) {
      await until(() => told.length === 1, "the event");
      expect(told).toEqual([
        {
          name: "configuration.changed",
          payload: {
            options: ["execution.min_concurrent_steps", "execution.max_concurrent_steps_limit"],
            sources: ["tasker.yaml:2"],
          },
        },
      ]);
    }
    await until(async () => (await listAudit(database, { action: "config.reload" })).length === 2, "the audit log");
    directory.write("tasker.yaml", "version: 1\nexecution: {max_concurrent_steps_limit: many}\n");
    await until(() => processes.every(({ told }) => told.length === 2), "the refusal");
    for (const { told, engine, settings } of processes) {
      const problems = [
        'tasker.yaml:2: execution.max_concurrent_steps_limit is "many", expected a whole number from 1 to 1000000',
      ];
      expect(told[1]).toEqual({ name: "configuration.refused", payload: { problems } });
      expect([most(engine), settings.current.execution.max_concurrent_steps_limit]).toEqual([9, 9]);
    }
  });

  test("take over a dynamic option from the database, which has its row of the audit log", async () => {
    const database = await useDatabase(openTestDatabase);
    using directory = new WorkDirectory({ "tasker.yaml": limit(7) });
    const processes = [await startProcess(database, directory.path), await startProcess(database, directory.path)];
    const sources = { cwd: directory.path, variables: {} };
    const path = "execution.max_concurrent_steps_limit";
    await storeOption(database, { path, value: 8 }, by, sources);
    await storeOption(database, { path: "execution.min_concurrent_steps", value: 8 }, by, sources);
    await until(() => processes.every(({ engine }) => most(engine) === 8), "eight steps at a time");
    const [, first] = await listAudit(database);
    expect(first).toMatchObject({
      actor: "ada",
      action: "config.set",
      resource: "tasker.configuration",
      resourceId: path,
      details: { from: null, to: 8 },
    });
    await storeOption(database, { path: "execution.min_concurrent_steps", value: undefined }, by, sources);
    await storeOption(database, { path, value: undefined }, by, sources);
    await until(() => processes.every(({ engine }) => most(engine) === 7), "what the file says");
    expect(await listAudit(database, { action: "config.reload" })).toEqual([]);
  });

  test("refuse to store what is wrong, unknown, or not for running processes", async () => {
    const database = await useDatabase(openTestDatabase);
    const store = (path: string, value: unknown) =>
      storeOption(database, { path, value }, by, { cwd: "/", variables: {} });
    await expect(store("cache.default_ttl", "soon")).rejects.toThrow('database: cache.default_ttl is "soon"');
    await expect(store("cache.min_adaptive_ttl", 5000)).rejects.toThrow("less than max_adaptive_ttl, which is 3600");
    await expect(store("cache.ttl", 5)).rejects.toThrow(ConfigurationError);
    await expect(store("engine.lease_seconds", 5)).rejects.toThrow("takes effect at the next start");
    expect(await listAudit(database)).toEqual([]);
    const { document } = (await openSettings({ cwd: "/", variables: {}, database })).loaded;
    expect(document.cache.default_ttl).toBe(300);
  });

  test("let an option be unset that another release has set", async () => {
    const database = await useDatabase(openTestDatabase);
    for (const path of ["cache.gone", "engine.gone"]) {
      await database.execute(`insert into tasker_settings values ('${path}', '5', 1, 'ada', now())`);
    }
    const sources = { cwd: "/", variables: {} };
    await expect(openSettings({ ...sources, database })).rejects.toThrow("database: cache.gone is 5, expected a key");
    await expect(storeOption(database, { path: "cache.gone", value: 6 }, by, sources)).rejects.toThrow("is not known");
    for (const path of ["cache.gone", "engine.gone"]) {
      await storeOption(database, { path, value: undefined }, by, sources);
    }
    const settings = await openSettings({ ...sources, database });
    ends.push(() => settings.close());
    expect(await listAudit(database, { action: "config.unset" })).toHaveLength(2);
  });

  test("say which options take effect at the next start", async () => {
    const database = await useDatabase(openTestDatabase);
    using directory = new WorkDirectory({ "tasker.yaml": limit(7) });
    const { settings, told } = await startProcess(database, directory.path);
    const file = join(directory.path, "tasker.yaml");
    directory.write("tasker.yaml", `${limit(7)}engine: {lease_seconds: 20}\nbackoff: {max_backoff_seconds: 60}\n`);
    await until(() => told.length === 2, "both events");
    expect(told).toEqual([
      {
        name: "configuration.changed",
        payload: { options: ["backoff.max_backoff_seconds"], sources: ["tasker.yaml:4"] },
      },
      { name: "configuration.restart_needed", payload: { options: ["engine.lease_seconds"] } },
    ]);
    expect(settings.current).toMatchObject({ engine: { lease_seconds: 10 }, backoff: { max_backoff_seconds: 60 } });
    utimesSync(file, new Date(), new Date());
    await settings.reload();
    expect(told).toHaveLength(2);
  });
});
