import { expect, onTestFinished, test } from "vitest";
import type { Connection } from "../../src/database/database.ts";
import { beat, declareDead, lookAtPeers } from "../../src/engine/membership/heartbeat-statements.ts";
import { monotonicMs } from "../../src/engine/membership/monotonic-time.ts";
import { Pacemaker } from "../../src/engine/membership/pacemaker.ts";
import { register } from "../../src/engine/membership/process-registration.ts";
import { VitalSigns } from "../../src/engine/membership/vital-signs.ts";
import { makeGate, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const LEASE_MS = 60_000;

describeOnPostgres("the lease of a process", () => {
  test("counts from before its renewal is asked for, however late the answer comes", async () => {
    const database = await useDatabase(openTestDatabase);
    const processId = await register(database, "1", LEASE_MS);
    const [renewed, asked] = [makeGate(), makeGate<number>()];
    const run: Connection["run"] = async (statement, parameters) => {
      if (statement.name !== "beat") return database.run(statement, parameters);
      asked.open(monotonicMs());
      const rows = await database.run(statement, parameters);
      await database.query("select pg_sleep(0.1)");
      return rows;
    };
    const signs = new VitalSigns();
    signs.turn();
    const settings = { leaseMs: LEASE_MS, stuckAfterMs: LEASE_MS };
    const pacemaker = new Pacemaker({ run, guard: async () => false }, settings, signs, {
      onRenewed: () => renewed.open(),
      onDeclaredDead() {},
      onLeftBehind() {},
      onTrouble() {},
    });
    onTestFinished(() => pacemaker.stop());
    // Registered so long ago that it is time to renew.
    pacemaker.follow(processId, monotonicMs() - LEASE_MS);
    await renewed.promise;
    expect(signs.leaseEndsAt).toBeLessThanOrEqual((await asked.promise) + LEASE_MS);
    expect(signs.leaseEndsAt).toBeGreaterThan(monotonicMs() + LEASE_MS / 2);
  });

  test("is not ended by who looked before the last beat: a process that beats meanwhile is alive", async () => {
    const database = await useDatabase(openTestDatabase);
    const [watcher, watched] = [await register(database, "1", LEASE_MS), await register(database, "1", LEASE_MS)];
    const [seen] = await database.run(lookAtPeers, [watcher]);
    expect(await database.run(beat, [watched, 0, false])).toHaveLength(1);
    expect(await database.run(declareDead, [[watched], [seen?.beat ?? 0]])).toEqual([]);
    const [later] = await database.run(lookAtPeers, [watcher]);
    expect(later).toMatchObject({ process_id: watched, stopped: false });
    expect(await database.run(declareDead, [[watched], [later?.beat ?? 0]])).toEqual([{ process_id: watched }]);
    // Its next renewal finds out.
    expect(await database.run(beat, [watched, 0, false])).toEqual([]);
  });
});

test("an event loop that turns is no progress where a lane has waited for its commit for longer", async () => {
  const signs = new VitalSigns();
  const since = monotonicMs();
  signs.laneWaits(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  signs.turn();
  const now = monotonicMs();
  expect(signs.progressAgeMs(now)).toBeGreaterThanOrEqual(now - since - 10);
  signs.laneRests(1);
  expect(signs.progressAgeMs(now)).toBeLessThan(40);
});
