import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { claimTasks } from "../../src/engine/claim-tasks.ts";
import { takeOver } from "../../src/engine/membership/process-registration.ts";
import { untilBlocked } from "../models/until-blocked.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  readState,
  readStep,
  startEngine,
  transitionAsRails,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { WatchedCommits } from "./watch-commits.ts";

const request = { name: "graph", context: {} };

/** Submits two tasks and does something while another session holds the run row of the first one. */
async function besideALockedTask<T>(prepare: string, work: (database: Database, ids: readonly number[]) => Promise<T>) {
  // What waits for the lock is stopped long before it is given up.
  const database = await useDatabase(() => openTestDatabase({ statementTimeoutMs: 3_000 }));
  const { engine } = makeEngine(database, [graphTemplate("a")]);
  const ids = (await engine.submitMany([request, request])).map(({ taskId }) => taskId);
  await database.execute(prepare);
  const result = await database.transaction(async (other) => {
    await other.query("select from tasker_task_runs where task_id = $1 for no key update", [ids[0]]);
    return work(database, ids);
  });
  return { ids, result };
}

describeOnPostgres("a run row that somebody holds", () => {
  test("holds up no takeover of other tasks: it is left for the next look", async () => {
    const owned = "update tasker_task_runs set owner_id = 7";
    const { result } = await besideALockedTask(owned, (database) => takeOver(database, new Date()));
    expect(result).toBe(1);
  });

  test("holds up no claim of other tasks", async () => {
    const register = `
      insert into tasker_processes (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at)
      values ('here', 1, '1', now(), now(), 3600000, now() + interval '1 hour', now())`;
    const { ids, result } = await besideALockedTask(register, async (database) => {
      const [kind] = await database.query("select named_task_id from tasker_named_tasks");
      return database.run(claimTasks, [1, [Number(kind?.named_task_id)], [10], 0, 10, new Date()]);
    });
    expect(result.map(({ task_id }) => task_id)).toEqual([ids[1]]);
  });
});

describeOnPostgres("a task that changes while its claim is under way", () => {
  test("is loaded as it is when the claim has its lock, not as it was when the claim was asked for", async () => {
    const real = await useDatabase(openTestDatabase);
    const asked: { readonly name: string; readonly answered: Promise<unknown> }[] = [];
    const database: Database = {
      ...real,
      run: (statement, parameters) => {
        const answered = real.run(statement, parameters);
        asked.push({ name: statement.name, answered });
        return answered;
      },
    };
    const ran: string[] = [];
    const template = graphTemplate("a, b", { run: (_task, _sequence, step) => void ran.push(step.name) });
    const { engine, clock } = await startEngine(database, [template]);
    const first = await engine.submit(request);
    await engine.settled(first.taskId);
    // What the process says of itself is written to the table that is locked below, and claims wait for it.
    await until(() => {
      clock.advance(500);
      return asked.some(({ name }) => name === "announce_kinds");
    }, "what the process can run");
    await Promise.all(asked.map(({ answered }) => answered));
    const { taskId } = await makeEngine(real, [template]).engine.submit(request);
    const { workflow_step_id: stepId } = await readStep(real, taskId, "a");
    for (const list of [asked, ran]) list.length = 0;
    await real.transaction(async (other) => {
      // On a loaded machine the claim may not come for seconds.
      await other.execute("set local idle_in_transaction_session_timeout = 0");
      // The claim looks at this table first: it waits there, with the snapshot of its statement taken.
      await other.execute("lock table tasker_processes in access exclusive mode");
      await transitionAsRails(other, { stepId }, "resolved_manually");
      await until(() => {
        clock.advance(500);
        return asked.some(({ name }) => name === "claim_tasks");
      }, "the claim");
      await untilBlocked(real, Promise.all(asked.map(({ answered }) => answered)));
    });
    await until(async () => (await readState(real, taskId)) === "complete", "the end of the task");
    expect(ran).toEqual(["b"]);
    expect(asked.filter(({ name }) => name === "load_tasks")).toHaveLength(1);
    await expectCleanAuditTrail(real);
  });
});

describeOnPostgres("an engine that stops", () => {
  test("hands its tasks over after the last commit, however long that takes", async () => {
    const real = await useDatabase(openTestDatabase);
    const commits = new WatchedCommits(real);
    const [gate, running] = [makeGate<string>(), makeGate()];
    const template = graphTemplate("a", {
      run: () => {
        running.open();
        return gate.promise;
      },
    });
    const { engine } = await startEngine(commits.database, [template]);
    const { taskId } = await engine.submit(request);
    await running.promise;
    const held = commits.holdNext();
    gate.open("in time");
    const letGo = await held;
    const stopped = engine.stop();
    await real.query("select pg_sleep(0.2)");
    expect(await real.query("select owner_id from tasker_task_runs")).toEqual([{ owner_id: 1 }]);
    letGo();
    await stopped;
    expect(await readStep(real, taskId, "a")).toMatchObject({ state: "complete", results: "in time" });
  });
});
