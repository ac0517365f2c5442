import { expect, test } from "vitest";
import type { PeerMeasurement } from "../../peers/peer-finding.ts";
import { renderPeers } from "../../peers/render-peers.ts";

const conditions = { postgres: "15.18", redis: null, node: "24.1.0", cpus: 2, load_average: 0.25, commit: "abc1234" };

function rate(peer: PeerMeasurement["peer"], value: number, repeat = 1): PeerMeasurement {
  const versions = peer === "tasker" ? [] : [`${peer} 1.2.3`];
  return {
    peer,
    versions,
    workload: "W1",
    tasks: 500,
    repeat,
    metric: "steps_per_s",
    value,
    unit: "1/s",
    ...conditions,
  };
}

const measurements = [
  ...[8_000, 9_000, 10_000].map((value, index) => rate("tasker", value, index + 1)),
  ...[1_400, 1_500, 1_450].map((value, index) => rate("openworkflow", value, index + 1)),
  ...[12_000, 18_000, 17_000].map((value, index) => rate("pg-boss-chain", value, index + 1)),
];

test("the tables have medians with their spread, and the ratios of ours to each", () => {
  const report = renderPeers(measurements, true);
  expect(report).toContain("| openworkflow | 1,450 (1,400-1,500) |");
  expect(report).toContain("| openworkflow | 6.2x | each step in PostgreSQL |");
  expect(report).toContain("| pg-boss-chain | 0.53x | jobs in PostgreSQL |");
  expect(report).toContain("| pg-boss-chain | pg-boss-chain 1.2.3 |");
});

test("what is promised is the ratio to the best that keeps each step in PostgreSQL", () => {
  expect(renderPeers(measurements, false)).toContain(
    "W1: 6.2x the best that keeps each step in PostgreSQL (openworkflow).",
  );
});

test("times are compared the other way round", () => {
  const latency = (peer: PeerMeasurement["peer"], value: number): PeerMeasurement => ({
    ...rate(peer, value),
    workload: "W4",
    metric: "task_p50_ms",
    unit: "ms",
  });
  const report = renderPeers([latency("tasker", 10), latency("bullmq-always", 5)], true);
  expect(report).toContain("| bullmq-always | 0.5x | jobs in Redis |");
});

test("the conditions are said", () => {
  expect(renderPeers(measurements, false)).toMatch(
    /\n3 runs of each in turns, Node 24\.1\.0, PostgreSQL 15\.18, 2 CPUs, load average before 0\.25, commit abc1234$/,
  );
});
