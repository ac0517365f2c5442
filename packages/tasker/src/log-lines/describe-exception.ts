/** Lines of a backtrace that are kept, and how many of them may be of packages or of Node itself. */
const MOST_LINES = 10;
const MOST_FOREIGN_LINES = 3;
/** Causes that are followed. */
const MOST_CAUSES = 5;

/** An error as fields of a log line. */
export interface ExceptionFields {
  readonly entity_type: "exception";
  readonly exception_class: string;
  readonly exception_message: string;
  /** The code of an error that has one, such as `TASKER_CONFIGURATION`. */
  readonly exception_code?: string;
  /** Where it was thrown: lines of the application first come first, three of packages and of Node at most, ten in all. */
  readonly backtrace: readonly string[];
  /** The errors that led to it, the nearest first, as `Class: message`. */
  readonly caused_by?: readonly string[];
}

/** Describes an error, or whatever else was thrown. */
export function describeException(thrown: unknown): ExceptionFields {
  if (!(thrown instanceof Error)) {
    return {
      entity_type: "exception",
      exception_class: typeof thrown,
      exception_message: String(thrown),
      backtrace: [],
    };
  }
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  const causes = causesOf(thrown);
  return {
    entity_type: "exception",
    exception_class: thrown.name,
    exception_message: thrown.message,
    ...(code === undefined ? {} : { exception_code: code }),
    backtrace: backtraceOf(thrown),
    ...(causes.length === 0 ? {} : { caused_by: causes }),
  };
}

function backtraceOf({ stack = "" }: Error): string[] {
  let foreign = 0;
  const lines = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const kept = lines.filter((line) => {
    if (!/node:|node_modules/.test(line)) return true;
    foreign += 1;
    return foreign <= MOST_FOREIGN_LINES;
  });
  return kept.slice(0, MOST_LINES).map((line) => line.trim());
}

function causesOf(error: Error): string[] {
  const causes: string[] = [];
  for (let cause = error.cause; cause !== undefined && causes.length < MOST_CAUSES; ) {
    causes.push(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}
