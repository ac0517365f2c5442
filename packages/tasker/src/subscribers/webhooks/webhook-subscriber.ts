import { z } from "zod";
import { parseSection } from "../../config/parse-section.ts";
import { ConfigurationError, WebhookError } from "../../errors/index.ts";
import type { QueueOptions } from "../../events/bus/queue-options.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { eventToJson } from "../event-json.ts";
import { BaseSubscriber, type SubscriberSettings } from "../subscriber.ts";
import { signWebhook } from "./signature.ts";

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
  /** Largest number of attempts. Default: 5; 1 where the event log delivers, which tries again by itself. */
  attempts: wholeNumber(1, 100).optional(),
  /** Wait before the second attempt, doubled before each further one, 5 minutes at most. Default: 1,000. */
  backoff_ms: wholeNumber(0, 300_000).default(1_000),
  headers: z.record(z.string(), z.string({ error: "a text" })).default({}),
});

const LONGEST_WAIT_MS = 300_000;

/** One attempt to deliver an event. */
export interface WebhookDelivery {
  readonly subscriber: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly taskId: number | null;
  /** From 1. */
  readonly attempt: number;
  readonly delivered: boolean;
  /** Status of the answer; null if there was none. */
  readonly status: number | null;
  /** Why it was not delivered; null if it was. */
  readonly error: string | null;
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a {@link WebhookSubscriber} is made with. */
export interface WebhookSettings extends SubscriberSettings {
  /** Signs what is sent. It is shown nowhere. Default: that of `config.secret_env`. */
  readonly secret?: string;
  /** Told of every attempt, for a record of deliveries. Default: nobody; the log has them. */
  readonly onDelivery?: (delivery: WebhookDelivery) => void;
}

/**
 * Posts each event as JSON to a URL, one after the other, signed if there is a secret. Delivered is what a status from 200 to 299
 * answers; redirects are not followed. Everything else is tried again with growing waits, but for a refusal (a status from 400 to
 * 499 other than 408, 409, 425, 429). What was not delivered in the end is thrown: the event log keeps it as a dead letter.
 */
export class WebhookSubscriber extends BaseSubscriber {
  readonly #config: z.infer<typeof WebhookConfig>;
  readonly #secret: string | null;
  readonly #onDelivery: (delivery: WebhookDelivery) => void;
  readonly #closing = new AbortController();

  /** @throws ConfigurationError for a setting that cannot be, and for a secret that is not in the environment */
  constructor(settings: WebhookSettings = {}) {
    super(settings);
    this.#config = parseSection("config", WebhookConfig, this.config);
    const { secret_env: variable } = this.#config;
    this.#secret = settings.secret ?? (variable === undefined ? null : (this.resources.environment[variable] ?? ""));
    if (this.#secret === "") {
      throw new ConfigurationError(`config.secret_env is "${variable}", expected the name of a variable that is set`, {
        context: { option: "config.secret_env", value: variable },
      });
    }
    this.#onDelivery = settings.onDelivery ?? (() => {});
  }

  protected override get queue(): QueueOptions {
    return {};
  }

  /** @throws WebhookError when the last attempt has failed */
  async handleEvent(event: TaskerEvent): Promise<void> {
    const body = JSON.stringify(eventToJson(event));
    const most = this.#config.attempts ?? (this.resources.isDurable ? 1 : 5);
    for (let attempt = 1; ; attempt++) {
      const delivery = await this.#post(event, body, attempt);
      this.#report(delivery);
      if (delivery.delivered) return;
      const isLast = attempt >= most || isRefusal(delivery.status) || this.#closing.signal.aborted;
      if (isLast) throw failure(this.name, delivery);
      await this.#wait(Math.min(this.#config.backoff_ms * 2 ** (attempt - 1), LONGEST_WAIT_MS));
    }
  }

  /** Ends what is under way: an attempt is cut off, none follows. */
  override async close(): Promise<void> {
    this.#closing.abort();
  }

  async #post(event: TaskerEvent, body: string, attempt: number): Promise<WebhookDelivery> {
    const { clock } = this.resources;
    const { url, timeout_ms: timeout, headers } = this.#config;
    const at = clock.now();
    const begun = performance.now();
    const signed = this.#secret === null ? {} : signWebhook(this.#secret, event.id, at, body);
    let status: number | null = null;
    let error: string | null = null;
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        redirect: "manual",
        headers: { ...headers, "content-type": "application/json", "user-agent": "tasker", ...signed },
        signal: AbortSignal.any([AbortSignal.timeout(timeout), this.#closing.signal]),
      });
      status = response.status;
      await response.body?.cancel();
      if (!response.ok) error = `answered with ${status}`;
      const location = status >= 300 && status < 400 ? response.headers.get("location") : null;
      if (location !== null) error = `answered with ${status}, and redirects are not followed`;
    } catch (cause) {
      error = reasonOf(cause);
    }
    const { id: eventId, name: eventName, taskId } = event;
    const duration = Math.round(performance.now() - begun);
    return {
      subscriber: this.name,
      eventId,
      eventName,
      taskId,
      attempt,
      delivered: error === null,
      status,
      error,
      duration,
      at,
    };
  }

  #report(delivery: WebhookDelivery): void {
    const { log } = this.resources;
    if (delivery.delivered) log.debug(delivery, "a webhook was delivered");
    else log.warn(delivery, "a webhook was not delivered");
    this.#onDelivery(delivery);
  }

  /** Up to a quarter more or less, so that many subscribers do not come back at one moment. */
  #wait(ms: number): Promise<void> {
    const { clock, random } = this.resources;
    return new Promise((resolve) => {
      const cancel = clock.after(ms * (0.75 + random() / 2), resolve);
      this.#closing.signal.addEventListener("abort", () => {
        cancel();
        resolve();
      });
    });
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
