import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { TaskActions } from "../../src/actions/task-actions.ts";
import { openPostgres } from "../../src/database/postgres.ts";
import { Engine } from "../../src/engine/engine.ts";
import { findOrphans } from "../../src/engine/find-orphans.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { seededRandom } from "../../src/testing/random.ts";
import { findAuditViolations } from "../support/audit-trail.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";
import { hammeredTask } from "./hammered-task.ts";
import { HammeringOperator } from "./operator.ts";

/** How long the hammering goes on, in seconds: `TASKER_HAMMER_SECONDS=60` for the long form (CONTRIBUTING.md). */
const SECONDS = Number(process.env.TASKER_HAMMER_SECONDS ?? 3);
const SEED = Number(process.env.TASKER_HAMMER_SEED ?? 7);

const Answer = z.strictObject({ counts: z.record(z.string(), z.number()), warnings: z.array(z.string()) });

/** Starts a process with an engine and an operator; resolves when they work. */
async function startProcess(url: string, seed: number): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("engine-process.ts", import.meta.url)), { execArgv: [] });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.send({ url, seed });
  await once(child, "message");
  return child;
}

async function stopProcess(child: ChildProcess) {
  const answered = once(child, "message");
  child.send("leave");
  const [answer] = await answered;
  return Answer.parse(answer);
}

describeOnPostgres("two processes and a third party that hammer one task", () => {
  test(
    "leave only legal transitions, one outcome of each attempt, and no orphan",
    async () => {
      const { url, drop } = await createTestDatabase();
      const database = await openPostgres(url, { connections: 4 });
      onTestFinished(() => database.close().then(drop));
      const registry = new HandlerRegistry();
      registry.register(hammeredTask(SEED));
      const { taskId } = await new Engine({ database, registry }).submit({ name: "hammered", context: {} });
      const children = await Promise.all([1, 2].map((place) => startProcess(url, SEED + place)));

      const actions = new TaskActions({ database });
      const third = new HammeringOperator(database, actions, seededRandom(SEED), "a third party");
      const over = new AbortController();
      const acting = third.act(over.signal);
      const end = performance.now() + SECONDS * 1_000;
      while (performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(await findOrphans(database)).toEqual([]);
      }
      over.abort();
      await acting;
      for (const child of children) child.send("enough");
      // Nothing is left to happen: what is paused waits, everything else comes to an end.
      const busy = `
        select r.task_id, x.to_state, r.owner_id, r.revision, r.dirty, r.wake_at, r.paused from tasker_task_runs r
        left join tasker_task_transitions x on x.task_id = r.task_id and x.most_recent
        where r.owner_id <> 0 or (not r.paused and coalesce(x.to_state, 'pending') in ('pending', 'in_progress'))`;
      const patience = performance.now() + 40_000;
      let left = await database.query(busy);
      while (left.length > 0 && performance.now() < patience) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        left = await database.query(busy);
      }
      expect(left).toEqual([]);
      const answers = await Promise.all(children.map(stopProcess));

      expect(await findAuditViolations(database)).toEqual([]);
      expect(await findOrphans(database, 0)).toEqual([]);
      expect(answers.flatMap(({ warnings }) => warnings)).toEqual([]);
      const counts = [...answers.map(({ counts }) => counts), Object.fromEntries(third.counts)];
      const done = (one: Record<string, number>) =>
        Object.entries(one).reduce((sum, [key, count]) => sum + (key.endsWith(" done") ? count : 0), 0);
      for (const one of counts) expect(done(one)).toBeGreaterThan(SECONDS);
      const [sums] = await database.query(
        `select (select count(*) from tasker_tasks)::int as tasks, count(*)::int as transitions,
           count(*) filter (where to_state = 'in_progress')::int as starts,
           count(*) filter (where metadata ? 'action')::int as moves_by_operators
         from tasker_workflow_step_transitions`,
      );
      expect(Number(sums?.starts)).toBeGreaterThan(SECONDS);
      if (SECONDS >= 10) console.log(`task ${taskId} and its successors, ${SECONDS} s:`, sums, counts);
    },
    (SECONDS + 60) * 1_000,
  );
});
