import { collectDefaultMetrics, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { EngineMetrics } from "../../../src/telemetry/metrics/engine-metrics.ts";
import { Metrics } from "../../../src/telemetry/metrics/metrics.ts";
import { describeWithPrometheus, promtool } from "../../support/prometheus.ts";

/** The lines of one metric, without help and type. */
async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  return (await metrics.text()).split("\n").filter((line) => line.startsWith(name));
}

describe("a counter", () => {
  test("grows by one, or by a number, for each label set", async () => {
    const metrics = new Metrics();
    const counter = metrics.counter({ name: "orders_total", help: "Orders", labels: ["shop"] });
    counter.increment({ shop: "a" });
    counter.increment({ shop: "a" });
    counter.add(2.5, { shop: "b" });
    expect(await linesOf(metrics, "tasker_orders_total")).toEqual([
      'tasker_orders_total{shop="a"} 2',
      'tasker_orders_total{shop="b"} 2.5',
    ]);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("does not grow by %d", (by) => {
    const counter = new Metrics().counter({ name: "orders_total", help: "Orders" });
    expect(() => counter.add(by)).toThrow(RangeError);
  });
});

describe("a gauge", () => {
  test("is set, goes up and down", async () => {
    const metrics = new Metrics();
    const gauge = metrics.gauge({ name: "queue_size", help: "Queue" });
    gauge.set(5);
    gauge.add(-7);
    expect(await linesOf(metrics, "tasker_queue_size")).toEqual(["tasker_queue_size -2"]);
    expect(() => gauge.set(Number.NaN)).toThrow(RangeError);
    expect(() => gauge.add(Number.NaN)).toThrow(RangeError);
  });

  test("that reads its value does so each time; what it throws is counted and keeps no other metric away", async () => {
    const errors: unknown[] = [];
    const metrics = new Metrics({ onReadError: (error, metric) => errors.push([error, metric]) });
    let size = 3;
    metrics.gauge({ name: "queue_size", help: "Queue" }, (gauge) => gauge.set(size));
    const failure = new Error("cannot be read");
    metrics.gauge({ name: "broken", help: "Broken" }, () => {
      throw failure;
    });
    await metrics.text();
    size = 4;
    expect(await metrics.text()).toContain("tasker_queue_size 4\n");
    expect(await metrics.text()).toContain('tasker_metric_read_errors_total{metric="tasker_broken"} 3');
    expect(errors).toContainEqual([failure, "tasker_broken"]);
  });
});

describe("a histogram", () => {
  test("counts values up to each bound, their sum and number", async () => {
    const metrics = new Metrics();
    const histogram = metrics.histogram({ name: "wait_seconds", help: "Wait", labels: ["queue"], buckets: [0.5, 1] });
    for (const value of [0.2, 0.5, 0.7, 3]) histogram.observe(value, { queue: "q" });
    expect(await linesOf(metrics, "tasker_wait_seconds")).toEqual([
      'tasker_wait_seconds_bucket{le="0.5",queue="q"} 2',
      'tasker_wait_seconds_bucket{le="1",queue="q"} 3',
      'tasker_wait_seconds_bucket{le="+Inf",queue="q"} 4',
      'tasker_wait_seconds_sum{queue="q"} 4.4',
      'tasker_wait_seconds_count{queue="q"} 4',
    ]);
    expect(() => histogram.observe(Number.NaN, { queue: "q" })).toThrow(RangeError);
  });

  test("has the usual bounds unless it is told others", async () => {
    const metrics = new Metrics();
    metrics.histogram({ name: "wait_seconds", help: "Wait" }).observe(1);
    const bounds = (await linesOf(metrics, "tasker_wait_seconds_bucket")).map((line) => /le="([^"]+)"/.exec(line)?.[1]);
    expect(bounds.join(" ")).toBe("0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf");
  });

  test.each([[[]], [[1, 1]], [[2, 1]], [[Number.NaN]]])("cannot have the bounds %j", (buckets) => {
    const make = () => new Metrics().histogram({ name: "wait_seconds", help: "Wait", buckets });
    expect(make).toThrow("metrics.buckets");
  });
});

describe("what names tasks and steps get", () => {
  test("never makes more series than the limit: the others count under other", async () => {
    const metrics = new Metrics({ maxLabelSets: 100 });
    const counter = metrics.counter({ name: "orders_total", help: "Orders", labels: ["shop", "till"] });
    for (let number = 0; number < 10_000; number++) counter.increment({ shop: `${number}`, till: "1" });
    for (let number = 0; number < 100; number++) counter.increment({ shop: `${number}`, till: "1" });
    const lines = await linesOf(metrics, "tasker_orders_total");
    expect(lines).toHaveLength(101);
    expect(lines).toContain('tasker_orders_total{shop="7",till="1"} 2');
    expect(lines).toContain('tasker_orders_total{shop="other",till="other"} 9900');
    expect(await metrics.text()).toContain('tasker_metric_overflows_total{metric="tasker_orders_total"} 9900');
  });

  test("two label sets are told apart even if their values run into each other", async () => {
    const metrics = new Metrics();
    const counter = metrics.counter({ name: "orders_total", help: "Orders", labels: ["shop", "till"] });
    counter.increment({ shop: "a", till: "bc" });
    counter.increment({ shop: "ab", till: "c" });
    expect(await linesOf(metrics, "tasker_orders_total")).toHaveLength(2);
  });
});

describe("metrics", () => {
  test("can go into the application's own registry, under another prefix", async () => {
    const registry = new Registry();
    new Metrics({ registry, prefix: "shop_tasker" }).counter({ name: "orders_total", help: "Orders" }).increment();
    expect(await registry.metrics()).toContain("shop_tasker_orders_total 1");
  });

  test("of several engines go under their prefixes into a registry that has the application's default metrics", async () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const own = registry.getSingleMetric("process_cpu_seconds_total");
    for (const prefix of ["shop", "mail"]) new EngineMetrics(new Metrics({ registry, prefix }));
    expect(registry.getSingleMetric("process_cpu_seconds_total")).toBe(own);
    const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["shop_task_completed_total", "mail_task_completed_total"]));
  });

  test.each([
    [{ prefix: "9" }, "metrics.prefix"],
    [{ prefix: "a-b" }, "metrics.prefix"],
    [{ maxLabelSets: 0 }, "metrics.maxLabelSets"],
    [{ maxLabelSets: 1.5 }, "metrics.maxLabelSets"],
  ])("refuse %j", (options, named) => {
    expect(() => new Metrics(options)).toThrow(named);
  });

  test("refuse a name twice, and one that cannot be one", () => {
    const metrics = new Metrics();
    metrics.counter({ name: "orders_total", help: "Orders" });
    expect(() => metrics.gauge({ name: "orders_total", help: "Orders" })).toThrow(ConfigurationError);
    expect(() => metrics.gauge({ name: "a b", help: "Orders" })).toThrow(ConfigurationError);
  });
});

describeWithPrometheus("the text format, as Prometheus reads it", () => {
  test("has one HELP and TYPE for each metric, +Inf, and escapes backslashes, quotes and line breaks", async () => {
    const metrics = new Metrics();
    const counter = metrics.counter({ name: "orders_total", help: 'Back\\slash\nand "quotes"', labels: ["shop"] });
    for (const shop of ["C:\\new", 'say "so"', "two\nlines", "ü ✓"]) counter.increment({ shop });
    metrics.histogram({ name: "wait_seconds", help: "Wait", labels: ["queue"] }).observe(100, { queue: "q" });
    const text = await metrics.text();
    expect(await promtool(["check", "metrics"], text)).toBeNull();
    expect(text.match(/# (HELP|TYPE) tasker_orders_total /g)).toHaveLength(2);
    expect(text).toContain('{shop="C:\\\\new"}');
    expect(text).toContain('le="+Inf"');
  });
});
