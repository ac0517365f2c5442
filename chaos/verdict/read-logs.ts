import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { LedgerLine } from "../process/ledger.ts";
import { readLedger } from "../process/ledger.ts";
import type { Violation } from "./findings.ts";

const LogLine = z.object({ level: z.string(), message: z.string() });

/** The lines of all ledgers of a run, a process after the other. */
export function* readLedgers(directory: string): Generator<LedgerLine> {
  for (const file of filesOf(directory, "ledger")) yield* readLedger(file);
}

/** How often engines warned of what, the most frequent first. */
export function countWarnings(directory: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of filesOf(directory, "log")) {
    for (const line of readFileSync(file, "utf8").split("\n").slice(0, -1)) {
      const { level, message } = LogLine.parse(JSON.parse(line));
      if (level === "warn" || level === "error") counts.set(message, (counts.get(message) ?? 0) + 1);
    }
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** Processes print nothing: what they do is an unhandled rejection, an exception, or a warning of Node's. */
export function judgeOutput(directory: string): Violation[] {
  return filesOf(directory, "output").flatMap((file) => {
    const text = readFileSync(file, "utf8").trim();
    return text === "" ? [] : [{ promise: "processes print nothing", found: `${file}: ${text.slice(0, 1_000)}` }];
  });
}

function filesOf(directory: string, kind: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => join(directory, name));
}
