import { openBenchServer } from "./bench-server.ts";
import { type Command, parseCommandLine, USAGE, UsageError } from "./command-line.ts";
import type { Measurement } from "./measurement.ts";
import { PEERS_USAGE, parsePeersCommandLine } from "./peers/command-line.ts";
import { comparePeers } from "./peers/compare-peers.ts";
import { renderReport } from "./render-report.ts";
import { type Run, runBenchmarks } from "./run-benchmarks.ts";
import { runInChild } from "./run-in-child.ts";
import { FULL_SIZES } from "./sizes.ts";

async function runCommand(command: Command, signal: AbortSignal): Promise<void> {
  const server = await openBenchServer(command.databaseUrl);
  const sizes = { ...FULL_SIZES, soakMinutes: command.minutes };
  const plan = { names: command.names, repeat: command.repeat, requireDurability: true, plot: command.plot, sizes };
  const measurements: Measurement[] = [];
  try {
    for await (const run of runBenchmarks(plan, server, (job) => runInChild(job, signal))) {
      measurements.push(...run.measurements);
      if (command.json) for (const measurement of run.measurements) console.log(JSON.stringify(measurement));
      else console.error(describeRun(run, command.repeat));
    }
  } finally {
    await server.stop();
  }
  if (!command.json) console.log(`\n${renderReport(measurements)}`);
}

function describeRun({ bench, repeat, measurements }: Run, repeats: number): string {
  const verified = measurements.find(({ metric }) => metric === "verified_steps")?.value;
  const checked =
    verified === undefined
      ? "it found what it expected"
      : `verified in SQL: ${verified} steps with exactly in_progress and complete, one most recent row each`;
  return `${bench}, run ${repeat} of ${repeats}: ${checked}`;
}

/** The comparison with other systems has options of its own. */
async function runPeersCommand(args: readonly string[], signal: AbortSignal): Promise<void> {
  const command = parsePeersCommandLine(args);
  if (command.help) console.log(PEERS_USAGE);
  else await comparePeers(command, signal);
}

/** @returns the exit code: 2 for a command line that cannot be understood, 1 for a run that failed */
async function main(args: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interruption.abort());
  try {
    if (args[0] === "peers") {
      await runPeersCommand(args.slice(1), interruption.signal);
      return 0;
    }
    const command = parseCommandLine(args);
    if (command.help) console.log(USAGE);
    else await runCommand(command, interruption.signal);
    return 0;
  } catch (error) {
    console.error(`bench: ${interruption.signal.aborted ? "interrupted" : describeError(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Of several attempts to connect that failed, Node gives an error without a message. */
function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(describeError).join("; ");
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
