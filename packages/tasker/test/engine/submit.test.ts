import { expect, onTestFinished, test } from "vitest";
import { HandlerNotFoundError, InvalidContextError, InvalidRequestError } from "../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  readState,
  readStep,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

describeEachDatabase("submitting", (open) => {
  test("writes task, steps, edges and names, all of them waiting, without a started engine", async () => {
    const database = await useDatabase(open);
    const { engine } = makeEngine(database, [
      graphTemplate("a -> b, a -> c", { steps: { b: { retryLimit: 7, retryable: false, skippable: true } } }),
    ]);
    const { taskId, created } = await engine.submit({ ...request, context: { x: [1] }, tags: ["t"], reason: "why" });
    expect(created).toBe(true);
    const [task] = await database.query("select * from tasker_tasks");
    expect(task).toMatchObject({ task_id: taskId, complete: false, context: { x: [1] }, tags: ["t"], reason: "why" });
    expect(await readStep(database, taskId, "b")).toMatchObject({
      state: "pending",
      attempts: 0,
      retry_limit: 7,
      retryable: false,
      skippable: true,
      in_process: false,
      processed: false,
      results: {},
      inputs: null,
    });
    const edges = await database.query(
      `select f.name as "from", t.name as "to", e.name from tasker_workflow_step_edges e
       join tasker_workflow_steps fs on fs.workflow_step_id = e.from_step_id join tasker_named_steps f using (named_step_id)
       join tasker_workflow_steps ts on ts.workflow_step_id = e.to_step_id
       join tasker_named_steps t on t.named_step_id = ts.named_step_id order by 2`,
    );
    expect(edges).toEqual([
      { from: "a", to: "b", name: "provides" },
      { from: "a", to: "c", name: "provides" },
    ]);
    expect(await database.query("select from tasker_task_transitions")).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("in a transaction that is rolled back leaves nothing, and the next one works", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    const failed = database.transaction(async (transaction) => {
      await engine.submit(request, { transaction });
      throw new Error("changed my mind");
    });
    await expect(failed).rejects.toThrow("changed my mind");
    expect(await database.query("select from tasker_tasks")).toEqual([]);
    expect(await database.query("select from tasker_named_tasks")).toEqual([]);
    const { taskId } = await engine.submit(request);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("in a transaction that commits is picked up at the next look", async () => {
    const database = await useDatabase(open);
    const { engine, clock } = await startEngine(database, [graphTemplate("a")]);
    const { taskId } = await database.transaction((transaction) => engine.submit(request, { transaction }));
    expect(await readState(database, taskId)).toBe("pending");
    await until(async () => {
      clock.advance(500);
      return (await readState(database, taskId)) === "complete";
    }, "the task's end");
    await expectCleanAuditTrail(database);
  });

  test("one by one at the same time writes together what comes while another is being written", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    const submitted = await Promise.all(Array.from({ length: 20 }, () => engine.submit(request)));
    expect(submitted.every(({ created }) => created)).toBe(true);
    const [row] = await database.query(
      "select count(*)::int as tasks, count(distinct xmin::text)::int as transactions from tasker_tasks",
    );
    expect(row).toEqual({ tasks: 20, transactions: 2 });
    const ends = await Promise.all(submitted.map(({ taskId }) => engine.settled(taskId)));
    expect(ends.every(({ state }) => state === "complete")).toBe(true);
    await expectCleanAuditTrail(database);
  });

  test("at the same time with one key gives one task", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    const keyed = Array.from({ length: 6 }, (_, place) => ({ ...request, idempotencyKey: `key ${place % 2}` }));
    const submitted = await Promise.all(keyed.map((one) => engine.submit(one)));
    expect(submitted.filter(({ created }) => created)).toHaveLength(2);
    expect(new Set(submitted.map(({ taskId }) => taskId)).size).toBe(2);
    for (const { taskId } of submitted) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("at the same time as one that the database refuses goes well", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    await database.execute(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not that'; end $$;
      create trigger refuse before insert on tasker_tasks for each row when (new.reason = 'refused') execute function refuse()`);
    onTestFinished(() => database.execute("drop function refuse cascade"));
    const reasons = ["first", "second", "refused", "third"];
    const results = await Promise.allSettled(reasons.map((reason) => engine.submit({ ...request, reason })));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    for (const result of results) {
      if (result.status === "fulfilled") {
        expect(await engine.settled(result.value.taskId)).toMatchObject({ state: "complete" });
      }
    }
    expect(await database.query("select from tasker_tasks")).toHaveLength(3);
    await expectCleanAuditTrail(database);
  });

  test("of many is all or none", async () => {
    const database = await useDatabase(open);
    const { engine } = makeEngine(database, [
      graphTemplate("a", { contextSchema: { type: "object", required: ["n"] } }),
    ]);
    const requests = [1, 2, 3].map((n) => ({ name: "graph", context: { n } }));
    await expect(engine.submitMany([...requests, { name: "graph", context: {} }])).rejects.toThrow(InvalidContextError);
    await expect(engine.submitMany([...requests, { name: "nobody", context: {} }])).rejects.toThrow(
      HandlerNotFoundError,
    );
    await expect(
      engine.submitMany([...requests, { name: "graph", context: { n: 1 }, tags: [""], priority: 0.5 }]),
    ).rejects.toThrow(InvalidRequestError);
    expect(await database.query("select from tasker_tasks")).toEqual([]);
    expect(await engine.submitMany([])).toEqual([]);
    const submitted = await engine.submitMany(requests);
    const contexts = await database.query("select task_id, context from tasker_tasks order by task_id");
    expect(contexts).toEqual(submitted.map(({ taskId }, place) => ({ task_id: taskId, context: { n: place + 1 } })));
    await expectCleanAuditTrail(database);
  });

  test("with a key that is known gives the task that is there", async () => {
    const database = await useDatabase(open);
    const { engine } = await startEngine(database, [graphTemplate("a"), graphTemplate("a", { name: "other" })]);
    const keyed = { ...request, idempotencyKey: "17" };
    const within = await engine.submitMany([keyed, request, keyed]);
    expect(within.map(({ created }) => created)).toEqual([true, true, false]);
    expect(within[2]?.taskId).toBe(within[0]?.taskId);
    expect(await engine.submit(keyed)).toEqual({ taskId: within[0]?.taskId, created: false });
    expect(await engine.submit({ ...keyed, name: "other" })).toMatchObject({ created: true });
    expect(await engine.submit({ ...keyed, idempotencyKey: "18" })).toMatchObject({ created: true });
    for (const { taskId } of within) await engine.settled(taskId);
    expect(await engine.submitMany([keyed, keyed])).toEqual([
      { taskId: within[0]?.taskId, created: false },
      { taskId: within[0]?.taskId, created: false },
    ]);
    expect(await database.query("select from tasker_workflow_steps")).toHaveLength(4);
    await expectCleanAuditTrail(database);
  });

  test("for later starts nothing before that moment", async () => {
    const database = await useDatabase(open);
    const { engine, clock, events } = await startEngine(database, [graphTemplate("a")]);
    const { taskId } = await engine.submit({ ...request, runAt: new Date(clock.now() + 1_600) });
    for (let look = 0; look < 3; look++) {
      clock.advance(500);
      // The look is over when the next one is planned.
      await until(() => clock.timers.includes(clock.now() + 500), "the next look");
    }
    expect(events.map(({ name }) => name)).toEqual(["task.initialize_requested"]);
    clock.advance(500);
    await until(async () => (await readState(database, taskId)) === "complete", "the task's end");
    await expectCleanAuditTrail(database);
  });

  test("with priorities lets the higher ones run first", async () => {
    const database = await useDatabase(open);
    const order: unknown[] = [];
    const template = graphTemplate("a", { run: (task) => void order.push(task.context.n) });
    const before = makeEngine(database, [template]);
    for (const [n, priority] of [0, 5, -5, 5, 32_767].entries()) {
      before.clock.advance(1);
      await before.engine.submit({ name: "graph", context: { n }, priority });
    }
    const { engine } = await startEngine(database, [template], { maxTasks: 1, clock: before.clock });
    for (let taskId = 1; taskId <= 5; taskId++) {
      await until(async () => {
        before.clock.advance(500);
        return (await readState(database, taskId)) === "complete";
      }, `the end of task ${taskId}`);
    }
    await engine.stop();
    expect(order).toEqual([4, 1, 3, 0, 2]);
    await expectCleanAuditTrail(database);
  });

  test("stores the defaults of the context's schema", async () => {
    const database = await useDatabase(open);
    const contextSchema = {
      type: "object",
      properties: { n: { type: "integer" }, mode: { type: "string", default: "fast" } },
      required: ["n"],
    };
    const { engine } = makeEngine(database, [graphTemplate("a", { contextSchema })]);
    await engine.submit({ name: "graph", context: { n: 1 } });
    expect(await database.query("select context from tasker_tasks")).toEqual([{ context: { n: 1, mode: "fast" } }]);
    const refused = engine.submit({ name: "graph", context: { n: "one" } });
    await expect(refused).rejects.toThrow(InvalidContextError);
    await expect(refused).rejects.toMatchObject({ context: { violations: [{ path: expect.stringContaining("n") }] } });
  });

  test("runs the highest version unless another is asked for, and keeps versions apart", async () => {
    const database = await useDatabase(open);
    const versions = ["9.0.0", "10.0.0", "1.2.3"];
    const { engine } = await startEngine(
      database,
      versions.map((version) => graphTemplate("a", { version, run: () => version })),
    );
    const resultOf = async (version?: string) => {
      const { taskId } = await engine.submit({ ...request, ...(version === undefined ? {} : { version }) });
      await engine.settled(taskId);
      return (await readStep(database, taskId, "a")).results;
    };
    expect(await resultOf()).toBe("10.0.0");
    expect(await resultOf("latest")).toBe("10.0.0");
    expect(await resultOf("1.2.3")).toBe("1.2.3");
    await expect(engine.submit({ ...request, version: "2.0.0" })).rejects.toThrow(HandlerNotFoundError);
    expect(await database.query("select from tasker_named_tasks")).toHaveLength(2);
    expect(await database.query("select from tasker_named_steps")).toHaveLength(1);
    await expectCleanAuditTrail(database);
  });
});
