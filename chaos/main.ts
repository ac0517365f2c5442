import { type Command, parseCommandLine, USAGE, UsageError } from "./command-line.ts";
import { renderFault, renderReport } from "./report.ts";
import { runChaos } from "./run-chaos.ts";

async function run({ settings, json }: Command, signal: AbortSignal): Promise<number> {
  const say = (text: string) => console.error(text);
  say(`seed ${settings.seed}`);
  const report = await runChaos(settings, { say, fault: (fault) => say(renderFault(fault)) }, signal);
  console.log(json ? JSON.stringify(report) : `\n${renderReport(report)}`);
  return report.violations.length === 0 ? 0 : 1;
}

/** @returns the exit code: 2 for a command line that cannot be understood, 1 for a run that failed or found something */
async function main(args: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interruption.abort());
  try {
    const command = parseCommandLine(args, Math.floor(Math.random() * 1_000_000));
    if (!command.help) return await run(command, interruption.signal);
    console.log(USAGE);
    return 0;
  } catch (error) {
    console.error(`chaos: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
