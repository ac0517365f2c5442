import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { DatabaseInUseError, DatabaseUnavailableError } from "../errors/index.ts";

/** A directory that only this process uses, for as long as this object is kept: losing it gives the directory up. */
export interface DirectoryLock {
  /** Gives the directory up. Safe to call twice. */
  release(): void;
}

/** SQLite's result code for a lock that somebody else holds. */
const SQLITE_BUSY = 5;

/**
 * Takes a directory for this process, creating it where needed. The lock is a SQLite exclusive lock on the file `lock`
 * in it: the kernel holds it, and frees it when the process ends in whatever way. The file `owner.json` beside it tells
 * others who that is.
 * @throws DatabaseInUseError if another process, or this one, holds it already; `context` has `directory` and `pid`
 * @throws DatabaseUnavailableError if the directory cannot be written
 */
export function lockDirectory(directory: string): DirectoryLock {
  const owner = join(directory, "owner.json");
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    lock = openSqlite(join(directory, "lock"));
    lock.exec("pragma locking_mode = exclusive; begin exclusive");
  } catch (cause) {
    lock?.close();
    throw isBusy(cause) ? inUse(directory, readOwner(owner)) : unusable(directory, cause);
  }
  writeFileSync(owner, JSON.stringify({ pid: process.pid }));
  const held = lock;
  return {
    release() {
      if (!held.isOpen) return;
      rmSync(owner, { force: true });
      held.close();
    },
  };
}

function inUse(directory: string, pid: number | null): DatabaseInUseError {
  const holder = pid === null ? "another process" : `process ${pid}`;
  return new DatabaseInUseError(`The database directory ${directory} is in use by ${holder}; one process at a time`, {
    context: { directory, pid },
  });
}

function unusable(directory: string, cause: unknown): DatabaseUnavailableError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseUnavailableError(`The database directory ${directory} cannot be used: ${reason}`, {
    context: { directory, reason },
    cause,
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

/** Node 22 warns that its SQLite is experimental. That is nothing the user of a command can act on, so it is not shown. */
function openSqlite(file: string): DatabaseSync {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    const sqlite = process.getBuiltinModule("node:sqlite");
    return new sqlite.DatabaseSync(file, { timeout: 0 });
  } finally {
    process.emitWarning = emitWarning;
  }
}

function readOwner(file: string): number | null {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, "utf8"));
    const pid = typeof owner === "object" && owner !== null && "pid" in owner ? owner.pid : null;
    return typeof pid === "number" ? pid : null;
  } catch {
    // the holder may be between taking the lock and writing its name, or the file may be cut
    return null;
  }
}
