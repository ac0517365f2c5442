/** A terminal as far as the live display uses one: lines, moving up, clearing, and scrolling at the bottom. */
export class Screen {
  readonly #rows: number;
  #lines: string[] = [""];
  #row = 0;
  #column = 0;
  /** Lines that have left the screen at its top. */
  scrolled = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** What is on the screen; the last line is where the cursor stands, or below. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get text(): string {
    return this.#lines.join("\n");
  }

  /** Takes output; an unknown escape sequence is an error. */
  write(text: string): this {
    for (let rest = text; rest !== ""; ) {
      const taken = rest.startsWith("\x1b") ? this.#escape(rest) : 0;
      if (taken === 0) this.#put(rest.charAt(0));
      rest = rest.slice(Math.max(1, taken));
    }
    return this;
  }

  /** Obeys the escape sequence at the beginning of `text`; returns its length. */
  #escape(text: string): number {
    const end = text.search(/[A-Za-z]/);
    const sequence = text.slice(1, end + 1);
    const up = /^\[(\d+)A$/.exec(sequence);
    if (up !== null) this.#row = Math.max(0, this.#row - Number(up[1]));
    else if (sequence === "[K") this.#lines[this.#row] = (this.#lines[this.#row] ?? "").slice(0, this.#column);
    else if (sequence === "[J")
      this.#lines = [...this.#lines.slice(0, this.#row), (this.#lines[this.#row] ?? "").slice(0, this.#column)];
    else if (sequence !== "[?25l" && sequence !== "[?25h") throw new Error(`unknown escape sequence ${sequence}`);
    return end + 1;
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") this.#feed();
    else {
      const line = (this.#lines[this.#row] ?? "").padEnd(this.#column);
      this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  #feed(): void {
    this.#column = 0;
    this.#row += 1;
    if (this.#row === this.#lines.length) this.#lines.push("");
    if (this.#lines.length <= this.#rows) return;
    this.#lines.shift();
    this.#row -= 1;
    this.scrolled += 1;
  }
}
