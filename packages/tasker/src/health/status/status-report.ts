import type { CheckEntries } from "../health-report.ts";
import type { StatusFigures } from "./measure-status.ts";

/** Share of the server's connections above which a database counts as unhealthy, in percent. */
const MOST_UTILIZATION = 90;
/** Share of failures in the window above which tasks or steps count as unhealthy. */
const MOST_ERRORS = 0.5;

/** What a status says of the database's contents. */
export interface StatusContents {
  readonly metrics: {
    readonly tasks: Readonly<Record<"total" | "pending" | "in_progress" | "complete" | "error" | "cancelled", number>>;
    readonly steps: Readonly<Record<"total" | "pending" | "in_progress" | "complete" | "error", number>>;
    readonly retries: Readonly<Record<"retryable_errors" | "exhausted_retries" | "in_backoff", number>>;
    /** Of how many of the latest tasks and steps the states are; `complete`: of all. Where it is false, totals are estimates. */
    readonly scope: { readonly tasks: number; readonly steps: number; readonly complete: boolean };
  };
  readonly database: {
    /** Connections of clients to the server, of all of its databases. */
    readonly connections: number;
    /** Those that run a statement. */
    readonly active_connections: number;
    readonly max_connections: number;
    /** Percent of the connections in use, 2 decimals; 0 if there may be none. */
    readonly connection_utilization: number;
  };
  readonly performance_analytics: {
    readonly trends: {
      /** Tasks per minute. */
      readonly task_creation_rate: number;
      readonly completion_rate: number;
      /** Share of the tasks that ended which failed, 0 to 1. */
      readonly error_rate: number;
      /** The same of attempts of steps. */
      readonly step_error_rate: number;
      /** Seconds from the start of an attempt to its success; null without any. */
      readonly avg_step_duration: number | null;
    };
    /** Length of the window, in seconds: 3,600, or for how long the latest rows tell. */
    readonly analysis_seconds: number;
  };
}

/** How a whole installation is doing. */
export type StatusReport = {
  readonly healthy: boolean;
  readonly status: "healthy" | "unhealthy" | "error";
  readonly timestamp: string;
  /** Whether it was made for somebody who asked before. */
  readonly cached: boolean;
  /** Seconds that making it took. */
  readonly generation_duration: number;
  /** What makes it unhealthy. Only with details. */
  readonly reasons?: readonly string[];
  readonly checks?: CheckEntries;
  /** Why nothing could be measured. Only with details. */
  readonly error?: string;
} & Partial<StatusContents>;

/** What the measured figures say. */
export function contentsOf({ tasks, steps, window, connections }: StatusFigures): StatusContents {
  const { counted: countedTasks, ...taskCounts } = tasks;
  const { counted: countedSteps, retryable_errors, exhausted_retries, in_backoff, ...stepCounts } = steps;
  const { connections: open, active, max_connections } = connections;
  const perMinute = (count: number) => round((count * 60) / window.seconds, 3);
  return {
    metrics: {
      tasks: taskCounts,
      steps: stepCounts,
      retries: { retryable_errors, exhausted_retries, in_backoff },
      scope: {
        tasks: countedTasks,
        steps: countedSteps,
        complete: countedTasks === tasks.total && countedSteps === steps.total,
      },
    },
    database: {
      connections: open,
      active_connections: active,
      max_connections,
      connection_utilization: max_connections === 0 ? 0 : round((open / max_connections) * 100, 2),
    },
    performance_analytics: {
      trends: {
        task_creation_rate: perMinute(window.created_tasks ?? 0),
        completion_rate: perMinute(window.complete_tasks),
        error_rate: share(window.failed_tasks, window.complete_tasks),
        step_error_rate: share(window.failed_steps, window.complete_steps),
        avg_step_duration: window.step_seconds === null ? null : round(window.step_seconds, 3),
      },
      analysis_seconds: round(window.seconds, 1),
    },
  };
}

/** What is wrong by the thresholds: connections above 90 %, or more than half of what ended in the window failed. */
export function reasonsOf({ database, performance_analytics: { trends } }: StatusContents): string[] {
  const percent = (part: number) => `${round(part * 100, 1)} %`;
  return [
    ...(database.connection_utilization > MOST_UTILIZATION
      ? [`${database.connection_utilization} % of the server's connections are in use`]
      : []),
    ...(trends.error_rate > MOST_ERRORS ? [`${percent(trends.error_rate)} of the tasks that ended failed`] : []),
    ...(trends.step_error_rate > MOST_ERRORS
      ? [`${percent(trends.step_error_rate)} of the attempts of steps failed`]
      : []),
  ];
}

function share(failed: number, succeeded: number): number {
  return failed + succeeded === 0 ? 0 : round(failed / (failed + succeeded), 4);
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
