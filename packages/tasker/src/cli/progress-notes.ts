import type { CommandSession } from "./session.ts";

/** Width of the bar in columns. */
const BAR = 24;
const CLEAR_LINE = "\r\x1b[K";

/** A bar on the terminal that says how far long work has come; nothing where nobody sees it. */
export class ProgressNotes {
  readonly #session: CommandSession;
  readonly isShown: boolean;

  /** @param isWanted false for output that a program reads */
  constructor(session: CommandSession, isWanted: boolean) {
    this.#session = session;
    this.isShown = isWanted && session.io.stderr.isTTY === true;
  }

  /** Says how much is done, of how much; null: nobody knows. */
  tell(done: number, total: number | null): void {
    if (!this.isShown) return;
    this.#session.io.stderr.write(`${CLEAR_LINE}${drawBar(done, total, this.#session.printer.unicode)}`);
  }

  /** Takes the bar away again. */
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
