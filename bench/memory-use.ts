import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A full garbage collection, in a process that was started without the flag for it. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("this Node has no garbage collection to call");
  collect();
}

/** Resident memory of this process, in megabytes. */
export function residentMb(): number {
  return process.memoryUsage.rss() / 1e6;
}
