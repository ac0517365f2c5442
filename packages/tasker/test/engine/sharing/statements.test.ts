import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { register } from "../../../src/engine/membership/process-registration.ts";
import {
  adoptExecutions,
  lookAtExecutions,
  offerSteps,
  revokeExecutions,
} from "../../../src/engine/sharing/offer-statements.ts";
import { beatExecutions, finishExecutions, takeSteps } from "../../../src/engine/sharing/take-statements.ts";
import { graphTemplate, makeEngine, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const NOW = new Date("2026-01-01T00:00:00Z");

/** A task of three steps that process `owner` runs, and two processes beside it. */
async function openWorld(database: Database) {
  const [owner = 0, taker = 0, other = 0] = [
    await register(database, "1", 600_000),
    await register(database, "1", 600_000),
    await register(database, "1", 600_000),
  ];
  const { engine } = makeEngine(database, [graphTemplate("a, b, c")]);
  const { taskId } = await engine.submit({ name: "graph", context: {} });
  await database.execute(`update tasker_task_runs set owner_id = ${owner}, epoch = 5`);
  const rows = await database.query(
    "select workflow_step_id::int8 as id, named_task_id from tasker_workflow_steps join tasker_task_runs using (task_id) order by 1",
  );
  const stepIds = rows.map(({ id }) => Number(id));
  const kinds = [Number(rows[0]?.named_task_id)];
  const offer = (places: readonly number[], epoch = 5, skipLocked = false) =>
    database.run(offerSteps, [
      owner,
      NOW,
      JSON.stringify([{ t: taskId, e: epoch, r: 0 }]),
      JSON.stringify(places.map((at) => ({ t: taskId, s: stepIds[at], x: `${owner}.${at}`, a: 1, d: 1_000, p: at }))),
      skipLocked,
    ]);
  const take = async (processId: number, nonce: string, limit = 10) =>
    (await database.run(takeSteps, [processId, nonce, kinds, limit, NOW])).map((row) => row.execution_id);
  const finish = async (processId: number, id: string) =>
    (
      await database.run(finishExecutions, [
        processId,
        NOW,
        JSON.stringify([{ x: id, o: { kind: "success", duration_ms: 1 }, v: { n: 1 } }]),
      ])
    ).map(({ state }) => state);
  const look = (
    withdrawn: readonly number[] | null,
    running: readonly string[] = [],
    finished: readonly string[] = [],
  ) => database.run(lookAtExecutions, [owner, withdrawn, running, finished, 10_000]);
  const revoke = async (id: string) =>
    (await database.run(revokeExecutions, [owner, [id], ["running"], "for a test"])).map((row) => row.execution_id);
  const states = () =>
    database.query("select execution_id, process_id::int, state, reason from tasker_step_executions order by 1");
  return { owner, taker, other, taskId, stepIds, offer, take, finish, look, revoke, states };
}

describeOnPostgres("a step that is offered", () => {
  test("is taken once, by the highest priority first; the same nonce gets the same answer again", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, other, offer, take } = await openWorld(database);
    expect(await offer([0, 1, 2])).toEqual([]);
    expect(await take(owner, "own")).toEqual([]);
    expect(await take(taker, "one", 2)).toEqual([`${owner}.2`, `${owner}.1`]);
    expect((await take(taker, "one", 2)).sort()).toEqual([`${owner}.1`, `${owner}.2`]);
    expect(await take(other, "one")).toEqual([`${owner}.0`]);
    expect(await take(taker, "two")).toEqual([]);
  });

  test("is taken once by takers that ask at the same moment", async () => {
    const database = await useDatabase(() => openTestDatabase({ connections: 8 }));
    const { taker, other, offer, take } = await openWorld(database);
    await offer([0, 1, 2]);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, place) => take(place % 2 === 0 ? taker : other, `${place}`, 1)),
    );
    expect(answers.flat().length).toBe(new Set(answers.flat()).size);
  });

  test("is not offered twice when the answer to the offer was lost, whatever has become of it", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, offer, take, finish } = await openWorld(database);
    await offer([0, 1]);
    await offer([0, 1]);
    expect(await take(taker, "one", 1)).toEqual([`${owner}.1`]);
    await offer([0, 1]);
    expect(await take(taker, "two")).toEqual([`${owner}.0`]);
    await finish(taker, `${owner}.0`);
    await offer([0, 1]);
    expect(await take(taker, "three")).toEqual([]);
  });

  test("is not taken after its owner has started it all the same, nor by a process that was declared dead", async () => {
    const database = await useDatabase(openTestDatabase);
    const { taker, other, stepIds, offer, take } = await openWorld(database);
    await offer([0]);
    await database.execute(`update tasker_processes set stopped_at = now() where process_id = ${taker}`);
    expect(await take(taker, "one")).toEqual([]);
    await database.execute(`update tasker_workflow_steps set in_process = true, attempts = 1
      where workflow_step_id = ${stepIds[0]}`);
    expect(await take(other, "one")).toEqual([]);
    expect(await database.query("select from tasker_ready_steps")).toEqual([]);
  });

  test("is refused for a task that its process does not own any more, and not taken of one that is paused or was changed", async () => {
    const database = await useDatabase(openTestDatabase);
    const { taskId, taker, offer, take } = await openWorld(database);
    expect(await offer([0], 4)).toEqual([{ refused_task_id: taskId }]);
    expect(await offer([0])).toEqual([]);
    for (const change of ["paused = true", "revision = revision + 1", "epoch = 6"]) {
      await database.execute("update tasker_task_runs set paused = false, revision = 0, epoch = 5");
      await database.execute(`update tasker_task_runs set ${change}`);
      expect(await take(taker, change)).toEqual([]);
    }
  });

  test("is taken back, or had been taken", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, stepIds, offer, take, look } = await openWorld(database);
    await offer([0, 1]);
    await take(taker, "one", 1);
    expect((await look(stepIds)).map((row) => row.execution_id)).toEqual([`${owner}.1`]);
    expect(await take(taker, "two")).toEqual([]);
  });

  test("waits a second for a row that somebody has locked, or leaves the task out", async () => {
    const database = await useDatabase(openTestDatabase);
    const { taskId, taker, offer, take } = await openWorld(database);
    await database.transaction(async (holder) => {
      await holder.execute("select from tasker_task_runs for update");
      await expect(offer([0])).rejects.toMatchObject({ context: { sqlstate: "55P03" } });
      expect(await offer([0], 5, true)).toEqual([{ refused_task_id: taskId }]);
    });
    expect(await take(taker, "one")).toEqual([]);
  });

  test("goes with its task, as its execution does", async () => {
    const database = await useDatabase(openTestDatabase);
    const { taskId, taker, offer, take } = await openWorld(database);
    await offer([0, 1]);
    await take(taker, "one", 1);
    await database.execute(`delete from tasker_workflow_steps where task_id = ${taskId};
      delete from tasker_tasks where task_id = ${taskId}`);
    expect(await database.query("select from tasker_ready_steps")).toEqual([]);
    expect(await database.query("select from tasker_step_executions")).toEqual([]);
  });
});

describeOnPostgres("an execution outside", () => {
  test("is told to its owner once as running and once with its outcome", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, offer, take, finish, look } = await openWorld(database);
    const id = `${owner}.0`;
    await offer([0]);
    await take(taker, "one");
    expect(await look(null)).toMatchObject([{ execution_id: id, timeout_ms: 1_000, lost: false, outcome: null }]);
    expect(await look(null, [id])).toEqual([]);
    expect(await finish(taker, id)).toEqual(["finished"]);
    expect(await look(null, [id])).toMatchObject([
      { outcome: { kind: "success", duration_ms: 1 }, results: '{"n": 1}' },
    ]);
    expect(await look(null, [], [id])).toEqual([]);
  });

  test("is told with its outcome however large that is, and one with a small one after it the next time", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, offer, take, finish, look } = await openWorld(database);
    const ids = [`${owner}.0`, `${owner}.1`];
    await offer([0, 1]);
    await take(taker, "one");
    for (const id of ids) await finish(taker, id);
    await database.execute(`alter table tasker_step_executions alter column results set storage external;
      update tasker_step_executions set results = (select to_jsonb(string_agg(md5(n::text), '')) from generate_series(1, 260000) n)
      where execution_id = '${ids[0]}'`);
    expect((await look(null, ids)).map(({ outcome }) => outcome !== null)).toEqual([true, false]);
    expect(await look(null, ids.slice(1), ids.slice(0, 1))).toMatchObject([{ results: '{"n": 1}' }]);
  });

  test("is lost with its process, and when it was not heard of for long", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, other, offer, take, look } = await openWorld(database);
    await offer([0, 1]);
    await take(taker, "one", 1);
    await take(other, "one", 1);
    const both = [`${owner}.0`, `${owner}.1`];
    await database.execute(`update tasker_processes set stopped_at = now() where process_id = ${taker}`);
    expect(await look(null, both)).toMatchObject([{ execution_id: `${owner}.1`, process_id: taker, lost: true }]);
    await database.execute("update tasker_step_executions set heartbeat_at = heartbeat_at - interval '11 seconds'");
    expect(await look(null, both)).toHaveLength(2);
    expect(await database.run(beatExecutions, [other, both])).toEqual([{ execution_id: `${owner}.0` }]);
    expect(await look(null, both)).toHaveLength(1);
  });

  test("that was revoked ends in vain: its outcome is refused, and kept with the reason", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, offer, take, finish, revoke, states, look } = await openWorld(database);
    await offer([0]);
    await take(taker, "one");
    expect(await revoke(`${owner}.0`)).toEqual([`${owner}.0`]);
    expect(await database.run(beatExecutions, [taker, [`${owner}.0`]])).toEqual([]);
    expect(await look(null)).toEqual([]);
    // The answer may have been lost.
    expect(await revoke(`${owner}.0`)).toEqual([`${owner}.0`]);
    expect(await look(null, [`${owner}.0`])).toMatchObject([{ execution_id: `${owner}.0`, lost: true, outcome: null }]);
    expect(await finish(taker, `${owner}.0`)).toEqual(["refused"]);
    expect(await states()).toEqual([
      { execution_id: `${owner}.0`, process_id: taker, state: "refused", reason: "for a test" },
    ]);
  });

  test("ends in vain if somebody has ended its step, and is told so before", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, stepIds, offer, take, finish, states } = await openWorld(database);
    const ids = [`${owner}.0`, `${owner}.1`];
    await offer([0, 1]);
    await take(taker, "one");
    await database.execute(`insert into tasker_workflow_step_transitions
      (workflow_step_id, to_state, sort_key, most_recent, created_at, updated_at)
      values (${stepIds[0]}, 'cancelled', 10, true, now(), now()), (${stepIds[1]}, 'in_progress', 10, true, now(), now())`);
    expect(await database.run(beatExecutions, [taker, ids])).toEqual([{ execution_id: ids[1] }]);
    expect(await finish(taker, `${owner}.0`)).toEqual(["refused"]);
    expect(await finish(taker, `${owner}.1`)).toEqual(["finished"]);
    expect((await states()).map(({ state, reason }) => [state, reason])).toEqual([
      ["refused", "its step is over"],
      ["finished", null],
    ]);
  });

  test("that has ended is not revoked, and ends for nobody but the process that runs it, once", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, other, offer, take, finish, revoke } = await openWorld(database);
    await offer([0]);
    await take(taker, "one");
    expect(await finish(other, `${owner}.0`)).toEqual([]);
    expect(await finish(taker, `${owner}.0`)).toEqual(["finished"]);
    expect(await finish(taker, `${owner}.0`)).toEqual([]);
    expect(await revoke(`${owner}.0`)).toEqual([]);
  });

  test("goes over to the process that takes the task over, and offers do not", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taker, other, taskId, offer, take, finish, revoke, look } = await openWorld(database);
    await offer([0, 1]);
    await take(taker, "one", 1);
    const adopted = await database.run(adoptExecutions, [other, [taskId]]);
    expect(adopted).toMatchObject([{ execution_id: `${owner}.1`, process_id: taker, outcome: null }]);
    expect(await database.query("select from tasker_ready_steps")).toEqual([]);
    expect(await look(null)).toEqual([]);
    expect(await revoke(`${owner}.1`)).toEqual([]);
    expect(await finish(taker, `${owner}.1`)).toEqual(["finished"]);
    expect(await database.run(lookAtExecutions, [other, null, [], [], 10_000])).toHaveLength(1);
  });
});
