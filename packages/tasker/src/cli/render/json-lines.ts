import { type Line, span } from "./span.ts";

/** Longest JSON that stays on one line. */
const SHORT = 100;

/** A JSON value as lines that begin with `indent`: one if it is short enough for `columns`, indented otherwise. */
export function drawJson(value: unknown, indent: string, columns: number): Line[] {
  const short = JSON.stringify(value) ?? "null";
  const laidOut = indent.length + short.length <= Math.min(columns, SHORT) ? short : JSON.stringify(value, null, 2);
  return laidOut.split("\n").map((line) => [span(indent + line)]);
}
