import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { encodeMetrics, MetricsPusher, otlpSettings } from "../../../src/telemetry/index.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { type LogLine, recordingLog, until } from "../../support/engine-harness.ts";
import { sampleMetrics } from "../support/sample-metrics.ts";

/** A receiver of OTLP that keeps what it gets, and answers as it is told. */
async function startReceiver() {
  const requests: { path: string; headers: NodeJS.Dict<string | string[]>; body: unknown }[] = [];
  const answer = { status: 200, body: "{}" };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    requests.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(text) });
    // 0: never
    if (answer.status === 0) return;
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { requests, answer, url: `http://127.0.0.1:${port}` };
}

test("metrics are encoded with their own names, labels as attributes, counts between bounds, since the start", async () => {
  const snapshot = await sampleMetrics().snapshot();
  const body = JSON.parse(encodeMetrics(snapshot, { attributes: { "service.name": "shop" }, startedAt: 1_000 }));
  const [
    {
      resource,
      scopeMetrics: [{ metrics }],
    },
  ] = body.resourceMetrics;
  expect(resource.attributes).toEqual([{ key: "service.name", value: { stringValue: "shop" } }]);
  const times = { startTimeUnixNano: "1000000000", timeUnixNano: `${Date.parse(snapshot.timestamp)}000000` };
  expect(metrics.find(({ name }: { name: string }) => name === "tasker_wait_seconds")).toEqual({
    name: "tasker_wait_seconds",
    description: "Wait",
    unit: "s",
    histogram: {
      aggregationTemporality: 2,
      dataPoints: [
        {
          attributes: [{ key: "queue", value: { stringValue: "q" } }],
          ...times,
          count: "4",
          sum: 4.4,
          bucketCounts: ["2", "1", "1"],
          explicitBounds: [0.5, 1],
        },
        expect.objectContaining({ count: "1", bucketCounts: ["1", "0", "0"] }),
      ],
    },
  });
  const orders = metrics.find(({ name }: { name: string }) => name === "tasker_orders_total");
  expect(orders.sum).toMatchObject({ aggregationTemporality: 2, isMonotonic: true });
  expect(orders.sum.dataPoints).toHaveLength(2);
  const temperature = metrics.find(({ name }: { name: string }) => name === "tasker_temperature");
  expect(temperature.gauge.dataPoints).toEqual([{ attributes: [], ...times, asDouble: "-Infinity" }]);
});

test("they are pushed at intervals and once more at the end, with headers, to the address of OpenTelemetry's variables", async () => {
  const { requests, url } = await startReceiver();
  const settings = otlpSettings(undefined, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/base/`,
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b, x-other=c=d",
    OTEL_METRIC_EXPORT_INTERVAL: "5000",
    OTEL_SERVICE_NAME: "shop",
    OTEL_RESOURCE_ATTRIBUTES: "region=eu",
  });
  if (settings === null) throw new Error("there is an address");
  expect(settings.attributes).toMatchObject({ "service.name": "shop", region: "eu" });
  const clock = new ManualClock();
  const pusher = new MetricsPusher(sampleMetrics(), settings, recordingLog([]), clock);
  pusher.start();
  await until(() => {
    clock.advance(5_000);
    return requests.length >= 2;
  }, "two pushes");
  const before = requests.length;
  await pusher.stop();
  expect(requests.length).toBeGreaterThan(before);
  expect(requests[0]).toMatchObject({
    path: "/base/v1/metrics",
    headers: { "x-key": "a b", "x-other": "c=d", "content-type": "application/json" },
  });
});

test("what keeps a push from its end is logged once, and that it is over", async () => {
  const { answer, url } = await startReceiver();
  const lines: LogLine[] = [];
  const settings = otlpSettings(url, {});
  if (settings === null) throw new Error("there is an address");
  const pusher = new MetricsPusher(sampleMetrics(), settings, recordingLog(lines), new ManualClock());
  answer.status = 503;
  await pusher.push();
  await pusher.push();
  answer.status = 200;
  answer.body = '{"partialSuccess":{"rejectedDataPoints":"2","errorMessage":"too old"}}';
  await pusher.push();
  answer.body = "{}";
  await pusher.push();
  expect(lines.map(({ level, facts }) => [level, "reason" in facts ? facts.reason : null])).toEqual([
    ["warn", "the receiver answered 503"],
    ["warn", "the receiver refused 2 data points: too old"],
    ["info", null],
  ]);
});

test("a user and a password of the address are sent as a header, and logged nowhere", async () => {
  const { requests, answer, url } = await startReceiver();
  const lines: LogLine[] = [];
  const settings = otlpSettings(url.replace("//", "//me:p%40ss@"), {});
  if (settings === null) throw new Error("there is an address");
  const pusher = new MetricsPusher(sampleMetrics(), settings, recordingLog(lines), new ManualClock());
  answer.status = 503;
  await pusher.push();
  expect(requests).toMatchObject([{ headers: { authorization: `Basic ${btoa("me:p@ss")}` } }]);
  expect(lines).toMatchObject([{ level: "warn", facts: { url } }]);
  expect(() => otlpSettings("ftp://me:p%40ss@host", {})).toThrow("metrics-otlp is 'ftp://***@host'");
});

test("the end waits 5 seconds for a receiver that does not answer", async () => {
  const { requests, answer, url } = await startReceiver();
  answer.status = 0;
  const lines: LogLine[] = [];
  const settings = otlpSettings(url, {});
  if (settings === null) throw new Error("there is an address");
  const clock = new ManualClock();
  const pusher = new MetricsPusher(sampleMetrics(), settings, recordingLog(lines), clock);
  const stopped = pusher.stop();
  await until(() => requests.length === 1, "the last push");
  clock.advance(5_000);
  await stopped;
  await until(() => lines.length === 1, "its end");
  expect(lines).toMatchObject([{ facts: { reason: "no answer within 5000 ms of the end" } }]);
  expect(clock.timers).toEqual([]);
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost" }, "OTEL_EXPORTER_OTLP_ENDPOINT is 'localhost'"],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_METRIC_EXPORT_INTERVAL: "soon" }, "OTEL_METRIC_EXPORT_INTERVAL"],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_HEADERS: "secret" },
    "OTEL_EXPORTER_OTLP_HEADERS cannot be read",
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_HEADERS: "x(y)=secret" },
    "OTEL_EXPORTER_OTLP_HEADERS has a name or a value that HTTP does not allow in a header",
  ],
])("a setting that cannot be read is named: %j", (env, message) => {
  expect(() => otlpSettings(undefined, env)).toThrow(message);
});

test("without an address nothing is pushed", () => {
  expect(otlpSettings(undefined, {})).toBeNull();
});
