import { expect, onTestFinished, test } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { HttpWorker } from "../../support/http-worker.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { CapturedIo, runCaptured } from "../support/captured-io.ts";
import { WorkDirectory } from "../support/work-directory.ts";

const ORDER = `
name: order
step_templates:
  - { name: fetch, handler_class: Fetch }
  - { name: score, handler_class: "Scoring::Score", depends_on_step: fetch }
  - { name: pack, handler_class: "Packing::Pack", depends_on_step: score }
`;

/** A project whose first step alone has code here. */
async function makeProject(files: Readonly<Record<string, string>> = {}) {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const code = { "package.json": '{ "type": "module" }', "order.js": "export const Fetch = () => ({ amount: 7 });\n" };
  const directory = new WorkDirectory({ ...code, "order.yaml": ORDER, ...files });
  onTestFinished(() => directory[Symbol.dispose]());
  return { cwd: directory.path, env: { DATABASE_URL: database.url } };
}

type Project = Awaited<ReturnType<typeof makeProject>>;

/** Serves a project until the test ends; gives where. */
async function serve(project: Project, ...argv: string[]): Promise<string> {
  const io = new CapturedIo(project);
  const ended = runCommandLine(["serve", "--port", "0", ...argv], io);
  onTestFinished(async () => {
    io.send("SIGTERM");
    await ended;
  });
  await io.seen(/serving at /);
  return /serving at (\S+)/.exec(io.err)?.[1] ?? "";
}

/** Submits a task and runs its two last steps as a worker. */
async function runOrder(project: Project, url: string): Promise<void> {
  const submitted = await runCaptured(["submit", "order.yaml", "--context", "{}"], project);
  expect(submitted).toEqual({ code: 0, out: "1\n", err: "" });
  const worker = await HttpWorker.register(url, { handlers: ["Scoring::Score", "Packing::Pack"] });
  const score = await worker.pollOne();
  expect(score).toMatchObject({ step: { name: "score" }, parents: { fetch: { amount: 7 } } });
  await worker.complete(score.execution_id, 0.5);
  const pack = await worker.pollOne();
  expect(pack).toMatchObject({ step: { name: "pack" }, parents: { score: 0.5 } });
  await worker.complete(pack.execution_id, null);
  const watched = await runCaptured(["task", "watch", "1", "--server", url], project);
  expect(watched).toMatchObject({ code: 0 });
}

describeOnPostgres("handlers that workers run", () => {
  test("are those that match --remote and have no code here: the others run in the process", async () => {
    const project = await makeProject({ "tasker.yaml": "version: 1\nengine: {remote_handlers: ['Packing::Pack']}\n" });
    await runOrder(project, await serve(project, "--template", "order.yaml", "--remote", "Scoring::*"));
  });

  test("goes by engine.remote_handlers, for all commands that know the template", async () => {
    const project = await makeProject({
      "tasker.yaml": "version: 1\nengine: {remote_handlers: ['*::*']}\n",
      "templates/again.yaml": ORDER.replace("name: order", "name: again"),
      "templates/again.js": "export const Fetch = () => ({ amount: 7 });\n",
    });
    await runOrder(project, await serve(project, "--template", "order.yaml", "--templates", "templates"));
  });

  test("need no module where workers run every step: by the queue of the step, or because they match", async () => {
    const project = await makeProject({
      "queued.yaml": "name: queued\nstep_templates: [{name: a, handler_class: Run, queue: python}]\n",
      "other.yaml": "name: other\nstep_templates: [{name: a, handler_class: Run}]\n",
    });
    const url = await serve(project, "--template", "queued.yaml", "--template", "other.yaml", "--remote", "Run");
    for (const [name, queue] of [
      ["queued", "python"],
      ["other", "default"],
    ]) {
      const { code, out } = await runCaptured(["submit", `${name}.yaml`, "--context", "{}"], project);
      expect(code).toBe(0);
      const worker = await HttpWorker.register(url, { handlers: ["Run"], queues: [queue ?? ""] });
      const step = await worker.pollOne();
      expect(step.task.name).toBe(name);
      expect(await worker.complete(step.execution_id, null)).toMatchObject({ recorded: "complete" });
      expect(await runCaptured(["task", "watch", out.trim(), "--server", url], project)).toMatchObject({ code: 0 });
    }
  });

  test("are to be said: without that the missing handlers are named", async () => {
    const project = await makeProject();
    const refused = await runCaptured(["serve", "--template", "order.yaml", "--remote", "Packing::*"], project);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("found no handler Scoring::Score") });
  });
});
