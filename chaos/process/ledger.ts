import { openSync, readFileSync, writeSync } from "node:fs";
import { z } from "zod";

/** One line of a ledger: a handler was called, or has come to its end. */
const LedgerLine = z.strictObject({
  what: z.enum(["begun", "done", "failed", "aborted"]),
  executionId: z.string(),
  stepId: z.number(),
  taskId: z.number(),
  /** Milliseconds since the epoch by the machine's clock. */
  at: z.number(),
});
export type LedgerLine = z.infer<typeof LedgerLine>;

/**
 * The effects of handlers, written where the engine knows nothing of it: a file to which each line is written before the
 * handler goes on, so that it outlives the process by whatever it ends.
 */
export class Ledger {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  write(line: LedgerLine): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** The lines of a ledger. A last line that was cut off when its process was killed is left out. */
export function readLedger(path: string): LedgerLine[] {
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => LedgerLine.parse(JSON.parse(line)));
}
