import type { Fault } from "./plan/fault.ts";
import type { Settings } from "./settings.ts";
import type { Repetitions } from "./verdict/executions.ts";
import type { Violation } from "./verdict/findings.ts";
import type { TakeoverFigures } from "./verdict/takeover-figures.ts";

/** Everything that a run has to say. */
export interface Report {
  readonly settings: Settings;
  readonly seconds: number;
  readonly faults: readonly Fault[];
  readonly figures: {
    readonly tasks: number;
    readonly steps: number;
    readonly transitions: number;
    readonly interruptions: number;
    readonly signals: number;
    readonly processes: number;
  } & Repetitions;
  /** Tasks by their ends. */
  readonly ends: Readonly<Record<string, number>>;
  /** What operators did, by action and outcome. */
  readonly actions: Readonly<Record<string, number>>;
  /** What engines warned of. */
  readonly warnings: Readonly<Record<string, number>>;
  readonly takeovers: TakeoverFigures;
  /** Seconds from the end of the faults until everything was at rest. */
  readonly restSeconds: number;
  readonly violations: readonly Violation[];
  /** Ledgers, logs and output of the processes; null: removed, as nothing is wrong. */
  readonly directory: string | null;
}

const MOST_SHOWN = 30;

/** The report for people. */
export function renderReport(report: Report): string {
  const { settings, figures, takeovers, violations } = report;
  const faults = Object.entries(Object.groupBy(report.faults, ({ kind }) => kind));
  const seconds = (ms: number | null) => (ms === null ? "never" : `${(ms / 1_000).toFixed(1)} s`);
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  const lines = [
    `seed ${settings.seed}, ${settings.processes} processes, lease ${seconds(settings.leaseMs)}, ${report.seconds} s in all`,
    `faults        ${faults.map(([kind, list]) => `${kind} ${list?.length}`).join(", ")}`,
    `tasks         ${figures.tasks} (${counts(report.ends)}), ${figures.steps} steps, ${figures.transitions} transitions`,
    `executions    ${figures.executions}, ${figures.interruptions} interrupted; of steps that another one completed: ` +
      `${figures.repeated} had done their work, ${figures.late} were called late`,
    `processes     ${figures.processes} started`,
    `operators     ${counts(report.actions)}; ${figures.signals} signals`,
    `takeovers     ${takeovers.tasks} tasks, p50 ${seconds(takeovers.p50)}, p99 ${seconds(takeovers.p99)}, max ${seconds(takeovers.max)}`,
    ...takeovers.slowest.map(({ taskId, fault, ms }) => `              task ${taskId} after ${fault}: ${seconds(ms)}`),
    `at rest       ${report.restSeconds} s after the faults`,
    `warnings      ${counts(report.warnings)}`,
    violations.length === 0 ? "violations    none" : `violations    ${violations.length}`,
    ...violations.slice(0, MOST_SHOWN).map(({ promise, found }) => `  ${promise}: ${found}`),
    ...(violations.length > MOST_SHOWN ? [`  and ${violations.length - MOST_SHOWN} more`] : []),
    ...(report.directory === null ? [] : [`ledgers, logs and output are kept in ${report.directory}`]),
  ];
  return lines.join("\n");
}

/** A fault, as it is told while the run goes on. */
export function renderFault({ atMs, kind, ...more }: Fault): string {
  const facts = Object.entries(more).map(([name, value]) => `${name} ${value}`);
  return [`${(atMs / 1_000).toFixed(1)} s`.padStart(8), kind.padEnd(10), ...facts].join(" ");
}
