import { shellWord } from "../../text/shell-word.ts";

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** A duration in words, rounded up to whole seconds, or to the minute, hour or day from two of them on: `90 seconds`, `3 minutes`. */
export function inWords(ms: number): string {
  for (const [unit, size] of UNITS) {
    if (ms >= 2 * size) return `${Math.round(ms / size)} ${unit}s`;
  }
  return ms > 1_000 ? "2 seconds" : "1 second";
}

/** A moment in UTC to the second, and how far away it is: `2027-01-31 12:00:05 UTC (in 3 minutes)`. */
export function momentWords(moment: number, now: number): string {
  const away = moment - now;
  const distance = away >= 0 ? `in ${inWords(away)}` : `${inWords(-away)} ago`;
  return `${new Date(moment).toISOString().slice(0, 19).replace("T", " ")} UTC (${distance})`;
}

/** `1 step`, `2 steps`. */
export function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A command as it is typed, its words quoted where a shell needs that. */
export function commandOf(...words: readonly (string | number)[]): string {
  return ["tasker", ...words.map((word) => shellWord(String(word)))].join(" ");
}

/** An action of an operator as it is typed; the reason is for the operator to give. */
export function actionOf(...words: readonly (string | number)[]): string {
  return `${commandOf(...words)} --reason "..."`;
}

/** Commands within a sentence. */
export function listCommands(commands: readonly string[]): string {
  return commands.map((command) => `\`${command}\``).join(" or ");
}
