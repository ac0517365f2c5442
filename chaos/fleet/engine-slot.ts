import { type ChildProcess, fork } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Answer, type Command, type Order, type SubmittedRequest } from "../process/messages.ts";
import type { ConnectionProxy } from "./connection-proxy.ts";

const PROGRAM = fileURLToPath(new URL("../process/engine-process.ts", import.meta.url));
/** Longest time from SIGTERM to the end of a process, in milliseconds; then it is killed, and that is a finding. */
const STOP_MS = 45_000;
/** After this, an answer is not waited for any more: the process may be dead. */
const ANSWER_MS = 20_000;

/** What a slot needs to know for every process that it starts. */
export interface SlotOptions {
  readonly index: number;
  /** Where ledgers and logs are written. */
  readonly directory: string;
  readonly proxy: ConnectionProxy;
  readonly order: Pick<Order, "databaseUrl" | "seed" | "leaseMs">;
  /** Called with what should not have happened, such as a process that ended by itself. */
  readonly onFinding: (finding: string) => void;
}

/** A place of the fleet, in which one process after the other runs. */
export class EngineSlot {
  readonly index: number;
  readonly proxy: ConnectionProxy;
  release: 1 | 2 = 1;
  readonly #options: SlotOptions;
  readonly #calls = new Map<number, (taskIds: readonly number[] | null) => void>();
  #child: ChildProcess | null = null;
  #isReady = false;
  #isEnding = false;
  #started = 0;
  #lastCall = 0;
  #exited: Promise<void> = Promise.resolve();

  constructor(options: SlotOptions) {
    this.#options = options;
    this.index = options.index;
    this.proxy = options.proxy;
  }

  /** Whether a process runs that has said that it works. It may be stopped or cut off. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Process id; null while none runs. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** How many processes have been started here. */
  get started(): number {
    return this.#started;
  }

  /** Starts a process; the slot is ready when it says so, however long that takes. */
  start(): void {
    const { directory, order, onFinding } = this.#options;
    this.#started += 1;
    const label = `${this.index}-${this.#started}`;
    const file = (kind: string) => join(directory, `${kind}-${label}`);
    const output = openSync(file("output"), "a");
    const child = fork(PROGRAM, { stdio: ["ignore", output, output, "ipc"], execArgv: [] });
    this.#child = child;
    this.#isEnding = false;
    child.on("message", (message) => this.#hear(Answer.parse(message)));
    // What is sent to a process that dies meanwhile is lost with it.
    child.on("error", () => undefined);
    this.#exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#isReady = false;
        this.#child = null;
        for (const tell of this.#calls.values()) tell(null);
        this.#calls.clear();
        const isExpected = this.#isEnding && (code === 0 || signal === "SIGKILL");
        if (!isExpected) {
          onFinding(`process ${label} ended by itself, with ${signal ?? `code ${code}`}: see ${file("output")}`);
          if (!this.#isEnding) this.start();
        }
        resolve();
      });
    });
    const files = { ledgerFile: file("ledger"), logFile: file("log") };
    child.send({ ...order, ...files, slot: this.index, release: this.release } satisfies Order);
  }

  /** Ends the process without a warning. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#child?.kill("SIGKILL");
    await this.#exited;
  }

  /** Ends the process as an operator does, who waits for it. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#isReady = false;
    this.#isEnding = true;
    child.kill("SIGTERM");
    const timely = await Promise.race([this.#exited.then(() => true), sleep(STOP_MS, false, { ref: false })]);
    if (timely) return;
    this.#options.onFinding(
      `process ${child.pid} of slot ${this.index} did not end within ${STOP_MS} ms after SIGTERM`,
    );
    child.kill("SIGKILL");
    await this.#exited;
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(name);
  }

  tell(command: Command): void {
    if (this.#child?.connected === true) this.#child.send(command);
  }

  /** Has the process submit tasks; gives their ids, or null if it is not known whether they were submitted. */
  submit(requests: readonly SubmittedRequest[]): Promise<readonly number[] | null> {
    this.#lastCall += 1;
    const call = this.#lastCall;
    return new Promise((resolve) => {
      const tell = (taskIds: readonly number[] | null) => {
        this.#calls.delete(call);
        clearTimeout(timer);
        resolve(taskIds);
      };
      const timer = setTimeout(tell, ANSWER_MS, null);
      this.#calls.set(call, tell);
      this.tell({ kind: "submit", call, requests: [...requests] });
    });
  }

  #hear(answer: Answer): void {
    if (answer.kind === "ready") this.#isReady = !this.#isEnding;
    else this.#calls.get(answer.call)?.(answer.taskIds);
  }
}
