import { Worker } from "node:worker_threads";
import { systemClock } from "../../clock/clock.ts";
import type { Heartbeat, HeartbeatSettings, LineListener, RhythmListener } from "./heartbeat.ts";
import type { FollowCommand, ThreadCommand, ThreadOrder, ThreadReport } from "./thread-messages.ts";
import type { VitalSigns } from "./vital-signs.ts";

/** How long the thread may take to end by itself, in milliseconds. */
const STOP_MS = 2_000;
/** Wait before a thread that broke is replaced, in milliseconds. */
const RESTART_MS = 1_000;
/** Threads in a row that may end without having told anything, before none is started any more. */
const MOST_FAILURES = 3;
/** Beside this file, built or not. */
const THREAD_FILE = new URL(
  import.meta.url.endsWith(".ts") ? "./heartbeat-thread.ts" : "./heartbeat-thread.js",
  import.meta.url,
);
/** The thread does little: V8's usual reserves would cost some megabytes. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 };

/**
 * A heartbeat from a thread of its own, on a connection of its own: a busy event loop cannot hold it up. Where no thread can be
 * started, as in a program that is bundled into one file, another heartbeat takes its place.
 */
export class ThreadHeartbeat implements Heartbeat {
  readonly #order: ThreadOrder;
  readonly #listener: RhythmListener & LineListener;
  readonly #makeSubstitute: () => Heartbeat;
  readonly #file: URL;
  #substitute: Heartbeat | null = null;
  #failures = 0;
  #worker: Worker;
  #following: FollowCommand | null = null;
  #isStopped = false;

  /** @param makeSubstitute called once, if no thread can be started */
  constructor(
    url: string,
    settings: HeartbeatSettings,
    signs: VitalSigns,
    listener: RhythmListener & LineListener,
    makeSubstitute: () => Heartbeat,
    file = THREAD_FILE,
  ) {
    this.#order = { ...settings, url, buffer: signs.buffer };
    this.#listener = listener;
    this.#makeSubstitute = makeSubstitute;
    this.#file = file;
    this.#worker = this.#start();
  }

  follow(processId: number, registeredAt: number): void {
    this.#following = { kind: "follow", processId, registeredAt };
    this.#worker.postMessage(this.#following);
    this.#substitute?.follow(processId, registeredAt);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#substitute?.stop();
    // One that broke has no id any more.
    if (this.#worker.threadId === -1) return;
    const ended = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#worker.postMessage({ kind: "stop" } satisfies ThreadCommand);
    const cancel = systemClock.after(STOP_MS, () => void this.#worker.terminate());
    await ended;
    cancel();
  }

  #start(): Worker {
    const worker = new Worker(this.#file, {
      name: "tasker heartbeat",
      workerData: this.#order,
      execArgv: [],
      resourceLimits: RESOURCE_LIMITS,
    });
    worker.on("message", (report: ThreadReport) => {
      this.#failures = 0;
      this.#tell(report);
    });
    worker.on("error", (error) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#listener.onTrouble(`the thread of the heartbeat broke and is replaced: ${message}`);
    });
    worker.once("exit", () => {
      this.#listener.onListening(false);
      if (this.#isStopped) return;
      this.#failures += 1;
      if (this.#failures < MOST_FAILURES) systemClock.after(RESTART_MS, () => this.#restart());
      else this.#replace();
    });
    return worker;
  }

  #replace(): void {
    this.#listener.onTrouble("its thread cannot be started: from now on the lease is renewed by the event loop");
    this.#substitute = this.#makeSubstitute();
    if (this.#following !== null) this.#substitute.follow(this.#following.processId, this.#following.registeredAt);
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
