import { threadId } from "node:worker_threads";
import { type DestinationStream, type Logger, pino } from "pino";
import type { LogLevel } from "../../config/log-level.ts";
import type { Log } from "../../engine/options.ts";
import { isSampled } from "../../event-routing/is-sampled.ts";
import { VERSION } from "../../version.ts";
import { fieldsOf } from "./log-fields.ts";
import { formatterOf } from "./log-format.ts";
import { type LogSettings, parseLogSettings } from "./log-options.ts";
import { PlainLines, type PlainLinesSettings } from "./plain-lines.ts";

/** Where structured logs are written. The engine takes it as its option `log`. */
export interface StructuredLog extends Log {
  fatal(facts: object, message: string): void;
  /** The log of a part of the program, with its name in the field `component` and its own level and sampling. */
  component(name: string): StructuredLog;
  /** Whether lines of a level are written. */
  isEnabled(level: LogLevel): boolean;
  /** Changes the least level that is written, also of components that have none of their own. */
  setLevel(level: LogLevel): void;
}

/** What a log is made of besides its settings. */
export interface LogParts {
  /** Takes one line at a time, with its end; a stream, or anything else with `write`. Default: standard output, written at once. */
  readonly destination?: DestinationStream & { readonly isTTY?: boolean };
  /** Colours in the format `pretty`. Default: on a terminal, unless `NO_COLOR` is set. */
  readonly colors?: boolean;
  /**
   * Fields of what the program is doing at this moment, such as `correlation_id`: asked at every line that is written. Default:
   * none.
   */
  readonly context?: () => Readonly<Record<string, unknown>> | undefined;
  /** Random numbers in [0, 1), for sampling lines without a correlation id. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * Makes a log that writes lines of one schema with pino: `level`, `timestamp`, `component`, `environment`, `tasker_version`,
 * `process_id`, `thread_id`, then `correlation_id` and what is told with the line, then `message`.
 * @throws ConfigurationError if a setting has a value that it cannot have
 */
export function createLog(settings: LogSettings = {}, parts: LogParts = {}): StructuredLog {
  const parsed = parseLogSettings(settings);
  const { context, random = Math.random } = parts;
  const output = parts.destination ?? pino.destination({ dest: 1, sync: true });
  const isTerminal = (parts.destination ?? process.stdout).isTTY === true;
  const colors = parts.colors ?? (isTerminal && (process.env.NO_COLOR ?? "") === "");
  const format = formatterOf(parsed.format ?? (isTerminal ? "pretty" : "json"), colors);
  const destination = format === null ? output : { write: (line: string) => output.write(format(line)) };
  const base = {
    environment: parsed.environment,
    tasker_version: VERSION,
    process_id: process.pid,
    thread_id: threadId.toString(16),
  };
  const logger = pino(
    {
      level: parsed.level,
      messageKey: "message",
      base,
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: fieldsOf },
      ...(context === undefined ? {} : { mixin: () => ({ ...context() }) }),
      redact: { paths: parsed.mask, censor: parsed.maskWith },
    },
    destination,
  );
  const made = new Map<string, StructuredLog>();
  /** Loggers of components that have no level of their own. */
  const following: Logger[] = [];
  const setLevel = (level: LogLevel) => {
    logger.level = level;
    for (const child of following) child.level = level;
  };
  const componentOf = (name: string): StructuredLog => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const { level, sampling = 1 } = parsed.components[name] ?? {};
    const child = logger.child({ component: name }, { level: level ?? logger.level });
    if (level === undefined) following.push(child);
    const lines = wrap(
      lineWriter(child, destination, { base: { ...base, component: name }, masked: parsed.mask, context }),
      child,
      componentOf,
      sampling === 1 ? null : { rate: sampling, context: context ?? (() => undefined), random },
      setLevel,
    );
    made.set(name, lines);
    return lines;
  };
  return componentOf("tasker");
}

/** Set on destinations of pino that read the level of a line from a property. */
const WANTS_LEVEL = Symbol.for("pino.metadata");

/** Which of its lines a component writes. */
interface Sampling {
  readonly rate: number;
  readonly context: () => Readonly<Record<string, unknown>> | undefined;
  readonly random: () => number;
}

type WriteLine = (level: LogLevel, facts: object, message: string) => void;

/** Writes plain lines itself, and has pino write the others. */
function lineWriter(logger: Logger, destination: DestinationStream, settings: PlainLinesSettings): WriteLine {
  // One that wants to know the level, as pino's own to several streams, is told by pino.
  const isTold = Reflect.get(destination, WANTS_LEVEL) === true;
  const plain = isTold ? null : PlainLines.open(settings);
  return (level, facts, message) => {
    if (!logger.isLevelEnabled(level)) return;
    const line = plain?.line(level, facts as Readonly<Record<string, unknown>>, message) ?? null;
    if (line === null) logger[level](facts, message);
    else destination.write(line);
  };
}

function wrap(
  writeLine: WriteLine,
  logger: Logger,
  component: StructuredLog["component"],
  sampling: Sampling | null,
  setLevel: StructuredLog["setLevel"],
): StructuredLog {
  const always = (level: LogLevel) => (facts: object, message: string) => writeLine(level, facts, message);
  const sampled = (level: "debug" | "info") => {
    const write = always(level);
    if (sampling === null) return write;
    return (facts: object, message: string) => {
      const { rate, context, random } = sampling;
      if (logger.isLevelEnabled(level) && isKept(rate, { ...context(), ...facts }, random)) write(facts, message);
    };
  };
  return {
    debug: sampled("debug"),
    info: sampled("info"),
    warn: always("warn"),
    error: always("error"),
    fatal: always("fatal"),
    component,
    isEnabled: (level) => logger.isLevelEnabled(level),
    setLevel,
  };
}

/** Of lines with a correlation id all or none of one id, in every process; of others each by chance. */
function isKept(rate: number, facts: Readonly<Record<string, unknown>>, random: () => number): boolean {
  const id = facts.correlation_id ?? facts.correlationId;
  return typeof id === "string" ? isSampled(id, rate) : random() < rate;
}
