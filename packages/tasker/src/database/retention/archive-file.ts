import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ArchiveError } from "../../errors/index.ts";
import type { TaskArchive } from "./archive.ts";
import { findLineEnd, findMemberEnd } from "./archive-end.ts";
import { packMember } from "./gzip-member.ts";

/** An archive in a file, one task a line. */
export interface ArchiveFile extends TaskArchive {
  /** Closes the file. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens a file to archive tasks in, makes it where needed, and goes on at its end otherwise. A name that ends in `.gz`
 * makes a gzip file. The rest of an append that was cut off is removed: its tasks are still in the database.
 * @throws ArchiveError if the file cannot be written, or holds something else
 */
export async function openArchiveFile(path: string): Promise<ArchiveFile> {
  const absolute = resolve(path);
  const file = await open(absolute, constants.O_RDWR | constants.O_CREAT, 0o600).catch((cause: unknown) => {
    throw failure(path, `cannot be opened: ${reasonOf(cause)}`, cause);
  });
  try {
    const gzip = path.endsWith(".gz");
    const stat = await file.stat();
    if (!stat.isFile()) throw failure(path, "is not a file");
    const end = await (gzip ? findMemberEnd(file, stat.size) : findLineEnd(file, stat.size));
    if (end === null) throw failure(path, "holds something else: name another file");
    if (end.bytes < stat.size) await file.truncate(end.bytes);
    const archive = new OpenArchive(file, path, { gzip, size: end.bytes });
    if (end.missing !== "") await archive.write(Buffer.from(end.missing));
    // A new file is there for good when its directory says so.
    await syncDirectory(dirname(absolute));
    return archive;
  } catch (error) {
    await file.close();
    throw error instanceof ArchiveError ? error : failure(path, `cannot be used: ${reasonOf(error)}`, error);
  }
}

class OpenArchive implements ArchiveFile {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #gzip: boolean;
  /** Bytes of whole appends. */
  #size: number;
  #closing: Promise<void> | undefined;

  constructor(file: FileHandle, path: string, options: { readonly gzip: boolean; readonly size: number }) {
    this.#file = file;
    this.#path = path;
    this.#gzip = options.gzip;
    this.#size = options.size;
  }

  async append(lines: readonly string[]): Promise<void> {
    const content = Buffer.from(`${lines.join("\n")}\n`);
    await this.write(this.#gzip ? await packMember(content) : content);
  }

  /** Writes bytes at the end and waits until they are on the disk; if that fails, none of them stay. */
  async write(bytes: Buffer): Promise<void> {
    const { size } = await this.#file.stat();
    if (size !== this.#size) throw failure(this.#path, "was changed by somebody else");
    try {
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, this.#size + written);
        written += bytesWritten;
      }
      await this.#file.sync();
    } catch (cause) {
      await this.#file.truncate(this.#size).catch(() => undefined);
      throw failure(this.#path, `cannot be written: ${reasonOf(cause)}`, cause);
    }
    this.#size += bytes.length;
  }

  close(): Promise<void> {
    this.#closing ??= this.#file.close();
    return this.#closing;
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and needs no such call.
  if (process.platform === "win32") return;
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such directory",
  ENOTDIR: "there is no such directory",
  EISDIR: "it is a directory",
  EACCES: "writing it is not allowed",
  EPERM: "writing it is not allowed",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  EFBIG: "it has reached the largest size allowed",
};

function reasonOf(cause: unknown): string {
  return REASONS[codeOf(cause) ?? ""] ?? (cause instanceof Error ? cause.message : String(cause));
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
}

/** The message has what the system says; a cause would say it again. */
function failure(path: string, what: string, cause?: unknown): ArchiveError {
  const code = codeOf(cause);
  return new ArchiveError(`the archive '${path}' ${what}`, {
    context: { path, ...(code === undefined ? {} : { code }) },
  });
}
