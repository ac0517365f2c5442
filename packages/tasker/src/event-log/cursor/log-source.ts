/**
 * The tables that the event log is read from, in the order in which their places stand in arrays: rows of tasks (their
 * creation), transitions of tasks, transitions of steps, stored events.
 */
export const LOG_SOURCES = ["tasks", "taskRows", "stepRows", "events"] as const;

/** One of the tables of the event log. */
export type LogSource = (typeof LOG_SOURCES)[number];

/** Something for each table of the event log. */
export type PerSource<T> = Readonly<Record<LogSource, T>>;

/** Makes something for each table. */
export function perSource<T>(make: (source: LogSource) => T): PerSource<T> {
  return {
    tasks: make("tasks"),
    taskRows: make("taskRows"),
    stepRows: make("stepRows"),
    events: make("events"),
  };
}
