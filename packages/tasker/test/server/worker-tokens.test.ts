import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { graphTemplate, until } from "../support/engine-harness.ts";
import { HttpWorker } from "../support/http-worker.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { refusalOf, serveTokens } from "./support/serve-tokens.ts";

const WORKER = ["tasker.worker:register", "tasker.worker:poll", "tasker.worker:report"];
const REMOTE = { steps: { a: { queue: "python" } } };
const SETTINGS = { handlers: ["Run"], queues: ["python"] };

async function start() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const templates = ["north", "south"].map((namespace) => graphTemplate("a", { namespace, ...REMOTE }));
  const made = await serveTokens(database, { templates });
  await made.engine.start();
  const submit = async (namespace: string) =>
    (await made.engine.submit({ namespace, name: "graph", context: {} })).taskId;
  const workerOf = async (namespaces: readonly string[] | "all") => {
    const { secret } = await made.tokenOf({ permissions: WORKER, namespaces });
    return HttpWorker.register(made.url, SETTINGS, secret);
  };
  return { ...made, database, submit, workerOf };
}

describeOnPostgres("a worker whose token is limited to namespaces", () => {
  test("polls steps of those alone, also when it is the only one that waits", async () => {
    const { engine, submit, workerOf } = await start();
    const north = await workerOf(["north"]);
    const waits = north.pollOne();
    const elsewhere = await submit("south");
    await until(() => engine.statistics().sharing.offered === 1, "the offer of the other namespace");
    const here = await submit("north");
    const step = await waits;
    expect(step.task).toMatchObject({ task_id: here, namespace: "north" });
    expect(await north.poll({ waitMs: 0 })).toEqual([]);
    expect(await north.complete(step.execution_id, 1)).toMatchObject({ recorded: "complete" });
    const all = await workerOf("all");
    expect((await all.pollOne()).task).toMatchObject({ task_id: elsewhere, namespace: "south" });
  });

  test("starts, reports and keeps alive nothing of others, nor ends their worker", async () => {
    const { database, submit, workerOf } = await start();
    const south = await workerOf(["south"]);
    const north = await workerOf(["north"]);
    await submit("south");
    const offered = async () => database.query("select execution_id from tasker_ready_steps");
    await until(async () => (await offered()).length === 1, "the offer");
    const [offer] = await offered();
    const id = String(offer?.execution_id);
    const unknown = { answers: [{ status: "error", error: { code: "TASKER_EXECUTION_NOT_FOUND" } }] };
    const asStart = (worker_id: number) => ({ body: { worker_id, items: [{ execution_id: id, nonce: "n" }] } });
    expect(await north.client.call(ROUTES.startSteps, asStart(north.id))).toMatchObject(unknown);
    expect(await south.client.call(ROUTES.startSteps, asStart(south.id))).toMatchObject({
      answers: [{ status: "started", step: { execution_id: id, step: { name: "a" } } }],
    });
    {
      const worker_id = north.id;
      const items = [{ execution_id: id, results: 1 }];
      expect(await north.client.call(ROUTES.completeSteps, { body: { worker_id, items } })).toMatchObject(unknown);
      const failed = [{ execution_id: id, error: { message: "no" } }];
      expect(await north.client.call(ROUTES.failSteps, { body: { worker_id, items: failed } })).toMatchObject(unknown);
      const released = [{ execution_id: id }];
      expect(await north.client.call(ROUTES.releaseSteps, { body: { worker_id, items: released } })).toMatchObject(
        unknown,
      );
      expect(await north.client.call(ROUTES.heartbeatSteps, { body: { worker_id, items: released } })).toMatchObject({
        answers: [{ status: "abort", reason: "unknown" }],
      });
    }
    expect(await north.client.call(ROUTES.deregisterWorker, { body: { worker_id: south.id } })).toEqual({
      left: false,
    });
    expect(await south.complete(id, 1)).toMatchObject({ recorded: "complete" });
    expect(await south.client.call(ROUTES.deregisterWorker, { body: { worker_id: south.id } })).toEqual({ left: true });
  });

  test("is known to none but the one who registered it: not even within its namespaces, and not by its nonce", async () => {
    const { submit, workerOf } = await start();
    const owner = await workerOf(["north"]);
    const other = await workerOf(["north"]);
    await submit("north");
    const body = { worker_id: owner.id, nonce: "mine", capacity: 1, wait_ms: 20_000 };
    const { steps } = await owner.client.call(ROUTES.pollSteps, { body });
    expect(steps).toHaveLength(1);
    const id = steps[0]?.execution_id ?? "";
    const unknown = [404, "TASKER_WORKER_NOT_FOUND"];
    const items = [{ execution_id: id, nonce: "mine" }];
    const { client } = other;
    expect(await refusalOf(client.call(ROUTES.pollSteps, { body }))).toEqual(unknown);
    expect(await refusalOf(client.call(ROUTES.startSteps, { body: { worker_id: owner.id, items } }))).toEqual(unknown);
    const beat = { worker_id: owner.id, items: [{ execution_id: id, progress: "false" }] };
    expect(await refusalOf(client.call(ROUTES.heartbeatSteps, { body: beat }))).toEqual(unknown);
    const ended = { worker_id: owner.id, items: [{ execution_id: id, results: 1 }] };
    expect(await client.call(ROUTES.completeSteps, { body: ended })).toMatchObject({
      answers: [{ error: { code: "TASKER_EXECUTION_NOT_FOUND" } }],
    });
    expect(await client.call(ROUTES.deregisterWorker, { body: { worker_id: owner.id } })).toEqual({ left: false });
    expect(await owner.complete(id, 1)).toMatchObject({ recorded: "complete" });
  });

  test("is registered for those alone, whatever it says, and listed as a worker", async () => {
    const { database, tokenOf, clientOf, url } = await start();
    const { secret } = await tokenOf({ permissions: WORKER, namespaces: ["north"] });
    await HttpWorker.register(url, { ...SETTINGS, namespaces: ["north", "south"] }, secret);
    await HttpWorker.register(url, SETTINGS, secret);
    expect(await database.query("select namespaces from tasker_processes where kind = 'worker'")).toEqual([
      { namespaces: ["north"] },
      { namespaces: ["north"] },
    ]);
    const viewer = await clientOf({ permissions: ["tasker.process:index"], namespaces: "all" });
    const { processes } = await viewer.call(ROUTES.listProcesses);
    const worker = { language: "test", handlers: ["Run"], queues: ["python"], namespaces: ["north"], lease: "live" };
    expect(processes).toMatchObject([
      { kind: "worker", ...worker },
      { kind: "worker", ...worker },
      { kind: "engine", handlers: [], namespaces: null },
    ]);
  });
});
