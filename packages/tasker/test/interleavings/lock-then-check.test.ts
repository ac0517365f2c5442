import { expect, test } from "vitest";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import { untilBlocked } from "../models/until-blocked.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readHistory,
  readState,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { WatchedCommits } from "./watch-commits.ts";

const note = { actor: "ada", reason: "asked for" };
const LOCK = "select from tasker_task_runs where task_id = $1 for no key update";

/** Submits tasks whose step `a` runs until the test opens the gate of its task, and whose step `never` does not end. */
async function begin(edges: string, tasks = 1) {
  const real = await useDatabase(openTestDatabase);
  const commits = new WatchedCommits(real);
  const gates = Array.from({ length: tasks }, () => makeGate<string>());
  const ran: string[] = [];
  const template = graphTemplate(edges, {
    run: (task, _sequence, step) => {
      ran.push(step.name);
      if (step.name === "never") return new Promise(() => undefined);
      return step.name === "a" ? gates[ids.indexOf(task.taskId)]?.promise : step.name;
    },
  });
  const under = await startEngine(commits.database, [template]);
  const submitted = await under.engine.submitMany(
    Array.from({ length: tasks }, () => ({ name: "graph", context: {} })),
  );
  const ids = submitted.map(({ taskId }) => taskId);
  await until(() => ran.length === tasks, "the first steps");
  return { ...under, real, commits, gates, ran, ids, taskId: ids[0] ?? 0 };
}

describeOnPostgres("a commit and another writer of the same task", () => {
  test.each([
    ["alone", 1],
    ["with other tasks", 3],
  ])("a takeover that commits while the commit waits for it: nothing of the late outcome is written (%s)", async (_how, tasks) => {
    const { real, commits, gates, taskId, lines } = await begin("a -> never", tasks);
    await real.transaction(async (takeover) => {
      await takeover.query(
        "update tasker_task_runs set owner_id = 0, epoch = nextval('tasker_epochs') where task_id = $1",
        [taskId],
      );
      const commit = commits.next();
      // The first and the last task are in the same lane, and so in the same batch.
      for (const place of new Set([0, tasks - 1])) gates[place]?.open("too late");
      await untilBlocked(real, (await commit).answered);
    });
    await until(
      () => lines.some(({ message }) => message === "the task is not this process's any more"),
      "the refusal",
    );
    expect(await readHistory(real, taskId)).not.toContain("a in_progress > complete");
    expect(await readStep(real, taskId, "a")).toMatchObject({ state: "in_progress", results: {} });
    await expectCleanAuditTrail(real);
  });

  test("run rows are locked in ascending order, whatever came first: no deadlock", async () => {
    const { real, commits, gates, ids, engine } = await begin("a", 3);
    // They are in the same lane, and so in the same batch.
    const [first, , last] = ids;
    await real.transaction(async (other) => {
      await other.query(LOCK, [first]);
      const commit = commits.next();
      gates[2]?.open("last");
      gates[0]?.open("first");
      await untilBlocked(real, (await commit).answered);
      // Refused at once if the commit holds it, where another commit would wait for ever.
      await other.query(`${LOCK} nowait`, [last]);
    });
    gates[1]?.open("other lane");
    for (const taskId of ids) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });

  test("an action waits for the commit and finds what that has written", async () => {
    const { real, commits, gates, taskId, engine } = await begin("a -> never");
    const commit = commits.keepNextOpen();
    gates[0]?.open("in time");
    await commit.written;
    const cancelling = engine.actions.cancelStep({ taskId, step: "a" }, note);
    await untilBlocked(real, cancelling);
    commit.end();
    expect(await cancelling).toMatchObject({ outcome: "refused", reason: "step_complete" });
    expect(await readState(real, taskId)).toBe("in_progress");
    await expectCleanAuditTrail(real);
  });

  test("an action that has begun keeps the commit from its rows: no deadlock", async () => {
    const { real, gates, taskId, engine, lines } = await begin("a -> b");
    const waiting = async () => {
      const rows = await real.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      return rows.length;
    };
    const begun = await real.transaction(async (other) => {
      // Here the action writes down who did it, when it has changed the step and before it marks the run row.
      await other.execute("lock table tasker_operator_actions in share mode");
      const action = engine.actions.editStep({ taskId, step: "a" }, { retryLimit: 5 }, note);
      await until(async () => (await waiting()) === 1, "the action");
      // Whoever of the two is the victim of a deadlock tries again, and shows nothing.
      await expect(real.query(`${LOCK} nowait`, [taskId])).rejects.toMatchObject({ context: { sqlstate: "55P03" } });
      gates[0]?.open("kept");
      await until(async () => (await waiting()) === 2, "the commit");
      return { action };
    });
    expect(await begun.action).toMatchObject({ outcome: "done" });
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await readStep(real, taskId, "a")).toMatchObject({ results: "kept", retry_limit: 5 });
    expect(lines.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
    await expectCleanAuditTrail(real);
  });

  test("an action that comes before the commit raises the revision: the commit is refused as a whole", async () => {
    const { real, commits, gates, ran, taskId, engine } = await begin("a -> b");
    const held = commits.holdNext();
    gates[0]?.open("kept");
    const letGo = await held;
    expect(await engine.actions.pauseTask(taskId, note)).toMatchObject({ outcome: "done" });
    letGo();
    const owner = async () => (await real.query("select owner_id from tasker_task_runs"))[0]?.owner_id;
    await until(async () => (await owner()) === 0, "the release");
    expect(ran).toEqual(["a"]);
    expect(await readStep(real, taskId, "a")).toMatchObject({ state: "complete", results: "kept" });
    expect(await readState(real, taskId)).toBe("in_progress");
    await expectCleanAuditTrail(real);
  });

  test.each([
    ["alone", 1],
    ["with other tasks", 3],
  ])("numbers of commits follow the order of the lock, not the order of the calls (%s)", async (_how, tasks) => {
    const { real, commits, gates, taskId, engine } = await begin("a", tasks);
    const drawn = await real.transaction(async (other) => {
      await other.query(LOCK, [taskId]);
      const commit = commits.next();
      for (const place of new Set([0, tasks - 1])) gates[place]?.open("waits");
      await untilBlocked(real, (await commit).answered);
      const [row] = await other.query("select nextval('tasker_commit_seq') * 65536 as seq");
      return Number(row?.seq);
    });
    await engine.settled(taskId);
    const metadata = (await readTransitions(real, taskId, "a")).at(-1)?.metadata;
    expect(metadata).toMatchObject({ seq: expect.any(Number), writer: 1, epoch: expect.any(Number) });
    expect(Reflect.get(Object(metadata), "seq")).toBeGreaterThan(drawn);
  });

  test("the end of a child task locks the row of its parent before its own: no deadlock", async () => {
    const real = await useDatabase(openTestDatabase);
    const commits = new WatchedCommits(real);
    const gate = makeGate<string>();
    const working = makeGate<number>();
    const child = defineTask({ name: "child" })
      .step("work", {
        process: (task) => {
          working.open(task.taskId);
          return gate.promise;
        },
      })
      .build();
    const parent = defineTask({ name: "parent" }).task("run", { task: child }).build();
    const { engine, clock } = await startEngine(commits.database, [parent, child]);
    const { taskId } = await engine.submit({ name: "parent", context: {} });
    const isWorking = working.promise.then(() => true);
    await until(async () => {
      clock.advance(100);
      return Promise.race([isWorking, new Promise<false>((resolve) => setImmediate(resolve, false))]);
    }, "the child");
    const childId = await working.promise;
    await real.transaction(async (other) => {
      await other.query(LOCK, [taskId]);
      const commit = commits.next();
      gate.open("done");
      await untilBlocked(real, (await commit).answered);
      await other.query(`${LOCK} nowait`, [childId]);
    });
    await until(async () => {
      clock.advance(100);
      return (await readState(real, taskId)) === "complete";
    }, "the end of the parent");
    await expectCleanAuditTrail(real);
  });
});
