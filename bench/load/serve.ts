import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { documentOf } from "../engine-session.ts";

const CLI = fileURLToPath(new URL("../../packages/tasker/bin/tasker.js", import.meta.url));

/** A `tasker serve` that listens. */
export interface Serving {
  readonly url: string;
  readonly pid: number;
  /** Lets it end what runs. */
  stop(): Promise<void>;
}

/** What is served. */
export interface ServeOrder {
  readonly databaseUrl: string;
  /** Their steps do nothing. */
  readonly templates: readonly ReturnType<typeof documentOf>[];
  /** Whether it also executes. */
  readonly works: boolean;
  /** Steps that run at the same time. */
  readonly concurrency: number;
}

/** Starts `tasker serve` on any free port, without a limit to the requests of one address. @throws Error if it ends */
export async function startServe({ databaseUrl, templates, works, concurrency }: ServeOrder): Promise<Serving> {
  const directory = mkdtempSync(join(tmpdir(), "tasker-bench-"));
  const files = templates.map((template) => {
    writeFileSync(join(directory, `${template.name}.yaml`), JSON.stringify(template));
    return ["--template", `${template.name}.yaml`];
  });
  writeFileSync(join(directory, "handlers.js"), "export const BenchStep = () => ({ ok: true });\n");
  writeFileSync(join(directory, "tasker.yaml"), JSON.stringify({ version: 1, server: { rate_limit_requests: null } }));
  const options = ["--handlers", "handlers.js", "--config", "tasker.yaml", "--concurrency", String(concurrency)];
  const args = [CLI, "serve", "--port", "0", ...files.flat(), ...options, ...(works ? [] : ["--no-work"])];
  const server = spawn(process.execPath, [...args, "--database-url", databaseUrl], {
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(server, "close");
  return {
    url: await urlOf(server),
    pid: server.pid ?? 0,
    stop: async () => {
      server.kill("SIGTERM");
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}

/** Where a server has said that it listens. @throws Error if it ends before that */
async function urlOf({ stderr }: ChildProcess): Promise<string> {
  const said: string[] = [];
  if (stderr === null) throw new Error("the server has no standard error");
  for await (const line of createInterface({ input: stderr })) {
    said.push(line);
    const [, url] = /serving at (\S+)/.exec(line) ?? [];
    if (url !== undefined) {
      stderr.resume();
      return url;
    }
  }
  throw new Error(`the server ended: ${said.join("\n")}`);
}
