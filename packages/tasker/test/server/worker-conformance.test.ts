import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { onTestFinished, test } from "vitest";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import { parseTemplateObject } from "../../src/templates/parse-template.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type Case, playCase, readCases, type Send } from "./support/play-case.ts";
import { serve } from "./support/serve.ts";

/** Makes a server with a running engine that knows the template of a case. */
async function serveCase({ template }: Case) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serve(database, { templates: [bindTemplate(parseTemplateObject(template), {})] });
  await made.engine.start();
  return made;
}

function sender(origin: string, dispatcher: Agent): Send {
  onTestFinished(() => dispatcher.close());
  return async (method, path, body) => {
    const { statusCode, body: answer } = await request(`${origin}${path}`, {
      dispatcher,
      method: method as "GET",
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: statusCode, answer: await answer.json() };
  };
}

describeOnPostgres("the worker protocol", () => {
  test.for(readCases())("$name, over TCP: $description", async (one) => {
    const { url } = await serveCase(one);
    await playCase(one, sender(url, new Agent()));
  });

  test.for(readCases())("$name, over a Unix socket", async (one) => {
    const { server } = await serveCase(one);
    const directory = await mkdtemp(join(tmpdir(), "tasker-worker-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const socketPath = join(directory, "socket");
    await server.listenLocally(socketPath);
    await playCase(one, sender("http://localhost", new Agent({ connect: { socketPath } })));
  });
});
