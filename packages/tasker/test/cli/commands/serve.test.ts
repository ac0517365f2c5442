import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { CapturedIo, runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";

function makeProject() {
  const project = createOrderProject();
  onTestFinished(() => project[Symbol.dispose]());
  return project;
}

/** Starts a command that lasts, which is stopped when the test ends. */
function start(argv: readonly string[], options: { readonly cwd: string; readonly env?: Record<string, string> }) {
  const io = new CapturedIo(options);
  const ended = runCommandLine(argv, io);
  onTestFinished(async () => {
    io.send("SIGTERM");
    await ended;
  });
  return { io, ended };
}

async function addressOf(io: CapturedIo): Promise<string> {
  await io.seen(/serving at /);
  return /serving at (\S+)/.exec(io.err)?.[1] ?? "";
}

describeOnPostgres("tasker serve", () => {
  test("serves, executes, and stops when it is told to", async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const { path: cwd } = makeProject();
    const env = { DATABASE_URL: database.url };
    const { io, ended } = start(["serve", "--template", "order.yaml", "--port", "0"], { cwd, env });
    const url = await addressOf(io);
    const created = await fetch(`${url}/v1/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "order", namespace: "shop", context: { amount: 7 } }),
    });
    expect([created.status, await created.json()]).toEqual([201, { task_id: 1, created: true }]);
    await io.seen(/complete/);
    const list = await runCaptured(["task", "list", "--server", url, "--json"], { cwd });
    expect(list).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(list.out)).toMatchObject({ task_id: 1, state: "complete" });
    io.send("SIGTERM");
    expect(await ended).toBe(0);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  test("listens where the configuration says, as the configuration says, and where the command line says something else", async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const { path: cwd } = makeProject();
    const env = { DATABASE_URL: database.url };
    writeFileSync(
      join(cwd, "tasker.yaml"),
      "version: 1\nserver: {port: 1, socket: here, cors_origins: ['https://a.example'], rate_limit_requests: 3}\n",
    );
    const { io } = start(["serve", "--no-work", "--port", "0", "--cors", "https://b.example"], { cwd, env });
    const url = await addressOf(io);
    expect(existsSync(join(cwd, "here"))).toBe(true);
    const askFrom = (origin: string) => fetch(`${url}/health/live`, { headers: { origin } });
    const allowed = async (origin: string) => (await askFrom(origin)).headers.get("access-control-allow-origin");
    expect(await allowed("https://a.example")).toBeNull();
    expect(await allowed("https://b.example")).toBe("https://b.example");
    const statuses = [(await askFrom("https://b.example")).status, (await askFrom("https://b.example")).status];
    expect(statuses).toEqual([200, 429]);
    const wrong = await runCaptured(["serve", "--no-work", "--trust-proxy", "10.0.0.0/99", "--tls-key", "key.pem"], {
      cwd,
      env,
    });
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('server.trusted_proxies[0] is "10.0.0.0/99"');
  });

  test("creates tasks of templates that other processes run", async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const { path: cwd } = makeProject();
    const env = { DATABASE_URL: database.url };
    const worker = start(["work", "--template", "order.yaml"], { cwd, env });
    const { io } = start(["serve", "--no-work", "--port", "0"], { cwd, env });
    const server = await addressOf(io);
    await worker.io.seen(/working/i);
    const submitted = await runCaptured(
      ["submit", "order", "--namespace", "shop", "--context", '{"amount": 7}', "--server", server],
      { cwd },
    );
    expect(submitted).toMatchObject({ code: 0 });
    await worker.io.seen(/complete/);
  });

  test("says that it cannot listen for others without authentication", async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const { path: cwd } = makeProject();
    const answer = await runCaptured(["serve", "--no-work", "--host", "0.0.0.0", "--port", "0"], {
      cwd,
      env: { DATABASE_URL: database.url },
    });
    expect(answer.code).toBe(1);
    expect(answer.err).toContain("without authentication the server listens on this machine's own addresses only");
  });
});

describe("the command line beside a process on the embedded database", () => {
  test("goes through that process, and on the database itself when it has ended", async () => {
    const { path: cwd } = makeProject().addDatabase();
    const { io, ended } = start(["serve", "--template", "order.yaml", "--port", "0"], { cwd });
    await addressOf(io);
    expect(existsSync(join(cwd, ".tasker/data/socket"))).toBe(true);
    expect(await runCaptured(["task", "list"], { cwd })).toEqual({ code: 0, out: "", err: "no tasks\n" });
    io.send("SIGTERM");
    expect(await ended).toBe(0);
    expect(existsSync(join(cwd, ".tasker/data/socket"))).toBe(false);
    expect(await runCaptured(["task", "list"], { cwd })).toEqual({ code: 0, out: "", err: "no tasks\n" });
  });

  test("goes through a run that lasts", async () => {
    const { path: cwd } = makeProject().addDatabase();
    const { ended } = start(["run", "order.yaml", "--context", '{"amount": 1, "hold": true}'], { cwd });
    while (!existsSync(join(cwd, ".tasker/data/socket"))) await new Promise((resolve) => setTimeout(resolve, 10));
    const { out } = await runCaptured(["task", "list", "--json"], { cwd });
    expect(JSON.parse(out)).toMatchObject({ task_id: 1, state: "in_progress" });
    expect(await runCaptured(["task", "cancel", "1", "--reason", "asked for"], { cwd })).toMatchObject({ code: 0 });
    expect(await ended).toBe(1);
  });
});
