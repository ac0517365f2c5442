import { expect, test } from "vitest";
import type { Measurement } from "../measurement.ts";
import { renderReport } from "../render-report.ts";

const conditions = { node: "24.1.0", cpus: 2, load_average: 0.25, commit: "abc1234" };
const server = { postgres: "15.18", fsync: "on", synchronous_commit: "on", concurrency: 500, max_tasks: 10_000 };

function rate(value: number, repeat: number): Measurement {
  const load = { shape: "linear", steps: 10, tasks: 500, submit_included: true };
  return { bench: "W1", metric: "steps_per_s", value, unit: "1/s", ...load, ...server, repeat, ...conditions };
}

test("one run gives its value", () => {
  expect(renderReport([rate(8_304.4, 1)])).toBe(
    `bench  metric       of                                value  unit
W1     steps_per_s  500 x linear 10, submit included  8,304  1/s

Node 24.1.0, PostgreSQL 15.18, fsync on, synchronous_commit on, concurrency 500, max tasks 10,000, 2 CPUs, load average before 0.25, commit abc1234`,
  );
});

test("several runs give the median, the least and the greatest value", () => {
  const [header, line] = renderReport([rate(9_000, 1), rate(7_000, 2), rate(8_000, 3)]).split("\n");
  expect(header).toMatch(/median {4}min {4}max {2}unit$/);
  expect(line).toMatch(/8,000 {2}7,000 {2}9,000 {2}1\/s$/);
});

test("without a database its conditions are left out", () => {
  const finding = {
    bench: "resolver",
    metric: "levels_us",
    value: 0.1234,
    unit: "us",
    shape: "fan",
    steps: 10,
  } as const;
  const lines = renderReport([{ ...finding, repeat: 1, ...conditions }]).split("\n");
  expect(lines[1]).toBe("resolver  levels_us  fan 10  0.123  us");
  expect(lines[3]).toBe("Node 24.1.0, 2 CPUs, load average before 0.25, commit abc1234");
});
