import { LOG_LEVELS, type LogLevel } from "../../config/log-level.ts";
import { UsageError } from "../errors.ts";

/** The parts of a command that log. */
const COMPONENTS = ["engine", "events"] as const;
type Component = (typeof COMPONENTS)[number];

/** Levels of a command's logs. */
export interface LogLevels {
  /** Of what has none of its own. */
  readonly default?: LogLevel;
  readonly engine?: LogLevel;
  readonly events?: LogLevel;
}

/** Part of the debug and info lines that is written, 0 to 1. */
export type LogSampling = Readonly<Partial<Record<Component, number>>>;

/** A level, or several such as `engine=debug,default=info`, as commander's argument parser of the named option. */
export function logLevels(option: string) {
  return (value: string): LogLevels => {
    const expected = `${LOG_LEVELS.join(", ")}, or such as engine=debug,events=warn,default=info`;
    const names = ["default", ...COMPONENTS] as const;
    const pairs = pairsOf(value.includes("=") ? value : `default=${value}`).map(([name, text]) => {
      const [component, level] = [names.find((one) => one === name), LOG_LEVELS.find((one) => one === text)];
      if (component === undefined || level === undefined) throw refusal(option, value, expected);
      return [component, level] as const;
    });
    return Object.fromEntries(pairs);
  };
}

/** Rates such as `engine=0.5,events=0.1`, as commander's argument parser of the named option. */
export function logSampling(option: string) {
  return (value: string): LogSampling => {
    const pairs = pairsOf(value).map(([name, text]) => {
      const component = COMPONENTS.find((one) => one === name);
      const rate = /^(0|1|0?\.\d+|1\.0+)$/.test(text) ? Number(text) : Number.NaN;
      if (component === undefined || Number.isNaN(rate)) {
        throw refusal(option, value, "rates from 0 to 1 of engine or events, such as events=0.1");
      }
      return [component, rate] as const;
    });
    return Object.fromEntries(pairs);
  };
}

function pairsOf(value: string): [name: string, text: string][] {
  return value.split(",").map((part) => {
    const [name = "", text = ""] = part.split("=");
    return [name.trim(), text.trim()];
  });
}

function refusal(option: string, value: string, expected: string): UsageError {
  return new UsageError(`${option} is '${value}', expected ${expected}`, { context: { option, value } });
}
