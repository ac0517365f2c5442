import type { Clock } from "../clock/clock.ts";
import type { Agenda } from "./agenda/agenda.ts";
import type { LiveTasks } from "./live-tasks.ts";
import type { Strategies } from "./strategies/strategies.ts";
import type { TaskRun } from "./task-run.ts";

/** How often a process that stops tries to give back a task that others are changing. */
const RELEASE_TRIES = 5;

/** Who gives tasks back. */
export interface ReleasingHost {
  readonly clock: Clock;
  readonly strategies: Strategies;
  readonly tasks: LiveTasks;
  /** False once nobody waits for a database that is away. */
  readonly writing: boolean;
  agendaOf(run: TaskRun): Agenda;
  /** Resolves when everything that has happened is committed. */
  written(): Promise<void>;
}

/**
 * Gives back all tasks, to be claimed at their next retry or at once. One that is refused, as somebody else has changed it,
 * is loaded again and given back as it is then. Nothing of what is left after that goes on here.
 */
export async function releaseTasks(host: ReleasingHost): Promise<void> {
  await host.written();
  for (let tries = 0; tries < RELEASE_TRIES && host.tasks.size > 0 && host.writing; tries += 1) {
    const now = host.clock.now();
    for (const run of host.tasks.all()) {
      // A step that is ready does not wait for another one.
      const isWaiting = run.activeCount === 0 && run.nextDueAt(now) !== null;
      const status = isWaiting ? "waiting_for_dependencies" : "has_ready_steps";
      const lookAt = host.strategies.lookAtRunAgainAt(run, status, now);
      host.agendaOf(run).release(run, Math.max(now, lookAt));
    }
    await host.written();
  }
  host.tasks.abandonAll();
}
