import { setTimeout as sleep } from "node:timers/promises";
import type { WorkerCommand, WorkerOrder, WorkerReport } from "./worker-messages.ts";

// A worker as a program in another language is one: HTTP and JSON, nothing of ours. It takes what it gets, and ends an attempt when
// it is told to. Each call is sent again until it is answered.
process.once("message", (order: WorkerOrder) => void work(order));

type Body = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, unknown>>;

const tell = (report: WorkerReport) => process.send?.(report);

/** What the server says of a call that it does not take. */
class Refusal extends Error {
  readonly code: unknown;

  constructor(message: string, code: unknown) {
    super(message);
    this.code = code;
  }
}

/** Calls until there is an answer; what the server says of a call that it does not take is thrown. */
async function call(url: string, name: string, body: Body): Promise<Answer> {
  for (;;) {
    try {
      const response = await fetch(`${url}/v1/worker/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as Answer;
      if (response.status < 300) return answer;
      if (response.status < 500) throw new Refusal(`${name}: ${JSON.stringify(answer)}`, answer.code);
    } catch (error) {
      if (error instanceof Refusal) throw error;
    }
    await sleep(50);
  }
}

async function work({ url, handler, leaseSeconds, reports }: WorkerOrder): Promise<void> {
  const registration = {
    handlers: [handler],
    language: "test",
    version: "1",
    pid: process.pid,
    lease_seconds: leaseSeconds,
  };
  const { worker_id } = await call(url, "register", registration);
  const running = new Set<string>();
  tell({ kind: "registered", workerId: Number(worker_id) });
  process.on("message", async ({ end: execution_id, results }: WorkerCommand) => {
    running.delete(execution_id);
    for (let sent = 0; sent < reports; sent += 1) {
      const { answers } = await call(url, "complete", { worker_id, items: [{ execution_id, results }] });
      tell({ kind: "answered", executionId: execution_id, answer: (answers as Answer[])[0] ?? {} });
    }
  });
  const beat = async () => {
    for (;;) {
      await sleep(500);
      const items = [...running].map((execution_id) => ({ execution_id, progress: { alive: true } }));
      await call(url, "heartbeat", { worker_id, items });
    }
  };
  const poll = async () => {
    for (let nonce = 0; ; nonce += 1) {
      const { steps } = await call(url, "poll", { worker_id, nonce: `${nonce}`, capacity: 5, wait_ms: 1_000 });
      for (const { execution_id, task, step } of steps as { execution_id: string; task: Answer; step: Answer }[]) {
        running.add(execution_id);
        tell({
          kind: "got",
          executionId: execution_id,
          taskId: Number(task.task_id),
          attempt: Number(step.attempt),
        });
      }
    }
  };
  void untilForgotten(beat());
  void untilForgotten(poll());
}

/** A worker that was not heard of for its lease gets nothing more. What it has, it may still report. */
async function untilForgotten(calls: Promise<void>): Promise<void> {
  try {
    await calls;
  } catch (error) {
    if (!(error instanceof Refusal && error.code === "TASKER_WORKER_NOT_FOUND")) throw error;
  }
}
