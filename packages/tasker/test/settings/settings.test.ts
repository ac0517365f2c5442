import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSettings, type SettingsOptions } from "../../src/settings/live/settings.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";

/** Settings of a file, which look when they are asked to, and what they told. */
async function follow(directory: WorkDirectory, options: SettingsOptions = {}) {
  const settings = await openSettings({ cwd: directory.path, variables: {}, lookEveryMs: 3_600_000, ...options });
  onTestFinished(() => settings.close());
  const told: unknown[] = [];
  settings.onNews((news) => {
    if (news.kind === "changed") told.push([news.changed, news.pending]);
    else told.push(news.kind === "refused" ? news.violations.length : String(news.error));
  });
  return { settings, told };
}

const ttl = (seconds: unknown) => `version: 1\ncache: {default_ttl: ${seconds}}\n`;

test("what is written while a configuration is read for the first time is found at the first look", async () => {
  using directory = new WorkDirectory({ "tasker.yaml": ttl(7) });
  let reads = 0;
  const variables = {
    // Variables are read when the files have been.
    get NOTE(): string | undefined {
      if (reads++ === 0) writeFileSync(join(directory.path, "tasker.yaml"), ttl(8));
      return undefined;
    },
  };
  const { settings } = await follow(directory, { variables, lookEveryMs: 5 });
  expect(settings.current.cache.default_ttl).toBe(7);
  await expect.poll(() => settings.current.cache.default_ttl, { timeout: 20_000 }).toBe(8);
});

test("an option that is a mapping and waits for the next start stays as it is", async () => {
  using directory = new WorkDirectory({ "tasker.yaml": "version: 1\nauth: {authenticator_options: {a: 1}}\n" });
  const { settings, told } = await follow(directory);
  directory.write("tasker.yaml", "version: 1\nauth: {authenticator_options: {b: 2}}\n");
  await settings.reload();
  expect(settings.current.auth.authenticator_options).toEqual({ a: 1 });
  directory.write("tasker.yaml", "version: 1\nauth: {authenticator_options: {a: 1}}\n");
  await settings.reload();
  expect(told).toEqual([[[], ["auth.authenticator_options"]]]);
});

test("what changes before anybody listens is told to the first who does", async () => {
  using directory = new WorkDirectory({ "tasker.yaml": ttl(7) });
  const settings = await openSettings({ cwd: directory.path, variables: {}, lookEveryMs: 3_600_000 });
  onTestFinished(() => settings.close());
  directory.write("tasker.yaml", ttl(8));
  await settings.reload();
  const told: unknown[] = [];
  for (const name of ["first", "second"]) {
    settings.onNews((news) => told.push([name, news.kind === "changed" && news.loaded.document.cache.default_ttl]));
  }
  expect(told).toEqual([["first", 8]]);
});

test("what is wrong is told once, and again when it has been right meanwhile", async () => {
  using directory = new WorkDirectory({ "tasker.yaml": ttl(7) });
  const { settings, told } = await follow(directory);
  for (const seconds of ["soon", "soon", 7, "soon"]) {
    directory.write("tasker.yaml", ttl(seconds));
    await settings.reload();
  }
  expect(told).toEqual([1, 1]);
});

test("a schema of a plugin, or a listener, that throws ends nothing", async () => {
  using directory = new WorkDirectory({ "tasker.yaml": "version: 1\n" });
  let isBroken = false;
  const settingsSchema = z.object({}).refine(() => {
    if (isBroken) throw new TypeError("a mistake");
    return true;
  });
  const { settings, told } = await follow(directory, { plugins: [{ name: "mail", settingsSchema }] });
  isBroken = true;
  directory.write("tasker.yaml", ttl(8));
  await settings.reload();
  isBroken = false;
  const end = settings.onNews(() => {
    throw new TypeError("a mistake of a listener");
  });
  await expect(settings.reload()).rejects.toThrow("a mistake of a listener");
  end();
  directory.write("tasker.yaml", ttl(9));
  await settings.reload();
  const changed = [["cache.default_ttl"], []];
  expect(told).toEqual(["TypeError: a mistake", changed, changed]);
  expect(settings.current.cache.default_ttl).toBe(9);
});
