import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bindTemplate, loadTemplateFile } from "tasker";
import { runTask, type TaskRunReport } from "tasker/testing";

/** What a test runs. */
export interface WorkflowRun {
  /** The template, below the project. */
  readonly template: string;
  /** Its handlers. */
  readonly handlers: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  /** What the remote system answers, by path: JSON. Everything else is not found. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** How often the remote system is busy before it answers. Default: 0. */
  readonly busy?: number;
}

/** Runs a task on a real engine, with a server in the place of the remote system, and records in a directory of its own. */
export async function runWorkflow(run: WorkflowRun): Promise<TaskRunReport> {
  const { answers, busy = 0 } = run;
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    const path = request.url?.split("?")[0] ?? "";
    const status = asked <= busy ? 503 : path in answers ? 200 : 404;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? answers[path] : { message: "no answer" }));
  });
  const data = await mkdtemp(join(tmpdir(), "tasker-test-"));
  const before = { ...process.env };
  try {
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : "";
    Object.assign(process.env, { DATA_DIR: data });
    const variables = { API_URL: `http://127.0.0.1:${port}` };
    const definition = await loadTemplateFile(fileURLToPath(new URL(`../${run.template}`, import.meta.url)), {
      environment: "test",
      variables,
    });
    return await runTask(bindTemplate(definition, run.handlers), run.context);
  } finally {
    Object.assign(process.env, before);
    server.close();
    server.closeAllConnections();
    await rm(data, { recursive: true, force: true });
  }
}
