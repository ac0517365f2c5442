import type { Finding, Severity } from "../../database/doctor/finding.ts";
import { formatBytes } from "./format-bytes.ts";
import { type Line, span, type Tone } from "./span.ts";
import { wrapLine } from "./wrap-line.ts";

const TONES: Readonly<Record<Severity, Tone>> = { error: "bad", warning: "waiting", advice: "busy" };
const INDENT = "  ";
/** Lines of a statement that are shown; a function has hundreds. */
const STATEMENT_LINES = 6;

/** One finding: what it is about, what is there and what should be, and the statements as they are to be typed. */
export function drawFinding(finding: Finding, columns: number): Line[] {
  const { severity, topic, object, found, expected, note, bytes } = finding;
  const size = bytes === null ? "" : ` (${formatBytes(bytes)})`;
  const say = (label: string, text: string): Line[] =>
    wrapLine([span(`${INDENT}${label.padEnd(10)}`, "faint"), span(text)], columns, [span(INDENT.padEnd(12))]);
  return [
    ...wrapLine([span(severity, TONES[severity]), span(` ${topic} `), span(object, "strong"), span(size)], columns, [
      span(INDENT),
    ]),
    ...say("found", found),
    ...say("expected", expected),
    ...(note === null ? [] : wrapLine([span(`${INDENT}${note}`, "faint")], columns, [span(INDENT)])),
    ...drawMending(finding),
  ];
}

/** Redundant indexes as one finding: a list by table with sizes and reasons, and the statements that drop them. */
export function drawRedundantIndexes(findings: readonly Finding[], columns: number): Line[] {
  const total = findings.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const number = findings.length === 1 ? "1 index that Tasker does" : `${findings.length} indexes that Tasker does`;
  const tables = [...new Set(findings.map(({ object }) => tableOf(object)))];
  return [
    [span("advice", TONES.advice), span(` ${number} without, ${formatBytes(total)}`)],
    ...tables.flatMap((table) => [
      [span(INDENT), span(table, "strong")],
      ...findings.filter(({ object }) => tableOf(object) === table).flatMap((one) => drawIndex(one, columns)),
    ]),
    [span(`${INDENT}They cost time with every write. To drop them:`, "faint")],
    ...findings.flatMap(drawMending),
  ];
}

function drawIndex({ object, found, note, bytes }: Finding, columns: number): Line[] {
  const size = `${INDENT}${formatBytes(bytes ?? 0).padStart(9)}${INDENT}`;
  const below = [span(" ".repeat(size.length))];
  return [
    ...wrapLine([span(size), span(object.split(" ")[0] ?? object)], columns, below),
    ...wrapLine([...below, span(`${found}. ${note ?? ""}`, "faint")], columns, below),
  ];
}

function drawMending({ statements, command }: Finding): Line[] {
  const typed = `${INDENT}${INDENT}`;
  return [
    ...(command === null ? [] : [[span(`${typed}$ ${command}`)]]),
    ...statements.flatMap((statement): Line[] => {
      const lines = statement.split("\n").map((line) => [span(typed + line)]);
      if (lines.length <= STATEMENT_LINES) return lines;
      const hidden = lines.length - STATEMENT_LINES + 1;
      return [
        ...lines.slice(0, STATEMENT_LINES - 1),
        [span(`${typed}... ${hidden} more lines: 'tasker db doctor --sql' prints them`, "faint")],
      ];
    }),
  ];
}

function tableOf(object: string): string {
  return object.split(" on ")[1] ?? "";
}
