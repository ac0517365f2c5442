import { z } from "zod";
import { type CancelTimer, type Clock, systemClock } from "../../clock/clock.ts";
import { linkAbort } from "../../clock/linked-abort.ts";
import type { Log } from "../../engine/options.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { encodeMetrics } from "./encode-metrics.ts";
import type { OtlpSettings } from "./otlp-settings.ts";
import { type ReceiverAddress, receiverAddress } from "./receiver-address.ts";

/** How long the receiver may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;
/** How long the end of a process may wait for the last push, in milliseconds. */
const STOP_MS = 5_000;

/** What a receiver answers that did not take everything. */
const Answer = z.object({
  partialSuccess: z
    .object({
      rejectedDataPoints: z.union([z.string(), z.number()]).transform(Number).optional(),
      errorMessage: z.string().optional(),
    })
    .optional(),
});

/**
 * Pushes metrics to an OTLP receiver at intervals, and once more at the end. Figures are cumulative: what a push that failed
 * would have told, the next one tells.
 */
export class MetricsPusher {
  readonly #metrics: Pick<Metrics, "snapshot">;
  readonly #settings: OtlpSettings;
  readonly #receiver: ReceiverAddress;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  readonly #startedAt = Date.now() - process.uptime() * 1_000;
  #cancel: CancelTimer = () => {};
  #pushing: Promise<void> = Promise.resolve();
  #stopped = false;
  #trouble: string | null = null;

  constructor(metrics: Pick<Metrics, "snapshot">, settings: OtlpSettings, log: Log, clock: Clock = systemClock) {
    this.#metrics = metrics;
    this.#settings = settings;
    this.#receiver = receiverAddress(settings.url, settings.headers);
    this.#log = log;
    this.#clock = clock;
  }

  start(): void {
    this.#pushSoon();
  }

  /** Pushes for the last time. After 5 seconds a receiver that does not answer is not waited for any longer. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    let cancel: CancelTimer = () => {};
    const timeIsUp = new Promise<void>((resolve) => {
      cancel = this.#clock.after(STOP_MS, () => {
        this.#ending.abort(new Error(`no answer within ${STOP_MS} ms of the end`));
        resolve();
      });
    });
    await Promise.race([this.#pushing.then(() => this.push()), timeIsUp]);
    cancel();
  }

  /** Pushes now. What keeps it from that is logged, once until it changes. */
  async push(): Promise<void> {
    const trouble = await this.#send().catch((error: unknown) => describeFailure(error));
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const url = new URL(this.#receiver.url).origin;
    if (trouble === null) this.#log.info({ url }, "metrics are pushed again");
    else this.#log.warn({ url, reason: trouble }, "metrics could not be pushed; the next push has them as well");
  }

  /** @returns what the receiver did not like; null: nothing */
  async #send(): Promise<string | null> {
    const { attributes } = this.#settings;
    const body = encodeMetrics(await this.#metrics.snapshot(), { attributes, startedAt: this.#startedAt });
    const { ok, status, text } = await this.#post(body);
    if (!ok) return `the receiver answered ${status}`;
    const answer = text.startsWith("{") ? Answer.safeParse(JSON.parse(text)).data?.partialSuccess : undefined;
    const rejected = answer?.rejectedDataPoints ?? 0;
    return rejected > 0 ? `the receiver refused ${rejected} data points: ${answer?.errorMessage ?? ""}` : null;
  }

  async #post(body: string): Promise<{ ok: boolean; status: number; text: string }> {
    const { url, headers } = this.#receiver;
    const end = linkAbort(this.#ending.signal);
    const timer = setTimeout(() => end.abort(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
    try {
      const sent = { ...headers, "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers: sent, body, signal: end.signal });
      return { ok: response.ok, status: response.status, text: await response.text() };
    } finally {
      clearTimeout(timer);
      end.release();
    }
  }

  #pushSoon(): void {
    if (this.#stopped) return;
    this.#cancel = this.#clock.after(this.#settings.intervalMs, () => {
      this.#pushing = this.push().then(() => this.#pushSoon());
    });
  }
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
