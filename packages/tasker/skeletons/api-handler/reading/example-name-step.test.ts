import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { defineTask } from "tasker";
import { runTask } from "tasker/testing";
import { ExampleNameStep } from "./example-name-step.ts";

const CALL = ["GET", "/v1/example/path"].join(" ");

/** A server that is busy at first. */
async function startServer() {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url?.split("?")[0]}`);
    request.resume();
    response.writeHead(calls.length === 1 ? 503 : 200, { "content-type": "application/json", "retry-after": "2" });
    response.end('{"id":7}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : null;
  return { server, calls, url: `http://127.0.0.1:${port}/v1` };
}

test("it calls again what was busy, and stores the answer", async () => {
  const { server, calls, url } = await startServer();
  try {
    const template = defineTask({ name: "example_name" })
      .step("call", { handler: ExampleNameStep, handlerConfig: { url } })
      .build();
    const { state, steps } = await runTask(template, { name: "Ada" });
    const { call } = steps;
    assert.equal(state, "complete");
    assert.deepEqual(call?.results, { status: 200, body: { id: 7 } });
    assert.deepEqual(calls, [CALL, CALL]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
