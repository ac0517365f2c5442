import type { FileHandle } from "node:fs/promises";
import { isWholeMember, MEMBER_HEADER_BYTES, memberLength } from "./gzip-member.ts";

/**
 * Where the whole part of an archive ends, in bytes. What comes after it is the rest of an append that was cut off; its
 * tasks were not deleted, because the deletion is committed only after the append. Null: the file is no such archive.
 */
export type ArchiveEnd = { readonly bytes: number; readonly missing: string } | null;

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
/** What every line begins with. */
const FIRST_BYTES = Buffer.from('{"archive_version":');

/** The end of a file of lines. A last line without its line break counts if it is JSON: then the break is `missing`. */
export async function findLineEnd(file: FileHandle, size: number): Promise<ArchiveEnd> {
  const first = await readAt(file, 0, Math.min(FIRST_BYTES.length, size));
  if (!FIRST_BYTES.subarray(0, first.length).equals(first)) return null;
  let begin = size;
  let tail: Buffer = Buffer.alloc(0);
  while (begin > 0) {
    const length = Math.min(BLOCK_BYTES, begin);
    begin -= length;
    tail = Buffer.concat([await readAt(file, begin, length), tail]);
    const newline = tail.lastIndexOf(NEWLINE);
    if (newline >= 0) {
      begin += newline + 1;
      tail = tail.subarray(newline + 1);
      break;
    }
  }
  return isJson(tail) ? { bytes: size, missing: "\n" } : { bytes: begin, missing: "" };
}

/** The end of a gzip file that was written here: goes from member to member, and checks the last one. */
export async function findMemberEnd(file: FileHandle, size: number): Promise<ArchiveEnd> {
  let last = 0;
  let end = 0;
  while (end < size) {
    const header = await readAt(file, end, Math.min(MEMBER_HEADER_BYTES, size - end));
    const length = memberLength(header);
    if (length === null) {
      // A whole header that is gzip's: a member of somebody else.
      const foreign = header.length === MEMBER_HEADER_BYTES && header[0] === 0x1f && header[1] === 0x8b;
      if (foreign || (end === 0 && header[0] !== 0x1f)) return null;
      break;
    }
    if (end + length > size) break;
    last = end;
    end += length;
  }
  const whole = end === last || isWholeMember(await readAt(file, last, end - last));
  return { bytes: whole ? end : last, missing: "" };
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
