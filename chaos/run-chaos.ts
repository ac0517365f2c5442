import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPostgres } from "tasker";
import { startPostgres } from "../packages/tasker/test/support/postgres-server.ts";
import { FaultInjector } from "./faults/fault-injector.ts";
import { Fleet } from "./fleet/fleet.ts";
import { LiveCount } from "./load/live-count.ts";
import { Operator } from "./load/operator.ts";
import { SignalSender } from "./load/signal-sender.ts";
import { Submitter } from "./load/submitter.ts";
import { makeCatalogue } from "./plan/catalogue.ts";
import type { Fault } from "./plan/fault.ts";
import { planFaults } from "./plan/plan-faults.ts";
import type { Report } from "./report.ts";
import type { Settings } from "./settings.ts";
import { checkDatabase } from "./verdict/check-database.ts";
import { collectExecutions, countRepetitions } from "./verdict/executions.ts";
import type { Violation } from "./verdict/findings.ts";
import { judge } from "./verdict/judge.ts";
import { countWarnings, judgeOutput, readLedgers } from "./verdict/read-logs.ts";
import { waitForRest } from "./verdict/rest.ts";
import { readFacts } from "./verdict/run-facts.ts";
import { judgeTakeovers, takeoverFigures } from "./verdict/takeover-figures.ts";
import { TakeoverWatch } from "./verdict/takeover-watch.ts";

/** Longest time in which all processes are ready after the faults, in milliseconds. */
const READY_MS = 60_000;
/** Further than any clock was set off: what was put off by a clock that was ahead becomes due. */
const AHEAD_MS = 24 * 3_600_000;

/** What is told while a run goes on. */
export interface Progress {
  fault(fault: Fault): void;
  say(text: string): void;
}

/**
 * Runs processes, tasks and faults as the seed says, waits for everything to come to rest, and judges what is there then.
 * @param signal ends the run early, without a report
 * @throws Error if no PostgreSQL is installed, or the run was ended early
 */
export async function runChaos(settings: Settings, progress: Progress, signal: AbortSignal): Promise<Report> {
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1_000);
  const violations: Violation[] = [];
  const onFinding = (found: string) => void violations.push({ promise: "processes do as they are told", found });
  const directory = mkdtempSync(join(tmpdir(), "tasker-chaos-"));
  const server = await startPostgres({ fsync: true });
  const { url } = await server.createDatabase();
  const database = await openPostgres(url, { connections: 8 });
  const { seed, leaseMs } = settings;
  const fleet = await Fleet.make(settings.processes, url, { directory, onFinding, order: { seed, leaseMs } });
  const end = () => fleet.close();
  signal.addEventListener("abort", end);
  try {
    for (const slot of fleet.slots) slot.start();
    if (!(await fleet.ready(READY_MS))) throw new Error("the processes were not ready in time");

    const live = new LiveCount(database);
    const catalogue = makeCatalogue(seed);
    const { liveTasks } = settings;
    const submitter = new Submitter({ seed, fleet, catalogue, liveTasks, countLive: () => live.tasks, onFinding });
    const { submissions } = submitter;
    const signals = new SignalSender(database, submissions);
    const operator = new Operator(database, seed, submissions);
    const isOperated = (taskId: number) =>
      submissions.every((submission) => submission.taskId !== taskId || submission.task.isOperated);
    const watch = new TakeoverWatch(database, isOperated);
    const faults = planFaults(settings);
    const over = new AbortController();
    const working = [submitter, operator, signals, live].map((worker) => worker.work(over.signal));
    const onFault = (fault: Fault) => progress.fault(fault);
    const played = new FaultInjector({ fleet, server, database, watch, leaseMs, onFault }).play(faults);
    await Promise.race([played, Promise.all(working)]);
    over.abort();
    await Promise.all(working);
    if (signal.aborted) throw new Error("interrupted");

    progress.say(`${seconds()} s: the faults are over`);
    const quietSince = performance.now();
    if (!(await fleet.ready(READY_MS))) onFinding("not all processes were ready in time after the faults");
    await submitter.finish(READY_MS);
    for (const slot of fleet.slots) slot.tell({ kind: "clock", offsetMs: AHEAD_MS });
    const restless = await waitForRest(database, settings.restMs, () => operator.resumeAll());
    const restSeconds = Math.round((performance.now() - quietSince) / 1_000);
    progress.say(`${seconds()} s: at rest`);
    for (const found of restless) violations.push({ promise: "everything comes to rest", found });
    await watch.finish();
    await Promise.all(fleet.slots.map((slot) => slot.stop()));

    progress.say(`${seconds()} s: the processes have ended`);
    const facts = await readFacts(database);
    const executions = collectExecutions(readLedgers(directory));
    const takeovers = takeoverFigures(watch.takeovers);
    const { unacknowledged } = submitter;
    violations.push(
      ...judge({ submissions, unacknowledged, facts, executions }),
      ...(await checkDatabase(database)),
      ...judgeTakeovers(takeovers, settings.takeoverMs),
      ...judgeOutput(directory),
    );
    const winners = new Map(
      facts.steps.flatMap(({ stepId, completedBy }) => (completedBy === null ? [] : [[stepId, completedBy] as const])),
    );
    const ends = Object.entries(Object.groupBy(facts.tasks, ({ state }) => state));
    return {
      settings,
      seconds: seconds(),
      faults,
      figures: {
        tasks: facts.tasks.length,
        steps: facts.steps.length,
        transitions: facts.transitions,
        interruptions: facts.interruptions,
        signals: signals.sent,
        processes: fleet.slots.reduce((sum, { started }) => sum + started, 0),
        ...countRepetitions(executions, winners),
      },
      ends: Object.fromEntries(ends.map(([state, tasks]) => [state, tasks?.length ?? 0])),
      actions: Object.fromEntries([...operator.counts].sort()),
      warnings: Object.fromEntries(countWarnings(directory)),
      takeovers,
      restSeconds,
      violations,
      directory: violations.length === 0 ? null : directory,
    };
  } finally {
    signal.removeEventListener("abort", end);
    fleet.close();
    await database.close();
    await server.stop();
    if (violations.length === 0) rmSync(directory, { recursive: true, force: true });
  }
}
