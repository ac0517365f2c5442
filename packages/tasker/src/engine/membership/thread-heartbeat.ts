import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { systemClock } from "../../clock/clock.ts";
import type { Heartbeat, HeartbeatSettings, LineListener, RhythmListener } from "./heartbeat.ts";
import type { ThreadCommand, ThreadOrder, ThreadReport } from "./thread-messages.ts";
import type { VitalSigns } from "./vital-signs.ts";

/** How long the thread may take to end by itself, in milliseconds. */
const STOP_MS = 2_000;
/** Wait before a thread that broke is replaced, in milliseconds. */
const RESTART_MS = 1_000;
/** The thread does little: V8's usual reserves would cost some megabytes. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 };

/** A heartbeat from a thread of its own, on a connection of its own: a busy event loop cannot hold it up. */
export class ThreadHeartbeat implements Heartbeat {
  readonly #order: ThreadOrder;
  readonly #listener: RhythmListener & LineListener;
  #worker: Worker;
  #following: ThreadCommand | null = null;
  #isStopped = false;

  constructor(url: string, settings: HeartbeatSettings, signs: VitalSigns, listener: RhythmListener & LineListener) {
    this.#order = { ...settings, url, buffer: signs.buffer };
    this.#listener = listener;
    this.#worker = this.#start();
  }

  follow(processId: number, registeredAt: number): void {
    this.#following = { kind: "follow", processId, registeredAt };
    this.#worker.postMessage(this.#following);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    // One that broke has no id any more.
    if (this.#worker.threadId === -1) return;
    const ended = once(this.#worker, "exit");
    this.#worker.postMessage({ kind: "stop" } satisfies ThreadCommand);
    const cancel = systemClock.after(STOP_MS, () => void this.#worker.terminate());
    await ended;
    cancel();
  }

  #start(): Worker {
    // Beside this file, built or not.
    const file = import.meta.url.endsWith(".ts") ? "./heartbeat-thread.ts" : "./heartbeat-thread.js";
    const worker = new Worker(new URL(file, import.meta.url), {
      name: "tasker heartbeat",
      workerData: this.#order,
      execArgv: [],
      resourceLimits: RESOURCE_LIMITS,
    });
    worker.on("message", (report: ThreadReport) => this.#tell(report));
    worker.on("error", (error) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#listener.onTrouble(`the thread of the heartbeat broke and is replaced: ${message}`);
    });
    worker.once("exit", () => {
      this.#listener.onListening(false);
      if (this.#isStopped) return;
      systemClock.after(RESTART_MS, () => this.#restart());
    });
    return worker;
  }

  #restart(): void {
    if (this.#isStopped) return;
    this.#worker = this.#start();
    if (this.#following !== null) this.#worker.postMessage(this.#following);
  }

  #tell(report: ThreadReport): void {
    if (report.kind === "renewed") this.#listener.onRenewed(report.processId);
    else if (report.kind === "declared dead") this.#listener.onDeclaredDead(report.processId);
    else if (report.kind === "left behind") this.#listener.onLeftBehind();
    else if (report.kind === "hint") this.#listener.onHint(report.payload);
    else if (report.kind === "listening") this.#listener.onListening(report.isListening);
    else this.#listener.onTrouble(report.message);
  }
}
