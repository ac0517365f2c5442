import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { Fence } from "../../../src/engine/membership/fence.ts";
import { HeartbeatLine } from "../../../src/engine/membership/heartbeat-line.ts";
import { lookAtPeers } from "../../../src/engine/membership/heartbeat-statements.ts";
import { monotonicMs } from "../../../src/engine/membership/monotonic-time.ts";
import { Pacemaker } from "../../../src/engine/membership/pacemaker.ts";
import { register } from "../../../src/engine/membership/process-registration.ts";
import { VitalSigns } from "../../../src/engine/membership/vital-signs.ts";
import { until } from "../../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";

const LEASE_MS = 10_000;
const HEARTBEATS = "application_name = 'tasker heartbeat' and datname = current_database()";

async function useLine() {
  const { url, drop } = await createTestDatabase();
  const database = await openPostgres(url);
  const signs = new VitalSigns();
  signs.turn();
  const line = new HeartbeatLine(url, LEASE_MS, signs, { onHint() {}, onListening() {} });
  onTestFinished(async () => {
    await line.close();
    await database.close();
    await drop();
  });
  return { database, signs, line };
}

async function readRow(database: Database) {
  const [row] = await database.query("select heartbeat_at::text as beat, guarded from tasker_processes");
  return row;
}

describeOnPostgres("the connection of a heartbeat", () => {
  test("is opened anew when it was cut, and the lease renewed before it ends for want of the lock", async () => {
    const { database, signs, line } = await useLine();
    const processId = await register(database, "1", LEASE_MS);
    const fence = new Fence(signs, () => {});
    const pacemaker = new Pacemaker(line, { leaseMs: LEASE_MS, stuckAfterMs: 60_000 }, signs, {
      onRenewed() {},
      onDeclaredDead() {},
      onLeftBehind() {},
      onTrouble() {},
    });
    onTestFinished(() => pacemaker.stop());
    pacemaker.follow(processId, monotonicMs());
    fence.guard();
    await until(async () => (await readRow(database))?.guarded === true, "the first renewal, with the lock");
    const before = (await readRow(database))?.beat;
    await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${HEARTBEATS}`);
    await until(() => signs.isGuardLost, "the loss to be noticed");
    await until(async () => (await readRow(database))?.beat !== before, "the next renewal");
    expect(fence.holds()).toBe(true);
    expect(signs.leaseEndsAt).toBeGreaterThan(monotonicMs() + LEASE_MS / 2);
  });

  test("is closed where it cannot be used", async () => {
    const { database, line } = await useLine();
    await database.query("alter table tasker_processes rename to elsewhere");
    for (let tries = 0; tries < 3; tries++) await expect(line.run(lookAtPeers, [0])).rejects.toThrow();
    await until(async () => {
      const [row] = await database.query(`select count(*)::int4 as open from pg_stat_activity where ${HEARTBEATS}`);
      return row?.open === 0;
    }, "no connection to be left open");
  });
});
