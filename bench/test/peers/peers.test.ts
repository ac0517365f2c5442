import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { createTestDatabase, describeOnPostgres } from "../../../packages/tasker/test/support/test-database.ts";
import { callShape } from "../../peers/call-shape.ts";
import { HandMadeGraph } from "../../peers/hand-made-graph.ts";
import { measurePeer } from "../../peers/measure-peer.ts";
import { PEER_NAMES } from "../../peers/peer-names.ts";
import { PEERS } from "../../peers/peers.ts";
import { Probe } from "../../peers/probe.ts";
import { StoreQueries } from "../../peers/store-queries.ts";
import { WORKLOADS } from "../../peers/workloads.ts";
import { fan, linear } from "../../shapes.ts";

const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  python: z.record(z.string(), z.string()),
});

test("every package of every system has an exact version", () => {
  const file = join(import.meta.dirname, "../../peers/package.json");
  const { dependencies, python } = Manifest.parse(JSON.parse(readFileSync(file, "utf8")));
  for (const name of PEER_NAMES) {
    const peer = PEERS[name];
    expect(peer.name).toBe(name);
    for (const version of peer.packages.map((wanted) => dependencies[wanted]))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const version of (peer.python ?? []).map((wanted) => python[wanted]))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test("a shape is called step by step, and side by side where steps wait for the same", async () => {
  const calls: string[] = [];
  await callShape(fan(4), async (name) => {
    calls.push(`${name} entered`);
    await Promise.resolve();
    calls.push(`${name} left`);
    return { ok: true };
  });
  expect(calls).toEqual([
    "step_0 entered",
    "step_0 left",
    "step_1 entered",
    "step_2 entered",
    "step_1 left",
    "step_2 left",
    "step_3 entered",
    "step_3 left",
  ]);
});

test("a join written by hand waits for all of its parents, task by task", () => {
  const graph = new HandMadeGraph(fan(4));
  expect(graph.next(1, "step_0")).toEqual(["step_1", "step_2"]);
  expect(graph.next(1, "step_1")).toEqual([]);
  expect(graph.next(2, "step_1")).toEqual([]);
  expect(graph.next(1, "step_2")).toEqual(["step_3"]);
  expect(graph.next(1, "step_3")).toEqual([]);
  expect(new HandMadeGraph(linear(2)).next(1, "step_0")).toEqual(["step_1"]);
});

test("the probe counts steps and times what follows another one", async () => {
  const probe = new Probe("step_0");
  const entered = probe.entered(2);
  expect(probe.step("step_0")).toEqual({ ok: true });
  probe.step("step_1");
  await entered;
  expect(probe.steps).toBe(2);
  expect(probe.handoffMs).toHaveLength(1);
});

describeOnPostgres("a run", () => {
  test.for(WORKLOADS)("of %s gives its figures once the store has been checked", {
    timeout: 60_000,
  }, async (workload) => {
    const { url, drop } = await createTestDatabase({ template: "template0" });
    const sizes = { W1: 4, W2: 3, W3: 8, W4: 5, warmup: 2 };
    const findings = await measurePeer({ peer: "tasker", workload, url, serverPid: null, directory: "", sizes });
    expect(findings.map(({ metric }) => metric)).toEqual(
      workload === "W4"
        ? ["task_p50_ms", "handoff_p50_ms", "handoff_p99_ms"]
        : ["steps_per_s", "node_cpu_us_per_step", "rss_mb"],
    );
    for (const { value } of findings) expect(value).toBeGreaterThan(0);
    await drop();
  });

  test("is refused if the store has another number than was run", async () => {
    const { url, drop } = await createTestDatabase({ template: "template0" });
    const store = await StoreQueries.connect(url);
    const found = { what: "rows", sql: "select count(*) from generate_series(1, 3)", expected: 4 };
    await expect(store.expect([found])).rejects.toThrow("the database has 3 rows, expected 4");
    await store.close();
    await drop();
  });
});
