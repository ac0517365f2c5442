import { styleText } from "node:util";
import type { CommandIo } from "../io.ts";
import type { Line, Tone } from "./span.ts";

const FORMATS: Readonly<Record<Exclude<Tone, "plain">, Parameters<typeof styleText>[0]>> = {
  strong: "bold",
  faint: "dim",
  good: "green",
  bad: "red",
  busy: "cyan",
  waiting: "yellow",
};

/**
 * Whether output is coloured: `NO_COLOR` (any value but the empty one) forbids it, `FORCE_COLOR` (any value but `0` and
 * `false`) demands it, otherwise a terminal that is not `dumb` has it.
 * @see https://no-color.org and https://force-color.org
 */
export function usesColor(io: Pick<CommandIo, "env" | "terminal">): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return io.terminal.isTty && TERM !== "dumb";
}

/** The line as text, with escape sequences for its tones if `color`. */
export function paintLine(line: Line, color: boolean): string {
  return line
    .map(({ text, tone }) =>
      color && tone !== "plain" ? styleText(FORMATS[tone], text, { validateStream: false }) : text,
    )
    .join("")
    .trimEnd();
}
