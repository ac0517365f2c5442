import { expect, test } from "vitest";
import type { Heartbeat } from "../../../src/engine/membership/heartbeat.ts";
import { ThreadHeartbeat } from "../../../src/engine/membership/thread-heartbeat.ts";
import { VitalSigns } from "../../../src/engine/membership/vital-signs.ts";
import { until } from "../../support/engine-harness.ts";

function start() {
  const told: string[] = [];
  const calls: string[] = [];
  const substitute: Heartbeat = {
    follow: (processId) => void calls.push(`follow ${processId}`),
    stop: async () => void calls.push("stop"),
  };
  const listener = {
    onRenewed() {},
    onDeclaredDead() {},
    onLeftBehind() {},
    onTrouble: (message: string) => void told.push(message),
    onHint() {},
    onListening() {},
  };
  const missing = new URL("./missing-thread.js", import.meta.url);
  const settings = { leaseMs: 10_000, stuckAfterMs: 30_000 };
  const signs = new VitalSigns();
  const heartbeat = new ThreadHeartbeat("postgres://nowhere", settings, signs, listener, () => substitute, missing);
  return { heartbeat, told, calls };
}

test("a heartbeat whose thread cannot be started leaves its work to another one", async () => {
  const { heartbeat, told, calls } = start();
  heartbeat.follow(7, 0);
  await until(() => calls.length > 0, "the other one to be asked");
  expect(told.at(-1)).toContain("from now on the lease is renewed by the event loop");
  heartbeat.follow(8, 0);
  await heartbeat.stop();
  expect(calls).toEqual(["follow 7", "follow 8", "stop"]);
});

test("a heartbeat whose thread breaks while it is stopped is stopped", async () => {
  const { heartbeat, calls } = start();
  await heartbeat.stop();
  expect(calls).toEqual([]);
});
