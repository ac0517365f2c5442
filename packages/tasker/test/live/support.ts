import { onTestFinished } from "vitest";
import type { Database } from "../../src/database/database.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { LiveEvents, type LiveRequest } from "../../src/live/live-events.ts";
import type { LiveFeed } from "../../src/live/live-feed.ts";
import type { LiveEvent, LiveMessage } from "../../src/live/live-message.ts";
import type { LiveEventsOptions } from "../../src/live/live-options.ts";
import { until } from "../support/engine-harness.ts";

/** Live events of a database that are looked for often, and stopped when the test ends. */
export function openLive(database: Database, options: Partial<LiveEventsOptions> = {}): LiveEvents {
  const live = new LiveEvents({ lookMs: 5, pollMs: 20, ...options, database });
  onTestFinished(() => live.stop());
  return live;
}

/** A client that takes everything that it is told at once. */
export class Listener {
  readonly messages: LiveMessage[] = [];
  readonly feed: LiveFeed;
  readonly ended: Promise<void>;

  constructor(feed: LiveFeed) {
    this.feed = feed;
    this.ended = this.#take();
  }

  static async open(live: LiveEvents, request: Partial<LiveRequest> = {}): Promise<Listener> {
    const listener = new Listener(await live.open({ filter: { namespaces: "all" }, ...request }));
    await until(() => listener.messages.length > 0, "the first message");
    return listener;
  }

  get told(): LiveEvent[] {
    return this.messages.flatMap((message) => (message.kind === "events" ? message.events : []));
  }

  get events(): TaskerEvent[] {
    return this.told.map(({ event }) => event);
  }

  get ids(): string[] {
    return this.events.map(({ id }) => id);
  }

  async #take(): Promise<void> {
    for await (const message of this.feed) this.messages.push(message);
  }
}

/** The events of each task, by their ids in the order in which they came. */
export function byTask(events: readonly TaskerEvent[]): Map<number | null, string[]> {
  return new Map([...Map.groupBy(events, ({ taskId }) => taskId)].map(([task, of]) => [task, of.map(({ id }) => id)]));
}
