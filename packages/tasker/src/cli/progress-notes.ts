import type { CommandSession } from "./session.ts";

/** Width of the bar in columns. */
const BAR = 24;
const CLEAR_LINE = "\r\x1b[K";

/** Least time between two drawings, in milliseconds. */
const DRAWING_MS = 100;

/** A line on the terminal that says how far long work has come; nothing where nobody sees it. */
export class ProgressNotes {
  readonly #session: CommandSession;
  readonly isShown: boolean;
  #drawnAt = Number.NEGATIVE_INFINITY;

  /** @param isWanted false for output that a program reads */
  constructor(session: CommandSession, isWanted: boolean) {
    this.#session = session;
    this.isShown = isWanted && session.io.stderr.isTTY === true;
  }

  /** Says how much is done, of how much; null: nobody knows. */
  tell(done: number, total: number | null): void {
    this.say(() => drawBar(done, total, this.#session.printer.unicode));
  }

  /** Says something in the place of what was said before, unless that was just now. */
  say(text: () => string): void {
    const { io } = this.#session;
    if (!this.isShown || io.clock.now() - this.#drawnAt < DRAWING_MS) return;
    this.#drawnAt = io.clock.now();
    // A line that wraps could not be taken back.
    io.stderr.write(`${CLEAR_LINE}${text().slice(0, io.terminal.columns() - 1)}`);
  }

  /** Takes the line away again. */
  end(): void {
    if (this.isShown) this.#session.io.stderr.write(CLEAR_LINE);
  }
}

/** `#######-----------------  300 of 1,000`, or the count alone where the end is not known. */
function drawBar(done: number, total: number | null, unicode: boolean): string {
  const count = done.toLocaleString("en-US");
  if (total === null || total === 0) return count;
  const full = Math.round(Math.min(1, done / total) * BAR);
  const [on, off] = unicode ? ["█", "░"] : ["#", "-"];
  return `${on.repeat(full)}${off.repeat(BAR - full)}  ${count} of ${total.toLocaleString("en-US")}`;
}
