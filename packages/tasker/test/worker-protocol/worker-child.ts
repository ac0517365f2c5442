import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { WorkerCommand, WorkerOrder, WorkerReport } from "./worker-messages.ts";

/** How long a report may take, in milliseconds. */
const PATIENCE_MS = 40_000;

type Got = Extract<WorkerReport, { readonly kind: "got" }>;
type Answered = Extract<WorkerReport, { readonly kind: "answered" }>;

/** A worker in a process of its own. */
export class WorkerChild {
  readonly child: ChildProcess;
  readonly reports: WorkerReport[] = [];

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on("message", (report: WorkerReport) => this.reports.push(report));
  }

  /** Starts it and waits until it has registered. It is killed when the test ends. */
  static async start(order: Pick<WorkerOrder, "url" | "handler"> & Partial<WorkerOrder>): Promise<WorkerChild> {
    const child = fork(fileURLToPath(new URL("worker-process.ts", import.meta.url)), { execArgv: [] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const worker = new WorkerChild(child);
    child.send({ leaseSeconds: 5, reports: 1, ...order } satisfies WorkerOrder);
    await worker.#until("its registration", ({ kind }) => kind === "registered");
    return worker;
  }

  /** The attempts that it got so far. */
  get got(): Got[] {
    return this.reports.filter((report) => report.kind === "got");
  }

  /** The answers to its ends so far. */
  get answers(): Answered["answer"][] {
    return this.reports.flatMap((report) => (report.kind === "answered" ? [report.answer] : []));
  }

  /** Waits for an attempt of a task. */
  async gets(taskId: number): Promise<string> {
    await this.#until(`an attempt of task ${taskId}`, () => this.got.some((one) => one.taskId === taskId));
    return this.got.find((one) => one.taskId === taskId)?.executionId ?? "";
  }

  /** Has it end an attempt; gives the answers. */
  async end(executionId: string, results: string, answers = 1): Promise<Answered["answer"][]> {
    const before = this.answers.length;
    this.child.send({ end: executionId, results } satisfies WorkerCommand);
    await this.#until(`the answers of ${executionId}`, () => this.answers.length === before + answers);
    return this.answers.slice(before);
  }

  /** Ends the process as a crash would. */
  async kill(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
  }

  async #until(what: string, fits: (report: WorkerReport) => boolean): Promise<void> {
    for (const patience = performance.now() + PATIENCE_MS; performance.now() < patience; ) {
      if (this.reports.some(fits)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${what} did not come; there are ${JSON.stringify(this.reports)}`);
  }
}
