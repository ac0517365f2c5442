import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { CpuMeter } from "../cpu-meter.ts";

const BURN = "const end = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < end);";

function burn(): void {
  const endUs = process.cpuUsage().user + 200_000;
  while (process.cpuUsage().user < endUs);
}

test("without a server of our own it measures this process alone", () => {
  const meter = new CpuMeter(null);
  burn();
  const use = meter.measure();
  expect(use).toEqual({ nodeUs: expect.any(Number), serverUs: null, otherCpus: null });
  expect(use.nodeUs).toBeGreaterThanOrEqual(200_000);
});

test.runIf(process.platform === "linux")("the server's time has that of its processes that have ended", () => {
  // This process stands for the server: it too has a time of its own and ends children.
  const meter = new CpuMeter(process.pid);
  burn();
  spawnSync(process.execPath, ["-e", BURN]);
  const { serverUs, otherCpus } = meter.measure();
  expect(serverUs).toBeGreaterThanOrEqual(350_000);
  expect(otherCpus).toBeGreaterThanOrEqual(0);
});
