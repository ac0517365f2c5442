import { styleText } from "node:util";
import type { LogFormat } from "../../config/log-level.ts";
import { OWN_FIELDS } from "./log-fields.ts";

/** Makes a line in another format of a line of JSON; both with their end. */
export type LineFormatter = (line: string) => string;

type Fields = Record<string, unknown>;

/** What the format needs; null for lines of JSON, which stay as they are. */
export function formatterOf(format: LogFormat, colors: boolean): LineFormatter | null {
  if (format === "json") return null;
  if (format === "pretty_json") return (line) => `${JSON.stringify(JSON.parse(line), null, 2)}\n`;
  if (format === "logfmt") return (line) => `${logfmt(JSON.parse(line))}\n`;
  return (line) => `${pretty(JSON.parse(line), colors)}\n`;
}

/** `key=value`, separated by spaces; texts in quotes, everything else as JSON. What would end a key is `_` in it. */
function logfmt(fields: Fields): string {
  return Object.entries(fields)
    .map(
      ([key, value]) =>
        `${logfmtKey(key)}=${visible(typeof value === "string" ? JSON.stringify(value) : plain(value))}`,
    )
    .join(" ");
}

const logfmtKey = (key: string) => key.replace(/[\s="\p{C}]/gu, "_") || "_";

/** An object in a logfmt line is a text like any other. */
function plain(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return typeof value === "object" && value !== null ? JSON.stringify(text) : text;
}

const STYLES = {
  debug: "gray",
  info: "green",
  warn: "yellow",
  error: "red",
  fatal: "red",
} as const;

/** Fields that say the same in every line of a process: a person at a terminal needs none of them. */
const LEFT_OUT: ReadonlySet<string> = new Set([...OWN_FIELDS, "entity_type", "backtrace"]);

/** Time, level, component, sentence, then the other fields; a backtrace below. */
function pretty(fields: Fields, colors: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text;
  const level = String(fields.level);
  const style = Object.entries(STYLES).find(([name]) => name === level)?.[1] ?? "green";
  const rest = Object.entries(fields)
    .filter(([key]) => !LEFT_OUT.has(key))
    .map(
      ([key, value]) =>
        `${paint("gray", `${visible(key)}=`)}${visible(typeof value === "string" ? value : JSON.stringify(value))}`,
    );
  const head = [
    paint("gray", String(fields.timestamp).slice(11, 23)),
    paint(style, level.toUpperCase().padEnd(5)),
    paint("gray", visible(String(fields.component))),
    visible(String(fields.message ?? "")),
  ];
  const backtrace = Array.isArray(fields.backtrace)
    ? fields.backtrace.map((line) => `\n    ${visible(String(line))}`)
    : [];
  return [...head, ...rest].join(" ") + backtrace.join("");
}

/** Control characters and separators of lines could move a terminal's cursor, or forge a line. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
