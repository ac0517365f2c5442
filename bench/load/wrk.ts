import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";

const SCRIPT = fileURLToPath(new URL("requests.lua", import.meta.url));

/** What wrk is to do. */
export interface WrkOrder {
  /** Of the server, without a path. */
  readonly url: string;
  readonly method: "GET" | "POST";
  /** JSON in one line. */
  readonly body?: string;
  /** Each request takes one of them at random. */
  readonly paths: readonly string[];
  /** Connections, each of which sends its next request when it has got the answer. */
  readonly connections: number;
  readonly seconds: number;
}

/** What wrk has measured. */
export interface WrkFigures {
  /** Requests that were answered with a status below 400. */
  readonly accepted: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const Said = z.strictObject({
  requests: z.int(),
  us: z.int(),
  refused: z.int(),
  failed: z.int(),
  p50Us: z.int(),
  p99Us: z.int(),
});

/** Whether wrk is installed. */
export function hasWrk(): boolean {
  try {
    execFileSync("which", ["wrk"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** @throws Error that says how to install it */
export function requireWrk(): void {
  if (hasWrk()) return;
  throw new Error("wrk is not installed: install it, on Debian with `apt-get install wrk`, or from github.com/wg/wrk");
}

/**
 * Sends requests with wrk, in one thread, as fast as they are answered.
 * @throws Error if one was refused or got no answer: figures of others are worth nothing then
 */
export async function runWrk({ url, method, body = "", paths, connections, seconds }: WrkOrder): Promise<WrkFigures> {
  const directory = mkdtempSync(join(tmpdir(), "tasker-wrk-"));
  try {
    const file = join(directory, "requests");
    writeFileSync(file, [method, body, ...paths].join("\n"));
    const args = [
      "--threads",
      "1",
      "--connections",
      String(connections),
      "--timeout",
      "60s",
      "--script",
      SCRIPT,
      url,
      "--",
      file,
    ];
    const stdout = await runFor(seconds, args);
    const said = Said.parse(JSON.parse(stdout.split("\n").find((line) => line.startsWith("{")) ?? ""));
    if (said.refused + said.failed > 0) {
      throw new Error(`of ${said.requests} requests ${said.refused} were refused, and ${said.failed} got no answer`);
    }
    return {
      accepted: said.requests,
      perSecond: (said.requests * 1e6) / said.us,
      p50Ms: said.p50Us / 1_000,
      p99Ms: said.p99Us / 1_000,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** wrk takes whole seconds; interrupted, it says what it has measured until then. Where that is nothing, it gets more time. */
async function runFor(seconds: number, args: readonly string[]): Promise<string> {
  const running = promisify(execFile)("wrk", ["--duration", `${Math.ceil(seconds)}s`, ...args]);
  const isWhole = Number.isInteger(seconds);
  const timer = isWhole ? null : setTimeout(() => running.child.kill("SIGINT"), seconds * 1_000);
  try {
    const { stdout } = await running;
    return isWhole || !stdout.includes('"requests":0,') ? stdout : runFor(seconds * 2, args);
  } catch (error) {
    if (!isWhole && running.child.signalCode === "SIGINT") return runFor(seconds * 2, args);
    throw error;
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}
