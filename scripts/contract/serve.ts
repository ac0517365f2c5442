import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const TASKER = join(import.meta.dirname, "../../packages/tasker/bin/tasker.js");
const TEMPLATES = ["anything", "concealed"].map((name) => join(import.meta.dirname, `templates/${name}.yaml`));

/** `tasker serve` in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** What it has said of errors. */
  readonly errors: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts `tasker serve` on a database, with an engine that works.
 * @param config name of a configuration file beside this one
 * @throws Error if it ends instead
 */
export async function startServer(databaseUrl: string, config: string): Promise<ServerProcess> {
  const templates = TEMPLATES.flatMap((template) => ["--template", template]);
  const options = ["--config", join(import.meta.dirname, config), "--database-url", databaseUrl, "--port", "0"];
  const child = spawn(process.execPath, [TASKER, "serve", ...options, ...templates], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const errors: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error(`the server ended:\n${errors.join("\n")}`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const [, found] = /^serving at (\S+)$/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
      else if (line.includes("error")) errors.push(line);
    });
  });
  return { url, errors, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
