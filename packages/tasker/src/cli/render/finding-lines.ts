import type { Finding, Severity } from "../../database/doctor/finding.ts";
import { formatBytes } from "./format-bytes.ts";
import { type Line, span, type Tone } from "./span.ts";
import { wrapLine } from "./wrap-line.ts";

const TONES: Readonly<Record<Severity, Tone>> = { error: "bad", warning: "waiting", advice: "busy" };
const INDENT = "  ";
/** Stands before what is to be typed. */
const TYPED = "    ";
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
    ...drawMending(finding, columns),
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
    ...findings.flatMap((one) => drawMending(one, columns)),
  ];
}

function drawIndex({ object, found, note, bytes }: Finding, columns: number): Line[] {
  const size = `${INDENT}${formatBytes(bytes ?? 0).padStart(9)}${INDENT}`;
  const below = [span(" ".repeat(size.length))];
  const why = note === null ? found : `${found}; ${note}`;
  return [
    ...wrapLine([span(size), span(object.split(" ")[0] ?? object)], columns, below),
    ...wrapLine([...below, span(why, "faint")], columns, below),
  ];
}

function drawMending({ statements, command }: Finding, columns: number): Line[] {
  return [
    ...(command === null ? [] : [[span(`${TYPED}$ ${command}`)]]),
    ...statements.flatMap((statement) => drawStatement(statement, columns)),
  ];
}

function drawStatement(statement: string, columns: number): Line[] {
  const lines = statement.split("\n");
  const hidden = lines.length > STATEMENT_LINES ? lines.length - STATEMENT_LINES + 1 : 0;
  const shown = lines.slice(0, lines.length - hidden).flatMap((line): Line[] => {
    const whole = [span(TYPED + line)];
    // a line break may not come into a string, and ends a comment
    return /'|--/.test(line) ? [whole] : wrapLine(whole, columns, [span(`${TYPED}  `)]);
  });
  if (hidden === 0) return shown;
  return [...shown, [span(`${TYPED}... ${hidden} more lines: 'tasker db doctor --sql' prints them`, "faint")]];
}

function tableOf(object: string): string {
  return object.split(" on ")[1] ?? "";
}
