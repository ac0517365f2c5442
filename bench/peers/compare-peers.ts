import { readFileSync } from "node:fs";
import { openPostgres } from "tasker";
import { type BenchServer, openBenchServer } from "../bench-server.ts";
import { readConditions } from "../conditions.ts";
import { readServerSettings } from "../server-settings.ts";
import type { PeersCommand } from "./command-line.ts";
import { PeerMeasurement } from "./peer-finding.ts";
import { redisVersion } from "./redis-server.ts";
import { renderPeers } from "./render-peers.ts";
import { runPeers } from "./run-peers.ts";
import { FULL_PEER_SIZES } from "./workloads.ts";

/** Compares the systems, or reports what an earlier run found. */
export async function comparePeers(command: PeersCommand, signal: AbortSignal): Promise<void> {
  if (command.from !== null) {
    console.log(renderPeers(readMeasurements(command.from), command.markdown));
    return;
  }
  const server = await openBenchServer(null);
  const measurements: PeerMeasurement[] = [];
  try {
    const conditions = { ...readConditions(), redis: redisVersion(), postgres: await readPostgresVersion(server) };
    for await (const event of runPeers({ ...command, sizes: FULL_PEER_SIZES }, server, signal)) {
      if (event.kind === "remark") {
        console.error(event.text);
        continue;
      }
      const { findings, kind: _, versions, ...run } = event;
      const found = findings.map((finding) => ({ ...run, ...finding, versions: [...versions], ...conditions }));
      measurements.push(...found);
      if (command.json) for (const measurement of found) console.log(JSON.stringify(measurement));
      const { metric, value, unit } = findings[0] ?? { metric: "nothing", value: 0, unit: "" };
      const figure = `${metric} ${Math.round(value * 100) / 100} ${unit}`;
      console.error(`${event.workload}, ${event.peer}, run ${event.repeat} of ${command.repeat}: ${figure}`);
    }
  } finally {
    await server.stop();
  }
  if (!command.json) console.log(`\n${renderPeers(measurements, command.markdown)}`);
}

async function readPostgresVersion(server: BenchServer): Promise<string> {
  const { url, drop } = await server.createDatabase({ template: "template0" });
  const database = await openPostgres(url, { connections: 1 });
  try {
    return (await readServerSettings(database, true)).postgres ?? "unknown";
  } finally {
    await database.close();
    await drop();
  }
}

function readMeasurements(file: string): PeerMeasurement[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => PeerMeasurement.parse(JSON.parse(line)));
}
