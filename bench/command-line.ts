import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BENCHMARK_NAMES, type BenchmarkName, DEFAULT_BENCHMARKS, isBenchmarkName } from "./benchmark-names.ts";

export const USAGE = `Usage: npm run bench -- [NAME...] [options]
       npm run bench -- peers [options]        comparison with other systems; see its --help

Names: ${BENCHMARK_NAMES.join(", ")}
Default: ${DEFAULT_BENCHMARKS.join(", ")}

Options:
  --json              print one JSON object a line instead of a table
  --repeat N          run everything N times; the table then has median, min and max (default: 1)
  --minutes N         how long soak takes (default: 30)
  --plot FILE         draw the curves of soak into this SVG file
  --database-url URL  use this PostgreSQL server instead of starting one; databases are created on it and dropped
  --help              print this text

See docs/benchmarks.md.`;

/** What the command line asks for. */
export interface Command {
  readonly names: readonly BenchmarkName[];
  readonly json: boolean;
  readonly repeat: number;
  /** Of soak. */
  readonly minutes: number;
  /** Path of the file for the curves of soak, or null. */
  readonly plot: string | null;
  /** Null: start a server. */
  readonly databaseUrl: string | null;
  readonly help: boolean;
}

/** The command line cannot be understood; the message is one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const names = new Set<BenchmarkName>();
  for (const name of positionals) {
    if (!isBenchmarkName(name)) {
      throw new UsageError(`unknown benchmark '${name}', expected one of ${BENCHMARK_NAMES.join(", ")}`);
    }
    names.add(name);
  }
  return {
    names: names.size === 0 ? DEFAULT_BENCHMARKS : BENCHMARK_NAMES.filter((name) => names.has(name)),
    json: values.json,
    repeat: parseRepeat(values.repeat),
    minutes: parseMinutes(values.minutes),
    plot: values.plot === undefined ? null : resolve(process.env.INIT_CWD ?? "", values.plot),
    databaseUrl: checkUrl(values["database-url"]),
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        repeat: { type: "string", default: "1" },
        minutes: { type: "string", default: "30" },
        plot: { type: "string" },
        "database-url": { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.split("\n", 1)[0] ?? message);
  }
}

function parseRepeat(text: string): number {
  const repeat = Number(text);
  if (!Number.isSafeInteger(repeat) || repeat < 1) {
    throw new UsageError(`--repeat is '${text}', expected a whole number of 1 or more`);
  }
  return repeat;
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!(Number.isFinite(minutes) && minutes > 0)) {
    throw new UsageError(`--minutes is '${text}', expected a number greater than 0`);
  }
  return minutes;
}

function checkUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  // The value is left out of the message: it may hold a password.
  const protocol = URL.canParse(text) ? new URL(text).protocol : null;
  if (protocol !== "postgres:" && protocol !== "postgresql:") {
    throw new UsageError("--database-url cannot be read, expected postgres://user:password@host:port/database");
  }
  return text;
}
