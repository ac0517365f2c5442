import { statfs } from "node:fs/promises";
import type { HealthCheck } from "../health-report.ts";

const MIB = 1024 ** 2;
/** The disk is full enough to worry where less than both of these is free. */
const LEAST_FREE = { bytes: 512 * MIB, share: 0.05 };

/** Whether the disk of an embedded database has room: 512 MiB, or 5 % of it. Asks the operating system. */
export function diskCheck(directory: string): HealthCheck {
  return {
    name: "disk",
    failure: "Disk of the data directory cannot be looked at",
    async run() {
      const { bsize, blocks, bavail } = await statfs(directory);
      const free = bavail * bsize;
      const share = blocks === 0 ? 1 : bavail / blocks;
      const healthy = free >= LEAST_FREE.bytes || share >= LEAST_FREE.share;
      const details = { free_mib: Math.floor(free / MIB), free_percent: Math.round(share * 10_000) / 100 };
      return { healthy, message: healthy ? "Disk has room" : "Disk is nearly full", details };
    },
  };
}
