import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock/clock.ts";
import { lockDirectory } from "../../src/database/directory-lock.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { openDatabase } from "../../src/database/open-database.ts";
import { int4 } from "../../src/database/sql-type.ts";
import { statement } from "../../src/database/statement.ts";
import {
  ConfigurationError,
  DatabaseInUseError,
  DatabaseUnavailableError,
  ProceduralError,
} from "../../src/errors/index.ts";
import { openMigratedEmbedded } from "../support/test-database.ts";

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tasker-embedded-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Another process that runs a module's text, with the sources at hand; gives its first line of output. */
async function startProcess(script: string) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const complaints: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, "line"), once(child, "exit").then(() => [complaints.join("")])]);
  return {
    pid: child.pid,
    line: String(line),
    complaints,
    async killHard() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

const source = (file: string) => JSON.stringify(new URL(`../../src/database/${file}`, import.meta.url).href);
const holdLock = (directory: string) => `
  const { lockDirectory } = await import(${source("directory-lock.ts")});
  const lock = lockDirectory(${JSON.stringify(directory)});
  console.log("locked");
  setInterval(() => lock, 1000);`;

test("timers and connections of the process get their turn between statements that wait for each other", async () => {
  const database = await openMigratedEmbedded();
  onTestFinished(() => database.close());
  let ended = 0;
  const statements = Array.from({ length: 20 }, async () => {
    await database.query("select count(*) from generate_series(1, 20000)");
    ended++;
  });
  const endedByThen = await new Promise<number>((resolve) => setTimeout(() => resolve(ended), 1));
  await Promise.all(statements);
  expect(endedByThen).toBeLessThan(20);
});

test("a call of the database from inside its own open transaction is refused instead of waiting for ever", async () => {
  const database = await openMigratedEmbedded();
  onTestFinished(() => database.close());
  let later: (() => Promise<unknown>) | undefined;
  await database.transaction(async (transaction) => {
    await expect(database.query("select 1")).rejects.toThrow(ProceduralError);
    await expect(database.transaction(async () => 1)).rejects.toThrow("inside its own open transaction");
    expect(await transaction.query("select 1 as n")).toEqual([{ n: 1 }]);
    // what the transaction set going may call the database once the transaction has ended
    later = async () => {
      await new Promise(setImmediate);
      return database.query("select 2 as n");
    };
    const outside = Promise.withResolvers<void>();
    setImmediate(outside.resolve);
    await outside.promise;
  });
  expect(await later?.()).toEqual([{ n: 2 }]);
});

test("plans are made anew after a second, so that one made for an empty table does not stay", async () => {
  let nowMs = 1_000_000;
  const database = await openEmbedded(null, { clock: { now: () => nowMs, after: systemClock.after } });
  onTestFinished(() => database.close());
  const lookUp = statement({
    name: "look_up",
    text: "select n from grown where n = $1",
    parameters: [int4],
    columns: { n: int4 },
  });
  await database.execute(`
    set plan_cache_mode = force_generic_plan;
    create table grown (n int4) with (autovacuum_enabled = false);
    create index grown_n on grown (n);
    analyze grown`);
  const plan = async () => String((await database.query("explain execute look_up(1)"))[0]?.["QUERY PLAN"]);
  await database.run(lookUp, [1]);
  await database.execute("insert into grown select generate_series(1, 20000)");
  expect(await plan()).toMatch(/^Seq Scan/);
  nowMs += 1_000;
  expect(await plan()).toMatch(/^(Index|Bitmap)/);
  expect(await database.run(lookUp, [7])).toEqual([{ n: 7 }]);
});

test("another call waits for the open transaction and then sees what it committed", async () => {
  const database = await openMigratedEmbedded();
  onTestFinished(() => database.close());
  await database.execute("create table t (n int4)");
  const started = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const work = database.transaction(async (transaction) => {
    await transaction.execute("insert into t values (1)");
    started.resolve();
    await mayEnd.promise;
  });
  await started.promise;
  const count = database.query("select count(*) from t");
  mayEnd.resolve();
  await work;
  expect(await count).toEqual([{ count: 1 }]);
});

test("what is in a directory is there after closing and opening, and after the process was killed", async () => {
  const directory = join(temporaryDirectory(), "new", "place");
  const writer = await startProcess(`
    const { openEmbedded } = await import(${source("embedded.ts")});
    const database = await openEmbedded(${JSON.stringify(directory)});
    await database.execute("create table t (n int4); insert into t values (1)");
    await database.transaction((transaction) => transaction.execute("insert into t values (2)"));
    console.log("committed");
    await database.transaction(async (transaction) => {
      await transaction.execute("insert into t values (3)");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`);
  expect(writer.line).toBe("committed");
  const refusal = await openEmbedded(directory).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DatabaseInUseError);
  expect(refusal).toHaveProperty("context", { directory, pid: writer.pid });
  await writer.killHard();

  for (let opening = 0; opening < 2; opening += 1) {
    const database = await openDatabase({ directory });
    expect(await database.query("select array_agg(n order by n) as all from t")).toEqual([{ all: [1, 2] }]);
    await database.close();
  }
  expect(writer.complaints.join("")).toBe("");
});

test("a directory is locked for other processes and for this one, until it is released", () => {
  const directory = temporaryDirectory();
  const lock = lockDirectory(directory);
  const refusal = (() => {
    try {
      return lockDirectory(directory);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(DatabaseInUseError);
  expect(refusal).toHaveProperty("message", expect.stringContaining(`process ${process.pid}`));
  lock.release();
  lock.release();
  lockDirectory(directory).release();
  expect(readdirSync(directory)).toEqual(["lock"]);
});

test("a killed process leaves no lock, and taking one warns of nothing", async () => {
  const directory = temporaryDirectory();
  const holder = await startProcess(holdLock(directory));
  expect(holder.line).toBe("locked");
  expect(() => lockDirectory(directory)).toThrow(`in use by process ${holder.pid}`);
  await holder.killHard();
  lockDirectory(directory).release();
  expect(holder.complaints.join("")).toBe("");
});

test("a directory that is a file is unavailable, and says which", async () => {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  const refusal = await openEmbedded(file).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DatabaseUnavailableError);
  expect(refusal).toHaveProperty("message", expect.stringContaining(file));
});

test("a configuration that names no database is refused", () => {
  return expect(openDatabase({})).rejects.toThrow(ConfigurationError);
});
