import { type CancelTimer, systemClock } from "../clock/clock.ts";
import { LatestFeed } from "./latest-feed.ts";

/** Live tasks of one name, as they wait for a process and run. */
export interface QueueFigures {
  readonly namespace: string;
  readonly task_name: string;
  /** Those that a process runs. */
  readonly owned: number;
  /** Those that wait for one, and how long the first of them has waited. */
  readonly due: number;
  readonly oldest_due_seconds: number;
  /** Those that are to begin or go on later. */
  readonly delayed: number;
  /** Those whose process is gone. */
  readonly orphaned: number;
}

/** Who counts, such as `DatabaseFigures`. */
export interface QueueSource {
  /** Counts, or reads what another process has counted lately. */
  look(): Promise<void>;
  /** What was counted last; null before the first time. */
  readonly latest: { readonly kinds: readonly QueueFigures[] } | null;
}

/** What a client is told of queues. */
export type QueueMessage =
  | { readonly kind: "queues"; readonly queues: readonly QueueFigures[] }
  | { readonly kind: "beat" }
  | { readonly kind: "end"; readonly reason: "stopping" | "unauthorized" };

/** Options of {@link LiveQueues}. */
export interface LiveQueuesOptions {
  readonly source: QueueSource;
  /** Milliseconds between two looks at the source. Default: 2,000. */
  readonly everyMs?: number;
  /** After how many looks without a change clients are told that nothing has changed. Default: 7. */
  readonly beatEvery?: number;
  /** Told when counting begins to fail. Default: nobody is told. */
  readonly onFailure?: (error: unknown) => void;
}

interface Watcher {
  readonly namespaces: "all" | readonly string[];
  /** What it was told last, as text. */
  told: string;
  looks: number;
}

/** Tells clients how many tasks wait and run. While there are clients, one looks for all of them; a slow one gets the latest figures. */
export class LiveQueues {
  readonly #source: QueueSource;
  readonly #everyMs: number;
  readonly #beatEvery: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #watchers = new Map<LatestFeed<QueueMessage>, Watcher>();
  #cancel: CancelTimer | null = null;
  #isFailing = false;
  #isStopped = false;

  constructor({ source, everyMs = 2_000, beatEvery = 7, onFailure = () => {} }: LiveQueuesOptions) {
    this.#source = source;
    this.#everyMs = everyMs;
    this.#beatEvery = beatEvery;
    this.#onFailure = onFailure;
  }

  /** How many clients are told. */
  get feeds(): number {
    return this.#watchers.size;
  }

  /** Opens a feed: the figures as soon as they are known, then each time they have changed. */
  open(namespaces: "all" | readonly string[], signal?: AbortSignal): LatestFeed<QueueMessage> {
    const feed = new LatestFeed<QueueMessage>((ended) => this.#watchers.delete(ended));
    if (this.#isStopped) feed.end({ kind: "end", reason: "stopping" });
    else if (signal?.aborted === true) void feed.return();
    else {
      signal?.addEventListener("abort", () => void feed.return(), { once: true });
      this.#watchers.set(feed, { namespaces, told: "", looks: 0 });
      if (this.#cancel === null) this.#lookIn(0);
      else this.#tellAll();
    }
    return feed;
  }

  /** Ends all feeds, and each that is opened later. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    for (const feed of [...this.#watchers.keys()]) feed.end({ kind: "end", reason: "stopping" });
  }

  #lookIn(waitMs: number): void {
    this.#cancel = systemClock.after(waitMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    try {
      await this.#source.look();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#onFailure(error);
      this.#isFailing = true;
    }
    if (this.#isStopped) return;
    this.#tellAll();
    if (this.#watchers.size > 0) this.#lookIn(this.#everyMs);
    else this.#cancel = null;
  }

  #tellAll(): void {
    const messages = new Map<string, { readonly message: QueueMessage; readonly text: string }>();
    for (const [feed, watcher] of this.#watchers) {
      const key = JSON.stringify(watcher.namespaces);
      const known = messages.get(key) ?? this.#messageFor(watcher.namespaces);
      messages.set(key, known);
      watcher.looks += 1;
      if (known.text !== "" && known.text !== watcher.told) {
        watcher.told = known.text;
        watcher.looks = 0;
        feed.tell(known.message);
      } else if (watcher.looks % this.#beatEvery === 0 && !feed.waits) feed.tell(BEAT);
    }
  }

  #messageFor(namespaces: "all" | readonly string[]): { readonly message: QueueMessage; readonly text: string } {
    const { latest } = this.#source;
    if (latest === null) return { message: BEAT, text: "" };
    const queues = latest.kinds.filter(({ namespace }) => namespaces === "all" || namespaces.includes(namespace));
    return { message: { kind: "queues", queues }, text: JSON.stringify(queues) };
  }
}

const BEAT: QueueMessage = { kind: "beat" };
