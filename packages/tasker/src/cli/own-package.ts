import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** This package: where it is installed and which version it is. */
export interface OwnPackage {
  readonly directory: string;
  readonly version: string;
}

/** Reads the package file that this code belongs to, built or not: it lies two directories up either way. */
export function readOwnPackage(): OwnPackage {
  const file = fileURLToPath(new URL("../../package.json", import.meta.url));
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, "utf8")));
  return { directory: dirname(realpathSync(file)), version };
}
