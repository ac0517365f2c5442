import {
  type PrunedRows,
  type PruneReport,
  SKIP_REASONS,
  type SkipReason,
} from "../../database/retention/prune-report.ts";
import { formatDuration } from "./format-duration.ts";

/** Tables as people call their rows, in the order of the summary. */
const NOUNS: Readonly<Record<Exclude<keyof PrunedRows, "tasker_tasks">, readonly [one: string, many: string]>> = {
  tasker_workflow_steps: ["step", "steps"],
  tasker_workflow_step_edges: ["edge", "edges"],
  tasker_task_transitions: ["task transition", "task transitions"],
  tasker_workflow_step_transitions: ["step transition", "step transitions"],
  tasker_task_annotations: ["annotation", "annotations"],
  tasker_task_runs: ["run row", "run rows"],
};

const WHY: Readonly<Record<SkipReason, string>> = {
  busy: "locked by somebody or no longer finished",
  linked: "an edge joins it to another task",
  unread: "a durable subscriber has still to read something of it",
  referenced: "another table refers to it",
  oversized: "too large for a line of the archive",
};

/** What is known of a run besides its report. */
export interface PruneFacts {
  readonly dryRun: boolean;
  /** How long it took. */
  readonly ms: number;
}

/** The sums so far: `deleted 1,200 tasks in 3.4s`. */
export function pruneTotals(report: PruneReport, { dryRun, ms }: PruneFacts): string {
  const verb = dryRun ? "would delete" : "deleted";
  return `${verb} ${count(report.tasks, "task", "tasks")} in ${formatDuration(ms)}`;
}

/** The whole result in one line. */
export function pruneSummary(report: PruneReport, facts: PruneFacts): string {
  const { rows } = report;
  const parts = Object.entries(NOUNS).map(([table, [one, many]]) =>
    count(rows[table as keyof typeof NOUNS], one, many),
  );
  const { webhookDeliveries, looseEvents, auditRows } = report;
  if (webhookDeliveries > 0) parts.push(count(webhookDeliveries, "webhook delivery", "webhook deliveries"));
  if (looseEvents > 0) parts.push(count(looseEvents, "event of no task", "events of no task"));
  if (auditRows > 0) parts.push(count(auditRows, "row of the audit log", "rows of the audit log"));
  return `${report.stopped ? "stopped: " : ""}${pruneTotals(report, facts)} (${parts.join(", ")})`;
}

/** One line for each reason for which tasks were left. */
export function skippedNotes({ skipped }: PruneReport): string[] {
  return SKIP_REASONS.filter((reason) => skipped[reason].count > 0).map((reason) => {
    const { count: left, taskIds } = skipped[reason];
    const more = left > taskIds.length ? ", ..." : "";
    return `left ${count(left, "task", "tasks")}, ${WHY[reason]}: ${taskIds.join(", ")}${more}`;
  });
}

/** The result for programs. */
export function jsonOfPrune(
  { tasks, rows, webhookDeliveries, looseEvents, auditRows, skipped, stopped }: PruneReport,
  { dryRun, ms, olderThan, archive }: PruneFacts & { readonly olderThan: Date; readonly archive: string | null },
) {
  return {
    tasks,
    rows,
    webhook_deliveries: webhookDeliveries,
    loose_events: looseEvents,
    audit_rows: auditRows,
    skipped: Object.fromEntries(
      SKIP_REASONS.map((reason) => [reason, { count: skipped[reason].count, task_ids: skipped[reason].taskIds }]),
    ),
    older_than: olderThan.toISOString(),
    dry_run: dryRun,
    stopped,
    archive: dryRun ? null : archive,
    seconds: ms / 1000,
  };
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}
