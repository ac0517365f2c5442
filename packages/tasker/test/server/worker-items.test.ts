import { expect, onTestFinished, test } from "vitest";
import { graphTemplate } from "../support/engine-harness.ts";
import { HttpWorker } from "../support/http-worker.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describeOnPostgres("items of a worker's call", () => {
  test("that cannot be stored, or are lists in each other without end, are refused each by itself", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const { engine, url } = await serve(database, {
      templates: [graphTemplate("a", { steps: { a: { queue: "python" } } })],
    });
    await engine.start();
    const worker = await HttpWorker.register(url, { handlers: ["Run"], queues: ["python"] });
    await engine.submit({ name: "graph", context: {} });
    const { execution_id: id } = await worker.pollOne();
    const call = async (name: string, items: readonly string[]) => {
      const body = `{"worker_id": ${worker.id}, "items": [${items.join(", ")}]}`;
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url}/v1/worker/${name}`, { method: "POST", headers, body });
      return { status: response.status, body: await response.json() };
    };
    const item = (more: string) => `{"execution_id": "${id}"${more}}`;
    const malformed = { status: "error", error: { code: "TASKER_MALFORMED_REQUEST", violations: [{}] } };
    expect(
      await call("start", [item(', "nonce": "a\\u0000b"'), item(', "nonce": "a\\ud800b"'), item(', "nonce": "1"')]),
    ).toMatchObject({ status: 200, body: { answers: [malformed, malformed, { status: "started" }] } });
    expect(await call("heartbeat", [item(`, "progress": ${nested(300_000)}`), item(', "progress": 7')])).toMatchObject({
      status: 200,
      body: { answers: [malformed, { status: "running" }] },
    });
    expect(
      await call("fail", [item(`, "error": {"message": "no", "details": {"deep": ${nested(300_000)}}}`)]),
    ).toMatchObject({ status: 200, body: { answers: [malformed] } });
    expect(
      await call("complete", [
        item(`, "results": ${nested(300_000)}`),
        '{"execution_id": "a\\u0000b", "results": 1}',
        item(', "results": 1'),
      ]),
    ).toMatchObject({ status: 200, body: { answers: [malformed, malformed, { recorded: "complete" }] } });
  });
});
