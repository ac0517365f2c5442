import { expect, test } from "vitest";
import type { Connection } from "../../src/database/database.ts";
import { untilBlocked } from "../models/until-blocked.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  readHistory,
  readStep,
  startEngine,
  transitionAsRails,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { WatchedCommits } from "./watch-commits.ts";

const request = { name: "graph", context: {} };

/** Runs tasks up to step `a`, whose handler waits for the test. */
async function begin(edges: string, tasks = 1) {
  const real = await useDatabase(openTestDatabase);
  const commits = new WatchedCommits(real);
  const gate = makeGate<string>();
  const ran: string[] = [];
  const template = graphTemplate(edges, {
    run: (task, _sequence, step) => {
      ran.push(`${task.taskId} ${step.name}`);
      return step.name === "a" ? gate.promise : step.name;
    },
  });
  const under = await startEngine(commits.database, [template]);
  const [first] = await under.engine.submitMany(Array.from({ length: tasks }, () => request));
  const taskId = first?.taskId ?? 0;
  await until(() => ran.filter((step) => step.endsWith("a")).length === tasks, "steps a");
  const stepId = async (name: string) => (await readStep(real, taskId, name)).workflow_step_id;
  const ranOf = () => ran.filter((step) => step.startsWith(`${taskId} `));
  return { ...under, real, commits, gate, ranOf, taskId, stepId };
}

describeOnPostgres("a commit and a Rails process, which locks no run row", () => {
  // The first and the third task are in one batch.
  test.each([
    ["alone", "a -> b", 1],
    ["with other tasks", "a -> b", 3],
    ["as the last step of its task", "a", 1],
    ["as the last step of its task, with other tasks", "a", 3],
  ])("a step that Rails cancels while the commit waits for its row stays so, and its children do not start (%s)", async (_how, edges, tasks) => {
    const { engine, real, commits, gate, ranOf, taskId, stepId, lines } = await begin(edges, tasks);
    const a = await stepId("a");
    const commit = commits.next(taskId);
    await real.transaction(async (rails) => {
      await transitionAsRails(rails, { stepId: a }, "cancelled");
      gate.open("too late");
      await untilBlocked(real, (await commit).answered);
    });
    // It names what was refused, and is not refused as a whole.
    expect(await (await commit).answered).toEqual([{ refused_task_id: taskId }]);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "cancelled" });
    expect(ranOf()).toEqual([`${taskId} a`]);
    expect(await readStep(real, taskId, "a")).toMatchObject({ state: "cancelled", results: {} });
    expect(await readHistory(real, taskId)).not.toContain("a in_progress > complete");
    expect(lines.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
    await expectCleanAuditTrail(real);
  });

  test.each([
    ["alone", "a"],
    ["with another step", "a, b"],
  ])("a step that Rails starts while our start waits for its row is theirs: its columns stay as they are (%s)", async (_how, edges) => {
    const real = await useDatabase(openTestDatabase);
    const commits = new WatchedCommits(real);
    const ran: string[] = [];
    const run = (_task: unknown, _sequence: unknown, step: { readonly name: string }) => void ran.push(step.name);
    const template = graphTemplate(edges, { run });
    const { taskId } = await makeEngine(real, [template]).engine.submit(request);
    const { workflow_step_id: stepId } = await readStep(real, taskId, "a");
    const commit = commits.next();
    await real.transaction(async (rails) => {
      await transitionAsRails(rails, { stepId }, "in_progress");
      await startEngine(commits.database, [template]);
      await untilBlocked(real, (await commit).answered);
    });
    await (await commit).answered;
    expect(await readStep(real, taskId, "a")).toMatchObject({ state: "in_progress", attempts: 0, in_process: false });
    if (edges !== "a")
      await until(async () => (await readStep(real, taskId, "b")).state === "complete", "the other step");
    expect(ran).not.toContain("a");
  });

  test("an open commit holds up no insert of a row that belongs to its task or to another step of it", async () => {
    const { engine, real, commits, gate, taskId, stepId } = await begin("a -> b, c");
    await until(async () => (await readStep(real, taskId, "c")).state === "complete", "the other branch");
    const b = await stepId("b");
    const c = await stepId("c");
    const commit = commits.keepNextOpen();
    gate.open("done");
    await commit.written;
    const insert = (rails: Connection) =>
      rails.execute(`
        set local lock_timeout = '2s';
        insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
          values (${b}, ${c}, 'note', now(), now());
        insert into tasker_task_transitions (task_id, to_state, sort_key, metadata, most_recent, created_at, updated_at)
          values (${taskId}, 'in_progress', 5, '{}', false, now(), now())`);
    const rollback = new Error("not to be kept");
    await expect(
      real.transaction(async (rails) => {
        await insert(rails);
        throw rollback;
      }),
    ).rejects.toBe(rollback);
    commit.end();
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });
});
