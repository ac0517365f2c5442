import { z } from "zod";
import { linkAbort } from "../../clock/linked-abort.ts";
import { parseSection } from "../../config/parse-section.ts";
import { ConfigurationError, PermanentError, WebhookError } from "../../errors/index.ts";
import type { Delivery } from "../../event-log/subscriber-options.ts";
import type { QueueOptions } from "../../events/bus/queue-options.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { eventToJson } from "../event-json.ts";
import { BaseSubscriber, type SubscriberSettings } from "../subscriber.ts";
import { DeliveryLog } from "./delivery-log.ts";
import { signingKey, signWebhook } from "./signature.ts";
import { shownUrl, type WebhookDelivery } from "./webhook-delivery.ts";

const wholeNumber = (least: number, most: number) =>
  z
    .int({ error: "a whole number" })
    .min(least, { error: `${least} or more` })
    .max(most, { error: `at most ${most}` });

const WebhookConfig = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://" }),
  /** Name of the environment variable that holds the secret. Default: not signed, unless a secret is given in code. */
  secret_env: z.string({ error: "the name of an environment variable" }).optional(),
  /** For one attempt. Default: 10,000. */
  timeout_ms: wholeNumber(1, 600_000).default(10_000),
  /** Largest number of attempts. Default: 5; 1 for what the event log delivers, which tries again by itself. */
  attempts: wholeNumber(1, 100).optional(),
  /** Wait before the second attempt, doubled before each further one, 5 minutes at most. Default: 1,000. */
  backoff_ms: wholeNumber(0, 300_000).default(1_000),
  headers: z
    .record(z.string(), z.string({ error: "a text" }))
    .refine(areHeaders, { error: "names and values that HTTP allows in a header" })
    .default({}),
});

const LONGEST_WAIT_MS = 300_000;

/** What a {@link WebhookSubscriber} is made with. */
export interface WebhookSettings extends SubscriberSettings {
  /**
   * Signs what is sent: after `whsec_` the key in base64, or else any text. It is shown nowhere. Default: that of
   * `config.secret_env`.
   */
  readonly secret?: string;
  /** Told of every attempt. Default: nobody; the log has them, and so has `resources.database`. */
  readonly onDelivery?: (delivery: WebhookDelivery) => void;
}

/**
 * Posts each event as JSON to a URL, one after the other, signed if there is a secret. Delivered is what a status from 200 to 299
 * answers; redirects are not followed. Everything else is tried again with growing waits, but for a refusal (a status from 400 to
 * 499 other than 408, 409, 425, 429). What was not delivered in the end is thrown: the event log keeps it as a dead letter. With
 * `resources.database` every attempt is recorded there.
 */
export class WebhookSubscriber extends BaseSubscriber {
  readonly #config: z.infer<typeof WebhookConfig>;
  /** Null: nothing is signed. */
  readonly #secret: string | null;
  readonly #onDelivery: (delivery: WebhookDelivery) => void;
  readonly #shownUrl: string;
  readonly #record: DeliveryLog | null;
  readonly #underWay = new Set<Promise<void>>();
  #closing = new AbortController();

  /** @throws ConfigurationError for a setting that cannot be, and for a secret that is empty or not in the environment */
  constructor(settings: WebhookSettings = {}) {
    super(settings);
    refuseCredentials(this.config.url);
    this.#config = parseSection("config", WebhookConfig, this.config);
    this.#secret = this.#checkSecret(settings.secret);
    this.#onDelivery = settings.onDelivery ?? (() => {});
    this.#shownUrl = shownUrl(this.#config.url);
    const { database, ...parts } = this.resources;
    this.#record = database === null ? null : new DeliveryLog({ ...parts, database });
  }

  override get queue(): QueueOptions {
    return {};
  }

  /**
   * @param source the delivery of the event log, which numbers the attempts and tries again by itself; null: of a bus
   * @throws WebhookError when the last attempt has failed
   * @throws PermanentError if it was refused and came from the event log, which then makes it a dead letter
   */
  handleEvent(event: TaskerEvent, source: Delivery | null = null): Promise<void> {
    const work = this.#deliver(event, source).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
    return work;
  }

  /** Ends what is under way: an attempt is cut off, none follows. What is not recorded yet is. It can be subscribed again. */
  override async close(): Promise<void> {
    this.#closing.abort();
    this.#closing = new AbortController();
    await Promise.allSettled(this.#underWay);
    await this.#record?.close();
  }

  async #deliver(event: TaskerEvent, source: Delivery | null): Promise<void> {
    const stop = linkAbort(this.#closing.signal, ...(source === null ? [] : [source.signal]));
    try {
      await this.#try(event, source, stop.signal);
    } finally {
      stop.release();
    }
  }

  async #try(event: TaskerEvent, source: Delivery | null, stop: AbortSignal): Promise<void> {
    const body = JSON.stringify(eventToJson(event));
    const first = source?.attempt ?? 1;
    const last = first - 1 + (this.#config.attempts ?? (source === null ? 5 : 1));
    for (let attempt = first; ; attempt++) {
      const delivery = await this.#post(event, body, attempt, stop);
      this.#report(delivery);
      if (delivery.delivered) return;
      const isRefused = isRefusal(delivery.status);
      const isLast = attempt >= last || isRefused;
      if (!isLast) await this.#wait(Math.min(this.#config.backoff_ms * 2 ** (attempt - first), LONGEST_WAIT_MS), stop);
      if (!isLast && !stop.aborted) continue;
      const error = failure(this.name, delivery);
      throw isRefused && source !== null ? new PermanentError(error.message, { cause: error }) : error;
    }
  }

  async #post(event: TaskerEvent, body: string, attempt: number, stop: AbortSignal): Promise<WebhookDelivery> {
    const { clock } = this.resources;
    const { url, timeout_ms: timeout, headers } = this.#config;
    const at = clock.now();
    const begun = performance.now();
    const sent = new Headers(headers);
    const signed = this.#secret === null ? {} : signWebhook(this.#secret, event.id, at, body);
    const own = { "content-type": "application/json", "user-agent": "tasker", ...signed };
    for (const [name, value] of Object.entries(own)) sent.set(name, value);
    const end = linkAbort(stop);
    const timer = setTimeout(() => end.abort(new Error(`timeout: no answer within ${timeout} ms`)), timeout);
    let status: number | null = null;
    let error: string | null = null;
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        redirect: "manual",
        headers: sent,
        signal: end.signal,
      });
      status = response.status;
      await response.body?.cancel();
      if (!response.ok) error = `answered with ${status}`;
      const location = status >= 300 && status < 400 ? response.headers.get("location") : null;
      if (location !== null) error = `answered with ${status}, and redirects are not followed`;
    } catch (cause) {
      error = reasonOf(cause);
    } finally {
      clearTimeout(timer);
      end.release();
    }
    const { id: eventId, name: eventName, taskId } = event;
    const duration = Math.round(performance.now() - begun);
    return {
      subscriber: this.name,
      eventId,
      eventName,
      taskId,
      url: this.#shownUrl,
      attempt,
      delivered: error === null,
      status,
      error,
      duration,
      at,
    };
  }

  #checkSecret(given: string | undefined): string | null {
    const { secret_env: variable } = this.#config;
    if (given === undefined && variable === undefined) return null;
    const secret = given ?? this.resources.environment[variable ?? ""] ?? "";
    if (secret === "" && given === undefined) {
      throw new ConfigurationError(`config.secret_env is "${variable}", expected the name of a variable that is set`, {
        context: { option: "config.secret_env", value: variable },
      });
    }
    signingKey(secret, given === undefined ? `the environment variable ${variable}` : "secret");
    return secret;
  }

  #report(delivery: WebhookDelivery): void {
    const { log } = this.resources;
    if (delivery.delivered) log.debug(delivery, "a webhook was delivered");
    else log.warn(delivery, "a webhook was not delivered");
    this.#record?.note(delivery);
    this.#onDelivery(delivery);
  }

  /** Up to a quarter more or less, so that many subscribers do not come back at one moment. */
  #wait(ms: number, stop: AbortSignal): Promise<void> {
    const { clock, random } = this.resources;
    if (stop.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        stop.removeEventListener("abort", end);
        resolve();
      };
      const cancel = clock.after(ms * (0.75 + random() / 2), end);
      stop.addEventListener("abort", end);
    });
  }
}

/** They would be in what fetch says of the URL. The message does not repeat it. */
function refuseCredentials(url: unknown): void {
  if (typeof url !== "string" || !/^[^/?#]*\/\/[^/?#]*@/.test(url)) return;
  const expected = "a URL without user and password, and config.headers with authorization";
  throw new ConfigurationError(`config.url has a user or a password in it, expected ${expected}`, {
    context: { option: "config.url", expected },
  });
}

function areHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    return new Headers(headers) !== null;
  } catch {
    // said by the rule
    return false;
  }
}

function isRefusal(status: number | null): boolean {
  return status !== null && status >= 400 && status < 500 && ![408, 409, 425, 429].includes(status);
}

function failure(name: string, { eventId, eventName, attempt, status, error }: WebhookDelivery): WebhookError {
  return new WebhookError(`${name} did not deliver ${eventName} in ${attempt} attempts: ${error}`, {
    context: { subscriber: name, eventId, eventName, attempts: attempt, status },
  });
}

/** fetch says what went wrong in the cause of its error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
