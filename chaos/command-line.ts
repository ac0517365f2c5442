import { parseArgs } from "node:util";
import { fullSettings, type Settings, shortSettings } from "./settings.ts";

export const USAGE = `Usage: npm run chaos -- [options]

Options:
  --minutes N     how long there are faults (default: 10)
  --seed S        what tasks and faults are drawn from (default: a random one, which is printed)
  --processes P   engine processes, 2 or more (default: 3)
  --short         45 seconds of faults, on a lease of 2 seconds, instead of --minutes
  --json          print one JSON object instead of text
  --help          print this text

See docs/testing-chaos.md.`;

/** What the command line asks for. */
export interface Command {
  readonly settings: Settings;
  readonly json: boolean;
  readonly help: boolean;
}

/** The command line cannot be understood; the message is one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the command line.
 * @param randomSeed used if none is given
 * @throws UsageError
 */
export function parseCommandLine(args: readonly string[], randomSeed: number): Command {
  const values = parse(args);
  const seed = values.seed === undefined ? randomSeed : wholeNumber("--seed", values.seed, 0);
  const processes = wholeNumber("--processes", values.processes, 2);
  if (values.short && values.minutes !== undefined) {
    throw new UsageError("--minutes cannot be used together with --short");
  }
  const minutes = Number(values.minutes ?? 10);
  if (!(minutes > 0 && minutes <= 24 * 60)) {
    throw new UsageError(`--minutes is '${values.minutes}', expected a number above 0`);
  }
  const settings = values.short ? shortSettings({ seed, processes }) : fullSettings({ seed, processes, minutes });
  return { settings, json: values.json, help: values.help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: "string" },
        seed: { type: "string" },
        processes: { type: "string", default: "3" },
        short: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.split("\n", 1)[0] ?? message);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${option} is '${text}', expected a whole number of ${least} or more`);
}
