import { expect, onTestFinished, test } from "vitest";
import { tellEnd } from "../../src/server/http/tell-end.ts";
import { addHttpMetrics } from "../../src/telemetry/metrics/http-metrics.ts";
import { Metrics } from "../../src/telemetry/metrics/metrics.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type ServeOptions, serve } from "./support/serve.ts";

async function serveTemplate(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return serve(database, { templates: [graphTemplate("a")], ...options });
}

const creation = (headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify({ name: "graph", context: { order: 1 } }),
});

describeOnPostgres("requests to the server", () => {
  test("are counted and timed by route, method and class of status", async () => {
    const metrics = new Metrics();
    const { url } = await serveTemplate({ parts: { metrics, httpMetrics: addHttpMetrics(metrics) } });
    for (const path of ["/v1/tasks", "/v1/tasks", "/v1/tasks/9", "/tasks", "/nowhere"]) await fetch(`${url}${path}`);
    await fetch(`${url}/v1/tasks`, creation());
    const text = await metrics.text();
    const count = (labels: string) => `tasker_http_requests_total{${labels}}`;
    expect(text).toContain(`${count('route="listTasks",method="GET",status="2xx"')} 2`);
    expect(text).toContain(`${count('route="getTask",method="GET",status="4xx"')} 1`);
    expect(text).toContain(`${count('route="reference.listTasks",method="GET",status="2xx"')} 1`);
    expect(text).toContain(`${count('route="createTask",method="POST",status="2xx"')} 1`);
    expect(text).toContain(`${count('route="none",method="GET",status="4xx"')} 1`);
    expect(text).toContain('tasker_http_request_duration_seconds_count{route="listTasks",method="GET",status="2xx"} 2');
    expect(text).toContain("tasker_http_open_streams 0");
  });

  test("leave a line with their id in the log, for those who look for faults", async () => {
    const { url, lines } = await serveTemplate();
    const answer = await fetch(`${url}/v1/tasks/9`, { headers: { "x-request-id": "r-1" } });
    expect(answer.status).toBe(404);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: "debug",
        facts: expect.objectContaining({ requestId: "r-1", route: "getTask", method: "GET", status: 404 }),
      }),
    );
  });

  test("give their correlation id to the tasks that they create, and are answered with it", async () => {
    const { url, database } = await serveTemplate();
    const first = await fetch(`${url}/v1/tasks`, creation({ "x-correlation-id": "order-77" }));
    expect(first.headers.get("x-correlation-id")).toBe("order-77");
    const second = await fetch(`${url}/v1/tasks`, creation({ "x-correlation-id": "not one!" }));
    const made = second.headers.get("x-correlation-id");
    expect(made).toMatch(/^tsk_/);
    const rows = await database.query("select correlation_id as id from tasker_task_runs order by task_id");
    expect(rows.map(({ id }) => id)).toEqual(["order-77", made]);
  });

  test("carry the id in the header that the options name", async () => {
    const { url } = await serveTemplate({ correlationHeader: "X-Trace" });
    const answer = await fetch(`${url}/health/live`, { headers: { "x-trace": "abc" } });
    expect(answer.headers.get("x-trace")).toBe("abc");
    expect(answer.headers.get("x-correlation-id")).toBeNull();
  });
});

test("the end of a stream is told once, whether it ends, fails or is left", async () => {
  const ends: string[] = [];
  const bytes = new TextEncoder().encode("a");
  const ended = new Response(tellEnd(new Blob([bytes]).stream(), () => ends.push("ended")));
  expect(await ended.text()).toBe("a");
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(bytes) });
  await tellEnd(endless, () => ends.push("left")).cancel();
  const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("broken")) });
  await expect(new Response(tellEnd(broken, () => ends.push("failed"))).text()).rejects.toThrow("broken");
  expect(ends).toEqual(["ended", "left", "failed"]);
});
