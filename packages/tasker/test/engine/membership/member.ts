import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { MemberCommand, MemberOrder, MemberReport } from "./member-messages.ts";

/** How long a report may take, in milliseconds. */
const PATIENCE_MS = 60_000;

/** A process with an engine, as in production: the machine's clock, a heartbeat of its own thread. */
export class Member {
  readonly child: ChildProcess;
  readonly reports: MemberReport[] = [];

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on("message", (report: MemberReport) => this.reports.push(report));
  }

  /** Starts it and waits until its engine runs and hints reach it. */
  static async start(order: MemberOrder): Promise<Member> {
    const child = fork(fileURLToPath(new URL("member-process.ts", import.meta.url)), { execArgv: [] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const member = new Member(child);
    child.send(order);
    await member.until(({ kind }) => kind === "running");
    return member;
  }

  tell(command: MemberCommand): void {
    this.child.send(command);
  }

  /** Resolves with the first report that fits, past or future. */
  async until(fits: (report: MemberReport) => boolean): Promise<MemberReport> {
    // The start of a process may take long on a busy machine.
    for (const patience = performance.now() + PATIENCE_MS; performance.now() < patience; ) {
      const found = this.reports.find(fits);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`a report of a process did not come; there are ${JSON.stringify(this.reports)}`);
  }

  lines(): string[] {
    return this.reports.flatMap((report) => (report.kind === "log" ? [report.message] : []));
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }
}
