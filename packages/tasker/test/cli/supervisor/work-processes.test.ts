import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";
import { TaskerProcess } from "../support/tasker-process.ts";

const TIMEOUT_MS = 120_000;
const STARTED = /worker (\d) started \(pid (\d+)\)/g;

/** A project with a database, and the workers that work on it. */
async function startWorkers(...argv: string[]) {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  const project = createOrderProject();
  onTestFinished(() => project[Symbol.dispose]());
  const options = { cwd: project.path, env: { DATABASE_URL: database.url } };
  const supervisor = new TaskerProcess(["work", "--template", "order.yaml", ...argv], options);
  onTestFinished(async () => {
    supervisor.child.kill("SIGKILL");
    await supervisor.ended;
  });
  const pids = () => [...supervisor.err.matchAll(STARTED)].map(([, , pid]) => Number(pid));
  const seen = async (count: number, pattern: RegExp) => {
    while ([...supervisor.err.matchAll(pattern)].length < count) {
      if (supervisor.child.exitCode !== null) throw new Error(`it ended first:\n${supervisor.err}`);
      await sleep(20);
    }
  };
  return { supervisor, options, pids, seen, tasker: (...words: string[]) => runCaptured(words, options) };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A port that nobody uses at this moment, nor the one after it. */
async function neighbouringPorts(): Promise<number> {
  const listen = async (port: number) => {
    const server = createServer();
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  for (;;) {
    const first = await listen(0);
    const address = first.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const second = await listen(port + 1).catch(() => null);
    for (const server of [first, second]) if (server !== null) await new Promise((resolve) => server.close(resolve));
    if (second !== null) return port;
  }
}

describeOnPostgres("tasker work --processes", () => {
  test(
    "runs tasks in several processes, starts one that was killed again, replaces all at SIGHUP and stops all at SIGTERM",
    async () => {
      const { supervisor, pids, seen, tasker } = await startWorkers("--processes", "2");
      await seen(2, /^\[[12]\] working on order 1\.2\.0$/gm);
      const [first = 0, second = 0] = pids();
      expect([isAlive(first), isAlive(second)]).toEqual([true, true]);
      await tasker("submit", "order.yaml", "--context", '{"amount": 1}');
      await supervisor.until((out) => /^\[[12]\] ✓ task 1 {2}complete/m.test(out));

      process.kill(first, "SIGKILL");
      await seen(1, /^worker 1 was ended by SIGKILL, it is started again in 1s$/gm);
      await seen(3, /^\[[12]\] working on/gm);

      supervisor.child.kill("SIGHUP");
      await seen(5, /^\[[12]\] working on/gm);
      const all = pids();
      expect(all).toHaveLength(5);
      expect(all.slice(0, 3).some(isAlive)).toBe(false);
      await tasker("submit", "order.yaml", "--context", '{"amount": 2}');
      await supervisor.until((out) => /^\[[12]\] ✓ task 2 {2}complete/m.test(out));

      supervisor.child.kill("SIGTERM");
      expect(await supervisor.ended).toMatchObject({ code: 0, signal: null });
      expect(all.some(isAlive)).toBe(false);
    },
    TIMEOUT_MS,
  );

  test(
    "leaves no process behind when it is killed itself",
    async () => {
      const { supervisor, pids, seen } = await startWorkers("--processes=2");
      await seen(2, /working on order/g);
      await supervisor.kill();
      while (pids().some(isAlive)) await sleep(20);
      expect(pids()).toHaveLength(2);
    },
    TIMEOUT_MS,
  );

  test(
    "ends with the code of what keeps the processes from working, and with 0 when there is nothing left to do",
    async () => {
      const idle = await startWorkers("--processes", "2", "--until-idle");
      expect(await idle.supervisor.ended).toMatchObject({ code: 0 });
      const wrong = await startWorkers("--processes", "2", "--handlers", "missing.js");
      expect(await wrong.supervisor.ended).toMatchObject({ code: 2 });
      expect(wrong.supervisor.err).toMatch(/^\[[12]\] error /m);
    },
    TIMEOUT_MS,
  );

  test(
    "serves the metrics of each process on a port of its own: the one given, and those after it",
    async () => {
      const port = await neighbouringPorts();
      const { seen, supervisor } = await startWorkers("--processes", "2", "--metrics-port", `${port}`);
      await seen(2, /^\[[12]\] working on/gm);
      for (const number of [1, 2]) {
        const url = `http://127.0.0.1:${port + number - 1}/metrics`;
        expect(supervisor.err).toContain(`[${number}] metrics at ${url}\n`);
        expect(await (await fetch(url)).text()).toContain("tasker_engine_running 1\n");
      }
    },
    TIMEOUT_MS,
  );

  test("needs a server, and a number", async () => {
    const embedded = await runCaptured(["work", "--template", "x.yaml", "--processes", "2"], { cwd: "/" });
    expect(embedded).toMatchObject({
      code: 2,
      err: expect.stringContaining("--processes needs a PostgreSQL database"),
    });
    const none = await runCaptured(["work", "--template", "x.yaml", "--processes", "0"], { cwd: "/" });
    expect(none).toMatchObject({
      code: 2,
      err: expect.stringContaining("--processes is '0', expected a whole number"),
    });
  });
});
