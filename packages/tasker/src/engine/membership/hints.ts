import { systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import { decodeHints, encodeHints, type Hint, tellHints } from "../../database/hints/hint.ts";
import type { Log } from "../options.ts";

/** Shortest time between two notifications of a process, in milliseconds: what comes within it is told together. */
const WINDOW_MS = 25;

/** Called with what another process tells. */
export type HintListener = (hint: Hint) => void;

/**
 * Tells other processes what they had better look at, and tells listeners here what those tell. The first hint goes out at
 * once, those of the next moment together in one statement. A hint that cannot be told is dropped: whoever it was for finds
 * by itself what it was about, later.
 */
export class Hints {
  /** This process's id in the database; 0 if it runs no tasks. */
  processId = 0;
  /** Whether hints of other processes arrive. If not, this one finds everything by looking for it. */
  isListening = false;
  readonly #database: Database;
  readonly #log: Log;
  readonly #listeners = new Set<HintListener>();
  #pending: Hint[] = [];
  #telling = false;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /**
   * Tells a hint, soon, to the other processes, and to this one what is about its own tasks or about workers that wait here. Call
   * it after the commit that it is about.
   */
  tell(hint: Hint): void {
    const isOurs = "processId" in hint && hint.processId === this.processId;
    if (isOurs || hint.topic === "remote") for (const listener of this.#listeners) listener(hint);
    if (isOurs) return;
    // The embedded database is open in this process alone.
    if (this.#database.kind === "embedded") return;
    this.#pending.push(hint);
    if (!this.#telling) void this.#tellPending();
  }

  /** Subscribes to what other processes tell this one; call the returned function to end it. */
  onHint(listener: HintListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes the payload of a notification. */
  receive(payload: string): void {
    const { senderId, hints } = decodeHints(payload);
    if (senderId !== 0 && senderId === this.processId) return;
    for (const hint of hints) {
      if ("processId" in hint && hint.processId !== this.processId) continue;
      for (const listener of this.#listeners) listener(hint);
    }
  }

  async #tellPending(): Promise<void> {
    this.#telling = true;
    while (this.#pending.length > 0) {
      const window = new Promise<void>((resolve) => void systemClock.after(WINDOW_MS, resolve));
      try {
        const message = { senderId: this.processId, hints: this.#pending.splice(0) };
        for (const payload of encodeHints(message)) await this.#database.run(tellHints, [payload]);
      } catch (error) {
        this.#log.debug({ err: error }, "telling other processes what to look at failed: they find it by themselves");
      }
      await window;
    }
    this.#telling = false;
  }
}
