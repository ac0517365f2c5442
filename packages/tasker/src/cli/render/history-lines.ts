import type { HistoryFinding, HistoryReport, RuleReport } from "../../checker/history-report.ts";
import { formatDuration } from "./format-duration.ts";
import { type Line, span } from "./span.ts";
import { wrapLine } from "./wrap-line.ts";

const INDENT = "  ";

/** A rule that is broken, or of which it cannot be told: what it says, and what was found. */
export function drawRule({ rule, verifies, violations, unclear, findings }: RuleReport, columns: number): Line[] {
  const counts = [
    ...(violations > 0 ? [count(violations, "violation", "violations")] : []),
    ...(unclear > 0 ? [`${count(unclear, "case", "cases")} that cannot be told`] : []),
  ].join(", ");
  const head = violations > 0 ? span("error", "bad") : span("unclear", "waiting");
  const left = violations + unclear - findings.length;
  return [
    ...wrapLine([head, span(" "), span(rule, "strong"), span(`: ${counts}`)], columns, [span(INDENT)]),
    ...wrapLine([span(`${INDENT}expected  `, "faint"), span(verifies)], columns, [span(INDENT.padEnd(12))]),
    ...findings.flatMap((one) => drawFinding(one, columns)),
    ...(left > 0 ? [[span(`${INDENT}and ${left.toLocaleString("en-US")} more`, "faint")]] : []),
  ];
}

function drawFinding({ taskId, stepId, found, unclear }: HistoryFinding, columns: number): Line[] {
  const where = stepId === null ? `task ${taskId}` : `task ${taskId}, step ${stepId}`;
  const label = unclear ? "unclear" : "found";
  return wrapLine([span(`${INDENT}${label.padEnd(10)}`, "faint"), span(`${where}: ${found}`)], columns, [
    span(INDENT.padEnd(12)),
  ]);
}

/** What was checked, and if that is known, with what result: `checked 3 tasks with 11 steps in 12ms: 2 violations`. */
export function checkSummary(
  { tasks, steps, violations, unclear = 0 }: Pick<HistoryReport, "tasks" | "steps"> & Partial<HistoryReport>,
  ms: number,
): string {
  const checked = `checked ${count(tasks, "task", "tasks")} with ${count(steps, "step", "steps")} in ${formatDuration(ms)}`;
  if (violations === undefined) return checked;
  const doubts = unclear === 0 ? "" : `, ${count(unclear, "case", "cases")} that cannot be told`;
  return `${checked}: ${violations === 0 ? "no violation" : count(violations, "violation", "violations")}${doubts}`;
}

/** The report for programs. */
export function jsonOfCheck(report: HistoryReport, ms: number) {
  const { tasks, steps, violations, unclear, unchecked } = report;
  const rules = report.rules.map(({ findings, ...rule }) => ({
    ...rule,
    findings: findings.map((one) => ({
      task_id: one.taskId,
      step_id: one.stepId,
      found: one.found,
      unclear: one.unclear,
    })),
  }));
  return { tasks, steps, violations, unclear, rules, unchecked, seconds: ms / 1000 };
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}
