import { request } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { ConfigurationError, ExportError } from "../../../src/errors/index.ts";
import { fetchSnapshot, serveMetrics } from "../../../src/telemetry/index.ts";
import { sampleMetrics } from "../support/sample-metrics.ts";

async function serve() {
  const metrics = sampleMetrics();
  const endpoint = await serveMetrics(metrics, { port: 0 });
  onTestFinished(() => endpoint.close());
  return { metrics, url: endpoint.url };
}

test("metrics are served as text at /metrics, on this machine only unless told otherwise", async () => {
  const { metrics, url } = await serve();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await response.text()).toBe(await metrics.text());
});

test("a HEAD gets no body, another method 405, another path 404", async () => {
  const { url } = await serve();
  const head = await fetch(url, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  const post = await fetch(url, { method: "POST" });
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect((await fetch(new URL("/", url))).status).toBe(404);
});

test("whoever accepts JSON and no text gets the lossless JSON, which is read back", async () => {
  const { metrics, url } = await serve();
  const { metrics: read } = await fetchSnapshot(url);
  expect(read).toEqual((await metrics.snapshot()).metrics.filter(({ points }) => points.length > 0));
});

test("a port that is in use is named", async () => {
  const { url } = await serve();
  const port = Number(new URL(url).port);
  const second = serveMetrics(sampleMetrics(), { port });
  await expect(second).rejects.toBeInstanceOf(ConfigurationError);
  await expect(second).rejects.toThrow(`metrics cannot be served on 127.0.0.1, port ${port}`);
});

test("metrics that cannot be read are an answer 500, and reported", async () => {
  const metrics = sampleMetrics();
  const errors: unknown[] = [];
  metrics.registry.setDefaultLabels({});
  metrics.registry.metrics = () => Promise.reject(new Error("broken"));
  const endpoint = await serveMetrics(metrics, { port: 0, onError: (error) => errors.push(error) });
  onTestFinished(() => endpoint.close());
  expect((await fetch(endpoint.url)).status).toBe(500);
  expect(errors).toEqual([new Error("broken")]);
});

test("closing ends connections that are kept open", async () => {
  const endpoint = await serveMetrics(sampleMetrics(), { port: 0 });
  await new Promise<void>((resolve, reject) => {
    const open = request(endpoint.url, { headers: { connection: "keep-alive" } }, (response) => {
      response.resume().on("end", resolve);
    });
    open.on("error", reject).end();
  });
  await endpoint.close();
});

test("where nobody serves metrics, or somebody else something else, that is said with the address", async () => {
  const { url } = await serve();
  await expect(fetchSnapshot(new URL("/other", url).href)).rejects.toThrow("it answered 404");
  await expect(fetchSnapshot("http://127.0.0.1:1/metrics")).rejects.toBeInstanceOf(ExportError);
});
