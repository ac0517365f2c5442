import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { TracedCommand, TracedOrder, TracedReport } from "./traced-messages.ts";

/** How long a report may take, in milliseconds. */
const PATIENCE_MS = 25_000;

/** A process of its own with an engine and the OpenTelemetry SDK. */
export class TracedMember {
  readonly #child: ChildProcess;
  readonly #reports: TracedReport[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (report: TracedReport) => this.#reports.push(report));
  }

  /** Starts it and waits until its engine runs. */
  static async start(order: TracedOrder): Promise<TracedMember> {
    const child = fork(fileURLToPath(new URL("traced-process.ts", import.meta.url)), { execArgv: [] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const member = new TracedMember(child);
    child.send(order);
    await member.until(({ kind }) => kind === "running");
    return member;
  }

  tell(command: TracedCommand): void {
    this.#child.send(command);
  }

  /** The steps whose handlers it has called. */
  get called(): string[] {
    return this.#reports.flatMap((report) => (report.kind === "called" ? [report.step] : []));
  }

  /** Resolves when it has reported something, or had before. */
  async until(fits: (report: TracedReport) => boolean): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
      if (this.#reports.some(fits)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`a report of a process did not come; there are ${JSON.stringify(this.#reports)}`);
  }

  async submit(): Promise<void> {
    this.tell({ kind: "submit" });
    await this.until(({ kind }) => kind === "submitted");
  }

  /** Stops it in order: everything is exported. */
  async stop(): Promise<void> {
    this.tell({ kind: "stop" });
    await this.until(({ kind }) => kind === "stopped");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}
