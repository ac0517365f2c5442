import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { readMigrations } from "./migration-files.ts";

const unpack = promisify(gunzip);

/**
 * Where the build puts the files of an empty, migrated database, as a compressed archive. Its name stands for everything that
 * it depends on: the version of PGlite and the migrations. It is not published, because it is a quarter of the package.
 */
export function imageFile(): URL {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text);
  const parts = [dependencies["@electric-sql/pglite"], ...readMigrations().map(({ checksum }) => checksum)];
  const key = createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
  return new URL(`../../.images/${key}.tar.gz`, import.meta.url);
}

/** The files of an empty, migrated database; null outside of the repository, and before it is built. */
export async function readImage(): Promise<Blob | null> {
  const compressed = await readFile(imageFile()).catch(() => null);
  // PGlite would take twice as long to unpack it.
  return compressed === null ? null : new Blob([await unpack(compressed)], { type: "application/x-tar" });
}
