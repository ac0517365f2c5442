import { z } from "zod";
import { parseSection } from "../../config/parse-section.ts";
import type { QueueOptions } from "../../events/bus/queue-options.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { eventToJson } from "../event-json.ts";
import { BaseSubscriber, type SubscriberSettings } from "../subscriber.ts";

/** What is needed of a client of Redis: that of `ioredis`. */
export interface RedisStreamClient {
  call(command: string, ...args: string[]): Promise<unknown>;
}

const RedisConfig = z.strictObject({
  /** Default: `tasker:events`. */
  stream: z.string().min(1, { error: "the name of a stream" }).default("tasker:events"),
  /** About how many entries the stream keeps. Default: all. */
  max_length: z.int({ error: "a whole number" }).min(1, { error: "1 or more" }).optional(),
});

/** What a {@link RedisStreamSubscriber} is made with. */
export interface RedisStreamSettings extends SubscriberSettings {
  /** Whoever made it closes it. */
  readonly client: RedisStreamClient;
}

/**
 * Appends each event to a Redis stream, one after the other: the fields `id`, `name` and `event`, which is JSON. An event that the
 * event log delivers again is appended again; its `id` is the same.
 */
export class RedisStreamSubscriber extends BaseSubscriber {
  readonly #config: z.infer<typeof RedisConfig>;
  readonly #client: RedisStreamClient;

  /** @throws ConfigurationError for a setting that cannot be */
  constructor(settings: RedisStreamSettings) {
    super(settings);
    this.#config = parseSection("config", RedisConfig, this.config);
    this.#client = settings.client;
  }

  override get queue(): QueueOptions {
    return {};
  }

  async handleEvent(event: TaskerEvent): Promise<void> {
    const { stream, max_length: most } = this.#config;
    const trim = most === undefined ? [] : ["MAXLEN", "~", String(most)];
    const fields = ["id", event.id, "name", event.name, "event", JSON.stringify(eventToJson(event))];
    await this.#client.call("XADD", stream, ...trim, "*", ...fields);
  }
}
