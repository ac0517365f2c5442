import type { CommandIo } from "./io.ts";
import { drawError } from "./render/error-lines.ts";
import { paintLine, usesColor } from "./render/paint.ts";
import { fitLine, type Line, span } from "./render/span.ts";
import { drawsUnicode } from "./render/step-mark.ts";
import { wrapLine } from "./render/wrap-line.ts";

/** Writes lines, JSON and errors to where a command's output goes, in the form that its reader can take. */
export class Printer {
  readonly #io: CommandIo;
  readonly #color: boolean;
  /** Whether more than ASCII can be drawn. */
  readonly unicode: boolean;

  constructor(io: CommandIo) {
    this.#io = io;
    this.#color = usesColor(io);
    this.unicode = drawsUnicode(io);
  }

  /** Width that lines are laid out for: the terminal's, or `Infinity` where output goes to a file or a program. */
  get columns(): number {
    return this.#io.terminal.isTty ? this.#io.terminal.columns() : Number.POSITIVE_INFINITY;
  }

  /** Writes a line to standard output, cut to the terminal's width. */
  line(line: Line): void {
    this.#io.stdout.write(`${this.paint(fitLine(line, this.columns))}\n`);
  }

  /** Writes lines to standard output, cut to the terminal's width. */
  lines(lines: readonly Line[]): void {
    for (const line of lines) this.line(line);
  }

  /** Writes a line to standard output, broken where the terminal ends. */
  wrapped(line: Line, indent: Line): void {
    this.lines(wrapLine(line, this.columns, indent));
  }

  /** Writes a line of plain text to standard output; a long one wraps. Control characters become visible. */
  text(text: string): void {
    this.#io.stdout.write(`${span(text).text}\n`);
  }

  /** Writes text as it is: for what another program reads. */
  raw(text: string): void {
    this.#io.stdout.write(text);
  }

  /** Writes one JSON value as one line to standard output. */
  json(value: unknown): void {
    this.#io.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Writes a remark for the person at the terminal to standard error; a long one wraps. */
  note(text: string): void {
    this.#io.stderr.write(`${span(text).text}\n`);
  }

  /** Writes an error to standard error: one line for each thing that is wrong; with `DEBUG=tasker`, its stack. */
  error(error: unknown): void {
    const stack = (this.#io.env.DEBUG ?? "").split(/[\s,]+/).some((name) => name === "tasker" || name === "*");
    for (const line of drawError(error, { stack })) this.#io.stderr.write(`${this.paint(line)}\n`);
  }

  /** The line as text for this output. */
  paint(line: Line): string {
    return paintLine(line, this.#color);
  }
}
