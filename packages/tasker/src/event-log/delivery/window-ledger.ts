import type { LogCursor } from "../cursor/log-cursor.ts";
import { noteWritten } from "./keep-event.ts";
import type { KeptEvent } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";

/** A window of which not everything is through. */
export interface OpenWindow {
  readonly cursor: LogCursor;
  /** What could not be delivered, each task's in its order. */
  readonly kept: KeptEvent[];
  left: number;
}

/** Windows that may be under way at the same time. */
const MOST_WINDOWS = 4;

/** Writes the cursors of windows when they and all before them are through: several at once, if so many are. */
export class WindowLedger {
  readonly #parts: SessionParts;
  #windows: OpenWindow[] = [];
  #writing = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Windows that are not written yet. */
  get inFlight(): number {
    return this.#windows.length;
  }

  /** Whether another window may be begun. */
  get hasRoom(): boolean {
    return this.#windows.length < MOST_WINDOWS;
  }

  /** @param parts how many parts of the window have to be through */
  open(cursor: LogCursor, parts: number): OpenWindow {
    const window: OpenWindow = { cursor, kept: [], left: parts };
    this.#windows.push(window);
    return window;
  }

  /** A part of a window is through. */
  finish(window: OpenWindow): void {
    window.left -= 1;
    if (window.left === 0) void this.write();
  }

  /** Writes what can be written. */
  async write(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    const { seat, settings, stop, fail, wake, lookForRetries } = this.#parts;
    try {
      for (let done = this.#doneWindows(); done.length > 0 && !stop.aborted; done = this.#doneWindows()) {
        const last = done.at(-1);
        if (last === undefined) break;
        const kept = done.flatMap((window) => window.kept);
        const ids = await seat.advance(settings.database, settings.clock.now(), last.cursor, kept);
        seat.confirmAdvance();
        noteWritten(this.#parts, kept, ids);
        this.#windows = this.#windows.slice(done.length);
        wake();
        if (kept.length > 0) lookForRetries();
      }
    } catch (error) {
      fail(error);
    }
    this.#writing = false;
  }

  #doneWindows(): readonly OpenWindow[] {
    const open = this.#windows.findIndex(({ left }) => left > 0);
    // A copy: others are begun while these are written.
    return this.#windows.slice(0, open === -1 ? this.#windows.length : open);
  }
}
