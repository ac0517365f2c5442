import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../src/database/postgres.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { until } from "../support/engine-harness.ts";
import { HttpWorker } from "../support/http-worker.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";
import { ServedProcess } from "./served-process.ts";
import { WorkerChild } from "./worker-child.ts";

const TIMEOUT_MS = 120_000;
const HANDLER = "Shop::Score";

/** A server process, and its database. */
async function start(handlers = [HANDLER]) {
  const made = await createTestDatabase();
  onTestFinished(() => made.drop());
  const database = await openPostgres(made.url);
  onTestFinished(() => database.close());
  return { database, served: await ServedProcess.start(made.url, handlers) };
}

/** A connection that asks for steps by HTTP, and waits. */
async function openPoll(url: string, body: object): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  // What comes is not read.
  socket.pause();
  const text = JSON.stringify(body);
  socket.write(
    `POST /v1/worker/poll HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  );
  return socket;
}

describeOnPostgres("workers and servers that are processes", () => {
  test(
    "a worker that is killed in the middle of a step: it runs elsewhere, and no attempt is used up",
    async () => {
      const { served, database } = await start();
      const killed = await WorkerChild.start({ url: served.url, handler: HANDLER });
      const taskId = await served.submit(HANDLER);
      const lost = await killed.gets(taskId);
      await killed.kill();
      const other = await WorkerChild.start({ url: served.url, handler: HANDLER });
      const again = await other.gets(taskId);
      expect(again).not.toBe(lost);
      expect(other.got).toMatchObject([{ attempt: 1 }]);
      expect(await other.end(again, "scored")).toMatchObject([{ status: "recorded", recorded: "complete" }]);
      expect(await served.settled(taskId)).toMatchObject({
        state: "complete",
        step: { attempts: 1, results: "scored" },
      });
      await expectCleanAuditTrail(database);
    },
    TIMEOUT_MS,
  );

  test(
    "a worker that stands still for its lease: what it completes late is refused, and changes nothing",
    async () => {
      const { served, database } = await start();
      const slow = await WorkerChild.start({ url: served.url, handler: HANDLER });
      const taskId = await served.submit(HANDLER);
      const lost = await slow.gets(taskId);
      slow.child.kill("SIGSTOP");
      const other = await WorkerChild.start({ url: served.url, handler: HANDLER });
      const again = await other.gets(taskId);
      await other.end(again, "in time");
      expect(await served.settled(taskId)).toMatchObject({ state: "complete" });
      slow.child.kill("SIGCONT");
      expect(await slow.end(lost, "late")).toMatchObject([
        { status: "error", error: { code: "TASKER_EXECUTION_REVOKED" } },
      ]);
      expect(await served.settled(taskId)).toMatchObject({ step: { attempts: 1, results: "in time" } });
      await expectCleanAuditTrail(database);
    },
    TIMEOUT_MS,
  );

  test(
    "an end that is sent three times counts once",
    async () => {
      const { served, database } = await start();
      const worker = await WorkerChild.start({ url: served.url, handler: HANDLER, reports: 3 });
      const taskId = await served.submit(HANDLER);
      const recorded = { status: "recorded", recorded: "complete" };
      expect(await worker.end(await worker.gets(taskId), "scored", 3)).toMatchObject([
        { ...recorded, duplicate: false },
        { ...recorded, duplicate: true },
        { ...recorded, duplicate: true },
      ]);
      expect(await served.settled(taskId)).toMatchObject({ state: "complete", step: { attempts: 1 } });
      await expectCleanAuditTrail(database);
    },
    TIMEOUT_MS,
  );

  test.for([
    "SIGTERM",
    "SIGKILL",
  ] as const)("a server that is ended by %s and started anew: the worker goes on with the attempts that it has, each once", {
    timeout: TIMEOUT_MS,
  }, async (signal) => {
    const { served, database } = await start();
    const worker = await WorkerChild.start({ url: served.url, handler: HANDLER, leaseSeconds: 60 });
    const before = await served.submit(HANDLER);
    const meanwhile = await served.submit(HANDLER);
    const held = await worker.gets(before);
    const ended = await worker.gets(meanwhile);
    const restarted = served.restart(signal);
    // Sent until it is answered: by the one that ends, or by the one that begins.
    const answers = worker.end(ended, "meanwhile");
    const anew = await restarted;
    expect(await answers).toMatchObject([{ status: "recorded", recorded: "complete" }]);
    expect(await worker.end(held, "before")).toMatchObject([{ status: "recorded", recorded: "complete" }]);
    const after = await anew.submit(HANDLER);
    await worker.end(await worker.gets(after), "after");
    for (const [taskId, results] of [
      [before, "before"],
      [meanwhile, "meanwhile"],
      [after, "after"],
    ] as const) {
      expect(await anew.settled(taskId)).toMatchObject({ state: "complete", step: { attempts: 1, results } });
    }
    expect(worker.got.map(({ taskId }) => taskId).sort()).toEqual([before, meanwhile, after]);
    await expectCleanAuditTrail(database);
  });

  test(
    "polls whose connection is gone, or that nobody reads: the step goes to another worker",
    async () => {
      const { served, database } = await start();
      const { id } = await HttpWorker.register(served.url, { handlers: [HANDLER], lease_seconds: 5 });
      const poll = { worker_id: id, capacity: 1, wait_ms: 60_000 };
      const gone = await openPoll(served.url, { ...poll, nonce: "gone" });
      const waiting = async (count: number) =>
        until(async () => {
          const [row] = await database.query("select count(*)::int as n from tasker_processes where kind = 'worker'");
          return row?.n === count;
        }, "the workers");
      await waiting(1);
      gone.destroy();
      const quick = await HttpWorker.register(served.url, { handlers: [HANDLER] });
      const first = await served.submit(HANDLER);
      const step = await quick.pollOne();
      expect(step).toMatchObject({ task: { task_id: first }, step: { attempt: 1 } });
      await quick.complete(step.execution_id, "quick");
      expect(await served.settled(first)).toMatchObject({ state: "complete", step: { attempts: 1 } });

      await openPoll(served.url, { ...poll, nonce: "slow" });
      const second = await served.submit(HANDLER);
      await until(
        async () => (await database.query(`select from tasker_step_executions where process_id = ${id}`)).length === 1,
        "the step that nobody reads",
      );
      const again = await quick.pollOne();
      expect(again).toMatchObject({ task: { task_id: second }, step: { attempt: 1 } });
      await quick.complete(again.execution_id, "quick");
      expect(await served.settled(second)).toMatchObject({ state: "complete", step: { attempts: 1 } });
      await expectCleanAuditTrail(database);
    },
    TIMEOUT_MS,
  );

  test(
    "messages that are malformed: each call says what is wrong, and the worker goes on",
    async () => {
      const { served, database } = await start();
      const worker = await HttpWorker.register(served.url, { handlers: [HANDLER] });
      const taskId = await served.submit(HANDLER);
      const step = await worker.pollOne();
      const refused = { status: 400, body: { code: "TASKER_MALFORMED_REQUEST", request_id: expect.any(String) } };
      const calls = ["register", "poll", "start", "heartbeat", "complete", "fail", "release", "deregister"];
      for (const call of calls) {
        for (const text of ["", "{", "[]", "null", '"text"', '{"worker_id": "one"}', '{"unknown": 1}']) {
          expect(await served.post(`/v1/worker/${call}`, text), `${call} ${text}`).toMatchObject(refused);
        }
      }
      const wrong = JSON.stringify({ worker_id: worker.id, items: 7, nonce: 7 });
      for (const call of calls.filter((name) => name !== "register" && name !== "deregister")) {
        expect(await served.post(`/v1/worker/${call}`, wrong), call).toMatchObject({
          ...refused,
          body: {
            violations: expect.arrayContaining([{ path: expect.any(String), value: 7, expected: expect.any(String) }]),
          },
        });
      }
      const items = [{ execution_id: 7 }, { execution_id: step.execution_id, unknown: 1 }, "text", null];
      for (const call of ["start", "heartbeat", "complete", "fail", "release"]) {
        const { status, body } = await served.post(
          `/v1/worker/${call}`,
          JSON.stringify({ worker_id: worker.id, items }),
        );
        expect(status, call).toBe(200);
        expect((body as { answers: unknown[] }).answers, call).toMatchObject(
          items.map(() => ({ status: "error", error: { code: "TASKER_MALFORMED_REQUEST" } })),
        );
      }
      expect(await worker.complete(step.execution_id, "after all")).toMatchObject({ recorded: "complete" });
      expect(await served.settled(taskId)).toMatchObject({ state: "complete", step: { attempts: 1 } });
      await expectCleanAuditTrail(database);
    },
    TIMEOUT_MS,
  );
});
