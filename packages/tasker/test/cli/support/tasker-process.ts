import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The command that npm links; it runs what `npm run build` has made. */
export const TASKER = fileURLToPath(new URL("../../../bin/tasker.js", import.meta.url));

/** How a process ended. */
export interface ProcessOutcome {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The command line as a process of its own. */
export class TaskerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessOutcome>;
  /** Everything written to standard output so far. */
  out = "";
  err = "";
  #wake: () => void = () => {};

  constructor(argv: readonly string[], options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv }) {
    const { DATABASE_URL: _, ...inherited } = process.env;
    this.child = spawn(process.execPath, [TASKER, ...argv], {
      cwd: options.cwd,
      env: { ...inherited, NO_COLOR: "1", ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
      this.#wake();
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
      this.#wake();
    });
    this.ended = once(this.child, "close").then(() => {
      this.#wake();
      const { exitCode: code, signalCode: signal } = this.child;
      return { code, signal, out: this.out, err: this.err };
    });
  }

  /** Resolves when `condition` holds of the output so far; throws if the process ends before it does. */
  async until(condition: (out: string) => boolean): Promise<void> {
    while (!condition(this.out)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the process ended first:\n${this.out}\n${this.err}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the process as a crash would. */
  async kill(): Promise<ProcessOutcome> {
    this.child.kill("SIGKILL");
    return this.ended;
  }
}

/** Runs a command line in a process of its own, to its end. */
export function runTasker(
  argv: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<ProcessOutcome> {
  return new TaskerProcess(argv, options).ended;
}
