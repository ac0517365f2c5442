import type { CancelTimer } from "../../clock/clock.ts";
import type { TaskerEvent } from "../../events/event.ts";
import type { TaskDetails } from "../../reading/task/task-details.ts";
import type { CommandIo } from "../io.ts";
import type { Printer } from "../printer.ts";
import type { TaskProgress } from "../progress/task-progress.ts";
import { fitLine, type Line, lineWidth, span } from "../render/span.ts";
import { drawTaskBoard } from "../render/task-board.ts";
import { drawOutcome } from "../render/task-outcome.ts";
import type { TaskDisplay } from "./display.ts";

/** Time between two drawings, in milliseconds: durations and countdowns move, and changes wait no longer than this. */
const FRAME_MS = 100;

/** Notices that stand below the board at the same time: the newest. */
const SHOWN_NOTICES = 3;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** Redraws the task in place while it runs. For terminals only. */
export class LiveDisplay implements TaskDisplay {
  readonly #io: CommandIo;
  readonly #printer: Printer;
  #task: TaskProgress | null = null;
  /** Lines of the last drawing, which stand above the cursor. */
  #drawn: readonly Line[] = [];
  #cancelTick: CancelTimer = () => {};
  /** Told while the display was on; shown below the board, and printed when it is gone. */
  readonly #notices: string[] = [];
  #ended = false;

  constructor(io: CommandIo, printer: Printer) {
    this.#io = io;
    this.#printer = printer;
  }

  begin(task: TaskProgress): void {
    this.#task = task;
    this.#io.stdout.write(HIDE_CURSOR);
    this.#tick();
  }

  change(_event: TaskerEvent, task: TaskProgress): void {
    this.#task = task;
  }

  notice(text: string): void {
    if (this.#ended || this.#task === null) this.#printer.note(text);
    else this.#notices.push(text);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTick();
    if (this.#task === null) return;
    this.#io.stdout.write(`${this.#backToTop()}${CLEAR_BELOW}${SHOW_CURSOR}`);
    for (const text of this.#notices) this.#printer.note(text);
  }

  result(details: TaskDetails, task: TaskProgress): void {
    const { columns, unicode } = this.#printer;
    this.#printer.lines(drawOutcome(details, task, { columns, unicode }));
  }

  #tick(): void {
    this.#draw();
    this.#cancelTick = this.#io.clock.after(FRAME_MS, () => this.#tick());
  }

  #draw(): void {
    if (this.#task === null) return;
    const { columns, unicode } = this.#printer;
    const notices = this.#notices.slice(-SHOWN_NOTICES).map((text) => fitLine([span(text, "waiting")], columns));
    // The cursor stands on the line below.
    const rows = this.#io.terminal.rows() - 1 - notices.length;
    const board = drawTaskBoard(this.#task, { now: this.#io.clock.now(), columns, rows, unicode });
    const lines = [...board, ...notices];
    // One write, and lines overwritten instead of cleared first: nothing flickers.
    const text = lines.map((line) => `${this.#printer.paint(line)}${CLEAR_LINE_END}\n`).join("");
    this.#io.stdout.write(`${this.#backToTop()}${text}${CLEAR_BELOW}`);
    this.#drawn = lines;
  }

  /** Moves the cursor to where the last drawing begins; lines wrap when the terminal was made narrower since. */
  #backToTop(): string {
    const columns = this.#printer.columns;
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(lineWidth(line) / columns)), 0);
    return rows === 0 ? "" : `\r\x1b[${rows}A`;
  }
}
