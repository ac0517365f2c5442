import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { CapturedIo, runCaptured } from "../support/captured-io.ts";
import { createOrderProject } from "../support/order-project.ts";

/** A server that answers everything with the same. */
async function answerAll(status: number, type: string, text: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": type }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  return `http://127.0.0.1:${address.port}`;
}

const list = (server: string, ...more: string[]) =>
  runCaptured(["task", "list", "--server", server, ...more], { cwd: "/" });

describe("one line says", () => {
  test.each(["localhost:8377", "ftp://localhost", "http://"])("that %s is no address of a server", async (address) => {
    expect(await list(address)).toEqual({
      code: 2,
      out: "",
      err: "error TASKER_USAGE: --server does not begin with http:// or https://\n",
    });
  });

  test("that nobody answers there", async () => {
    expect(await list("http://127.0.0.1:1")).toEqual({
      code: 1,
      out: "",
      err: expect.stringMatching(/^error TASKER_SERVER_UNREACHABLE: the server at http:\/\/127\.0\.0\.1:1 [^\n]+\n$/),
    });
  });

  test("that something else answers there", async () => {
    const page = "<!doctype html>\n<title>It works</title>\n";
    expect(await list(await answerAll(404, "text/html", page))).toEqual({
      code: 1,
      out: "",
      err: "error TASKER_REQUEST_FAILED: what answered 404 is no server of Tasker: <!doctype html> <title>It works</title>\n",
    });
    expect((await list(await answerAll(200, "text/html", page))).err).toMatch(
      /^error TASKER_REQUEST_FAILED: what GET \/v1\/tasks answered is not what this version knows[^\n]*\n$/,
    );
  });

  test("that a server of another version answers there", async () => {
    const url = await answerAll(200, "application/json", '{"items": [], "next_page": 2}');
    expect(await list(url)).toEqual({
      code: 1,
      out: "",
      err: "error TASKER_REQUEST_FAILED: what GET /v1/tasks answered is not what this version knows: the server is of another one\n",
    });
  });

  test("that a server and a database cannot both be meant, and that a token needs a server", async () => {
    const both = await list("http://127.0.0.1:1", "--database-url", "postgres://localhost/x");
    expect(both).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error TASKER_USAGE: a server and a data[^\n]+\n$/),
    });
    const alone = await runCaptured(["task", "list", "--token", "t"], { cwd: "/" });
    expect(alone).toMatchObject({ code: 2, err: "error TASKER_USAGE: --token needs --server\n" });
  });

  test("that the database has to be named where TASKER_SERVER is the only thing that is", async () => {
    using project = createOrderProject();
    const env = { TASKER_SERVER: "http://127.0.0.1:1" };
    const prune = await runCaptured(["db", "prune", "--older-than", "1d"], { cwd: project.path, env });
    expect(prune).toEqual({
      code: 2,
      out: "",
      err: "error TASKER_USAGE: TASKER_SERVER is set, and this command works on the database itself: name that with --database-url or --data\n",
    });
  });
});

describeOnPostgres("a server", () => {
  test("refuses a token that it does not know, and asks for one", async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    using project = createOrderProject();
    const io = new CapturedIo({
      cwd: project.path,
      env: {
        DATABASE_URL: database.url,
        TASKER_AUTH__AUTHENTICATION_ENABLED: "true",
        TASKER_AUTH__AUTHENTICATOR_CLASS: "tokens",
      },
    });
    const ended = runCommandLine(["serve", "--no-work", "--port", "0"], io);
    await io.seen(/serving at /);
    const url = /serving at (\S+)/.exec(io.err)?.[1] ?? "";
    for (const token of [[], ["--token", `tasker_0123456789ab_${"x".repeat(43)}`], ["--token", "nonsense"]]) {
      expect(await list(url, ...token)).toEqual({
        code: 1,
        out: "",
        err: expect.stringMatching(/^error TASKER_AUTHENTICATION: [^\n]+ \(request [\w-]+\)\n$/),
      });
    }
    io.send("SIGTERM");
    expect(await ended).toBe(0);
  });
});

describe("beside the embedded database", () => {
  test("a socket that a process left behind is passed over", async () => {
    using project = createOrderProject().addDatabase();
    const socket = join(project.path, ".tasker/data/socket");
    const killed = spawn(process.execPath, ["-e", `net.createServer().listen(${JSON.stringify(socket)})`]);
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
    killed.kill("SIGKILL");
    await once(killed, "exit");
    expect(existsSync(socket)).toBe(true);
    expect(await runCaptured(["task", "list"], { cwd: project.path })).toEqual({
      code: 0,
      out: "",
      err: "no tasks\n",
    });
  });

  test("what needs the database for itself says that another process has it", async () => {
    using project = createOrderProject().addDatabase();
    const io = new CapturedIo({ cwd: project.path });
    const ended = runCommandLine(["serve", "--no-work", "--port", "0"], io);
    await io.seen(/serving at /);
    const check = await runCaptured(["db", "check"], { cwd: project.path });
    expect(check).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^error TASKER_\w+: [^\n]+\n$/) });
    io.send("SIGTERM");
    expect(await ended).toBe(0);
  });
});
